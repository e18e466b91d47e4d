import {
  descriptionLoaders,
  type StructDescription,
} from '../../../api/generated/descriptions/load.ts';
import type { CustomResourceDefinition } from '../../../api/generated/types.ts';
import { isEstablished } from '../../../api/kinds/custom/registry.ts';
import {
  customOpenApiDocument,
  openApiDocument,
  openApiIndex,
  openApiParts,
} from '../../../api/openapi/document.ts';
import {
  OPENAPI_V2_ANSWER,
  OPENAPI_V2_PROTOBUF,
  openApiV2Document,
} from '../../../api/openapi/version-2.ts';
import type { FetchHandler } from '../../fetch-adapter.ts';

type Texts = Readonly<Record<string, StructDescription>>;

const documents = new Map<string, Promise<string>>();

/**
 * Puts `/openapi` before a handler. The documents carry half a megabyte of texts, which the engine need not know: the
 * server inside is only asked whether it is there. Of version 2 there is no more than kubectl cannot do without.
 */
export function withOpenApi(handler: FetchHandler, release: string): FetchHandler {
  return async (request, user, token) => {
    const { pathname, origin } = new URL(request.url);
    if (!pathname.startsWith('/openapi/')) return handler(request, user, token);
    const definitions = pathname.startsWith('/openapi/v3')
      ? await definitionsOf(handler, origin, request.signal)
      : [];
    const document = await documentAt(pathname, {
      release,
      definitions,
      accept: request.headers.get('accept'),
    });
    if (document === undefined) return handler(request, user, token);
    const alive = await handler(
      new Request(`${origin}/livez/ping`, { signal: request.signal }),
      user,
      token,
    );
    if (!alive.ok) return alive;
    const { body, contentType } = document;
    return new Response(body, { headers: { 'Content-Type': contentType } });
  };
}

/** The definitions whose kinds are served, as the server itself sees them. */
async function definitionsOf(
  handler: FetchHandler,
  origin: string,
  signal: AbortSignal,
): Promise<readonly CustomResourceDefinition[]> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?resourceVersion=0';
  const answer = await handler(new Request(`${origin}${path}`, { signal }), 'system:apiserver');
  if (!answer.ok) return [];
  const { items } = (await answer.json()) as {
    readonly items: readonly CustomResourceDefinition[];
  };
  return items.filter(isEstablished);
}

interface OpenApiAnswer {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

async function documentAt(
  pathname: string,
  {
    release,
    accept,
    definitions,
  }: {
    readonly release: string;
    readonly accept: string | null;
    readonly definitions: readonly CustomResourceDefinition[];
  },
): Promise<OpenApiAnswer | undefined> {
  if (pathname === '/openapi/v2') {
    return accept?.includes(OPENAPI_V2_PROTOBUF) === true
      ? {
          body: new Uint8Array(openApiV2Document(release)),
          contentType: OPENAPI_V2_ANSWER,
        }
      : undefined;
  }
  const text = await textAt(pathname, release, definitions);
  return text === undefined ? undefined : { body: text, contentType: 'application/json' };
}

async function textAt(
  pathname: string,
  release: string,
  definitions: readonly CustomResourceDefinition[],
): Promise<string | undefined> {
  if (pathname === '/openapi/v3' || pathname === '/openapi/v3/') {
    return JSON.stringify(openApiIndex(definitions));
  }
  const path = pathname.slice('/openapi/v3/'.length);
  const part = openApiParts().find((each) => each.path === path);
  if (part === undefined) {
    const custom = customOpenApiDocument(path, definitions, await textsFor(''));
    return custom === undefined ? undefined : JSON.stringify(custom);
  }
  let document = documents.get(path);
  if (document === undefined) {
    document = textsFor(part.group).then((descriptions) =>
      JSON.stringify(openApiDocument(part, { release, descriptions })),
    );
    documents.set(path, document);
  }
  return document;
}

async function textsFor(group: string): Promise<ReadonlyMap<string, Texts>> {
  const names = [...new Set([group === '' ? 'core' : group, 'core', 'meta'])];
  const known = names.filter((name): name is keyof typeof descriptionLoaders =>
    Object.hasOwn(descriptionLoaders, name),
  );
  const loaded = await Promise.all(
    known.map(async (name) => {
      const { default: texts } = await descriptionLoaders[name]();
      // The files are written with the type that stands beside their loaders.
      return [name, texts as unknown as Texts] as const;
    }),
  );
  return new Map(loaded);
}
