import { base64OfText, textOfBase64 } from '../../../api/base64.ts';
import { isObject } from '../../../api/patch/json.ts';

/**
 * Tokens of service accounts in the form of JSON Web Tokens. Nothing about them is secret: the signature is a checksum,
 * so that a token is the same in every run and can be made by hand. They guard a playground.
 */
export interface TokenClaims {
  readonly namespace: string;
  readonly account: string;
  readonly uid: string;
  readonly audiences: readonly string[];
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The object with which the token lives and dies. */
  readonly bound?: BoundObject | undefined;
}

export interface BoundObject {
  /** As the claim calls it. */
  readonly claim: 'pod' | 'secret' | 'node';
  readonly name: string;
  readonly uid: string;
}

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** The text of a token. */
export function writeToken(claims: TokenClaims): string {
  const { namespace, account, uid, audiences, issuedAt, expiresAt, bound } = claims;
  const header = { alg: 'RS256', kid: 'kubarium' };
  const payload = {
    aud: audiences,
    exp: expiresAt,
    iat: issuedAt,
    iss: ISSUER,
    'kubernetes.io': {
      namespace,
      ...(bound === undefined
        ? undefined
        : { [bound.claim]: { name: bound.name, uid: bound.uid } }),
      serviceaccount: { name: account, uid },
    },
    nbf: issuedAt,
    sub: `system:serviceaccount:${namespace}:${account}`,
  };
  const signed = `${urlSafe(JSON.stringify(header))}.${urlSafe(JSON.stringify(payload))}`;
  return `${signed}.${checksum(signed)}`;
}

/** The claims of a token; undefined for any other text. Whether they still hold is for the server to say. */
export function readToken(token: string): TokenClaims | undefined {
  const [header = '', payload = '', signature = ''] = token.split('.');
  if (signature === '' || signature !== checksum(`${header}.${payload}`)) return undefined;
  let claims: unknown;
  try {
    claims = JSON.parse(textOfBase64(payload.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return undefined;
  }
  if (!isObject(claims)) return undefined;
  const own = claims['kubernetes.io'];
  const account = isObject(own) ? own['serviceaccount'] : undefined;
  if (!isObject(own) || !isObject(account)) return undefined;
  const { aud, iat, exp } = claims;
  return {
    namespace: String(own['namespace']),
    account: String(account['name']),
    uid: String(account['uid']),
    audiences: Array.isArray(aud) ? aud.map(String) : [],
    issuedAt: Number(iat),
    expiresAt: Number(exp),
    bound: boundIn(own),
  };
}

function boundIn(own: Readonly<Record<string, unknown>>): BoundObject | undefined {
  for (const claim of ['pod', 'secret', 'node'] as const) {
    const found = own[claim];
    if (isObject(found)) return { claim, name: String(found['name']), uid: String(found['uid']) };
  }
  return undefined;
}

function urlSafe(text: string): string {
  return base64OfText(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** FNV-1a, thrice with other seeds. */
function checksum(text: string): string {
  let all = '';
  for (const seed of [2166136261, 3735928559, 2654435769]) {
    let hash = seed;
    for (let i = 0; i < text.length; i += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 16777619) >>> 0;
    }
    all += hash.toString(36).padStart(7, '0');
  }
  return all;
}
