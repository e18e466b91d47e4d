import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { readToken } from '../../../cluster/apiserver/reviews/token.ts';
import { statusError, unauthorizedError, type StatusError } from '../../../api/status-error.ts';

/**
 * Who may speak to the server. A page on any web site can make its visitor's browser send requests to 127.0.0.1; so the
 * address asked for must be one of ours (a name that was rebound to 127.0.0.1 is not), no foreign page may ask, and
 * everything but the probes needs the token of the written kubeconfig.
 */
export interface Guard {
  /** Undefined lets the request pass. */
  refusalOf(request: GuardedRequest): StatusError | undefined;
  /** Whether a request has the token of the written kubeconfig. */
  isAdmin(headers: IncomingHttpHeaders): boolean;
  /** Who a request that may pass is from; with the token of a service account, which the server looks at. */
  userOf(headers: IncomingHttpHeaders): { readonly user: string; readonly token?: string };
}

export interface GuardedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** The user whose client certificate kubeadm writes into `admin.conf`. */
export const ADMIN = 'kubernetes-admin';

const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** Upstream shows these to anyone. */
const publicPaths = /^\/(?:healthz|livez|readyz|version)(?:[/?]|$)/;
/** The page's own files hold no secret; what it does asks for the token itself. */
const pagePaths = /^\/kubarium(?:[/?]|$)/;

/**
 * `host` is the interface that is listened on; `token` what a client must send; `allowedOrigins` are those of pages elsewhere
 * that may attach.
 */
export function createGuard({
  host,
  token,
  allowedOrigins = [],
}: {
  readonly host: string;
  readonly token: string;
  readonly allowedOrigins?: readonly string[];
}): Guard {
  const expected = Buffer.from(`Bearer ${token}`);
  const isAdmin = (headers: IncomingHttpHeaders): boolean => {
    const given = Buffer.from(headers.authorization ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const isOurs = (name: string): boolean => loopbackNames.has(name) || name === host;

  return {
    refusalOf({ path, headers }) {
      if (!isOurs(nameOf(headers.host ?? '')))
        return forbidden('the Host header names another server');
      const { origin } = headers;
      if (origin !== undefined && !isOurs(originName(origin)) && !allowedOrigins.includes(origin)) {
        return forbidden('pages of other sites may not ask');
      }
      if (publicPaths.test(path) || pagePaths.test(path)) return undefined;
      return isAdmin(headers) || accountOf(headers) !== undefined ? undefined : unauthorizedError();
    },
    isAdmin,
    userOf(headers) {
      if (isAdmin(headers)) return { user: ADMIN };
      return accountOf(headers) ?? { user: 'system:anonymous' };
    },
  };
}

/** The service account that a token names; whether it holds, the server says. */
function accountOf({
  authorization = '',
}: IncomingHttpHeaders): { readonly user: string; readonly token: string } | undefined {
  const token = authorization.replace(/^Bearer /, '');
  const claims = readToken(token);
  if (claims === undefined) return undefined;
  return { user: `system:serviceaccount:${claims.namespace}:${claims.account}`, token };
}

function forbidden(why: string): StatusError {
  return statusError(403, 'Forbidden', `forbidden: ${why}`, {});
}

/** A Host header without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function originName(origin: string): string {
  try {
    return new URL(origin).hostname;
  } catch {
    return '';
  }
}
