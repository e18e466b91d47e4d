import type { Node } from '../../../api/generated/types.ts';
import { milliValue, value } from '../../../api/quantity/numbers.ts';
import { ACTION } from '../framework/cluster-event.ts';
import {
  type Cycle,
  definePlugin,
  podsOf,
  type SchedulerPlugin,
  type WakeUp,
} from '../framework/plugin.ts';
import { amountsAskedBy } from '../snapshot/pod-info.ts';
import { isExtendedResource, type PodAmounts, podAmountsOnNode } from '../snapshot/pod-requests.ts';
import { type Asked, askedOf, fits, rejection } from './node-room.ts';
import {
  type ResourceScore,
  resourceScorer,
  scoreOfNode,
  scoreOfNodes,
  type ScoringStrategy,
  strategyScorer,
} from './resource-scoring.ts';

const NAME = 'NodeResourcesFit';

/** `NodeResourcesFitArgs`, with defaults filled in. */
export interface NodeResourcesFitArgs {
  readonly ignoredResources?: readonly string[];
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy: ScoringStrategy;
}

/** Keeps Pods to nodes with enough cpu, memory and all else they request, and prefers the emptier ones. */
export function nodeResourcesFit(args: NodeResourcesFitArgs): SchedulerPlugin {
  const score = strategyScorer(args.scoringStrategy);
  const isIgnored = ignoredBy(args);
  const resourceScoresOf = resourceScorer(args.scoringStrategy.resources, 'nonZero');
  return definePlugin({
    name: NAME,
    repeats: true,
    seesOfPods: 'columns',
    wakesOn: wakeUps,

    preFilter(cycle: Cycle) {
      return { kind: 'proceed', state: askedOf(cycle.snapshot.table, cycle.asked, isIgnored) };
    },
    filter({ snapshot }, node, asked: Asked) {
      return fits(snapshot.table, node, asked) ? undefined : rejection(snapshot.table, node, asked);
    },

    preScore: ({ snapshot, asked }: Cycle) => ({
      kind: 'proceed',
      state: resourceScoresOf(snapshot.table, asked),
    }),
    scoresHold: true,
    score(_cycle, node, state: readonly ResourceScore[]) {
      return scoreOfNode(state, node, score);
    },
    scoreAll(_cycle, nodes, scores, state: readonly ResourceScore[]) {
      scoreOfNodes(state, nodes, score, scores);
    },
  });
}

/** Extended resources that the scheduler is told to leave to somebody else. */
function ignoredBy(args: NodeResourcesFitArgs): (name: string) => boolean {
  const names = new Set(args.ignoredResources ?? []);
  const groups = new Set(args.ignoredResourceGroups ?? []);
  if (names.size === 0 && groups.size === 0) return () => false;
  return (name) =>
    isExtendedResource(name) && (names.has(name) || groups.has(name.split('/')[0] ?? ''));
}

const wakeUps: readonly WakeUp[] = [
  {
    resource: 'Pod',
    action: ACTION.delete | ACTION.updatePodScaleDown,
    helps: (waiting, change) => {
      const { old, next } = podsOf(change);
      if (next === undefined) return old?.spec.nodeName !== undefined && old.spec.nodeName !== '';
      // Somebody else's Pod takes less now; or the waiting Pod itself asks for less.
      if (old === undefined) return false;
      const isOwn = next.metadata.uid === waiting.pod.metadata.uid;
      if (!isOwn && next.spec.nodeName === undefined) return false;
      return takesLess(podAmountsOnNode(next), podAmountsOnNode(old));
    },
  },
  {
    resource: 'Node',
    action: ACTION.add | ACTION.updateNodeAllocatable,
    helps: (waiting, { old, next }) => {
      // Events of Nodes carry Nodes.
      const before = old as Node | undefined;
      const after = next as Node;
      if (!couldHold(after, amountsAskedBy(waiting))) return false;
      return before === undefined || offersMore(before, after);
    },
  },
];

function takesLess(now: PodAmounts, before: PodAmounts): boolean {
  return (
    now.cpuMilli < before.cpuMilli ||
    now.memory < before.memory ||
    now.ephemeralStorage < before.ephemeralStorage ||
    before.scalars.some(
      ({ name, amount }) => (now.scalars.find((each) => each.name === name)?.amount ?? 0) < amount,
    )
  );
}

/** Whether the node could take the Pod if it were empty. */
function couldHold(node: Node, asked: PodAmounts): boolean {
  const { allocatable = {} } = node.status ?? {};
  return (
    value(allocatable['pods']) >= 1 &&
    milliValue(allocatable['cpu']) >= asked.cpuMilli &&
    value(allocatable['memory']) >= asked.memory &&
    value(allocatable['ephemeral-storage']) >= asked.ephemeralStorage &&
    asked.scalars.every(({ name, amount }) => value(allocatable[name]) >= amount)
  );
}

function offersMore(before: Node, after: Node): boolean {
  const then = before.status?.allocatable ?? {};
  const now = after.status?.allocatable ?? {};
  return Object.keys(now).some((name) => milliValue(now[name]) > milliValue(then[name]));
}
