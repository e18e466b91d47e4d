import type { Node } from '../../../api/generated/types.ts';
import type { ConnectionLost } from '../../../kernel/kernel.ts';
import { defineBehaviour, type Env } from '../../../kernel/process.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import { klog } from '../../client/component-log.ts';
import {
  apiClientStep,
  createApiClient,
  type ApiClient,
  type ApiClientMessage,
} from '../../client/api-client.ts';
import {
  createInformer,
  informersStep,
  startInformer,
  type Informer,
  type InformerSpec,
  type InformerTimer,
} from '../../client/informer.ts';
import type { ApiResponse, ApiWatchEnded, ApiWatchEvents } from '../../messages.ts';
import type { CniConfigure } from '../../network/packets.ts';

/** What the agent of the network plugin is started with. Frozen. */
export interface CniAgentConfig {
  readonly node: string;
  readonly apiServer: string;
  readonly containerd: string;
  /** Something on the machine is not as it needs it: why it ends as soon as it has started. */
  readonly lacks?: string;
}

export interface CniAgentMemory {
  readonly client: ApiClient<never>;
  readonly informers: ReadonlyMap<string, Informer>;
  /** The node's range; '' until it has one. */
  podCidr: string;
}

export type CniAgentMessage =
  | { readonly type: 'cni-agent/configure' }
  | ApiClientMessage
  | InformerTimer
  | ApiResponse
  | ApiWatchEvents
  | ApiWatchEnded
  | CniConfigure
  | ConnectionLost;

type CniAgentEnv = Env<CniAgentMessage>;

const RETRY: Micros = SECOND;

const specsByNode = new Map<string, readonly InformerSpec[]>();

function specsOf(node: string): readonly InformerSpec[] {
  let specs = specsByNode.get(node);
  if (specs === undefined) {
    const query = { fieldSelector: `metadata.name=${node}` };
    specs = [{ name: 'nodes', path: '/api/v1/nodes', query }];
    specsByNode.set(node, specs);
  }
  return specs;
}

/**
 * The agent of the network plugin on one node: learns the node's range of Pod addresses from its Node object, writes
 * the plugin's configuration, and serves the plugin's calls on its socket for as long as it runs.
 */
export const cniAgentBehaviour = defineBehaviour<
  CniAgentConfig,
  null,
  CniAgentMemory,
  CniAgentMessage
>({
  kind: 'cni-agent',
  initialDisk: () => null,
  start(_disk, env, config) {
    const memory: CniAgentMemory = {
      client: createApiClient({
        server: config.apiServer,
        user: 'system:serviceaccount:kube-system:cni-agent',
        userAgent: 'cni-agent',
        qps: 0,
        burst: 0,
      }),
      informers: new Map(specsOf(config.node).map((spec) => [spec.name, createInformer(spec)])),
      podCidr: '',
    };
    if (config.lacks !== undefined) {
      klog(env, 'F', 'main.go:94', config.lacks);
      env.exit(1, config.lacks);
      return memory;
    }
    klog(env, 'I', 'main.go:71', `waiting for the range of node ${config.node}`);
    for (const spec of specsOf(config.node)) {
      const informer = memory.informers.get(spec.name);
      if (informer !== undefined) startInformer(spec, informer, memory.client, env);
    }
    return memory;
  },
  step({ memory, config }, message, env) {
    if (message.type === 'cni-agent/configure') {
      configure(memory, config, env);
      return;
    }
    if (message.type === 'kernel/connection-lost' && message.peer === config.containerd) {
      env.after(RETRY, { type: 'cni-agent/configure' });
      return;
    }
    if (apiClientStep(memory.client, message, env, ignore)) return;
    informersStep(specsOf(config.node), memory.informers, memory.client, message, env, {
      onChange({ next }) {
        const podCidr = (next as Node | undefined)?.spec?.podCIDR ?? '';
        if (podCidr === '' || podCidr === memory.podCidr) return;
        memory.podCidr = podCidr;
        klog(
          env,
          'I',
          'main.go:118',
          `the range is ${podCidr}; listening on /run/cni-agent/cni-agent.sock`,
        );
        configure(memory, config, env);
      },
    });
  },
});

function ignore(): void {}

/** Writes the configuration and opens the socket. */
function configure({ podCidr }: CniAgentMemory, { containerd }: CniAgentConfig, env: CniAgentEnv) {
  if (podCidr !== '') env.send(containerd, { type: 'cni/configure', podCidr });
}
