import type { FaultRow, NodeCard, WorkloadCard } from '../bridge/cards.ts';
import type { Frame } from '../bridge/protocol.ts';
import type { HeadStore } from './head.ts';
import type { Lane, SpanState, WritableHistory } from './history.ts';
import type { Indexes } from './indexes.ts';
import type { RowChange } from './table.ts';

/** What the history is told from besides rows. */
export interface HistorySources {
  readonly index: Indexes;
  readonly head: HeadStore;
}

/** The key of the span during which a node is not Ready; its beginning is shown on the node's card. */
export function notReadyKey(nodeId: string): string {
  return `not-ready:${nodeId}`;
}

/** The key of a workload's rollout. */
export function rolloutKey(workloadId: string): string {
  return `rollout:${workloadId}`;
}

/** Whether a workload has not yet reached what it asks for. */
export function isRollingOut(card: WorkloadCard): boolean {
  return (
    card.current !== card.desired ||
    card.updated < card.desired ||
    card.available < card.desired ||
    card.readyCount < card.desired
  );
}

/** How rows and frames become spans. Each function states what holds now; the history finds the edges. */
export const recordHistory = {
  node(history: WritableHistory, { before, after }: RowChange<NodeCard>, now: number): void {
    const id = after?.id ?? before?.id ?? '';
    const starting = recordStarting(history, { before, after }, now);
    history.state(
      notReadyKey(id),
      after === undefined || after.ready === 'True' || starting
        ? undefined
        : {
            lane: 'nodes',
            statusClass: 'failed',
            label: `${after.name} NotReady`,
            about: after.id,
          },
      now,
    );
    const cordoned = after?.unschedulable === true;
    history.state(
      `cordon:${id}`,
      cordoned
        ? { lane: 'nodes', statusClass: 'attention', label: `${after.name} cordoned`, about: id }
        : undefined,
      now,
    );
  },

  workload(
    history: WritableHistory,
    { before, after }: RowChange<WorkloadCard>,
    now: number,
  ): void {
    const card = after ?? before;
    // A ReplicaSet of a Deployment moves with it; the Deployment's span says it already.
    if (card === undefined || card.ownerId !== '') return;
    const key = rolloutKey(card.id);
    if (after === undefined) history.close(key, 'inert', now);
    else if (!isRollingOut(after)) history.close(key, 'good', now);
    else history.state(key, rolloutState(after), now);
  },

  frame(history: WritableHistory, { index, head }: HistorySources, frame: Frame): void {
    const stuck = index.waiting.size('unschedulable') + index.waiting.size('gated');
    const trying =
      index.waiting.size('active') + index.waiting.size('backoff') + index.waiting.size('unseen');
    history.state('queue', trying > 0 ? queueState('moving', 'Scheduling') : undefined, frame.now);
    history.state(
      'stuck',
      stuck > 0 ? queueState('attention', 'Pods without a node') : undefined,
      frame.now,
    );
    recordFaults(history, head.getState().faults, frame.now);
    history.pulse.add(frame.now, frame.trafficCount);
  },
};

// The nodes that have never been Ready, for each history: a thousand that boot are one span.
const startingNodes = new WeakMap<WritableHistory, Set<string>>();

/** A node that has not been Ready yet boots; afterwards the same condition is bad news. */
function recordStarting(
  history: WritableHistory,
  { before, after }: RowChange<NodeCard>,
  now: number,
): boolean {
  const starting = startingNodes.get(history) ?? new Set<string>();
  startingNodes.set(history, starting);
  const id = after?.id ?? before?.id ?? '';
  if (after?.ready !== 'False') starting.delete(id);
  // (One whose failure is written down has been Ready; its row comes again when the clock is set.)
  else if (before === undefined && history.open(notReadyKey(id)) === undefined) starting.add(id);
  history.state(
    'starting',
    starting.size > 0
      ? { lane: 'nodes', statusClass: 'moving', label: 'nodes starting', about: '' }
      : undefined,
    now,
  );
  return starting.has(id);
}

function rolloutState(card: WorkloadCard): SpanState {
  const statusClass = card.statusClass === 'failed' ? 'failed' : 'moving';
  return { lane: 'workloads', statusClass, label: card.name, about: card.id };
}

function queueState(statusClass: 'moving' | 'attention', label: string): SpanState {
  return { lane: 'scheduler', statusClass, label, about: 'component:kube-scheduler' };
}

// The faults whose bars are open, for each history: a closed fault is one that is no longer listed.
const openFaults = new WeakMap<WritableHistory, Set<string>>();

function recordFaults(history: WritableHistory, faults: readonly FaultRow[], now: number): void {
  const open = openFaults.get(history) ?? new Set<string>();
  openFaults.set(history, open);
  const listed = new Set(faults.map((fault) => fault.id));
  for (const id of open) {
    if (listed.has(id)) continue;
    history.state(faultKey(id), undefined, now);
    open.delete(id);
  }
  for (const fault of faults) {
    if (open.has(fault.id) && history.open(faultKey(fault.id)) !== undefined) continue;
    open.add(fault.id);
    const state: SpanState = {
      lane: faultLane(fault),
      statusClass: 'failed',
      label: faultLabel(fault),
      about: '',
    };
    // It may be older than this page: a saved session is opened in the middle of it.
    history.state(faultKey(fault.id), state, Math.min(fault.since, now));
  }
}

const CONTROL_PLANE = /^(etcd|kube-(apiserver|scheduler|controller-manager)|cp-|lb-|load-balancer)/;
/** Faults of the control plane as a whole, which name no target. */
const OF_CONTROL_PLANE = /^(etcd|api|certificate)-/;

/** The key of a fault's span. */
export function faultKey(id: string): string {
  return `fault:${id}`;
}

function faultLabel({ title, params }: FaultRow): string {
  const target = params['process'] ?? params['machine'] ?? params['from'] ?? '';
  return target === '' ? title : `${title}: ${String(target)}`;
}

function faultLane(fault: FaultRow): Lane {
  const { process, machine, from } = fault.params;
  const target = String(process ?? machine ?? from ?? '');
  return CONTROL_PLANE.test(target) || OF_CONTROL_PLANE.test(fault.kind)
    ? 'control-plane'
    : 'nodes';
}
