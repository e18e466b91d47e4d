import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../../api/generated/types.ts';
import type { Server } from '../server.ts';
import type { UserInfo } from './attributes.ts';
import {
  bootstrapBindings,
  bootstrapRoles,
  bootstrapRoleBindings,
  bootstrapNamespacedRoles,
} from './bootstrap/index.ts';

/**
 * Roles and bindings, found by who they are for. A memo of the server's copies, made anew when one of them changes.
 * Until the default policy has been stored it counts as if it were, so that a cluster can begin.
 */
export interface Policy {
  readonly clusterRoles: ReadonlyMap<string, ClusterRole>;
  /** By `namespace/name`. */
  readonly roles: ReadonlyMap<string, Role>;
  /** By a text for each subject. */
  readonly clusterBindings: ReadonlyMap<string, readonly ClusterRoleBinding[]>;
  /** By namespace, then by subject. */
  readonly bindings: ReadonlyMap<string, ReadonlyMap<string, readonly RoleBinding[]>>;
}

const policies = new WeakMap<Server['memory'], { generation: number; policy: Policy }>();

/** The policy in force. */
export function policyOf({ memory }: Server): Policy {
  const { generation } = memory.authorization;
  const known = policies.get(memory);
  if (known?.generation === generation) return known.policy;
  const policy = readPolicy(memory);
  policies.set(memory, { generation, policy });
  return policy;
}

function readPolicy({ caches }: Server['memory']): Policy {
  // Each cache holds objects of one kind.
  const all = <T>(storage: string): readonly T[] => [
    ...((caches.get(storage)?.objects.values() ?? []) as Iterable<T>),
  ];
  const storedRoles = all<ClusterRole>('clusterroles');
  const isFresh = !storedRoles.some(({ metadata }) => metadata.name === 'cluster-admin');
  const clusterRoles = new Map<string, ClusterRole>();
  for (const role of isFresh ? [...bootstrapRoles, ...storedRoles] : storedRoles) {
    clusterRoles.set(role.metadata.name ?? '', role);
  }
  const roles = new Map<string, Role>();
  for (const role of isFresh
    ? [...bootstrapNamespacedRoles, ...all<Role>('roles')]
    : all<Role>('roles')) {
    roles.set(`${role.metadata.namespace ?? ''}/${role.metadata.name ?? ''}`, role);
  }
  const clusterBindings = new Map<string, ClusterRoleBinding[]>();
  const stored = all<ClusterRoleBinding>('clusterrolebindings');
  for (const binding of isFresh ? [...bootstrapBindings, ...stored] : stored) {
    for (const subject of binding.subjects ?? [])
      file(clusterBindings, subjectKey(subject, ''), binding);
  }
  const bindings = new Map<string, Map<string, RoleBinding[]>>();
  const namespaced = all<RoleBinding>('rolebindings');
  for (const binding of isFresh ? [...bootstrapRoleBindings, ...namespaced] : namespaced) {
    const { namespace = '' } = binding.metadata;
    let own = bindings.get(namespace);
    if (own === undefined) {
      own = new Map();
      bindings.set(namespace, own);
    }
    for (const subject of binding.subjects ?? [])
      file(own, subjectKey(subject, namespace), binding);
  }
  return { clusterRoles, roles, clusterBindings, bindings };
}

function file<T>(table: Map<string, T[]>, key: string, item: T): void {
  const known = table.get(key);
  if (known === undefined) table.set(key, [item]);
  else known.push(item);
}

function subjectKey({ kind, name, namespace = '' }: Subject, own: string): string {
  switch (kind) {
    case 'ServiceAccount':
      return `User:system:serviceaccount:${namespace === '' ? own : namespace}:${name}`;
    default:
      return `${kind}:${name}`;
  }
}

const nodeRules: readonly PolicyRule[] =
  bootstrapRoles.find(({ metadata }) => metadata.name === 'system:node')?.rules ?? [];

/**
 * The rules that hold for a user in a namespace (empty: in the whole cluster), binding by binding, until `visit` says
 * that it has seen enough.
 */
export function visitRules(
  policy: Policy,
  user: UserInfo,
  namespace: string,
  visit: (rules: readonly PolicyRule[]) => boolean,
): void {
  const subjects = [`User:${user.name}`, ...user.groups.map((group) => `Group:${group}`)];
  for (const subject of subjects) {
    for (const { roleRef } of policy.clusterBindings.get(subject) ?? []) {
      if (visit(policy.clusterRoles.get(roleRef.name)?.rules ?? [])) return;
    }
  }
  // With the Node authorizer nobody is bound to this role; being a node is enough.
  if (user.groups.includes('system:nodes') && visit(nodeRules)) return;
  const own = namespace === '' ? undefined : policy.bindings.get(namespace);
  if (own === undefined) return;
  for (const subject of subjects) {
    for (const { roleRef } of own.get(subject) ?? []) {
      const rules =
        roleRef.kind === 'ClusterRole'
          ? policy.clusterRoles.get(roleRef.name)?.rules
          : policy.roles.get(`${namespace}/${roleRef.name}`)?.rules;
      if (visit(rules ?? [])) return;
    }
  }
}

/** All rules that hold for a user in a namespace. */
export function rulesFor(policy: Policy, user: UserInfo, namespace: string): readonly PolicyRule[] {
  const all: PolicyRule[] = [];
  visitRules(policy, user, namespace, (rules) => {
    all.push(...rules);
    return false;
  });
  return all;
}
