import type {
  ClusterRole,
  ClusterRoleBinding,
  KubernetesObject,
  PolicyRule,
  Role,
  RoleBinding,
} from '../../../../api/generated/types.ts';
import { componentRoles } from './component-roles.ts';
import { controllerAccounts, controllerRoles } from './controller-roles.ts';
import {
  account,
  clusterBinding,
  group,
  namespacedBinding,
  namespacedRole,
  rule,
  user,
} from './rule.ts';
import { userRoles } from './user-roles.ts';

/** The default policy of a cluster (upstream: plugin/pkg/auth/authorizer/rbac/bootstrappolicy). */

const declared: readonly ClusterRole[] = [...userRoles, ...componentRoles, ...controllerRoles];

/** The default roles; those that are sums already with their rules, as the controller would make them. */
export const bootstrapRoles: readonly ClusterRole[] = declared.map((role) =>
  role.aggregationRule === undefined
    ? role
    : Object.freeze({ ...role, rules: summedRules(role, declared) }),
);

/** The rules of all roles that a role's aggregation rule selects, each once, in the order of the roles' names. */
export function summedRules(
  role: ClusterRole,
  all: readonly ClusterRole[],
  seen: ReadonlySet<string> = new Set(),
): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  const texts = new Set<string>();
  const within = new Set([...seen, role.metadata.name ?? '']);
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  for (const each of all.toSorted((a, b) =>
    (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1,
  )) {
    if (within.has(each.metadata.name ?? '')) continue;
    const isSelected = selectors.some(({ matchLabels = {} }) =>
      Object.entries(matchLabels).every(([key, value]) => each.metadata.labels?.[key] === value),
    );
    if (!isSelected) continue;
    const own =
      each.aggregationRule === undefined ? (each.rules ?? []) : summedRules(each, all, within);
    for (const one of own) {
      const text = JSON.stringify(one);
      if (!texts.has(text)) rules.push(one);
      texts.add(text);
    }
  }
  return rules;
}

const masters = group('system:masters');
const authenticated = group('system:authenticated');

export const bootstrapBindings: readonly ClusterRoleBinding[] = [
  clusterBinding('cluster-admin', [masters]),
  clusterBinding('system:monitoring', [group('system:monitoring')]),
  clusterBinding('system:discovery', [authenticated]),
  clusterBinding('system:basic-user', [authenticated]),
  clusterBinding('system:public-info-viewer', [authenticated, group('system:unauthenticated')]),
  clusterBinding('system:node-proxier', [user('system:kube-proxy')]),
  clusterBinding('system:kube-controller-manager', [user('system:kube-controller-manager')]),
  clusterBinding('system:kube-dns', [account('kube-system', 'kube-dns')]),
  clusterBinding('system:kube-scheduler', [user('system:kube-scheduler')]),
  clusterBinding('system:volume-scheduler', [user('system:kube-scheduler')]),
  clusterBinding('system:service-account-issuer-discovery', [group('system:serviceaccounts')]),
  // With the Node authorizer the role is bound to nobody; the members of the group are told apart by it.
  clusterBinding('system:node', []),
  ...controllerAccounts.map((name) =>
    clusterBinding(`system:controller:${name}`, [account('kube-system', name)]),
  ),
  // The provisioner of volumes that Kubarium has in place of a driver's.
  clusterBinding(
    'system:persistent-volume-provisioner',
    [account('kube-system', 'kubarium-provisioner')],
    'kubarium:volume-provisioner',
  ),
];

const LEADERS = 'kube-system';

export const bootstrapNamespacedRoles: readonly Role[] = [
  namespacedRole('kube-public', 'system:controller:bootstrap-signer', [
    rule('get list watch', 'core', 'configmaps'),
    rule('update', 'core', 'configmaps', 'cluster-info'),
    rule('create patch update', 'core events.k8s.io', 'events'),
  ]),
  namespacedRole(LEADERS, 'extension-apiserver-authentication-reader', [
    rule('get list watch', 'core', 'configmaps', 'extension-apiserver-authentication'),
  ]),
  namespacedRole(LEADERS, 'system:controller:bootstrap-signer', [
    rule('get list watch', 'core', 'secrets'),
  ]),
  namespacedRole(LEADERS, 'system:controller:cloud-provider', [
    rule('create get list watch', 'core', 'configmaps'),
  ]),
  namespacedRole(LEADERS, 'system:controller:token-cleaner', [
    rule('delete get list watch', 'core', 'secrets'),
    rule('create patch update', 'core events.k8s.io', 'events'),
  ]),
  namespacedRole(LEADERS, 'system::leader-locking-kube-controller-manager', [
    rule('watch', 'core', 'configmaps'),
    rule('get update', 'core', 'configmaps', 'kube-controller-manager'),
  ]),
  namespacedRole(LEADERS, 'system::leader-locking-kube-scheduler', [
    rule('watch', 'core', 'configmaps'),
    rule('get update', 'core', 'configmaps', 'kube-scheduler'),
  ]),
];

export const bootstrapRoleBindings: readonly RoleBinding[] = [
  namespacedBinding('kube-public', 'system:controller:bootstrap-signer', [
    account('kube-system', 'bootstrap-signer'),
  ]),
  namespacedBinding(
    LEADERS,
    'extension-apiserver-authentication-reader',
    [user('system:kube-controller-manager'), user('system:kube-scheduler')],
    'system::extension-apiserver-authentication-reader',
  ),
  namespacedBinding(LEADERS, 'system:controller:bootstrap-signer', [
    account('kube-system', 'bootstrap-signer'),
  ]),
  namespacedBinding(LEADERS, 'system:controller:cloud-provider', [
    account('kube-system', 'cloud-provider'),
  ]),
  namespacedBinding(LEADERS, 'system:controller:token-cleaner', [
    account('kube-system', 'token-cleaner'),
  ]),
  namespacedBinding(LEADERS, 'system::leader-locking-kube-controller-manager', [
    user('system:kube-controller-manager'),
    account('kube-system', 'leader-locking-kube-controller-manager'),
  ]),
  namespacedBinding(LEADERS, 'system::leader-locking-kube-scheduler', [
    user('system:kube-scheduler'),
    account('kube-system', 'leader-locking-kube-scheduler'),
  ]),
];

/** Everything that a new cluster is given, in the order of upstream's post-start hook. */
export const bootstrapPolicy: readonly {
  readonly plural: string;
  readonly object: KubernetesObject;
}[] = [
  ...bootstrapRoles.map((object) => ({ plural: 'clusterroles', object })),
  ...bootstrapBindings.map((object) => ({ plural: 'clusterrolebindings', object })),
  ...bootstrapNamespacedRoles.map((object) => ({ plural: 'roles', object })),
  ...bootstrapRoleBindings.map((object) => ({ plural: 'rolebindings', object })),
];
