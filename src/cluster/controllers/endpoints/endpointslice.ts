import type { EndpointSlice, Node, Service } from '../../../api/generated/types.ts';
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
  isSamePlace,
  MANAGED_BY_LABEL,
  MANAGER,
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
    { resource: 'pods', keys: servicesOfPod },
    { resource: 'endpointslices', keys: serviceOfChangedSlice },
    { resource: 'nodes', keys: servicesOfNode },
  ],

  reconcile(key, cluster) {
    const service = cluster.get('services', key);
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) {
      return rest('it is gone, and its slices are the garbage collector’s');
    }
    const members = cluster.derived.members.get(key);
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
    const isLeaving = slice.metadata.deletionTimestamp !== undefined;
    if (!isLeaving && serviceOfSlice(slice) === key) slices.set(sliceKey, slice);
  }
  return slices;
}

/** The Services of a pod's namespace whose slices do not say of it what they should. */
function servicesOfPod(
  { key, next, old }: InformerChange,
  cluster: ClusterView,
): readonly string[] {
  const namespace = (next ?? old)?.metadata.namespace ?? '';
  let keys: string[] | undefined;
  for (const serviceKey of cluster.filed('services', 'namespace', namespace).keys()) {
    if (cluster.derived.members.get(serviceKey)?.drift.has(key) !== true) continue;
    keys ??= [];
    keys.push(serviceKey);
  }
  return keys ?? NO_KEYS;
}

/** A node that comes, goes or moves to another zone changes what is to be told of its pods. */
function servicesOfNode(change: InformerChange, cluster: ClusterView): readonly string[] {
  const { key } = change;
  if (isSamePlace(change.old as Node | undefined, change.next as Node | undefined)) return NO_KEYS;
  const keys = new Set<string>();
  for (const [podKey, pod] of cluster.filed('pods', 'node', key)) {
    const { namespace = '' } = pod.metadata;
    for (const serviceKey of cluster.filed('services', 'namespace', namespace).keys()) {
      if (cluster.derived.members.get(serviceKey)?.drift.has(podKey) === true) keys.add(serviceKey);
    }
  }
  return [...keys];
}

function serviceOfChangedSlice(change: InformerChange, cluster: ClusterView): readonly string[] {
  const old = change.old as EndpointSlice | undefined;
  const next = change.next as EndpointSlice | undefined;
  const key = serviceOfSlice(next) ?? serviceOfSlice(old);
  if (key === undefined) return NO_KEYS;
  const drifted = (cluster.derived.members.get(key)?.drift.size ?? 0) > 0;
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
