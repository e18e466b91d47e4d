import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../../../api/generated/types.ts';

const RBAC = 'rbac.authorization.k8s.io';

const metadata = {
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
};

/** A rule from words parted by spaces; the core group is written `core`. */
export function rule(verbs: string, groups: string, resources: string, names = ''): PolicyRule {
  return {
    apiGroups: words(groups).map((each) => (each === 'core' ? '' : each)),
    ...(names === '' ? undefined : { resourceNames: words(names) }),
    resources: words(resources),
    verbs: words(verbs),
  };
}

/** A rule for paths that are no resources. */
export function paths(verbs: string, urls: string): PolicyRule {
  return { nonResourceURLs: words(urls), verbs: words(verbs) };
}

function words(text: string): readonly string[] {
  return text.split(' ');
}

/** Every recorder writes Events, in either group. */
export const eventsRule: PolicyRule = rule('create patch update', 'core events.k8s.io', 'events');

export function clusterRole(
  name: string,
  rules: readonly PolicyRule[],
  more: {
    readonly labels?: Readonly<Record<string, string>>;
    /** The labels of the roles that it is the sum of. */
    readonly sumOf?: Readonly<Record<string, string>>;
  } = {},
): ClusterRole {
  return Object.freeze({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, ...metadata, labels: { ...metadata.labels, ...more.labels } },
    ...(more.sumOf === undefined
      ? undefined
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: more.sumOf }] } }),
    rules,
  });
}

export function clusterBinding(
  role: string,
  subjects: readonly Subject[],
  name = role,
): ClusterRoleBinding {
  return Object.freeze({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name, ...metadata },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects,
  });
}

export function namespacedRole(
  namespace: string,
  name: string,
  rules: readonly PolicyRule[],
): Role {
  return Object.freeze({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name, namespace, ...metadata },
    rules,
  });
}

export function namespacedBinding(
  namespace: string,
  role: string,
  subjects: readonly Subject[],
  name = role,
): RoleBinding {
  return Object.freeze({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace, ...metadata },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: role },
    subjects,
  });
}

export function group(name: string): Subject {
  return { apiGroup: RBAC, kind: 'Group', name };
}

export function user(name: string): Subject {
  return { apiGroup: RBAC, kind: 'User', name };
}

export function account(namespace: string, name: string): Subject {
  return { kind: 'ServiceAccount', name, namespace };
}
