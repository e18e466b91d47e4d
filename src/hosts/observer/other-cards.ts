import type { EndpointSlice, Event, Service } from '../../api/generated/types.ts';
import { placeOfKind } from '../../api/kinds/places.ts';
import { parseTime } from '../../api/time.ts';
import { workloadCounts, type Workload, type WorkloadCounts } from '../../api/workload-counts.ts';
import type {
  EventRow,
  ObjectRow,
  ServiceCard,
  StatusClass,
  WorkloadCard,
} from '../../bridge/cards.ts';
import type { KubeObject } from '../../cluster/client/kube-object.ts';

/** A Service with the Pods behind its EndpointSlices. */
export function serviceCard(service: Service, slices: Iterable<EndpointSlice>): ServiceCard {
  const ready = new Set<string>();
  const notReady = new Set<string>();
  for (const slice of slices) {
    for (const endpoint of slice.endpoints ?? []) {
      const uid = endpoint.targetRef?.uid;
      if (uid !== undefined) (endpoint.conditions?.ready === false ? notReady : ready).add(uid);
    }
  }
  const { metadata, spec } = service;
  return {
    id: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    type: spec?.type ?? 'ClusterIP',
    clusterIP: spec?.clusterIP ?? '',
    ports: (spec?.ports ?? []).map(
      (port) => `${port.port}→${port.targetPort ?? port.port}/${port.protocol ?? 'TCP'}`,
    ),
    selector: spec?.selector ?? {},
    ready: [...ready],
    notReady: [...notReady],
  };
}

/** A workload of any kind with its counts. */
export function workloadCard(workload: Workload): WorkloadCard {
  const { metadata } = workload;
  const counts = workloadCounts(workload);
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true);
  return {
    id: metadata.uid ?? '',
    kind: workload.kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    desired: counts.desired,
    current: counts.current,
    readyCount: counts.ready,
    updated: counts.updated,
    available: counts.available,
    ownerId: owner?.uid ?? '',
    statusClass: classOf(workload, counts),
    message: counts.failure ?? counts.words,
    paused: counts.paused,
    revision: metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '',
  };
}

function classOf(workload: Workload, counts: WorkloadCounts): StatusClass {
  if (counts.failure !== undefined) return 'failed';
  if (counts.complete) return 'good';
  if (counts.desired === 0) return 'inert';
  if (workload.kind === 'Job') return counts.paused ? 'inert' : 'moving';
  return counts.ready >= counts.desired ? 'good' : 'moving';
}

/** Any object as a row for lists and search. `plural` is for kinds that are not built in. */
export function objectRow(object: KubeObject, plural?: string): ObjectRow {
  const apiVersion = object.apiVersion ?? '';
  const kind = object.kind ?? '';
  const { uid, name, namespace, creationTimestamp } = object.metadata;
  const resource = placeOfKind(apiVersion, kind)?.plural ?? plural ?? '';
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined || namespace === '' ? '' : `/namespaces/${namespace}`;
  return {
    id: uid ?? '',
    apiVersion,
    kind,
    resource,
    namespace: namespace ?? '',
    name: name ?? '',
    path: `${root}${scope}/${resource}/${name ?? ''}`,
    createdAt: parseTime(creationTimestamp ?? '') ?? 0,
  };
}

/** A stored Event as a row. Newer recorders write `eventTime` and a series instead of counts. */
export function eventRow(event: Event): EventRow {
  const first = event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
  const last = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? first;
  return {
    id: event.metadata.uid ?? '',
    namespace: event.metadata.namespace ?? '',
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    reason: event.reason ?? '',
    message: event.message ?? '',
    kind: event.involvedObject.kind ?? '',
    name: event.involvedObject.name ?? '',
    about: event.involvedObject.uid ?? '',
    component: event.reportingComponent ?? event.source?.component ?? '',
    count: event.series?.count ?? event.count ?? 1,
    firstAt: parseTime(first) ?? 0,
    lastAt: parseTime(last) ?? 0,
  };
}
