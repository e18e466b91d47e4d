import type { EndpointSlice, Service } from '../../../api/generated/types.ts';
import { controllerReference } from '../../../api/owner-references.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { ClusterView } from '../cluster-view.ts';
import { itself, NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest, type Report, type Write } from '../plan.ts';
import { SERVICE_NAME_LABEL } from '../resources.ts';
import { create, remove, update } from '../writes.ts';
import {
  addressType,
  MANAGED_BY_LABEL,
  MANAGER,
  membersAt,
  selectsPods,
  serviceOfSlice,
} from './members.ts';
import { planSlices, type NewSlice } from './slice-plan.ts';

const HEADLESS_LABEL = 'service.kubernetes.io/headless';
const RESERVED: ReadonlySet<string> = new Set([
  SERVICE_NAME_LABEL,
  MANAGED_BY_LABEL,
  HEADLESS_LABEL,
]);

/** Writes down, in slices of a hundred, which pods each Service leads to and which of them are ready. */
export const endpointSliceController: Controller = {
  name: 'endpointslice-controller',
  component: 'endpoint-slice-controller',
  workers: 5,
  wokenBy: [
    itself('services'),
    { resource: 'pods', about: ['endpoints'], keys: stirredServices },
    { resource: 'endpointslices', keys: serviceOfChangedSlice },
    { resource: 'nodes', about: ['endpoints'], keys: stirredServices },
  ],

  reconcile(key, cluster) {
    const service = cluster.get('services', key);
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) {
      return rest('it is gone, and its slices are the garbage collector’s');
    }
    const members = membersAt(cluster.derived.members, key);
    if (members === undefined || !selectsPods(service)) return rest('it selects no pods');
    const slices = slicesOf(key, cluster);
    const plan = planSlices(members, slices);
    const report = reportOf(service);
    const labels = labelsOf(service);
    const changed = new Set(plan.update.map(({ slice }) => slice));
    const leaving = new Set(plan.remove);
    const writes: Write[] = [
      ...plan.create.map((next) =>
        create('endpointslices', newSlice(service, labels, next), report),
      ),
      ...plan.update.map(({ slice, ports, endpoints }) =>
        update('endpointslices', { ...relabelled(slice, labels), ports, endpoints }, report),
      ),
      // Slices whose endpoints stay may still carry labels that the Service no longer has.
      ...[...slices.values()]
        .filter((slice) => !changed.has(slice) && !leaving.has(slice))
        .filter((slice) => !semanticEqual(slice.metadata.labels, labels))
        .map((slice) => update('endpointslices', relabelled(slice, labels), report)),
      ...plan.remove.map((slice) => remove('endpointslices', slice, { report })),
    ];
    return inOrder(
      `Service ${service.metadata.name} leads to ${members.wanted.size} pods, ${members.drift.size} of them not yet told rightly`,
      writes,
    );
  },
};

function slicesOf(key: string, cluster: ClusterView): ReadonlyMap<string, EndpointSlice> {
  const slices = new Map<string, EndpointSlice>();
  for (const [sliceKey, slice] of cluster.filed('endpointslices', 'service', key)) {
    const { deletionTimestamp, labels } = slice.metadata;
    if (deletionTimestamp === undefined && labels?.[MANAGED_BY_LABEL] === MANAGER) {
      slices.set(sliceKey, slice);
    }
  }
  return slices;
}

/** The Services of which a pod or node has changed what their slices should say. */
export function stirredServices(_change: InformerChange, cluster: ClusterView): readonly string[] {
  const { stirred } = cluster.derived;
  return stirred.size === 0 ? NO_KEYS : [...stirred];
}

function serviceOfChangedSlice(change: InformerChange, cluster: ClusterView): readonly string[] {
  const old = change.old as EndpointSlice | undefined;
  const next = change.next as EndpointSlice | undefined;
  const key = serviceOfSlice(next) ?? serviceOfSlice(old);
  if (key === undefined) return NO_KEYS;
  const drifted = (membersAt(cluster.derived.members, key)?.drift.size ?? 0) > 0;
  const edited =
    old !== undefined &&
    next !== undefined &&
    !semanticEqual(old.metadata.labels, next.metadata.labels);
  return drifted || edited || next === undefined ? [key] : NO_KEYS;
}

function newSlice(
  service: Service,
  labels: Readonly<Record<string, string>>,
  { ports, endpoints }: NewSlice,
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace ?? '',
      labels,
      ownerReferences: [controllerReference(service)],
    },
    addressType: addressType(service),
    endpoints,
    ports,
  };
}

function relabelled(slice: EndpointSlice, labels: Readonly<Record<string, string>>): EndpointSlice {
  return { ...slice, metadata: { ...slice.metadata, labels } };
}

/** A slice carries its Service's labels, and says whose it is and who keeps it. */
function labelsOf(service: Service): Readonly<Record<string, string>> {
  const own = Object.entries(service.metadata.labels ?? {}).filter(([key]) => !RESERVED.has(key));
  const { clusterIP } = service.spec;
  return {
    ...Object.fromEntries(own),
    [MANAGED_BY_LABEL]: MANAGER,
    [SERVICE_NAME_LABEL]: service.metadata.name ?? '',
    ...(clusterIP === undefined || clusterIP === '' || clusterIP === 'None'
      ? { [HEADLESS_LABEL]: '' }
      : undefined),
  };
}

function reportOf(service: Service): Report {
  const { namespace, name } = service.metadata;
  const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: {error}`;
  return {
    about: referenceTo(service),
    failed: { reason: 'FailedToUpdateEndpointSlices', message },
  };
}
