import type { StatusError } from '../../../api/status-error.ts';
import { badRequestError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { ApiRequest, Impersonation } from '../../messages.ts';
import type { Server } from '../server.ts';
import { groupsOf, userOf, type Attributes, type ResourceAttributes } from './attributes.ts';
import { authorize } from './authorize.ts';
import { forbiddenRequest } from './refusal.ts';

/**
 * A request on behalf of another user, as that user's (upstream: the impersonation filter). Whoever asks must be
 * allowed to impersonate the user, each of the groups, each value of what else is said of him, and his uid.
 */
export function impersonated(server: Server, request: ApiRequest): Result<ApiRequest, StatusError> {
  const { impersonate } = request;
  if (impersonate === undefined) return success(request);
  const { user, groups = [], uid = '', extra } = impersonate;
  if (user === '') {
    return refusal(
      badRequestError(`requested [${referencesOf(impersonate)}] without impersonating a user`),
    );
  }
  const asker = userOf(request);
  for (const each of questionsOf(impersonate)) {
    const decision = authorize(server, asker, each);
    if (!decision.allowed) return refusal(forbiddenRequest(asker, each, decision.reason));
  }
  const acting = actingGroups(user, groups);
  const { impersonate: _, userUid: _uid, userExtra: _extra, ...rest } = request;
  return success(
    Object.freeze({
      ...rest,
      user,
      groups: acting,
      ...(uid === '' ? undefined : { userUid: uid }),
      ...(extra === undefined ? undefined : { userExtra: extra }),
    }),
  );
}

/** What the asker must be allowed, in upstream's order. */
function questionsOf({
  user,
  groups = [],
  uid = '',
  extra = {},
}: Impersonation): readonly Attributes[] {
  const [, account, namespace = '', name = ''] =
    /^system:(serviceaccount):([^:]+):([^:]+)$/.exec(user) ?? [];
  return [
    account === undefined
      ? attributes('users', { name: user })
      : attributes('serviceaccounts', { namespace, name }),
    ...groups.map((each) => attributes('groups', { name: each })),
    ...Object.entries(extra).flatMap(([subresource, values]) =>
      values.map((each) =>
        attributes('userextras', { group: AUTHENTICATION, subresource, name: each }),
      ),
    ),
    ...(uid === '' ? [] : [attributes('uids', { group: AUTHENTICATION, name: uid })]),
  ];
}

const AUTHENTICATION = 'authentication.k8s.io';

/** References to all but the user, as Go prints a list of them. */
function referencesOf({ groups = [], uid = '', extra = {} }: Impersonation): string {
  const version = `${AUTHENTICATION}/v1`;
  return [
    ...groups.map((each) => `{Group  ${each}    }`),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((each) => `{UserExtra  ${each}  ${version}  ${key}}`),
    ),
    ...(uid === '' ? [] : [`{UID  ${uid}  ${version}  }`]),
  ].join(' ');
}

function actingGroups(user: string, groups: readonly string[]): readonly string[] {
  const own =
    groups.length > 0 ? groups : groupsOf(user).filter((each) => !each.startsWith('kubeadm:'));
  const everybody = user === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return own.includes(everybody) || own.includes('system:unauthenticated')
    ? own
    : [...own, everybody];
}

function attributes(
  resource: string,
  of: { readonly name: string } & Partial<ResourceAttributes>,
): Attributes {
  return {
    kind: 'resource',
    verb: 'impersonate',
    group: '',
    resource,
    subresource: '',
    namespace: '',
    ...of,
  };
}
