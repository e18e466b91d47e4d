import {
  descriptionLoaders,
  type StructDescription,
} from '../../api/generated/descriptions/load.ts';
import type { CustomResourceDefinition } from '../../api/generated/types.ts';
import {
  customOpenApiDocument,
  openApiDocument,
  openApiIndex,
  openApiParts,
} from '../../api/openapi/document.ts';
import { swaggerDocument } from '../../api/openapi/swagger.ts';
import {
  OPENAPI_V2_ANSWER,
  OPENAPI_V2_PROTOBUF,
  openApiV2Document,
} from '../../api/openapi/version-2.ts';

/**
 * `/openapi`: what the API's types are. The documents carry half a megabyte of texts, which the engine need not know:
 * they are made outside of it, and the texts loaded when somebody first asks.
 */

/** Where the definitions stand from which documents of custom resources are made, as the server itself reads them. */
export const DEFINITIONS_PATH =
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?resourceVersion=0';

export interface OpenApiAnswer {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** What the index calls this state of the document; undefined for the index, which has no tag upstream. */
  readonly hash: string | undefined;
}

type Texts = Readonly<Record<string, StructDescription>>;

/** The documents of what is built in, as text: they never change. */
const documents = new Map<string, Promise<string>>();

/** The document at a path (without its query); undefined where there is none. */
export async function openApiAnswer(
  pathname: string,
  as: {
    readonly release: string;
    readonly accept: string | undefined;
    /** Those whose kinds are served. */
    readonly definitions: readonly CustomResourceDefinition[];
  },
): Promise<OpenApiAnswer | undefined> {
  const { release, accept, definitions } = as;
  if (pathname === '/openapi/v2') return versionTwo(release, accept ?? '', definitions);
  if (pathname === '/openapi/v3' || pathname === '/openapi/v3/') {
    return json(JSON.stringify(openApiIndex(definitions)), undefined);
  }
  const path = pathname.slice('/openapi/v3/'.length);
  const hash = hashOf(path, definitions);
  const part = openApiParts().find((each) => each.path === path);
  if (part === undefined) {
    const custom = customOpenApiDocument(path, definitions, await textsFor(''));
    return custom === undefined ? undefined : json(JSON.stringify(custom), hash);
  }
  let document = documents.get(path);
  if (document === undefined) {
    document = textsFor(part.group).then((descriptions) =>
      JSON.stringify(openApiDocument(part, { release, descriptions })),
    );
    documents.set(path, document);
  }
  return json(await document, hash);
}

function json(body: string, hash: string | undefined): OpenApiAnswer {
  return { body, contentType: 'application/json', hash };
}

/** As the index names it. */
function hashOf(path: string, definitions: readonly CustomResourceDefinition[]): string {
  const { paths } = openApiIndex(definitions);
  const url = Object.hasOwn(paths, path) ? paths[path]?.serverRelativeURL : undefined;
  return url?.slice(url.indexOf('hash=') + 'hash='.length) ?? '';
}

/** The last document of v2 in protobuf, with the hash of what it was made of. */
let lastBinary: { readonly hash: string; readonly body: Uint8Array<ArrayBuffer> } | undefined;

/** The document of everything, in JSON or in protobuf. */
async function versionTwo(
  release: string,
  accept: string,
  definitions: readonly CustomResourceDefinition[],
): Promise<OpenApiAnswer | undefined> {
  const { paths } = openApiIndex(definitions);
  // One document of everything changes with every part.
  const hash = [...new Set(Object.keys(paths).map((path) => hashOf(path, definitions)))].join('');
  const isBinary = accept.includes(OPENAPI_V2_PROTOBUF);
  if (!isBinary && !/^$|\*\/\*|application\/(?:json|\*)/.test(accept)) return undefined;
  if (isBinary && lastBinary?.hash === hash) return binary(lastBinary);
  const parts = await Promise.all(
    Object.keys(paths).map(async (path) => {
      const answer = await openApiAnswer(`/openapi/v3/${path}`, {
        release,
        accept: undefined,
        definitions,
      });
      return JSON.parse(typeof answer?.body === 'string' ? answer.body : '{}') as unknown;
    }),
  );
  const document = swaggerDocument(parts, release);
  if (!isBinary) return json(JSON.stringify(document), hash);
  lastBinary = { hash, body: new Uint8Array(openApiV2Document(release, document.definitions)) };
  return binary(lastBinary);
}

function binary({ hash, body }: NonNullable<typeof lastBinary>): OpenApiAnswer {
  return { body, contentType: OPENAPI_V2_ANSWER, hash: `${hash}PB` };
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
