import { kindByGvk } from '../../api/kinds/index.ts';
import type { Labels } from '../../api/selectors/label-requirement.ts';
import { NONE_FILED } from '../client/filed-objects.ts';
import { indexed, type Informer, type InformerSpec } from '../client/informer.ts';
import type { EventResource } from './framework/cluster-event.ts';
import type { Reservation } from './framework/plugin.ts';
import type { ClusterObjects, ObjectKinds, ObjectStore } from './snapshot/cluster-objects.ts';

/** A resource the scheduler keeps a copy of. */
interface Watched {
  readonly spec: InformerSpec;
  /** Under which name its changes wake Pods; undefined: they do not. */
  readonly resource: EventResource | undefined;
}

function watched(
  name: keyof ObjectKinds,
  group: string,
  version: string,
  plural: string,
  kind: string,
  resource: EventResource | undefined,
  indexes?: InformerSpec['indexes'],
): Watched | undefined {
  // Kinds that the API server does not serve (yet) would only be asked for in vain.
  if (kindByGvk(group, version, kind) === undefined) return undefined;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const spec = { name, path: `${root}/${plural}` };
  return { spec: indexes === undefined ? spec : { ...spec, indexes }, resource };
}

const byNamespace: NonNullable<InformerSpec['indexes']> = {
  namespace: ({ metadata }) => [metadata.namespace ?? ''],
};

const candidates: readonly (Watched | undefined)[] = [
  watched('namespaces', '', 'v1', 'namespaces', 'Namespace', 'Namespace'),
  watched('services', '', 'v1', 'services', 'Service', 'Service', byNamespace),
  watched(
    'replicationControllers',
    '',
    'v1',
    'replicationcontrollers',
    'ReplicationController',
    undefined,
    byNamespace,
  ),
  watched('replicaSets', 'apps', 'v1', 'replicasets', 'ReplicaSet', undefined),
  watched('statefulSets', 'apps', 'v1', 'statefulsets', 'StatefulSet', undefined),
  watched(
    'persistentVolumes',
    '',
    'v1',
    'persistentvolumes',
    'PersistentVolume',
    'PersistentVolume',
  ),
  watched(
    'persistentVolumeClaims',
    '',
    'v1',
    'persistentvolumeclaims',
    'PersistentVolumeClaim',
    'PersistentVolumeClaim',
  ),
  watched(
    'storageClasses',
    'storage.k8s.io',
    'v1',
    'storageclasses',
    'StorageClass',
    'StorageClass',
  ),
  watched('csiNodes', 'storage.k8s.io', 'v1', 'csinodes', 'CSINode', 'CSINode'),
  watched('csiDrivers', 'storage.k8s.io', 'v1', 'csidrivers', 'CSIDriver', 'CSIDriver'),
  watched(
    'csiStorageCapacities',
    'storage.k8s.io',
    'v1',
    'csistoragecapacities',
    'CSIStorageCapacity',
    'CSIStorageCapacity',
  ),
  watched(
    'volumeAttachments',
    'storage.k8s.io',
    'v1',
    'volumeattachments',
    'VolumeAttachment',
    'VolumeAttachment',
  ),
  watched(
    'podDisruptionBudgets',
    'policy',
    'v1',
    'poddisruptionbudgets',
    'PodDisruptionBudget',
    undefined,
    byNamespace,
  ),
];

const watchedKinds: readonly Watched[] = candidates.filter((each) => each !== undefined);

/** Everything the scheduler lists and watches. Pods that have ended do not concern it. */
export const informerSpecs: readonly InformerSpec[] = [
  { name: 'nodes', path: '/api/v1/nodes' },
  {
    name: 'pods',
    path: '/api/v1/pods',
    query: { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' },
  },
  ...watchedKinds.map(({ spec }) => spec),
];

/** Informer → the resource its changes are events of. */
export const eventResources: ReadonlyMap<string, EventResource> = new Map(
  watchedKinds.flatMap(({ spec, resource }) =>
    resource === undefined ? [] : [[spec.name, resource] as const],
  ),
);

/** What the plugins' view is made of. */
export interface Watching {
  readonly informers: ReadonlyMap<string, Informer>;
  readonly reserved: ReadonlyMap<string, Reservation>;
  readonly reservedSerial: number;
}

/** The plugins' view of what the informers hold, with what has been taken for Pods as it will be. */
export function objectsOf(watching: Watching): ClusterObjects {
  const { informers } = watching;
  const overlays = new Map<string, Overlay>();
  function store<Kind extends keyof ObjectKinds>(kind: Kind): ObjectStore<ObjectKinds[Kind]> {
    const informer = informers.get(kind);
    const items: ReadonlyMap<string, unknown> =
      informer === undefined
        ? NOTHING
        : watching.reserved.size > 0 &&
            (kind === 'persistentVolumes' || kind === 'persistentVolumeClaims')
          ? overlaid(overlays, watching, kind, informer)
          : informer.items;
    // An informer holds objects of the resource it is named after.
    return items as ObjectStore<ObjectKinds[Kind]>;
  }
  const labelsOf = (namespace: string): Labels | undefined =>
    store('namespaces').get(namespace)?.metadata.labels;
  return {
    store,
    namespaceLabels: labelsOf,
    inNamespace<Kind extends keyof ObjectKinds>(kind: Kind, namespace: string) {
      const informer = informers.get(kind);
      const found = informer === undefined ? NONE_FILED : indexed(informer, 'namespace', namespace);
      return found.values() as Iterable<ObjectKinds[Kind]>; // As above.
    },
  };
}

interface Overlay {
  readonly key: string;
  readonly items: ReadonlyMap<string, unknown>;
}

/** The informer's copy with reserved objects in place of what they come from; made anew when either changes. */
function overlaid(
  overlays: Map<string, Overlay>,
  { reserved, reservedSerial }: Watching,
  kind: 'persistentVolumes' | 'persistentVolumeClaims',
  informer: Informer,
): ReadonlyMap<string, unknown> {
  const key = `${reservedSerial}/${informer.revision}/${informer.items.size}`;
  const known = overlays.get(kind);
  if (known?.key === key) return known.items;
  const items = new Map<string, unknown>(informer.items);
  for (const reservation of reserved.values()) {
    for (const [name, object] of reservation[kind]) {
      // Once it is written, the copy knows more than the wish it came from.
      const revision = informer.items.get(name)?.metadata.resourceVersion;
      if (revision === object.metadata.resourceVersion) items.set(name, object);
    }
  }
  overlays.set(kind, { key, items });
  return items;
}

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();
