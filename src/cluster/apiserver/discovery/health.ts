import type { ApiRequest } from '../../messages.ts';
import { methodNotAllowedError, unknownResourceError } from '../../../api/status-error.ts';
import { refuse, type Reply } from '../exchange.ts';
import type { Server } from '../server.ts';
import { allReady } from '../storage/feed.ts';
import { isTrue } from '../verb.ts';

/**
 * The server's probes (upstream: apiserver's healthz package). Each is a list of checks; all must pass. The hooks have
 * run as soon as the server answers at all, so they stand here for those who read the list.
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

const checks: Readonly<Record<string, readonly string[]>> = {
  healthz: ['ping', 'log', 'etcd', ...hooks],
  livez: ['ping', 'log', 'etcd', ...hooks],
  readyz: ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...hooks, 'shutdown'],
};

/** The answer to a probe, or to one check of it (`/livez/etcd`); undefined for other paths. */
export function healthAnswer(request: ApiRequest, server: Server): Reply | undefined {
  const [, probe = '', ...rest] = request.path.split('/');
  const listed = Object.hasOwn(checks, probe) ? checks[probe] : undefined;
  if (listed === undefined) return undefined;
  if (request.method !== 'GET') return refuse(methodNotAllowedError());
  const single = rest.join('/');
  if (single !== '') {
    if (!listed.includes(single)) return refuse(unknownResourceError());
    return passes(single, server)
      ? text(200, 'ok')
      : text(500, `internal server error: ${single} check failed\n`);
  }
  const excluded = request.query['exclude'] ?? '';
  const failed = listed.filter((check) => check !== excluded && !passes(check, server));
  if (failed.length === 0 && !isTrue(request.query['verbose'])) return text(200, 'ok');
  const lines = listed.map((check) => {
    if (check === excluded) return `[+]${check} excluded: ok\n`;
    return failed.includes(check) ? `[-]${check} failed: reason withheld\n` : `[+]${check} ok\n`;
  });
  return failed.length === 0
    ? text(200, `${lines.join('')}${probe} check passed\n`)
    : text(500, `${lines.join('')}${probe} check failed\n`);
}

function passes(check: string, server: Server): boolean {
  switch (check) {
    case 'etcd':
    case 'etcd-readiness':
      return server.memory.etcdUp;
    case 'informer-sync':
      return allReady(server);
    default:
      return true;
  }
}

function text(code: number, body: string): Reply {
  return { kind: 'reply', code, body, contentType: 'text/plain; charset=utf-8' };
}
