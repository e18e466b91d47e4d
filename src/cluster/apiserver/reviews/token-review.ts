import type { ServiceAccount } from '../../../api/generated/types.ts';
import { cacheOf, calendarMillis, type Server } from '../server.ts';
import { groupsOf } from '../authorization/attributes.ts';
import { ISSUER, readToken } from './token.ts';

/** The status of a TokenReview: who a token stands for. */
export function reviewToken(server: Server, spec: Readonly<Record<string, unknown>>): object {
  const claims = readToken(String(spec['token'] ?? ''));
  if (claims === undefined) return refused('invalid bearer token');
  const { namespace, account, uid, audiences, expiresAt } = claims;
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
    user: { username, uid, groups: groupsOf(username) },
    audiences: shared,
  };
}

function refused(error: string): object {
  return { user: {}, error };
}
