import {
  DISCOVERY_ACCEPT,
  discoveryOf,
  groupResourceOf,
  groupVersionOf,
  preferredResources,
} from '../../kubectl/kubectl/discovery.ts';
import type { ApiClient } from './api-client.ts';

/** A kind that is followed in a cluster that is attached. */
export interface FollowedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Where its list is. */
  readonly path: string;
  readonly plural: string;
  /** Only the metadata is asked for: a row of a list needs no more, and a Secret's content is nobody's business. */
  readonly metadataOnly: boolean;
  /**
   * Changes are watched. A browser cannot ask a WebSocket for metadata alone, so of those whose content is nobody's business
   * the list is read now and then instead.
   */
  readonly isWatched: boolean;
  /** A change of one may bring or take a kind. */
  readonly definesKinds: boolean;
}

type How = Pick<FollowedKind, 'metadataOnly' | 'isWatched' | 'definesKinds'>;

const followedAs =
  (how: How) =>
  (apiVersion: string, kind: string, plural: string): FollowedKind => {
    const root = apiVersion.includes('/') ? 'apis' : 'api';
    return { apiVersion, kind, plural, path: `/${root}/${apiVersion}/${plural}`, ...how };
  };

const whole = followedAs({ metadataOnly: false, isWatched: true, definesKinds: false });
const metadata = followedAs({ metadataOnly: true, isWatched: false, definesKinds: false });
/** Schemas are large, and seldom change. */
const definition = followedAs({ metadataOnly: true, isWatched: true, definesKinds: true });

/**
 * What is listed and watched; of what only the metadata matters, the list is read now and then. Nodes come first, since Pods
 * stand on them. Leases change too often to be followed.
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
  definition('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions'),
  definition('apiregistration.k8s.io/v1', 'APIService', 'apiservices'),
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

/** Kinds that only report, or that are read in another way; by `plural.group`. */
const NOT_FOLLOWED: ReadonlySet<string> = new Set([
  'componentstatuses',
  'controllerrevisions.apps',
  'endpoints',
  'events.events.k8s.io',
  'leases.coordination.k8s.io',
  'nodes.metrics.k8s.io',
  'pods.metrics.k8s.io',
]);
/** More kinds than this would keep the proxy busy with lists. */
const OTHERS_MAX = 80;

/** What the server lists besides: custom resources, RBAC, admission. Undefined: it did not say. */
export async function otherKinds(api: ApiClient): Promise<readonly FollowedKind[] | undefined> {
  const documents = await Promise.all(
    ['/api', '/apis'].map((path) => api.request({ method: 'GET', path, accept: DISCOVERY_ACCEPT })),
  );
  if (documents.some(({ code }) => code !== 200)) return undefined;
  // Discovery documents are objects.
  const discovery = discoveryOf(documents.map(({ body }) => body as Record<string, unknown>));
  const known = new Set(FOLLOWED.map(({ path }) => path.replace(/\/v\d\w*\//, '/')));
  return preferredResources(discovery)
    .filter(({ verbs }) => verbs.includes('list') && verbs.includes('watch'))
    .filter((resource) => !NOT_FOLLOWED.has(groupResourceOf(resource)))
    .map((resource) => metadata(groupVersionOf(resource), resource.kind, resource.name))
    .filter(({ path }) => !known.has(path.replace(/\/v\d\w*\//, '/')))
    .slice(0, OTHERS_MAX);
}
