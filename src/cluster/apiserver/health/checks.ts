import type { Server } from '../server.ts';

/**
 * The checks behind the server's probes (upstream: the healthz package of apiserver). The hooks have run as soon as
 * the server answers at all, but for those that wait for the copies of etcd.
 */

const hooks: readonly string[] = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
  'autoregister-completion',
  'apiservice-openapi-controller',
  'apiservice-openapiv3-controller',
].map((name) => `poststarthook/${name}`);

/** Hooks that wait for what etcd holds: they have not finished before the first copies are here. */
const WAITING_HOOKS: readonly string[] = [
  'poststarthook/crd-informer-synced',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/priority-and-fairness-config-producer',
];

/** The checks of each probe, in the order in which they are listed. */
export const checksOf: Readonly<Record<string, readonly string[]>> = {
  healthz: ['ping', 'log', 'etcd', ...hooks],
  livez: ['ping', 'log', 'etcd', ...hooks],
  readyz: ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...hooks, 'shutdown'],
};

/** Whether a check asks etcd. */
export function asksEtcd(check: string): boolean {
  return check === 'etcd' || check === 'etcd-readiness';
}

/** What is wrong with one check; undefined when it passes. */
export function problemOf(probe: string, check: string, { memory }: Server): string | undefined {
  switch (check) {
    case 'etcd':
    case 'etcd-readiness':
      return memory.health.etcdProblem;
    case 'informer-sync': {
      const missing: string[] = [];
      for (const cache of memory.caches.values()) if (!cache.ready) missing.push(cache.storage);
      return missing.length === 0
        ? undefined
        : `${missing.length} informers not started yet: [${missing.join(' ')}]`;
    }
    case 'shutdown':
      return memory.health.isShuttingDown ? 'process is shutting down' : undefined;
    default:
      // A server whose hooks still wait is alive.
      if (probe !== 'readyz' || !WAITING_HOOKS.includes(check)) return undefined;
      for (const cache of memory.caches.values()) if (!cache.ready) return 'not finished';
      return undefined;
  }
}
