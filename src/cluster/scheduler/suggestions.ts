import type { Node, Pod, PodSpec, Taint } from '../../api/generated/types.ts';
import { labelOf } from '../../api/selectors/label-requirement.ts';
import {
  bytesQuantityText,
  countQuantityText,
  milliQuantityText,
} from '../../api/quantity/numbers.ts';
import {
  formatTaint,
  isTaintTolerated,
  preventsScheduling,
} from '../../api/taints-and-tolerations.ts';
import { tryPod } from './dry-run.ts';
import type { SchedulerConfig, SchedulerMemory } from './memory.ts';
import { fromScratch } from './snapshot-of.ts';
import { dropNode, placeNode } from './snapshot/node-order.ts';
import { podInfoOf } from './snapshot/pod-info.ts';
import { type PodAmounts, podAmountsAsked } from './snapshot/pod-requests.ts';
import {
  addPod,
  orderChanged,
  removeNode,
  removePod,
  setNode,
  type Snapshot,
} from './snapshot/snapshot.ts';

/** One change, by itself, with which a Pod that fits nowhere would fit. */
export interface Suggestion {
  readonly kind:
    | 'lower-request'
    | 'tolerate-taint'
    | 'label-node'
    | 'uncordon-node'
    | 'drop-constraint'
    | 'add-nodes';
  /** What to do, in words. */
  readonly text: string;
  /** Where the Pod would go then. */
  readonly node: string;
}

/** Trials of one kind stop after so many: a person reads a few suggestions, not a thousand. */
const TRIALS_MAX = 200;
const NODES_ADDED_MAX = 100;

/**
 * What would make a Pod fit: single changes, each tried on a copy of what the scheduler believes and kept
 * when the Pod really finds a node. `siblings` are Pods like it that wait too: nodes are suggested for all.
 */
export function suggestFits(
  memory: SchedulerMemory,
  config: SchedulerConfig,
  pod: Pod,
  siblings: readonly Pod[] = [],
): readonly Suggestion[] {
  const nodeOrder = {
    zones: new Map([...memory.nodeOrder.zones].map(([zone, names]) => [zone, [...names]])),
    zoneOf: new Map(memory.nodeOrder.zoneOf),
  };
  const snapshot = fromScratch({ ...memory, nodeOrder });
  const trial: Trial = {
    snapshot,
    pod,
    nodeFor: (changed) => tryPod(snapshot, config, changed)?.nodeName,
  };
  if (trial.nodeFor(pod) !== undefined) return [];
  return [
    ...lowerRequests(trial),
    ...toleratedTaints(trial),
    ...uncordonedNodes(trial),
    ...labelledNodes(trial),
    ...droppedConstraints(trial),
    ...addedNodes(trial, siblings),
  ];
}

interface Trial {
  readonly snapshot: Snapshot;
  readonly pod: Pod;
  readonly nodeFor: (pod: Pod) => string | undefined;
}

function withSpec(pod: Pod, spec: Partial<PodSpec>): Pod {
  return { ...pod, spec: { ...pod.spec, ...spec } };
}

function nodesOf({ snapshot }: Trial): Node[] {
  return snapshot.table.nodes.filter((node) => node !== undefined);
}

/** The greatest amount of each resource that would fit, tried among what the nodes have free. */
function lowerRequests(trial: Trial): Suggestion[] {
  const { pod, snapshot } = trial;
  const asked = podAmountsAsked(pod);
  const { table } = snapshot;
  const slots = [...table.slotOf.values()];
  const free = (allocatable: Float64Array, requested: Float64Array) =>
    slots.map((slot) => (allocatable[slot] as number) - (requested[slot] as number));
  const suggestions: Suggestion[] = [];
  for (const { name, amount, amounts } of [
    {
      name: 'cpu',
      amount: asked.cpuMilli,
      amounts: free(table.cpuAllocatable, table.cpuRequested),
    },
    {
      name: 'memory',
      amount: asked.memory,
      amounts: free(table.memoryAllocatable, table.memoryRequested),
    },
    ...asked.scalars.map((scalar) => {
      const column = table.scalars.get(scalar.name);
      return {
        ...scalar,
        amounts: column === undefined ? [] : free(column.allocatable, column.requested),
      };
    }),
  ]) {
    if (amount <= 0) continue;
    const lower = [...new Set(amounts.filter((each) => each > 0 && each < amount))];
    lower.sort((a, b) => b - a);
    for (const most of lower.slice(0, TRIALS_MAX)) {
      const changed = withTotalRequest(pod, asked, name, most);
      const node = changed === undefined ? undefined : trial.nodeFor(changed);
      if (node === undefined) continue;
      const text = `lower the Pod's ${name} request from ${textOf(name, amount)} to ${textOf(name, most)}`;
      suggestions.push({ kind: 'lower-request', text, node });
      break;
    }
  }
  return suggestions;
}

function textOf(name: string, amount: number): string {
  if (name === 'cpu') return milliQuantityText(amount);
  return name === 'memory' ? bytesQuantityText(amount) : countQuantityText(amount);
}

/** Takes what is too much off the container that asks most; undefined when that alone does not do. */
function withTotalRequest(
  pod: Pod,
  asked: PodAmounts,
  name: string,
  total: number,
): Pod | undefined {
  const amountIn = (amounts: PodAmounts) =>
    name === 'cpu'
      ? amounts.cpuMilli
      : name === 'memory'
        ? amounts.memory
        : (amounts.scalars.find((each) => each.name === name)?.amount ?? 0);
  const excess = amountIn(asked) - total;
  const own = pod.spec.containers.map((container) =>
    amountIn(podAmountsAsked(withSpec(pod, { ...BARE, containers: [container] }))),
  );
  const greatest = Math.max(...own);
  if (greatest < excess) return undefined;
  const index = own.indexOf(greatest);
  const containers = pod.spec.containers.map((container, at) => {
    if (at !== index) return container;
    const requests = { ...container.resources?.requests, [name]: textOf(name, greatest - excess) };
    return { ...container, resources: { ...container.resources, requests } };
  });
  const changed = withSpec(pod, { containers });
  // Init containers or amounts for the whole Pod may ask for as much by themselves.
  return amountIn(podAmountsAsked(changed)) <= total ? changed : undefined;
}

const BARE: Partial<PodSpec> = { initContainers: [] };

function toleratedTaints(trial: Trial): Suggestion[] {
  const { pod } = trial;
  const { tolerations = [] } = pod.spec;
  const taints = new Map<string, Taint>();
  for (const node of nodesOf(trial)) {
    for (const taint of node.spec.taints ?? []) {
      if (preventsScheduling(taint) && !isTaintTolerated(taint, tolerations)) {
        taints.set(formatTaint(taint), taint);
      }
    }
  }
  const suggestions: Suggestion[] = [];
  for (const [text, { key, value = '', effect }] of [...taints].slice(0, TRIALS_MAX)) {
    const added = { key, operator: 'Equal' as const, value, effect };
    const node = trial.nodeFor(withSpec(pod, { tolerations: [...tolerations, added] }));
    if (node === undefined) continue;
    suggestions.push({
      kind: 'tolerate-taint',
      text: `add a toleration for the taint ${text}`,
      node,
    });
  }
  return suggestions;
}

/** Tries the Pod with a node changed, and changes it back. */
function withNode(trial: Trial, before: Node, after: Node): string | undefined {
  enter(trial.snapshot, after);
  const node = trial.nodeFor(trial.pod);
  enter(trial.snapshot, before);
  return node;
}

function enter(snapshot: Snapshot, node: Node): void {
  if (placeNode(snapshot.order, node)) orderChanged(snapshot);
  setNode(snapshot, node);
}

function uncordonedNodes(trial: Trial): Suggestion[] {
  const suggestions: Suggestion[] = [];
  for (const node of nodesOf(trial).slice(0, TRIALS_MAX)) {
    if (node.spec.unschedulable !== true) continue;
    const { unschedulable: _cordoned, ...spec } = node.spec;
    // A cordon is a field and a taint, and both go.
    const taints = (spec.taints ?? []).filter(
      ({ key }) => key !== 'node.kubernetes.io/unschedulable',
    );
    const found = withNode(trial, node, { ...node, spec: { ...spec, taints } });
    if (found === undefined) continue;
    const text = `uncordon the node ${node.metadata.name}`;
    suggestions.push({ kind: 'uncordon-node', text, node: found });
  }
  return suggestions;
}

/** Labels that a `nodeSelector` asks for and a node lacks, one at a time. */
function labelledNodes(trial: Trial): Suggestion[] {
  const wanted = Object.entries(trial.pod.spec.nodeSelector ?? {});
  const suggestions: Suggestion[] = [];
  if (wanted.length === 0) return suggestions;
  for (const node of nodesOf(trial).slice(0, TRIALS_MAX)) {
    const { labels = {} } = node.metadata;
    const missing = wanted.filter(([key, value]) => labelOf(labels, key) !== value);
    const [only] = missing;
    if (only === undefined || missing.length > 1) continue;
    const [key, value] = only;
    const metadata = { ...node.metadata, labels: { ...labels, [key]: value } };
    const found = withNode(trial, node, { ...node, metadata });
    if (found === undefined) continue;
    const text = `label the node ${node.metadata.name} with ${key}=${value}`;
    suggestions.push({ kind: 'label-node', text, node: found });
  }
  return suggestions;
}

/** The Pod's own demands, each left out by itself. */
function droppedConstraints(trial: Trial): Suggestion[] {
  const { spec } = trial.pod;
  const suggestions: Suggestion[] = [];
  const propose = (text: string, changed: Partial<PodSpec>) => {
    const node = trial.nodeFor(withSpec(trial.pod, changed));
    if (node !== undefined) suggestions.push({ kind: 'drop-constraint', text, node });
  };
  if (spec.nodeSelector !== undefined) propose('remove the nodeSelector', { nodeSelector: {} });
  const { nodeAffinity, podAffinity, podAntiAffinity } = spec.affinity ?? {};
  if (nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined) {
    const { requiredDuringSchedulingIgnoredDuringExecution: _required, ...rest } = nodeAffinity;
    propose('remove the required node affinity', {
      affinity: { ...spec.affinity, nodeAffinity: rest },
    });
  }
  for (const [name, part] of [
    ['podAffinity', podAffinity],
    ['podAntiAffinity', podAntiAffinity],
  ] as const) {
    const terms = part?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    terms.forEach((term, index) => {
      const kept = terms.filter((_, at) => at !== index);
      const changed = { ...part, requiredDuringSchedulingIgnoredDuringExecution: kept };
      propose(`remove the required ${name} term for ${term.topologyKey}`, {
        affinity: { ...spec.affinity, [name]: changed },
      });
    });
  }
  const { topologySpreadConstraints: spread = [] } = spec;
  spread.forEach((constraint, index) => {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') return;
    propose(`let the spread over ${constraint.topologyKey} be ScheduleAnyway`, {
      topologySpreadConstraints: spread.map((each, at) =>
        at === index ? { ...each, whenUnsatisfiable: 'ScheduleAnyway' as const } : each,
      ),
    });
  });
  return suggestions;
}

/** Empty nodes of each shape that there is, as many as the Pod and those like it need. */
function addedNodes(trial: Trial, siblings: readonly Pod[]): Suggestion[] {
  const shapes = new Map<string, Node>();
  for (const node of nodesOf(trial)) {
    const shape = JSON.stringify([node.status?.allocatable, node.spec.taints, placeOf(node)]);
    if (!shapes.has(shape)) shapes.set(shape, node);
  }
  const suggestions: Suggestion[] = [];
  for (const node of [...shapes.values()].slice(0, 10)) {
    const needed = nodesNeeded(trial, [trial.pod, ...siblings], node);
    if (needed === undefined) continue;
    const what = needed.count === 1 ? 'one more node' : `${needed.count} more nodes`;
    const text = `add ${what} like ${node.metadata.name}`;
    suggestions.push({ kind: 'add-nodes', text, node: needed.first });
  }
  return suggestions;
}

/** All labels but those that name the node itself. */
function placeOf(node: Node): unknown {
  return Object.entries(node.metadata.labels ?? {}).filter(
    ([key, value]) => key !== HOSTNAME && value !== node.metadata.name,
  );
}

const HOSTNAME = 'kubernetes.io/hostname';

function nodesNeeded(
  trial: Trial,
  pods: readonly Pod[],
  shape: Node,
): { readonly count: number; readonly first: string } | undefined {
  const { snapshot } = trial;
  const added: string[] = [];
  const placed: string[] = [];
  let first: string | undefined;
  let isEnough = true;
  for (const pod of pods) {
    let node = trial.nodeFor(pod);
    if (node === undefined && added.length < NODES_ADDED_MAX) {
      const name = `${shape.metadata.name}-new-${added.length + 1}`;
      enter(snapshot, copyOf(shape, name));
      added.push(name);
      node = trial.nodeFor(pod);
    }
    if (node === undefined) {
      isEnough = false;
      break;
    }
    first ??= node;
    const info = podInfoOf(pod);
    addPod(snapshot, info, node);
    placed.push(info.uid);
  }
  for (const uid of placed) removePod(snapshot, uid);
  for (const name of added) {
    dropNode(snapshot.order, name);
    removeNode(snapshot, name);
  }
  return isEnough && first !== undefined && added.length > 0
    ? { count: added.length, first }
    : undefined;
}

function copyOf(node: Node, name: string): Node {
  const { unschedulable: _cordoned, ...spec } = node.spec;
  const labels = { ...node.metadata.labels, [HOSTNAME]: name };
  return { ...node, metadata: { name, labels }, spec };
}
