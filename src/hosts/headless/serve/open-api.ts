import {
  descriptionLoaders,
  type StructDescription,
} from '../../../api/generated/descriptions/load.ts';
import { openApiDocument, openApiIndex, openApiParts } from '../../../api/openapi/document.ts';
import type { FetchHandler } from '../../fetch-adapter.ts';

type Texts = Readonly<Record<string, StructDescription>>;

const documents = new Map<string, Promise<string>>();

/**
 * Puts `/openapi/v3` before a handler. The documents carry half a megabyte of texts, which the engine need not know: the
 * server inside is only asked whether it is there. Version 2 is not served; clients then do without it.
 */
export function withOpenApi(handler: FetchHandler, release: string): FetchHandler {
  return async (request, user) => {
    const { pathname, origin } = new URL(request.url);
    if (!pathname.startsWith('/openapi/v3')) return handler(request, user);
    const text = await documentAt(pathname, release);
    if (text === undefined) return handler(request, user);
    const alive = await handler(new Request(`${origin}/livez/ping`, { signal: request.signal }), user);
    return alive.ok
      ? new Response(text, { headers: { 'Content-Type': 'application/json' } })
      : alive;
  };
}

async function documentAt(pathname: string, release: string): Promise<string | undefined> {
  if (pathname === '/openapi/v3' || pathname === '/openapi/v3/') {
    return JSON.stringify(openApiIndex());
  }
  const path = pathname.slice('/openapi/v3/'.length);
  const part = openApiParts().find((each) => each.path === path);
  if (part === undefined) return undefined;
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
