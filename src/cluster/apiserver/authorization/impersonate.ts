import type { StatusError } from '../../../api/status-error.ts';
import { badRequestError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { ApiRequest } from '../../messages.ts';
import type { Server } from '../server.ts';
import { groupsOf, userOf, type Attributes } from './attributes.ts';
import { authorize } from './authorize.ts';
import { forbiddenRequest } from './refusal.ts';

/**
 * A request on behalf of another user, as that user's (upstream: the impersonation filter). Whoever asks must be
 * allowed to impersonate the user and each of the groups.
 */
export function impersonated(server: Server, request: ApiRequest): Result<ApiRequest, StatusError> {
  const { impersonate } = request;
  if (impersonate === undefined) return success(request);
  const { user, groups = [] } = impersonate;
  if (user === '') {
    return refusal(
      badRequestError(
        'requested [{Group  ' + groups.join(' ') + '   }] without impersonating a user',
      ),
    );
  }
  const asker = userOf(request);
  const [, account, namespace = '', name = ''] =
    /^system:(serviceaccount):([^:]+):([^:]+)$/.exec(user) ?? [];
  const wanted: readonly Attributes[] = [
    account === undefined
      ? attributes('users', '', user)
      : attributes('serviceaccounts', namespace, name),
    ...groups.map((each) => attributes('groups', '', each)),
  ];
  for (const each of wanted) {
    const decision = authorize(server, asker, each);
    if (!decision.allowed) return refusal(forbiddenRequest(asker, each, decision.reason));
  }
  const acting = actingGroups(user, groups);
  const { impersonate: _, ...rest } = request;
  return success(Object.freeze({ ...rest, user, groups: acting }));
}

function actingGroups(user: string, groups: readonly string[]): readonly string[] {
  const own =
    groups.length > 0 ? groups : groupsOf(user).filter((each) => !each.startsWith('kubeadm:'));
  const everybody = user === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return own.includes(everybody) ? own : [...own, everybody];
}

function attributes(resource: string, namespace: string, name: string): Attributes {
  return {
    kind: 'resource',
    verb: 'impersonate',
    group: '',
    resource,
    subresource: '',
    namespace,
    name,
  };
}
