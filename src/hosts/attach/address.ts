import type { AttachProblem } from '../../bridge/attach.ts';
import { refusal, success, type Result } from '../../base/result.ts';

/** Where a cluster is that was asked for. */
export interface ClusterAddress {
  /** The root below which the API is, with a slash at its end. */
  readonly base: URL;
  /** The page came from there as well. */
  readonly isSameOrigin: boolean;
}

/**
 * Reads `?cluster=`: an address on this computer, a path on the server that the page came from, or `.` for that server
 * itself. Other computers are not talked to: whoever follows a link to this page must not send his token to a stranger.
 */
export function readAddress(text: string, page: string): Result<ClusterAddress, AttachProblem> {
  const wrong = (what: string): Result<ClusterAddress, AttachProblem> =>
    refusal({
      kind: 'address',
      address: text,
      what,
      remedy:
        'Write an address on this computer, as ?cluster=http://127.0.0.1:8001, or ?cluster=. for the server of this page.',
      isRetried: false,
    });
  const from = new URL(page);
  const plain = text.trim();
  if (plain === '') return wrong('No address was given.');
  const full = /^[\w.-]+:\d+(?:\/|$)|^\[[\da-f:]+\]/i.test(plain) ? `http://${plain}` : plain;
  let base: URL;
  try {
    base = full === '.' ? new URL('/', from) : new URL(full, from);
  } catch {
    return wrong(`“${text}” is not an address.`);
  }
  if (base.protocol !== 'http:' && base.protocol !== 'https:') {
    return wrong(`“${text}” is neither http nor https.`);
  }
  if (base.username !== '' || base.password !== '') {
    return wrong('A password in an address is seen by others; the token is asked for by itself.');
  }
  const isSameOrigin = base.origin === from.origin;
  if (!isSameOrigin && !isLoopback(base.hostname)) {
    return wrong(`${base.host} is another computer.`);
  }
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return success({ base, isSameOrigin });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
