import type { ServiceAccount } from '../../../api/generated/types.ts';
import { unauthorizedError, type StatusError } from '../../../api/status-error.ts';
import { parseTime } from '../../../api/time.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { ApiRequest } from '../../messages.ts';
import { cacheOf, calendarMillis, type Server } from '../server.ts';
import { groupsOf } from '../authorization/attributes.ts';
import { ISSUER, readToken, type BoundObject } from './token.ts';

/** The status of a TokenReview: who a token stands for. */
export function reviewToken(server: Server, spec: Readonly<Record<string, unknown>>): TokenStatus {
  const claims = readToken(String(spec['token'] ?? ''));
  if (claims === undefined) return refused('invalid bearer token');
  const { namespace, account, uid, audiences, expiresAt, bound } = claims;
  // The cache of service accounts holds nothing else.
  const stored = cacheOf(server, 'serviceaccounts').objects.get(
    `/registry/serviceaccounts/${namespace}/${account}`,
  ) as ServiceAccount | undefined;
  if (stored === undefined) {
    return refused(`[invalid bearer token, serviceaccounts "${account}" not found]`);
  }
  if (stored.metadata.uid !== uid) {
    return refused(
      `[invalid bearer token, service account UID (${stored.metadata.uid ?? ''}) does not match claim (${uid})]`,
    );
  }
  if (expiresAt * 1000 <= calendarMillis(server)) {
    return refused('[invalid bearer token, service account token has expired]');
  }
  if (bound !== undefined && !isAlive(server, namespace, bound)) {
    return refused('[invalid bearer token, service account token has been invalidated]');
  }
  const wanted = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : [ISSUER];
  const shared = wanted.filter((each) => audiences.includes(each));
  if (shared.length === 0) {
    return refused(
      `[invalid bearer token, token audiences ${JSON.stringify(audiences)} is invalid for the target audiences ${JSON.stringify(wanted)}]`,
    );
  }
  const username = `system:serviceaccount:${namespace}:${account}`;
  return {
    authenticated: true,
    user: {
      username,
      uid,
      groups: groupsOf(username),
      ...(bound?.claim === 'pod'
        ? {
            extra: {
              'authentication.kubernetes.io/pod-name': [bound.name],
              'authentication.kubernetes.io/pod-uid': [bound.uid],
            },
          }
        : undefined),
    },
    audiences: shared,
  };
}

/** Whether the object that a token is bound to is still there, the same and not long on its way out. */
function isAlive(server: Server, namespace: string, { claim, name, uid }: BoundObject): boolean {
  const path = claim === 'node' ? name : `${namespace}/${name}`;
  const storage = STORAGES[claim];
  const stored = cacheOf(server, storage).objects.get(`/registry/${storage}/${path}`);
  if (stored?.metadata.uid !== uid) return false;
  const { deletionTimestamp } = stored.metadata;
  if (deletionTimestamp === undefined) return true;
  return (parseTime(deletionTimestamp) ?? 0) + LEEWAY_MILLIS > calendarMillis(server);
}

const STORAGES = { pod: 'pods', secret: 'secrets', node: 'minions' } as const;
/** Upstream's patience with a bound object that is being deleted. */
const LEEWAY_MILLIS = 60_000;

/** A request with a token, as that of whom the token stands for; 401 where it does not hold. */
export function authenticated(
  server: Server,
  request: ApiRequest,
): Result<ApiRequest, StatusError> {
  const { token, ...rest } = request;
  if (token === undefined) return success(request);
  const status = reviewToken(server, { token });
  if (status.authenticated !== true) return refusal(unauthorizedError());
  const { username, groups, uid, extra } = status.user;
  const known = extra === undefined ? { userUid: uid } : { userUid: uid, userExtra: extra };
  return success(Object.freeze({ ...rest, user: username, groups, ...known }));
}

/** The status of a TokenReview. */
type TokenStatus =
  | {
      readonly authenticated: true;
      readonly user: {
        readonly username: string;
        readonly uid: string;
        readonly groups: readonly string[];
        readonly extra?: Readonly<Record<string, readonly string[]>>;
      };
      readonly audiences: readonly string[];
    }
  | { readonly authenticated?: undefined; readonly user: object; readonly error: string };

function refused(error: string): TokenStatus {
  return { user: {}, error };
}
