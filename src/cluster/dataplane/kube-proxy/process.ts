import type { EndpointSlice, Node, Service } from '../../../api/generated/types.ts';
import { defineBehaviour } from '../../../kernel/process.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import { klog } from '../../client/component-log.ts';
import { apiClientStep, createApiClient } from '../../client/api-client.ts';
import {
  allSynced,
  createInformer,
  indexed,
  informersStep,
  startInformer,
  type InformerChange,
  type InformerSpec,
} from '../../client/informer.ts';
import { keyOf, type KubeObject } from '../../client/kube-object.ts';
import { serviceRules, type ServiceRule } from '../../network/service-rules.ts';
import { healthAnswer } from './health.ts';
import type {
  KubeProxy,
  KubeProxyConfig,
  KubeProxyEnv,
  KubeProxyMemory,
  KubeProxyMessage,
} from './state.ts';

/** `--iptables-min-sync-period`: changes that come closer together are written together. */
const MIN_SYNC: Micros = SECOND;
/** `--iptables-sync-period`: after this long a write that may have failed is made again. */
const SYNC_PERIOD: Micros = 30 * SECOND;

/** Services of other proxies, and those without an address of their own, are none of its business. */
const OURS = {
  labelSelector: '!service.kubernetes.io/headless,!service.kubernetes.io/service-proxy-name',
};
const SERVICE_NAME = 'kubernetes.io/service-name';

/** The Service a slice belongs to, as `namespace/name`. */
function serviceOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.labels?.[SERVICE_NAME] ?? ''}`;
}

const SERVICES: InformerSpec = { name: 'services', path: '/api/v1/services', query: OURS };
const SLICES: InformerSpec = {
  name: 'endpointslices',
  path: '/apis/discovery.k8s.io/v1/endpointslices',
  query: OURS,
  indexes: { service: (slice) => [serviceOf(slice)] },
};

const specsByNode = new Map<string, readonly InformerSpec[]>();

function specsOf(node: string): readonly InformerSpec[] {
  let specs = specsByNode.get(node);
  if (specs === undefined) {
    const query = { fieldSelector: `metadata.name=${node}` };
    specs = [SERVICES, SLICES, { name: 'nodes', path: '/api/v1/nodes', query }];
    specsByNode.set(node, specs);
  }
  return specs;
}

/**
 * kube-proxy in its iptables mode: watches Services and EndpointSlices and writes what they mean as rules of its node.
 * The rules outlive it; while it is down they are what they were.
 */
export const kubeProxyBehaviour = defineBehaviour<
  KubeProxyConfig,
  null,
  KubeProxyMemory,
  KubeProxyMessage
>({
  kind: 'kube-proxy',
  initialDisk: () => null,
  start(_disk, env, config) {
    const memory = createMemory(config);
    klog(env, 'I', 'server.go:702', '"Version info" version="v1.35.0"');
    if (config.lacks !== undefined) {
      klog(env, 'E', 'server.go:111', `"Error running ProxyServer" err="${config.lacks}"`);
      env.exit(1, config.lacks);
      return memory;
    }
    klog(env, 'I', 'server_linux.go:62', '"Using iptables proxy"');
    for (const spec of specsOf(config.node)) {
      const informer = memory.informers.get(spec.name);
      if (informer !== undefined) startInformer(spec, informer, memory.client, env);
    }
    return memory;
  },
  step(proxy, message, env) {
    const { memory, config } = proxy;
    if (message.type === 'net/connect') {
      env.send(env.from ?? config.containerd, {
        type: 'net/answer',
        id: message.id,
        outcome: healthAnswer(proxy, message, env),
      });
      return;
    }
    if (message.type === 'kube-proxy/sync') {
      memory.timerArmed = false;
      syncRules(proxy, env);
      return;
    }
    if (message.type === 'kernel/connection-lost' && message.peer === config.containerd) {
      // What was on its way may be lost, and the node's rules with it.
      memory.full = true;
      memory.queuedAt ??= env.now;
      arm(proxy, SYNC_PERIOD, env);
      return;
    }
    if (apiClientStep(memory.client, message, env, ignore)) return;
    informersStep(specsOf(config.node), memory.informers, memory.client, message, env, {
      onChange: (change) => changed(proxy, change, env),
      onSynced: () => requestSync(proxy, env),
    });
    if (memory.dirty.size > 0) requestSync(proxy, env);
  },
});

function ignore(): void {}

function createMemory({ apiServer, node }: KubeProxyConfig): KubeProxyMemory {
  return {
    client: createApiClient({
      server: apiServer,
      user: 'system:serviceaccount:kube-system:kube-proxy',
      userAgent: 'kube-proxy',
      qps: 0,
      burst: 0,
    }),
    informers: new Map(specsOf(node).map((spec) => [spec.name, createInformer(spec)])),
    dirty: new Set(),
    full: true,
    zone: '',
    syncedAt: undefined,
    queuedAt: undefined,
    timerArmed: false,
    syncs: 0,
    services: 0,
  };
}

function changed(proxy: KubeProxy, change: InformerChange, env: KubeProxyEnv): void {
  const { memory } = proxy;
  // One of the two is there.
  const object = (change.next ?? change.old) as KubeObject;
  switch (change.informer) {
    case 'services':
      memory.dirty.add(keyOf(object));
      break;
    case 'endpointslices':
      memory.dirty.add(serviceOf(object));
      break;
    case 'nodes': {
      const zone = (change.next as Node | undefined)?.metadata.labels?.[
        'topology.kubernetes.io/zone'
      ];
      if (zone === undefined || zone === memory.zone) return;
      memory.zone = zone;
      memory.full = true;
      requestSync(proxy, env);
      return;
    }
  }
  memory.queuedAt ??= env.now;
}

/** Writes at once, or as soon as the last write is long enough ago. */
function requestSync(proxy: KubeProxy, env: KubeProxyEnv): void {
  const { memory } = proxy;
  if (!allSynced(memory.informers)) return;
  if (memory.syncs === 0 && !memory.timerArmed)
    for (const controller of ['service', 'endpoint slice', 'node'])
      klog(
        env,
        'I',
        'shared_informer.go:356',
        `"Caches are synced" controller="${controller} config"`,
      );
  const since = memory.syncedAt === undefined ? MIN_SYNC : env.now - memory.syncedAt;
  if (since >= MIN_SYNC && !memory.timerArmed) syncRules(proxy, env);
  else arm(proxy, Math.max(0, MIN_SYNC - since), env);
}

function arm(proxy: KubeProxy, delay: Micros, env: KubeProxyEnv): void {
  if (proxy.memory.timerArmed) return;
  proxy.memory.timerArmed = true;
  env.after(delay, { type: 'kube-proxy/sync' });
}

/** Works out the Services that have changed (all of them the first time) and hands their rules to the node. */
function syncRules({ memory, config }: KubeProxy, env: KubeProxyEnv): void {
  if (!allSynced(memory.informers) || (!memory.full && memory.dirty.size === 0)) return;
  const services = memory.informers.get('services')?.items;
  const keys = memory.full ? [...(services?.keys() ?? [])] : [...memory.dirty];
  const set: (readonly [string, readonly ServiceRule[]])[] = [];
  const removed: string[] = [];
  for (const key of keys) {
    const service = services?.get(key);
    if (service === undefined) removed.push(key);
    else set.push([key, rulesOf(memory, key, service as Service)]);
  }
  env.send(config.containerd, {
    type: 'net/rules',
    full: memory.full,
    zone: memory.zone,
    set,
    removed,
  });
  memory.syncs += 1;
  memory.services += set.length;
  memory.full = false;
  memory.dirty.clear();
  memory.syncedAt = env.now;
  memory.queuedAt = undefined;
}

function rulesOf(memory: KubeProxyMemory, key: string, service: Service): readonly ServiceRule[] {
  const slices = memory.informers.get('endpointslices');
  const own = slices === undefined ? [] : [...indexed(slices, 'service', key).values()];
  return serviceRules(service, own as readonly KubeObject[] as readonly EndpointSlice[]);
}
