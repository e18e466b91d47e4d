import type {
  ClusterRole,
  ClusterRoleBinding,
  KubernetesObject,
  PolicyRule,
  RoleBinding,
} from '../../../api/generated/types.ts';
import { goQuote } from '../../../api/go-text.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import { forbiddenError, notFoundError, type StatusError } from '../../../api/status-error.ts';
import { sortedStrings } from '../../../base/compare.ts';
import type { VerbCall } from '../verb.ts';
import { userOf } from './attributes.ts';
import { authorize } from './authorize.ts';
import { policyOf, rulesFor } from './policy.ts';
import { compactRules, ruleText, uncovered } from './rules.ts';

const RBAC = 'rbac.authorization.k8s.io';

/**
 * Nobody grants what he does not have (upstream: the policybased storages of roles and bindings), unless he may
 * `escalate` roles or `bind` them.
 */
export function escalationProblem(
  call: VerbCall,
  next: KubernetesObject,
  old: KubernetesObject | undefined,
): StatusError | undefined {
  const { kind, namespace } = call.target;
  if (kind.group !== RBAC) return undefined;
  const user = userOf(call.exchange.request);
  if (user.groups.includes('system:masters') || user.groups.includes('kubeadm:cluster-admins')) {
    return undefined;
  }
  const may = (verb: string, resource: string, name: string): boolean =>
    authorize(call.server, user, {
      kind: 'resource',
      verb,
      group: RBAC,
      resource,
      subresource: '',
      namespace,
      name,
    }).allowed;
  const name = next.metadata.name ?? '';
  const owned = (): readonly PolicyRule[] => rulesFor(policyOf(call.server), user, namespace);
  const refused = (why: string): StatusError =>
    forbiddenError({ group: RBAC, resource: kind.plural }, name, why);
  let granted: readonly PolicyRule[];
  if (kind.kind === 'Role' || kind.kind === 'ClusterRole') {
    const role = next as ClusterRole;
    const before = old as ClusterRole | undefined;
    const isSame =
      before !== undefined &&
      semanticEqual(role.rules, before.rules) &&
      semanticEqual(role.aggregationRule, before.aggregationRule);
    if (isSame || may('escalate', kind.plural, name)) return undefined;
    const sums = role.aggregationRule !== undefined || before?.aggregationRule !== undefined;
    if (sums && everything.some((rule) => uncovered(owned(), rule).length > 0)) {
      return refused('must have cluster-admin privileges to use an aggregationRule');
    }
    granted = role.rules ?? [];
  } else {
    const { roleRef, subjects } = next as RoleBinding | ClusterRoleBinding;
    if (old !== undefined && semanticEqual(subjects, (old as RoleBinding).subjects))
      return undefined;
    const isCluster = roleRef.kind === 'ClusterRole';
    if (may('bind', isCluster ? 'clusterroles' : 'roles', roleRef.name)) return undefined;
    const policy = policyOf(call.server);
    const role = isCluster
      ? policy.clusterRoles.get(roleRef.name)
      : policy.roles.get(`${namespace}/${roleRef.name}`);
    if (role === undefined) {
      return notFoundError(
        { group: RBAC, resource: isCluster ? 'clusterroles' : 'roles' },
        roleRef.name,
      );
    }
    granted = role.rules ?? [];
  }
  const held = owned();
  const missing = granted.flatMap((rule) => uncovered(held, rule));
  if (missing.length === 0) return undefined;
  const groups = user.groups.map(goQuote).join(' ');
  const texts = new Set(compactRules(missing).map(ruleText));
  return refused(
    `user ${goQuote(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${sortedStrings(texts).join('\n')}`,
  );
}

/** What only an administrator has: a sum may come to anything. */
const everything: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];
