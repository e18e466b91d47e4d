import type {
  NodeCard,
  ObjectRow,
  PodCard,
  ServiceCard,
  TrafficMark,
  WorkloadCard,
} from '../bridge/cards.ts';
import type { EngineMessage, Frame, RecordingState } from '../bridge/protocol.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { createFutures } from './futures.ts';
import { createKeyedSignal } from './keyed-signal.ts';
import { createHead, type HeadStore } from './head.ts';
import { createHistory, type History, type Mark } from './history.ts';
import { createIndexes } from './indexes.ts';
import type { Grouping } from './grouping.ts';
import { recordHistory, type HistorySources } from './record-history.ts';
import { createSamples, type Samples } from './samples.ts';
import { createServiceLinks, type ServiceLinks } from './service-links.ts';
import { createSlots, type Slots } from './slots.ts';
import { createTable, type RowChange, type Table } from './table.ts';
import { createWatchList, type WatchList } from './watch-list.ts';
import { nodeColumns, serviceColumns } from './field.ts';

/** A Pod that got its node: the canvas lets it travel there. */
export interface Move {
  readonly pod: string;
  readonly node: string;
}

/** What a frame did beside changing rows; the canvas draws it and forgets it. */
export interface FrameEffects {
  readonly moves: readonly Move[];
  readonly traffic: readonly TrafficMark[];
  readonly trafficCount: number;
  /** Whether any node or Pod changed, so that a raster must be painted anew. */
  readonly field: boolean;
}

/**
 * The page's copy of the world, fed by frames and never edited by the user interface. Tables hold rows,
 * groupings hold ids by key; both keep identities until their content changes, and tell listeners per id
 * or key once a frame.
 */
export interface View {
  readonly head: HeadStore;
  readonly nodes: Table<NodeCard>;
  /** The nodes that are machines of the control plane: they stand above the field, not in it. */
  readonly machines: Table<NodeCard>;
  readonly pods: Table<PodCard>;
  readonly services: Table<ServiceCard>;
  readonly workloads: Table<WorkloadCard>;
  readonly objects: Table<ObjectRow>;
  readonly index: Readonly<Record<IndexName, Grouping>>;
  readonly events: EventLog;
  readonly links: ServiceLinks;
  readonly nodeSlots: Slots;
  readonly serviceSlots: Slots;
  readonly history: History;
  readonly samples: Samples;
  readonly watched: WatchList;
  /** A node of the field or of the control plane, by its uid. */
  nodeOf(id: string): NodeCard | undefined;
  /** Called when any Pod on a node came, went or changed: for what draws a node's Pods as one picture. */
  watchPodsOn(node: string, listener: () => void): () => void;
  nodeByName(name: string): NodeCard | undefined;
  /** A person's act, for the timeline. */
  recordAct(mark: Mark): void;
  onFrame(listener: (effects: FrameEffects) => void): () => void;
  /** Takes a message of the engine that is not an answer. Answers the frame's number when it was one. */
  take(message: EngineMessage): number | undefined;
  /** The paths whose objects somebody looks at. */
  wantedPaths(): readonly string[];
}

type IndexName = keyof ReturnType<typeof createIndexes>;

/** Frames after a full one within which newly arrived nodes and Services are still sorted into place. */
const SETTLING_FRAMES = 40;
/** In a cluster younger than this machines still boot: nobody knows an address yet either. */
const YOUNG_MICROS = 30_000_000;
const SMOOTHING = 0.12;

export interface ViewOptions {
  /** Called when the set of paths somebody looks at changed. */
  readonly onWanted: () => void;
}

export function createView({ onWanted }: ViewOptions): View {
  const head = createHead();
  const nodes = createTable<NodeCard>();
  const machines = createTable<NodeCard>();
  const machineIds = new Map<string, string>();
  const pods = createTable<PodCard>();
  const services = createTable<ServiceCard>();
  const workloads = createTable<WorkloadCard>();
  const objects = createTable<ObjectRow>();
  const tables = { nodes, machines, pods, services, workloads, objects };
  const index = createIndexes(tables);
  const events = createEventLog();
  const links = createServiceLinks({ services, pods });
  const nodeSlots = createSlots(nodeColumns);
  const serviceSlots = createSlots(serviceColumns);
  const history = createHistory();
  const samples = createSamples();
  const futures = createFutures(history, samples);
  const watched = createWatchList(onWanted);
  const podsTouched = createKeyedSignal();
  const frameListeners = new Set<(effects: FrameEffects) => void>();
  const sources: HistorySources = { index, head };

  /** Whether the frame under way shows what has not been seen before: only that is written down. */
  let isNew = true;
  let settling = 0;
  let arrived = false;
  let moves: Move[] = [];
  let fieldChanged = false;

  function followNode(change: RowChange<NodeCard>): void {
    const { before, after } = change;
    index.nodesByName.follow(change);
    fieldChanged = true;
    if (after === undefined) nodeSlots.remove(before?.id ?? '');
    else if (before === undefined || before.zone !== after.zone) {
      nodeSlots.add(after);
      arrived = true;
    }
    if (isNew) recordHistory.node(history, change, head.getState().now);
  }

  /** A machine of the control plane has no slot in the field; for the rest it is a node. */
  function followMachine(change: RowChange<NodeCard>): void {
    const { before, after } = change;
    if (after === undefined) machineIds.delete(before?.name ?? '');
    else machineIds.set(after.name, after.id);
    if (isNew) recordHistory.node(history, change, head.getState().now);
  }

  function followPod(change: RowChange<PodCard>): void {
    const { before, after } = change;
    index.podsOnNode.follow(change);
    index.waiting.follow(change);
    index.podsOfWorkload.follow(change);
    index.podsOfOwner.follow(change);
    index.podsByClass.follow(change);
    index.podsByName.follow(change);
    fieldChanged = true;
    if (before !== undefined) podsTouched.mark(before.node);
    if (after !== undefined) podsTouched.mark(after.node);
    if (before?.node !== after?.node) {
      links.followPod(change, index.servicesOfPod.ids(after?.id ?? before?.id ?? ''));
      if (after !== undefined && after.node !== '' && isMove(before, after, head.getState())) {
        moves.push({ pod: after.id, node: after.node });
      }
    }
  }

  function followService(change: RowChange<ServiceCard>): void {
    const { before, after } = change;
    index.servicesOfPod.follow(change);
    links.followService(change);
    if (after === undefined) serviceSlots.remove(before?.id ?? '');
    else if (before === undefined && selectsPods(after)) {
      serviceSlots.add({ id: after.id, zone: after.namespace, name: after.name });
      arrived = true;
    }
  }

  function followWorkload(change: RowChange<WorkloadCard>): void {
    index.workloadsOfOwner.follow(change);
    index.workloadsByKind.follow(change);
    if (isNew) recordHistory.workload(history, change, head.getState().now);
  }

  function followObject(change: RowChange<ObjectRow>): void {
    index.objectsByKind.follow(change);
    index.objectsByName.follow(change);
  }

  function forgetEverything(frame: Frame): void {
    pods.clear(followPod);
    services.clear(followService);
    workloads.clear(followWorkload);
    nodes.clear(followNode);
    machines.clear(followMachine);
    objects.clear(followObject);
    events.clear();
    nodeSlots.clear();
    serviceSlots.clear();
    // Another world: what was drawn of the last one is not true of it. (Of one that is recorded the futures know.)
    if (frame.now < head.getState().now && head.getState().recording === undefined) {
      history.clear();
      samples.clear();
    }
    settling = SETTLING_FRAMES;
  }

  /** Steps of a scenario are acts too: they are marked on the timeline where they began. */
  function markSteps({ scenario }: Frame): void {
    if (scenario === undefined || scenario === null || scenario.began === undefined) return;
    const before = head.getState().scenario;
    for (const [at, { name, beganAt, state }] of scenario.steps.entries()) {
      if (beganAt === undefined || before?.steps[at]?.beganAt !== undefined) continue;
      history.mark({ at: scenario.began + beganAt, label: name, failed: state === 'failed' });
    }
  }

  function applyFrame(frame: Frame): void {
    moves = [];
    fieldChanged = false;
    arrived = false;
    // Rows that go because others come in their place have not gone in the world.
    isNew = frame.recording === undefined || !frame.full;
    if (frame.full) forgetEverything(frame);
    isNew = futures.follow(frame.recording, frame.now);
    if (isNew) markSteps(frame);
    head.setState(headOf(frame, head.getState()));
    const { field, above } = split(frame.nodes);
    nodes.apply(field, followNode);
    machines.apply(above, followMachine);
    pods.apply(frame.pods, followPod);
    services.apply(frame.services, followService);
    workloads.apply(frame.workloads, followWorkload);
    objects.apply(frame.objects, followObject);
    events.add(frame.events);
    watched.take(frame.watched);
    if (isNew) {
      recordHistory.frame(history, sources, frame);
      if (frame.sample !== undefined) samples.add(frame.sample);
    }
    if (settling > 0 || frame.now < YOUNG_MICROS) {
      settling = Math.max(0, settling - 1);
      if (arrived) {
        nodeSlots.settle();
        serviceSlots.settle();
      }
    }
    flush();
    const effects: FrameEffects = {
      // The first sight of a cluster is no movement.
      moves: frame.full ? [] : moves,
      traffic: frame.traffic,
      trafficCount: frame.trafficCount,
      field: fieldChanged,
    };
    for (const listener of frameListeners) listener(effects);
  }

  function flush(): void {
    for (const table of Object.values(tables)) table.flush();
    for (const grouping of Object.values(index)) grouping.flush();
    events.flush();
    links.flush();
    nodeSlots.flush();
    serviceSlots.flush();
    watched.flush();
    podsTouched.flush();
  }

  return {
    head,
    ...tables,
    index,
    events,
    links,
    nodeSlots,
    serviceSlots,
    history,
    samples,
    watched,
    nodeOf: (id) => nodes.get(id) ?? machines.get(id),
    watchPodsOn: (node, listener) => podsTouched.watch(node, listener),
    nodeByName(name) {
      const id = index.nodesByName.ids(name)[0];
      return id === undefined ? machines.get(machineIds.get(name) ?? '') : nodes.get(id);
    },
    recordAct: futures.mark,
    onFrame(listener) {
      frameListeners.add(listener);
      return () => frameListeners.delete(listener);
    },
    take(message) {
      if (message.type === 'frame') {
        applyFrame(message.frame);
        return message.frame.seq;
      }
      if (message.type === 'ready') {
        head.setState({
          seed: message.seed,
          faultCatalogue: message.faultCatalogue,
          notice: message.notice ?? '',
          attached: message.attached,
          attachProblem: undefined,
          scenario: undefined,
          recording: undefined,
        });
        futures.forget();
        watched.forget();
      }
      if (message.type === 'fault-catalogue') head.setState({ faultCatalogue: message.faults });
      if (message.type === 'attach-problem') head.setState({ attachProblem: message.problem });
      if (message.type === 'refused') head.setState({ notice: message.message });
      if (message.type === 'crashed') {
        head.setState({ phase: 'restarting', crash: message.message });
      }
      return undefined;
    },
    wantedPaths: () => watched.wanted(),
  };
}

/** The machines of the control plane apart from the nodes of the field. */
function split({ upsert, remove }: Frame['nodes']): {
  readonly field: Frame['nodes'];
  readonly above: Frame['nodes'];
} {
  if (!upsert.some(({ controlPlane }) => controlPlane)) {
    return { field: { upsert, remove }, above: { upsert: [], remove } };
  }
  return {
    field: { upsert: upsert.filter(({ controlPlane }) => !controlPlane), remove },
    above: { upsert: upsert.filter(({ controlPlane }) => controlPlane), remove },
  };
}

/** A Pod may be made and placed between two frames: it has moved all the same, if it is that new. */
const NEW_MILLIS = 2500;

function isMove(
  before: PodCard | undefined,
  after: PodCard,
  { epochMillis, now }: { readonly epochMillis: number; readonly now: number },
): boolean {
  if (before !== undefined) return before.node === '';
  return epochMillis + now / 1000 - after.createdAt < NEW_MILLIS;
}

/** A Service without a selector (`kubernetes`) reaches no Pods, so it has no place among them. */
function selectsPods({ selector }: ServiceCard): boolean {
  return Object.keys(selector).length > 0;
}

function headOf(frame: Frame, last: ReturnType<HeadStore['getState']>): typeof last {
  const seconds = (frame.now - last.now) / 1_000_000;
  const rate = seconds > 0 ? frame.trafficCount / seconds : last.requestsPerSecond;
  return {
    ...last,
    phase: 'live',
    attachProblem: undefined,
    now: frame.now,
    epochMillis: frame.epochMillis,
    recording: sameRecording(last.recording, frame.recording) ? last.recording : frame.recording,
    paused: frame.paused,
    speed: frame.speed,
    achievedSpeed: frame.achievedSpeed,
    revision: frame.revision,
    steps: frame.steps,
    health: frame.health,
    faults: sameFaults(last.faults, frame.faults) ? last.faults : frame.faults,
    faultSchedules: schedulesOf(last, frame),
    scenario: frame.scenario === undefined ? last.scenario : (frame.scenario ?? undefined),
    requestsPerSecond: last.requestsPerSecond + SMOOTHING * (rate - last.requestsPerSecond),
  };
}

function schedulesOf(
  { faultSchedules: last }: ReturnType<HeadStore['getState']>,
  { faultSchedules: now = NO_SCHEDULES }: Frame,
): typeof last {
  const same =
    last.length === now.length && last.every((each, at) => each.nextAt === now[at]?.nextAt);
  return same ? last : now;
}

const NO_SCHEDULES: NonNullable<Frame['faultSchedules']> = [];

/** Sent with every frame; it keeps its identity while it is the same, so that what shows it is not drawn anew. */
function sameRecording(a: RecordingState | undefined, b: RecordingState | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.from === b.from &&
    a.end === b.end &&
    a.isOnTheWay === b.isOnTheWay &&
    a.acts === b.acts &&
    a.line === b.line &&
    a.former?.line === b.former?.line
  );
}

/** Faults are sent whole with every frame; their list keeps its identity while it is the same. */
function sameFaults(a: Frame['faults'], b: Frame['faults']): boolean {
  return a.length === b.length && a.every((fault, at) => fault.id === b[at]?.id);
}
