/** A kind that is followed in a cluster that is attached. */
export interface FollowedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly path: string;
  /** Only the metadata is asked for: a row of a list needs no more, and a Secret's content is nobody's business. */
  readonly metadataOnly: boolean;
}

const whole = (apiVersion: string, kind: string, plural: string): FollowedKind =>
  kindOf(apiVersion, kind, plural, false);
const metadata = (apiVersion: string, kind: string, plural: string): FollowedKind =>
  kindOf(apiVersion, kind, plural, true);

function kindOf(
  apiVersion: string,
  kind: string,
  plural: string,
  metadataOnly: boolean,
): FollowedKind {
  const root = apiVersion.includes('/') ? 'apis' : 'api';
  return { apiVersion, kind, path: `/${root}/${apiVersion}/${plural}`, metadataOnly };
}

/**
 * What is listed and watched. Nodes come first, since Pods stand on them. Custom resources and the kinds of RBAC and admission
 * are not followed; Leases change too often, and are read now and then.
 */
export const FOLLOWED: readonly FollowedKind[] = [
  whole('v1', 'Node', 'nodes'),
  whole('v1', 'Namespace', 'namespaces'),
  whole('v1', 'Pod', 'pods'),
  whole('apps/v1', 'Deployment', 'deployments'),
  whole('apps/v1', 'ReplicaSet', 'replicasets'),
  whole('apps/v1', 'StatefulSet', 'statefulsets'),
  whole('apps/v1', 'DaemonSet', 'daemonsets'),
  whole('batch/v1', 'Job', 'jobs'),
  whole('batch/v1', 'CronJob', 'cronjobs'),
  whole('v1', 'ReplicationController', 'replicationcontrollers'),
  whole('v1', 'Service', 'services'),
  whole('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  whole('v1', 'Event', 'events'),
  metadata('v1', 'ConfigMap', 'configmaps'),
  metadata('v1', 'Secret', 'secrets'),
  metadata('v1', 'ServiceAccount', 'serviceaccounts'),
  metadata('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  metadata('v1', 'PersistentVolume', 'persistentvolumes'),
  metadata('storage.k8s.io/v1', 'StorageClass', 'storageclasses'),
  metadata('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  metadata('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  metadata('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  metadata('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  metadata('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses'),
];
