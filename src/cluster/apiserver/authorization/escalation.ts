import type {
  ClusterRole,
  ClusterRoleBinding,
  KubernetesObject,
  PolicyRule,
  Role,
  RoleBinding,
} from '../../../api/generated/types.ts';
import { goQuote } from '../../../api/go-text.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import { forbiddenError, notFoundError, type StatusError } from '../../../api/status-error.ts';
import type { VerbCall } from '../verb.ts';
import { userOf } from './attributes.ts';
import { authorize } from './authorize.ts';
import { policyOf, rulesFor } from './policy.ts';
import { ruleText, uncovered } from './rules.ts';

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
  let granted: readonly PolicyRule[];
  if (kind.kind === 'Role' || kind.kind === 'ClusterRole') {
    const role = next as Role | ClusterRole;
    const before = (old as Role | ClusterRole | undefined)?.rules;
    if (semanticEqual(role.rules, before) || may('escalate', kind.plural, name)) return undefined;
    if ((role as ClusterRole).aggregationRule !== undefined) {
      const everything = [
        { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
        { nonResourceURLs: ['*'], verbs: ['*'] },
      ];
      granted = everything;
    } else granted = role.rules ?? [];
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
  const owned = rulesFor(policyOf(call.server), user, namespace);
  const missing = granted.flatMap((rule) => uncovered(owned, rule));
  if (missing.length === 0) return undefined;
  const groups = user.groups.map(goQuote).join(' ');
  const list = missing.map(ruleText).join('\n');
  return forbiddenError(
    { group: RBAC, resource: kind.plural },
    name,
    `user ${goQuote(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${list}`,
  );
}
