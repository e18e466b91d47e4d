import type { Node, Pod } from '../../../api/generated/types.ts';
import {
  createNodeMemos,
  type NodeMemo,
  nodeMemo,
  recall,
  remember,
} from '../snapshot/node-memo.ts';
import type { NodeTable } from '../snapshot/node-table.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import type { PodAmounts } from '../snapshot/pod-requests.ts';

/**
 * A Pod as a user's plugin gets it: the object itself, and what one needs most of it at hand. Amounts are
 * thousandths of a core, bytes and counts.
 */
export interface PodView extends Pick<Pod, 'metadata' | 'spec' | 'status'> {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly requests: Amounts;
}

/** A node as a user's plugin gets it, with the Pods that count as being on it. */
export interface NodeView extends Pick<Node, 'metadata' | 'spec' | 'status'> {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: NonNullable<Node['spec']['taints']>;
  readonly unschedulable: boolean;
  readonly allocatable: Amounts;
  readonly requested: Amounts;
  readonly free: Amounts;
  readonly pods: readonly PodView[];
}

type Amounts = Readonly<Record<string, number>>;

const NONE: Readonly<Record<string, never>> = Object.freeze({});
const NO_TAINTS: NodeView['taints'] = [];

const podViews = new WeakMap<PodInfo, PodView>();

/** What a user's plugin sees of a Pod; `asked` where it is the one to be placed. */
export function podViewOf(info: PodInfo, asked?: PodAmounts): PodView {
  if (asked !== undefined) return makePodView(info, asked);
  let view = podViews.get(info);
  if (view === undefined) {
    view = makePodView(info, info.amounts);
    podViews.set(info, view);
  }
  return view;
}

function makePodView({ pod, name, namespace, priority }: PodInfo, amounts: PodAmounts): PodView {
  const { metadata, spec, status } = pod;
  return {
    metadata,
    spec,
    ...(status === undefined ? undefined : { status }),
    name,
    namespace,
    labels: metadata.labels ?? NONE,
    annotations: metadata.annotations ?? NONE,
    priority,
    requests: {
      cpu: amounts.cpuMilli,
      memory: amounts.memory,
      'ephemeral-storage': amounts.ephemeralStorage,
      ...Object.fromEntries(amounts.scalars.map((each) => [each.name, each.amount])),
    },
  };
}

/** Views are kept until something about their node changes. */
const memos = new WeakMap<NodeTable, NodeMemo<NodeView>>();

/** What a user's plugin sees of the node in a slot. */
export function nodeViewOf(table: NodeTable, slot: number): NodeView {
  let memo = memos.get(table);
  if (memo === undefined || memo.versions.length < table.capacity) {
    memo = nodeMemo(createNodeMemos<NodeView>(), '', table);
    memos.set(table, memo);
  }
  let view = recall(memo, table, slot);
  if (view === undefined) {
    view = makeNodeView(table, slot);
    remember(memo, table, slot, view);
  }
  return view;
}

function makeNodeView(table: NodeTable, slot: number): NodeView {
  const { metadata, spec, status } = table.nodes[slot] as Node; // Slots in use have a node.
  // Every column has the table's length, and the slot lies within it.
  const at = (column: Float64Array | Int32Array) => column[slot] as number;
  const allocatable: Record<string, number> = {
    cpu: at(table.cpuAllocatable),
    memory: at(table.memoryAllocatable),
    'ephemeral-storage': at(table.ephemeralAllocatable),
    pods: at(table.podsAllocatable),
  };
  const requested: Record<string, number> = {
    cpu: at(table.cpuRequested),
    memory: at(table.memoryRequested),
    'ephemeral-storage': at(table.ephemeralRequested),
    pods: at(table.podCount),
  };
  for (const [name, column] of table.scalars) {
    if (!(at(column.allocatable) > 0)) continue;
    allocatable[name] = at(column.allocatable);
    requested[name] = at(column.requested);
  }
  const free: Record<string, number> = {};
  for (const name of Object.keys(allocatable)) {
    free[name] = (allocatable[name] ?? 0) - (requested[name] ?? 0);
  }
  const pods: PodView[] = [];
  for (const pod of (table.pods[slot] as Map<string, PodInfo>).values()) pods.push(podViewOf(pod));
  return {
    metadata,
    spec,
    ...(status === undefined ? undefined : { status }),
    name: table.names[slot] as string,
    labels: metadata.labels ?? NONE,
    annotations: metadata.annotations ?? NONE,
    taints: spec.taints ?? NO_TAINTS,
    unschedulable: spec.unschedulable === true,
    allocatable,
    requested,
    free,
    pods,
  };
}
