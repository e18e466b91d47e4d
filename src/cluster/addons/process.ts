import type { KubernetesObject } from '../../api/generated/types.ts';
import type { ConnectionLost } from '../../kernel/kernel.ts';
import { defineBehaviour, type Env } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/time.ts';
import {
  apiClientStep,
  call,
  createApiClient,
  messageOf,
  reasonOf,
  succeeded,
  type ApiClient,
  type ApiClientMessage,
  type ApiOutcome,
} from '../client/api-client.ts';
import type { ApiResponse } from '../messages.ts';
import {
  administrators,
  clusterConfigurationObjects,
  extensionAuthentication,
  joiningObjects,
  kubeProxyObjects,
} from './configuration.ts';
import { coreDnsObjects } from './coredns.ts';
import type { ClusterFacts } from './documents.ts';
import { networkPluginObjects } from './network-plugin.ts';

/** What `kubeadm init` is started with. Frozen. */
export interface KubeadmConfig extends ClusterFacts {
  readonly apiServer: string;
}

/** Which of its objects have been created: it never goes back, so what somebody deletes stays deleted. */
export interface KubeadmDisk {
  created: number;
}

export interface KubeadmMemory {
  readonly client: ApiClient<'created'>;
}

export type KubeadmMessage =
  | { readonly type: 'kubeadm/next' }
  | ApiClientMessage
  | ApiResponse
  | ConnectionLost;

type KubeadmEnv = Env<KubeadmMessage>;

/** Between two attempts to reach the API server. */
const RETRY: Micros = 500_000;

/**
 * The last phases of `kubeadm init`: waits for the API server and creates the cluster's configuration, its addons and
 * the network plugin, which comes right after them, once in the life of the cluster.
 */
export const kubeadmBehaviour = defineBehaviour<
  KubeadmConfig,
  KubeadmDisk,
  KubeadmMemory,
  KubeadmMessage
>({
  kind: 'kubeadm',
  initialDisk: () => ({ created: 0 }),
  start(disk, env, config) {
    const memory: KubeadmMemory = {
      client: createApiClient({
        server: config.apiServer,
        user: 'kubernetes-admin',
        userAgent: 'kubeadm',
        qps: 0,
        burst: 0,
      }),
    };
    createNext(disk, memory, config, env);
    return memory;
  },
  step({ disk, memory, config }, message, env) {
    if (message.type === 'kubeadm/next') {
      createNext(disk, memory, config, env);
      return;
    }
    apiClientStep(memory.client, message, env, (_then, outcome) => {
      if (!isSettled(outcome)) {
        env.after(RETRY, { type: 'kubeadm/next' });
        return;
      }
      disk.created += 1;
      createNext(disk, memory, config, env);
    });
  },
});

/** Created now or before; a kind that this server does not have is left out. */
function isSettled(outcome: ApiOutcome): boolean {
  return (
    succeeded(outcome) ||
    reasonOf(outcome) === 'AlreadyExists' ||
    messageOf(outcome).startsWith('the server could not find the requested resource')
  );
}

const objectsByConfig = new WeakMap<KubeadmConfig, readonly KubernetesObject[]>();

/** In the order of kubeadm's phases. */
function objectsOf(config: KubeadmConfig): readonly KubernetesObject[] {
  let objects = objectsByConfig.get(config);
  if (objects === undefined) {
    objects = [
      extensionAuthentication(),
      administrators,
      ...clusterConfigurationObjects(config),
      ...joiningObjects(config),
      ...coreDnsObjects(config.clusterDns),
      ...kubeProxyObjects(config),
      ...networkPluginObjects(),
    ];
    objectsByConfig.set(config, objects);
  }
  return objects;
}

function createNext(
  disk: KubeadmDisk,
  memory: KubeadmMemory,
  config: KubeadmConfig,
  env: KubeadmEnv,
): void {
  const object = objectsOf(config)[disk.created];
  if (object === undefined) return;
  env.resumeCause(undefined);
  env.note(`kubeadm creates ${object.kind ?? ''} ${object.metadata?.name ?? ''}`);
  call(memory.client, env, {
    method: 'POST',
    path: collectionOf(object),
    body: object,
    then: 'created',
  });
}

const PLURALS: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  ServiceAccount: 'serviceaccounts',
  Service: 'services',
  Deployment: 'deployments',
  DaemonSet: 'daemonsets',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
};

function collectionOf({ apiVersion = '', kind = '', metadata }: KubernetesObject): string {
  const base = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const namespace = metadata?.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${base}${namespace}/${PLURALS[kind] ?? ''}`;
}
