import type { Node, Service } from '../../../api/generated/types.ts';
import { formatMicroTime } from '../../../api/time.ts';
import { SECOND } from '../../../kernel/time.ts';
import { indexed } from '../../client/informer.ts';
import type { NetConnect, NetOutcome } from '../../network/packets.ts';
import type { KubeProxy, KubeProxyEnv } from './state.ts';

/** `--healthz-bind-address`. */
export const HEALTHZ_PORT = 10_256;
/** A change that has waited for longer than two sync periods says that the proxy is stuck. */
const HEALTHY_WITHIN = 60 * SECOND;

const REFUSED: NetOutcome = Object.freeze({ kind: 'refused' });

function answer(status: number, body: object): NetOutcome {
  return { kind: 'open', status, body: `${JSON.stringify(body)}\n` };
}

/** What answers on the proxy's own ports: its health, and for each `healthCheckNodePort` whether the node has endpoints. */
export function healthAnswer(
  proxy: KubeProxy,
  { port, payload }: NetConnect,
  env: KubeProxyEnv,
): NetOutcome {
  const path = payload.kind === 'http' ? payload.path : '/healthz';
  if (port !== HEALTHZ_PORT) return serviceHealth(proxy, port, env);
  if (path !== '/healthz' && path !== '/livez') return { kind: 'open', status: 404, body: '' };
  const { memory, config } = proxy;
  const isHealthy = isUpToDate(proxy, env);
  const eligible = isEligible(memory.informers.get('nodes')?.items.get(config.node) as Node);
  const nowMicros = config.epochMillis * 1000 + env.now;
  const updated = isHealthy ? nowMicros : config.epochMillis * 1000 + (memory.syncedAt ?? 0);
  return answer(isHealthy && (path === '/livez' || eligible) ? 200 : 503, {
    lastUpdated: formatMicroTime(updated),
    currentTime: formatMicroTime(nowMicros),
    nodeEligible: eligible,
  });
}

function isUpToDate({ memory }: KubeProxy, env: KubeProxyEnv): boolean {
  return (
    memory.syncedAt !== undefined &&
    (memory.queuedAt === undefined || env.now - memory.queuedAt < HEALTHY_WITHIN)
  );
}

/** A node that is going is taken out of load balancers first (upstream: NodeEligible). */
function isEligible(node: Node | undefined): boolean {
  if (node === undefined) return true;
  return (
    node.metadata.deletionTimestamp === undefined &&
    !(node.spec?.taints ?? []).some(({ key }) => key === 'ToBeDeletedByClusterAutoscaler')
  );
}

function serviceHealth(proxy: KubeProxy, port: number, env: KubeProxyEnv): NetOutcome {
  const { memory, config } = proxy;
  for (const [key, object] of memory.informers.get('services')?.items ?? []) {
    const service = object as Service; // The informer holds nothing else.
    if (service.spec.healthCheckNodePort !== port) continue;
    const localEndpoints = countLocal(proxy, key, config.node);
    return answer(localEndpoints > 0 ? 200 : 503, {
      service: { namespace: service.metadata.namespace, name: service.metadata.name },
      localEndpoints,
      serviceProxyHealthy: isUpToDate(proxy, env),
    });
  }
  return REFUSED;
}

function countLocal({ memory }: KubeProxy, key: string, node: string): number {
  const slices = memory.informers.get('endpointslices');
  if (slices === undefined) return 0;
  const addresses = new Set<string>();
  for (const slice of indexed(slices, 'service', key).values()) {
    const { endpoints = [] } = slice as { endpoints?: readonly LocalEndpoint[] };
    for (const { nodeName, conditions, addresses: own } of endpoints) {
      if (nodeName === node && conditions?.ready !== false) addresses.add(own[0] ?? '');
    }
  }
  return addresses.size;
}

interface LocalEndpoint {
  readonly nodeName?: string;
  readonly conditions?: { readonly ready?: boolean };
  readonly addresses: readonly string[];
}
