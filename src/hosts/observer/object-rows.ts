import type {
  CustomResourceDefinition,
  EndpointSlice,
  Event,
  Lease,
  Node,
  Pod,
  Service,
} from '../../api/generated/types.ts';
import { grantedRequestAmounts } from '../../api/granted-resources.ts';
import { isWorkload, type Workload } from '../../api/workload-counts.ts';
import type {
  EventRow,
  NodeCard,
  ObjectRow,
  PodCard,
  ServiceCard,
  WorkloadCard,
} from '../../bridge/cards.ts';
import type { Diff } from '../../bridge/protocol.ts';
import { keyOf, type KubeObject } from '../../cluster/client/kube-object.ts';
import { CONTROL_PLANE_LABEL } from '../../cluster/set-up.ts';
import { comingUpUntil } from './coming-up.ts';
import { nodeCard, type MachineView, type NodeLoad } from './node-card.ts';
import { eventRow, objectRow, serviceCard, workloadCard } from './other-cards.ts';
import { podCard, type WaitingPod } from './pod-card.ts';

/**
 * Turns objects that come, change and go into rows for a page, whoever tells of them: etcd's own disk, or a watch through
 * the API. Cost follows what changed. At most `ROWS_MAX` rows of a kind leave at a time.
 */
export interface ObjectRows {
  apply(object: KubeObject, deleted: boolean): void;
  /** Everything from the beginning, instead of what was there; the next rows are full ones. */
  replaceAll(objects: readonly KubeObject[]): void;
  /** What is known of machines may have changed. */
  touchNodes(): void;
  /** Marks Pods of which time alone tells something new: their place in the queue, or that they ought to be Ready by now. */
  touchWaiting(): void;
  take(): ObservedRows;
  /** How many nodes there are beside the control plane's own, and how many of them are Ready. */
  nodeCounts(): { readonly all: number; readonly ready: number };
}

/** What no object tells. */
export interface RowContext {
  machine(name: string): MachineView;
  waiting(pod: Pod): WaitingPod | undefined;
  /** What a kind is called in paths that the API's own declarations do not name. */
  pluralOf?(object: KubeObject): string | undefined;
  /** When the world began. */
  epochMillis(): number;
  /** The calendar's time there, in milliseconds since 1970. */
  nowMillis(): number;
}

export interface ObservedRows {
  readonly full: boolean;
  readonly nodes: Diff<NodeCard>;
  readonly pods: Diff<PodCard>;
  readonly services: Diff<ServiceCard>;
  readonly workloads: Diff<WorkloadCard>;
  readonly objects: Diff<ObjectRow>;
  readonly events: readonly EventRow[];
}

const ROWS_MAX = 1500;
const EVENTS_MAX = 400;
const WAITING_LOOKED_AT_MAX = 300;

/** Objects of one kind, and which of them the page does not have yet. */
interface Table<T extends KubeObject> {
  readonly items: Map<string, T>;
  readonly dirty: Set<string>;
  readonly removed: Set<string>;
}

function createTable<T extends KubeObject>(): Table<T> {
  return { items: new Map(), dirty: new Set(), removed: new Set() };
}

function isControlPlane({ metadata }: KubeObject): boolean {
  return metadata.labels !== undefined && Object.hasOwn(metadata.labels, CONTROL_PLANE_LABEL);
}

function both<Row extends { readonly id: string }>(a: Diff<Row>, b: Diff<Row>): Diff<Row> {
  return { upsert: [...a.upsert, ...b.upsert], remove: [...a.remove, ...b.remove] };
}

function kindKey({ apiVersion = '', kind = '' }: KubeObject): string {
  return `${apiVersion.split('/')[0] ?? ''} ${kind}`;
}

export function createObjectRows(context: RowContext): ObjectRows {
  let full = true;
  const pods = createTable<Pod>();
  const nodes = createTable<Node>();
  /** The control plane's own nodes, which have a picture of their own: their components. */
  const hosts = createTable<Node>();
  const services = createTable<Service>();
  const workloads = createTable<Workload>();
  const others = createTable<KubeObject>();
  const leases = new Map<string, Lease>();
  const nodeIds = new Map<string, string>();
  /** Of custom resources, by group and kind. */
  const customPlurals = new Map<string, string>();
  const serviceIds = new Map<string, string>();
  const slicesByService = new Map<string, Map<string, EndpointSlice>>();
  const loads = new Map<string, NodeLoad>();
  /** Pods without a node, and the lane last shown: it changes without any write. */
  const waiting = new Map<string, string>();
  /** Running Pods that are on their way, and until when. */
  const comingUp = new Map<string, number>();
  let events: EventRow[] = [];

  function loadOf(node: string): NodeLoad {
    let load = loads.get(node);
    if (load === undefined) {
      load = { pods: 0, cpuRequestedMilli: 0, memoryRequestedBytes: 0 };
      loads.set(node, load);
    }
    return load;
  }

  function countPod(pod: Pod, sign: 1 | -1): void {
    const node = pod.spec?.nodeName;
    const phase = pod.status?.phase;
    if (node === undefined || node === '' || phase === 'Succeeded' || phase === 'Failed') return;
    const load = loadOf(node);
    const requests = grantedRequestAmounts(pod);
    load.pods += sign;
    load.cpuRequestedMilli += sign * (requests.get('cpu') ?? 0);
    load.memoryRequestedBytes += sign * (requests.get('memory') ?? 0);
    markNode(node);
  }

  function markNode(name: string): void {
    const id = nodeIds.get(name);
    if (id !== undefined) (hosts.items.has(id) ? hosts : nodes).dirty.add(id);
  }

  function store<T extends KubeObject>(
    table: Table<T>,
    object: T,
    deleted: boolean,
  ): T | undefined {
    const id = object.metadata.uid ?? '';
    const old = table.items.get(id);
    if (deleted) {
      table.items.delete(id);
      table.dirty.delete(id);
      table.removed.add(id);
    } else {
      table.items.set(id, object);
      table.dirty.add(id);
    }
    return old;
  }

  function apply(object: KubeObject, deleted: boolean): void {
    switch (object.kind) {
      case 'Event':
        if (!deleted) events.push(eventRow(object as Event));
        return;
      case 'Lease':
        if (object.metadata.namespace === 'kube-node-lease') {
          leases.set(object.metadata.name ?? '', object as Lease);
          markNode(object.metadata.name ?? '');
        }
        return;
      case 'Pod': {
        const old = store(pods, object as Pod, deleted);
        if (old !== undefined) countPod(old, -1);
        if (!deleted) countPod(object as Pod, 1);
        if (deleted || (object as Pod).spec?.nodeName !== undefined)
          waiting.delete(object.metadata.uid ?? '');
        else waiting.set(object.metadata.uid ?? '', '');
        fileComingUp(object as Pod, deleted);
        break;
      }
      case 'Node':
        nodeIds.set(object.metadata.name ?? '', object.metadata.uid ?? '');
        if (deleted) nodeIds.delete(object.metadata.name ?? '');
        store(isControlPlane(object) ? hosts : nodes, object as Node, deleted);
        break;
      case 'CustomResourceDefinition':
        fileDefinition(object);
        break;
      case 'Service':
        store(services, object as Service, deleted);
        serviceIds.set(keyOf(object), object.metadata.uid ?? '');
        break;
      case 'EndpointSlice':
        fileSlice(object as EndpointSlice, deleted);
        break;
      default:
        if (isWorkload(object)) store(workloads, object, deleted);
    }
    // A row of the list of all objects changes only when the object comes or goes.
    const id = object.metadata.uid ?? '';
    if (deleted || !others.items.has(id)) store(others, object, deleted);
  }

  /** Custom resources are called as their definition says. */
  function fileDefinition(object: KubeObject): void {
    const { spec } = object as unknown as CustomResourceDefinition;
    if (spec === undefined) return;
    customPlurals.set(`${spec.group} ${spec.names.kind}`, spec.names.plural);
  }

  function fileSlice(slice: EndpointSlice, deleted: boolean): void {
    const name = slice.metadata.labels?.['kubernetes.io/service-name'];
    if (name === undefined) return;
    const key = `${slice.metadata.namespace ?? ''}/${name}`;
    let slices = slicesByService.get(key);
    if (slices === undefined) {
      slices = new Map();
      slicesByService.set(key, slices);
    }
    if (deleted) slices.delete(slice.metadata.uid ?? '');
    else slices.set(slice.metadata.uid ?? '', slice);
    const service = serviceIds.get(key);
    if (service !== undefined) services.dirty.add(service);
  }

  function fileComingUp(pod: Pod, deleted: boolean): void {
    const until = deleted ? undefined : comingUpUntil(pod);
    if (until === undefined) comingUp.delete(pod.metadata.uid ?? '');
    else comingUp.set(pod.metadata.uid ?? '', until);
  }

  function touchComingUp(): void {
    const now = context.nowMillis();
    for (const [id, until] of comingUp) {
      if (now < until) continue;
      comingUp.delete(id);
      pods.dirty.add(id);
    }
  }

  function touchWaiting(): void {
    touchComingUp();
    let looked = 0;
    for (const [id, lane] of waiting) {
      if (++looked > WAITING_LOOKED_AT_MAX) return;
      const pod = pods.items.get(id);
      if (pod === undefined) continue;
      const now = context.waiting(pod)?.queue ?? '';
      if (now === lane) continue;
      waiting.set(id, now);
      pods.dirty.add(id);
    }
  }

  function nodeRow(node: Node): NodeCard {
    const name = node.metadata.name ?? '';
    return nodeCard(node, {
      lease: leases.get(name),
      load: loadOf(name),
      machine: context.machine(name),
      epochMillis: context.epochMillis(),
    });
  }

  function workloadName(pod: Pod): string {
    const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller === true);
    if (owner === undefined) return '';
    const set = workloads.items.get(owner.uid);
    return (
      set?.metadata.ownerReferences?.find((each) => each.controller === true)?.name ?? owner.name
    );
  }

  function takeRows<T extends KubeObject, Row extends { readonly id: string }>(
    table: Table<T>,
    build: (object: T) => Row,
  ): Diff<Row> {
    const upsert: Row[] = [];
    for (const id of table.dirty) {
      if (upsert.length >= ROWS_MAX) break;
      table.dirty.delete(id);
      const object = table.items.get(id);
      if (object !== undefined) upsert.push(build(object));
    }
    const remove = [...table.removed];
    table.removed.clear();
    return { upsert, remove };
  }

  return {
    apply,
    replaceAll(objects) {
      for (const table of [pods, nodes, hosts, services, workloads, others]) {
        table.items.clear();
        table.dirty.clear();
        table.removed.clear();
      }
      for (const map of [leases, nodeIds, serviceIds, slicesByService, loads, waiting, comingUp])
        map.clear();
      events = [];
      full = true;
      // Nodes first: Pods mark them.
      for (const object of objects) if (object.kind === 'Node') apply(object, false);
      for (const object of objects) if (object.kind !== 'Node') apply(object, false);
    },
    touchNodes() {
      for (const id of nodes.items.keys()) nodes.dirty.add(id);
      for (const id of hosts.items.keys()) hosts.dirty.add(id);
    },
    touchWaiting,
    take() {
      const rows: ObservedRows = {
        full,
        nodes: both(takeRows(hosts, nodeRow), takeRows(nodes, nodeRow)),
        pods: takeRows(pods, (pod) =>
          podCard(pod, {
            workload: workloadName(pod),
            waiting: context.waiting(pod),
            comingUp: comingUp.has(pod.metadata.uid ?? ''),
          }),
        ),
        services: takeRows(services, (service) =>
          serviceCard(
            service,
            slicesByService
              .get(`${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`)
              ?.values() ?? [],
          ),
        ),
        workloads: takeRows(workloads, workloadCard),
        objects: takeRows(others, (object) =>
          objectRow(object, context.pluralOf?.(object) ?? customPlurals.get(kindKey(object))),
        ),
        events: events.slice(-EVENTS_MAX),
      };
      events = [];
      full = false;
      return rows;
    },
    nodeCounts() {
      let ready = 0;
      for (const node of nodes.items.values()) {
        if (
          node.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True')
        )
          ready += 1;
      }
      return { all: nodes.items.size, ready };
    },
  };
}
