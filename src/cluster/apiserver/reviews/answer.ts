import type { PolicyRule } from '../../../api/generated/types.ts';
import { isObject } from '../../../api/patch/json.ts';
import { badRequestError, methodNotAllowedError } from '../../../api/status-error.ts';
import type { ApiRequest } from '../../messages.ts';
import {
  userOf,
  wholeUserOf,
  type Attributes,
  type UserInfo,
} from '../authorization/attributes.ts';
import { authorize } from '../authorization/authorize.ts';
import { policyOf, rulesFor } from '../authorization/policy.ts';
import { refuse, reply } from '../exchange.ts';
import type { Server } from '../server.ts';
import type { Stage } from '../stages/stage.ts';
import { refuseUnreadable } from '../writes/unreadable.ts';
import { readBody } from '../writes/body.ts';
import { reviewAt } from './kinds.ts';
import { reviewToken } from './token-review.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Answers questions about who asks and what he, or another, may. */
export const answerReview: Stage = ({ request }, server) => {
  const kind = reviewAt(request.path);
  if (kind === undefined) return undefined;
  if (request.method !== 'POST') return refuse(methodNotAllowedError());
  const refusal = refuseUnreadable(request, kind.kind);
  if (refusal !== undefined) return refusal;
  const body = readBody(request, kind);
  if (!body.ok) return refuse(body.error);
  // A review is a JSON object; its spec has been decoded by its kind's schema.
  const review = body.value.value as unknown as Fields;
  const spec = isObject(review['spec']) ? review['spec'] : {};
  if (kind.kind === 'LocalSubjectAccessReview') {
    const [, namespace = ''] = /\/namespaces\/([^/]+)\//.exec(request.path) ?? [];
    const asked = isObject(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
    if (asked['namespace'] !== undefined && asked['namespace'] !== namespace) {
      return refuse(
        badRequestError(`spec.resourceAttributes.namespace must match namespace: ${namespace}`),
      );
    }
  }
  const status = statusOf(server, request, kind.kind, spec);
  return reply({ ...review, status }, 201);
};

function statusOf(server: Server, request: ApiRequest, kind: string, spec: Fields): object {
  const asker = userOf(request);
  switch (kind) {
    case 'SelfSubjectReview':
      return { userInfo: wholeUserOf(request) };
    case 'TokenReview':
      return reviewToken(server, spec);
    case 'SelfSubjectRulesReview':
      return rulesStatus(server, asker, textOf(spec, 'namespace'));
    case 'SelfSubjectAccessReview':
      return accessStatus(server, asker, spec);
    default: {
      const { groups } = spec;
      const user: UserInfo = {
        name: textOf(spec, 'user'),
        groups: Array.isArray(groups) ? groups.map(String) : [],
      };
      return accessStatus(server, user, spec);
    }
  }
}

function accessStatus(server: Server, user: UserInfo, spec: Fields): object {
  const decision = authorize(server, user, attributesIn(spec));
  if (decision.allowed) return { allowed: true };
  return decision.reason === '' ? { allowed: false } : { allowed: false, reason: decision.reason };
}

function attributesIn(spec: Fields): Attributes {
  const path = spec['nonResourceAttributes'];
  if (isObject(path)) {
    return { kind: 'path', verb: textOf(path, 'verb'), path: textOf(path, 'path') };
  }
  const given = isObject(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
  return {
    kind: 'resource',
    verb: textOf(given, 'verb'),
    group: textOf(given, 'group'),
    resource: textOf(given, 'resource'),
    subresource: textOf(given, 'subresource'),
    namespace: textOf(given, 'namespace'),
    name: textOf(given, 'name'),
  };
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

const everything: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

/** What `kubectl auth can-i --list` shows. */
function rulesStatus(server: Server, user: UserInfo, namespace: string): object {
  const own = rulesFor(policyOf(server), user, namespace);
  const isSuper =
    user.groups.includes('kubeadm:cluster-admins') || user.groups.includes('system:masters');
  const rules =
    isSuper && !own.some(({ verbs }) => verbs.includes('*')) ? [...everything, ...own] : own;
  return {
    incomplete: false,
    nonResourceRules: rules.flatMap(({ nonResourceURLs, verbs }) =>
      nonResourceURLs === undefined || nonResourceURLs.length === 0
        ? []
        : [{ nonResourceURLs, verbs }],
    ),
    resourceRules: rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      resources === undefined || resources.length === 0
        ? []
        : [
            {
              apiGroups,
              resources,
              verbs,
              ...(resourceNames === undefined ? undefined : { resourceNames }),
            },
          ],
    ),
  };
}
