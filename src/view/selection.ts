import type {
  ComponentHealth,
  NodeCard,
  ObjectRow,
  PodCard,
  ServiceCard,
  WorkloadCard,
} from '../bridge/cards.ts';
import { componentRow } from './components.ts';
import type { View } from './view.ts';

/**
 * What a person points at: an object by its uid, or a component of the control plane as `component:NAME`, where NAME is
 * the component's (`etcd`: the one that acts) or one process's (`etcd-cp-2`).
 * A text, so that it can be compared, stored and put in a link.
 */
export type ThingId = string;

/** A thing with the row that describes it. */
export type Thing =
  | { readonly kind: 'pod'; readonly id: ThingId; readonly row: PodCard }
  | { readonly kind: 'node'; readonly id: ThingId; readonly row: NodeCard }
  | { readonly kind: 'service'; readonly id: ThingId; readonly row: ServiceCard }
  | { readonly kind: 'workload'; readonly id: ThingId; readonly row: WorkloadCard }
  | { readonly kind: 'component'; readonly id: ThingId; readonly row: ComponentHealth }
  | { readonly kind: 'object'; readonly id: ThingId; readonly row: ObjectRow };

const COMPONENT = 'component:';

export function componentId(component: string): ThingId {
  return `${COMPONENT}${component}`;
}

/** The component an id names, or undefined. */
export function componentOf(id: ThingId): string | undefined {
  return id.startsWith(COMPONENT) ? id.slice(COMPONENT.length) : undefined;
}

/** The thing behind an id as it is now; undefined when it has gone. */
export function thingOf(view: View, id: ThingId): Thing | undefined {
  const component = componentOf(id);
  if (component !== undefined) {
    const row = componentRow(view.head.getState().health, component);
    return row === undefined ? undefined : { kind: 'component', id, row };
  }
  const pod = view.pods.get(id);
  if (pod !== undefined) return { kind: 'pod', id, row: pod };
  const node = view.nodeOf(id);
  if (node !== undefined) return { kind: 'node', id, row: node };
  const service = view.services.get(id);
  if (service !== undefined) return { kind: 'service', id, row: service };
  const workload = view.workloads.get(id);
  if (workload !== undefined) return { kind: 'workload', id, row: workload };
  const object = view.objects.get(id);
  return object === undefined ? undefined : { kind: 'object', id, row: object };
}

/** Its name as a heading says it. */
export function thingName(thing: Thing): string {
  return thing.kind === 'component' ? thing.row.component : thing.row.name;
}

/** Its Kubernetes kind, or `Component`. */
export function thingKind(thing: Thing): string {
  switch (thing.kind) {
    case 'pod':
      return 'Pod';
    case 'node':
      return 'Node';
    case 'service':
      return 'Service';
    case 'workload':
    case 'object':
      return thing.row.kind;
    case 'component':
      return 'Component';
  }
}

/** Where the API serves it; undefined for a component and for what the page has no row of yet. */
export function thingPath(view: View, id: ThingId): string | undefined {
  return view.objects.get(id)?.path;
}

/** The owner and what it owns, for one keystroke to either. */
export function ownerOf(view: View, id: ThingId): ThingId | undefined {
  const pod = view.pods.get(id);
  const ownerId = pod?.ownerId ?? view.workloads.get(id)?.ownerId ?? '';
  return ownerId !== '' && view.objects.get(ownerId) !== undefined ? ownerId : undefined;
}

/** The first thing this one owns or carries: a workload's ReplicaSet, a ReplicaSet's or node's Pod. */
export function firstUsedBy(view: View, id: ThingId): ThingId | undefined {
  const node = view.nodeOf(id);
  if (node !== undefined) return view.index.podsOnNode.ids(node.name)[0];
  const owned = view.index.workloadsOfOwner.ids(id);
  const newest = owned.find((each) => (view.workloads.get(each)?.desired ?? 0) > 0) ?? owned[0];
  return newest ?? view.index.podsOfOwner.ids(id)[0] ?? view.services.get(id)?.ready[0];
}
