import type {
  ConfigMap,
  FlowSchema,
  KubernetesObject,
  Namespace,
  PriorityClass,
  PriorityLevelConfiguration,
  Service,
  ServiceCIDR,
} from '../../../api/generated/types.ts';
import { formatTime } from '../../../api/time.ts';
import { bootstrapPolicy } from '../authorization/bootstrap/index.ts';
import type { ApiServerConfig } from '../config.ts';
import { bootstrapLevels, bootstrapSchemas } from '../flow-control/bootstrap.ts';
import { ipv4Range, ipv4Text } from '../services/cidr.ts';

/** An object that the server itself sees to, and the collection that it belongs to. */
export interface OwnObject {
  readonly collection: string;
  /** Its key in etcd. */
  readonly key: string;
  readonly object: KubernetesObject;
  /** Where it is not the server's name. */
  readonly fieldManager?: string;
}

const DATE_LENGTH = 'YYYY-MM-DD'.length;
export const SECURE_PORT = 6443;
const byConfig = new WeakMap<ApiServerConfig, readonly OwnObject[]>();

/**
 * What every cluster has from its server (upstream: the system namespaces controller, the kubernetes service
 * controller, the post-start hooks of scheduling and of flow control), in the order in which the parts need one another.
 */
export function ownObjects(config: ApiServerConfig): readonly OwnObject[] {
  const known = byConfig.get(config);
  if (known !== undefined) return known;
  const objects: readonly OwnObject[] = [
    ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map(namespace),
    priorityClass({
      name: 'system-node-critical',
      value: 2_000_001_000,
      description: 'Used for system critical pods that must not be moved from their current node.',
    }),
    priorityClass({
      name: 'system-cluster-critical',
      value: 2_000_000_000,
      description:
        'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    }),
    serviceCidr(config),
    kubernetesService(config),
    ...bootstrapLevels.map((object) => flowObject('prioritylevelconfigurations', object)),
    ...bootstrapSchemas.map((object) => flowObject('flowschemas', object)),
    ...(config.bootstrapPolicy
      ? [legacyTokenTracking(config), ...bootstrapPolicy.map(policyObject)]
      : []),
  ];
  byConfig.set(config, objects);
  return objects;
}

function policyObject({
  plural,
  object,
}: {
  readonly plural: string;
  readonly object: KubernetesObject;
}): OwnObject {
  const { namespace: own, name = '' } = object.metadata;
  const root = '/apis/rbac.authorization.k8s.io/v1';
  return own === undefined
    ? { collection: `${root}/${plural}`, key: `/registry/${plural}/${name}`, object }
    : {
        collection: `${root}/namespaces/${own}/${plural}`,
        key: `/registry/${plural}/${own}/${name}`,
        object,
      };
}

function namespace(name: string): OwnObject {
  const object: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} };
  return { collection: '/api/v1/namespaces', key: `/registry/namespaces/${name}`, object };
}

function priorityClass({
  name,
  value,
  description,
}: {
  readonly name: string;
  readonly value: number;
  readonly description: string;
}): OwnObject {
  const object: PriorityClass = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    description,
  };
  return {
    collection: '/apis/scheduling.k8s.io/v1/priorityclasses',
    key: `/registry/priorityclasses/${name}`,
    object,
  };
}

function serviceCidr({ serviceCidr: cidr }: ApiServerConfig): OwnObject {
  const object: ServiceCIDR = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes' },
    spec: { cidrs: [cidr] },
  };
  return {
    collection: '/apis/networking.k8s.io/v1/servicecidrs',
    key: '/registry/servicecidrs/kubernetes',
    object,
  };
}

/** Since when it is noted which tokens in Secrets are still used: since the cluster's first day. */
function legacyTokenTracking({ epochMillis }: ApiServerConfig): OwnObject {
  const name = 'kube-apiserver-legacy-service-account-token-tracking';
  const object: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'kube-system' },
    data: { since: formatTime(epochMillis).slice(0, DATE_LENGTH) },
  };
  return {
    collection: '/api/v1/namespaces/kube-system/configmaps',
    key: `/registry/configmaps/kube-system/${name}`,
    object,
  };
}

function kubernetesService({ serviceCidr }: ApiServerConfig): OwnObject {
  const clusterIP = ipv4Text(ipv4Range(serviceCidr).base + 1);
  const object: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      clusterIP,
      clusterIPs: [clusterIP],
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: SECURE_PORT }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
  };
  return {
    collection: '/api/v1/namespaces/default/services',
    key: '/registry/services/specs/default/kubernetes',
    object,
  };
}

function flowObject(
  plural: 'flowschemas' | 'prioritylevelconfigurations',
  object: FlowSchema | PriorityLevelConfiguration,
): OwnObject {
  return {
    collection: `/apis/flowcontrol.apiserver.k8s.io/v1/${plural}`,
    key: `/registry/${plural}/${object.metadata.name}`,
    object,
    fieldManager: 'api-priority-and-fairness-config-producer-v1',
  };
}
