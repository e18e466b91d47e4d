import type { ApiObject } from './object.ts';

/**
 * Whether an object is somebody's own, so that it goes into an export: what another object owns comes with its owner, and what
 * the cluster makes by itself, every cluster makes.
 */
export function isOwn(object: ApiObject): boolean {
  const { kind, metadata } = object;
  const { name, namespace = '', labels = {}, annotations = {} } = metadata;
  if (metadata.ownerReferences?.some(({ controller }) => controller === true) === true)
    return false;
  if (metadata.deletionTimestamp !== undefined) return false;
  if (SYSTEM_NAMESPACES.has(namespace)) return false;
  // What the API server writes anew at each start.
  if (labels['kubernetes.io/bootstrapping'] !== undefined) return false;
  if (annotations['apf.kubernetes.io/autoupdate-spec'] !== undefined) return false;
  if (annotations['kubernetes.io/config.mirror'] !== undefined) return false;
  switch (kind) {
    case 'Namespace':
      return name !== 'default' && !SYSTEM_NAMESPACES.has(name);
    case 'ServiceAccount':
      return name !== 'default';
    case 'ConfigMap':
      return name !== 'kube-root-ca.crt';
    case 'Service':
      return !(namespace === 'default' && name === 'kubernetes');
    case 'Secret':
      return !TOKEN_SECRETS.has(String(object['type']));
    case 'PriorityClass':
      return !name.startsWith('system-');
    case 'ClusterRole':
    case 'ClusterRoleBinding':
      return !name.startsWith('system:') && !name.startsWith('kubeadm:');
    case 'PersistentVolume':
      // The provisioner of the new cluster makes its own.
      return annotations['pv.kubernetes.io/provisioned-by'] === undefined;
    case 'StorageClass':
      // kind brings one of this name.
      return name !== 'standard';
    default:
      return true;
  }
}

const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
]);

const TOKEN_SECRETS: ReadonlySet<string> = new Set([
  'kubernetes.io/service-account-token',
  'bootstrap.kubernetes.io/token',
]);

/** Kinds that only report, or that the cluster keeps for itself; by `plural.group`. */
export const LEFT_OUT: ReadonlySet<string> = new Set([
  'apiservices.apiregistration.k8s.io',
  'certificatesigningrequests.certificates.k8s.io',
  'componentstatuses',
  'controllerrevisions.apps',
  'csinodes.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'events',
  'events.events.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'ipaddresses.networking.k8s.io',
  'leases.coordination.k8s.io',
  'nodes',
  'nodes.metrics.k8s.io',
  'pods.metrics.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'resourceslices.resource.k8s.io',
  'servicecidrs.networking.k8s.io',
  'volumeattachments.storage.k8s.io',
]);

/** What others need comes before them; kinds that are not named come between Pods and webhooks. */
const ORDER: readonly string[] = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'RuntimeClass',
  'PersistentVolume',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ResourceQuota',
  'LimitRange',
  'PersistentVolumeClaim',
  'Service',
  'PodDisruptionBudget',
  'DaemonSet',
  'StatefulSet',
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'Pod',
];
const LAST: readonly string[] = [
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];

export function placeOf(kind: string): number {
  const place = ORDER.indexOf(kind);
  if (place >= 0) return place;
  const last = LAST.indexOf(kind);
  return last >= 0 ? 1000 + last : 500;
}
