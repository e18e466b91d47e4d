import { createHash } from 'node:crypto';
import type { FetchHandler } from '../../fetch-adapter.ts';

/**
 * Aggregated discovery with an entity tag (SHA-512 of what is answered, as upstream's): a client that has it already is
 * told so with 304 and no body.
 */
export function withEntityTags(handler: FetchHandler): FetchHandler {
  return async (request, user, token) => {
    const answer = await handler(request, user, token);
    if (!(answer.headers.get('content-type') ?? '').includes('as=APIGroupDiscoveryList')) {
      return answer;
    }
    const text = await answer.text();
    const tag = `"${createHash('sha512').update(text).digest('hex').toUpperCase()}"`;
    const headers = new Headers(answer.headers);
    headers.set('Etag', tag);
    headers.set('Vary', 'Accept');
    if (!isKnown(request, tag)) return new Response(text, { status: answer.status, headers });
    headers.delete('Content-Type');
    return new Response(undefined, { status: 304, headers });
  };
}

/** If-None-Match names the tag, or any; a weak tag counts as the strong one. */
export function isKnown(request: Request, tag: string): boolean {
  const asked = request.headers.get('if-none-match');
  if (asked === null) return false;
  return asked.split(',').some((each) => {
    const known = each.trim();
    return known === '*' || (known.startsWith('W/') ? known.slice(2) : known) === tag;
  });
}
