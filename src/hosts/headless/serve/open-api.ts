import type { CustomResourceDefinition } from '../../../api/generated/types.ts';
import { isEstablished } from '../../../api/kinds/custom/registry.ts';
import type { FetchHandler } from '../../fetch-adapter.ts';
import { DEFINITIONS_PATH, openApiAnswer } from '../../open-api/documents.ts';
import { isKnown } from './entity-tags.ts';

/** For documents whose address has their hash: they never change. */
const FOR_EVER = 'public, immutable';
const YEAR_MILLIS = 365 * 24 * 3600 * 1000;

/** Puts `/openapi` before a handler. The server inside is only asked whether it is there. */
export function withOpenApi(handler: FetchHandler, release: string): FetchHandler {
  return async (request, user, token) => {
    const { pathname, origin, searchParams } = new URL(request.url);
    if (!pathname.startsWith('/openapi/') || request.method !== 'GET') {
      return handler(request, user, token);
    }
    const document = await openApiAnswer(pathname, {
      release,
      definitions: await definitionsOf(handler, origin, request.signal),
      accept: request.headers.get('accept') ?? undefined,
    });
    if (document === undefined) return handler(request, user, token);
    const ping = new Request(`${origin}/livez/ping`, { signal: request.signal });
    const alive = await handler(ping, user, token);
    if (!alive.ok) return alive;
    const { body, contentType, hash } = document;
    const headers = new Headers({ 'Content-Type': contentType, Vary: 'Accept' });
    if (hash !== undefined) headers.set('Etag', `"${hash}"`);
    const asked = searchParams.get('hash');
    if (asked !== null && hash !== undefined) {
      if (asked !== hash) {
        headers.set('Location', `${pathname}?hash=${hash}`);
        return new Response(undefined, { status: 301, headers });
      }
      headers.set('Cache-Control', FOR_EVER);
      headers.set('Expires', new Date(Date.now() + YEAR_MILLIS).toUTCString());
    }
    if (hash !== undefined && isKnown(request, `"${hash}"`)) {
      headers.delete('Content-Type');
      return new Response(undefined, { status: 304, headers });
    }
    return new Response(body, { headers });
  };
}

/** The definitions whose kinds are served, as the server itself sees them. */
async function definitionsOf(
  handler: FetchHandler,
  origin: string,
  signal: AbortSignal,
): Promise<readonly CustomResourceDefinition[]> {
  const request = new Request(`${origin}${DEFINITIONS_PATH}`, { signal });
  const answer = await handler(request, 'system:apiserver');
  if (!answer.ok) return [];
  const { items } = (await answer.json()) as {
    readonly items: readonly CustomResourceDefinition[];
  };
  return items.filter(isEstablished);
}
