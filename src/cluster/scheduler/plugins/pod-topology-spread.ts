import type { Node, Pod } from '../../../api/generated/types.ts';
import { labelOf } from '../../../api/selectors/label-requirement.ts';
import { ACTION } from '../framework/cluster-event.ts';
import {
  type Cycle,
  definePlugin,
  podsOf,
  type PreFilterAnswer,
  type PreScoreAnswer,
  SKIP,
  type SchedulerPlugin,
} from '../framework/plugin.ts';
import { unresolvable, unschedulable } from '../framework/status.ts';
import { type DomainCounts, domainCounts, leastOfDomains } from '../snapshot/pod-counter.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import { topologyOf } from '../snapshot/snapshot.ts';
import {
  prepareSpreadScores,
  type SpreadScores,
  spreadScore,
  spreadScores,
  spreadVersion,
} from './spread-scores.ts';
import {
  constraintsOf,
  counterOf,
  inclusionMask,
  type PodTopologySpreadArgs,
  type SpreadConstraint,
} from './spread-constraints.ts';

const NAME = 'PodTopologySpread';
const TOO_SKEWED = unschedulable(NAME, "node(s) didn't match pod topology spread constraints");
const NO_LABEL = unresolvable(
  NAME,
  "node(s) didn't match pod topology spread constraints (missing required label)",
);

/** A hard constraint with its counts, read live: trial moves of preemption show in them. */
export interface HardConstraint {
  readonly constraint: SpreadConstraint;
  readonly counts: DomainCounts;
  /** 1 when the Pod counts itself once it is placed. */
  readonly self: number;
  /** The least count of any domain, as of `leastVersion` of the counts. */
  least: number;
  leastVersion: number;
}

/** Keeps the Pods of a workload spread over zones, hosts or other domains of nodes. */
export function podTopologySpread(args: PodTopologySpreadArgs): SchedulerPlugin {
  return definePlugin({
    name: NAME,
    repeats: true,
    wakesOn: [
      {
        resource: 'Pod',
        action: ACTION.add | ACTION.delete | ACTION.updatePodLabel,
        helps: (waiting, change, snapshot) => {
          const hard = constraintsOf(snapshot, waiting, 'DoNotSchedule', args);
          const { old, next } = podsOf(change);
          return podChangeHelps(waiting, hard, old, next);
        },
      },
      {
        resource: 'Node',
        action: ACTION.add | ACTION.delete | ACTION.updateNodeLabel | ACTION.updateNodeTaint,
        helps: (waiting, { old, next }, snapshot) => {
          const hard = constraintsOf(snapshot, waiting, 'DoNotSchedule', args);
          // Events of Nodes carry Nodes.
          const before = old as Node | undefined;
          const after = next as Node | undefined;
          return nodeChangeHelps(hard, before, after);
        },
      },
    ],

    preFilter: (cycle: Cycle) => preFilterSpread(cycle, args),
    filter(_cycle, node, constraints: readonly HardConstraint[]) {
      for (const hard of constraints) {
        const { topology } = hard.counts;
        const domain = topology.domainOf[node] as number;
        if (domain < 0) return NO_LABEL;
        const count = hard.counts.byDomain[domain] ?? 0;
        const skew = count + hard.self - leastCount(hard);
        if (skew > hard.constraint.maxSkew) return TOO_SKEWED;
      }
      return undefined;
    },

    preScore(cycle: Cycle, nodes): PreScoreAnswer<SpreadScores> {
      const scores = prepareSpreadScores(cycle, nodes, args);
      return scores === undefined ? SKIP : { kind: 'proceed', state: scores };
    },
    score: (_cycle, node, scores: SpreadScores) => spreadScore(scores, node),
    scoreAll(_cycle, nodes, values, scores: SpreadScores) {
      spreadScores(scores, nodes, values);
    },
    scoresHold: true,
    scoresVersion: spreadVersion,
    normalize(_cycle, nodes, values, { ignored }) {
      normalizeSpread(nodes, values, ignored);
    },
    scaled: scaledSpread,
  });
}

/** Looks up the counts of a Pod's hard constraints. */
export function preFilterSpread(
  { snapshot, pod }: Cycle,
  args: PodTopologySpreadArgs,
): PreFilterAnswer<readonly HardConstraint[]> {
  const constraints = constraintsOf(snapshot, pod, 'DoNotSchedule', args);
  if (constraints.length === 0) return SKIP;
  const keys = [...new Set(constraints.map((each) => each.topologyKey))].sort();
  const state = constraints.map((constraint): HardConstraint => {
    const counter = counterOf(snapshot, pod.namespace, constraint);
    const mask = inclusionMask(snapshot, pod.pod, constraint, keys);
    const topology = topologyOf(snapshot, constraint.topologyKey);
    return {
      constraint,
      counts: domainCounts(counter, snapshot.table, topology, mask),
      self: constraint.selector(pod.labelSet.labels) ? 1 : 0,
      least: 0,
      leastVersion: -1,
    };
  });
  return { kind: 'proceed', state };
}

/** The least count over the domains; 0 while there are fewer domains than the constraint wants. */
function leastCount(hard: HardConstraint): number {
  const { counts, constraint } = hard;
  if (hard.leastVersion !== counts.version) {
    hard.leastVersion = counts.version;
    hard.least = counts.domainCount < constraint.minDomains ? 0 : (leastOfDomains(counts) ?? 0);
  }
  return hard.least;
}

/** 100 for the least crowded, in proportion to the most crowded; candidates without the labels get 0. */
function normalizeSpread(
  nodes: Int32Array,
  values: Float64Array,
  ignored: ReadonlySet<number>,
): void {
  let least = Number.MAX_SAFE_INTEGER;
  let greatest = 0;
  for (let index = 0; index < nodes.length; index++) {
    if (ignored.size > 0 && ignored.has(nodes[index] as number)) continue;
    const value = values[index] as number;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  for (let index = 0; index < nodes.length; index++) {
    if (ignored.size > 0 && ignored.has(nodes[index] as number)) values[index] = 0;
    else values[index] = scaledSpread(values[index] as number, least, greatest);
  }
}

function scaledSpread(value: number, least: number, greatest: number): number {
  return greatest === 0 ? 100 : Math.trunc((100 * (greatest + least - value)) / greatest);
}

function podChangeHelps(
  waiting: PodInfo,
  hard: readonly SpreadConstraint[],
  old: Pod | undefined,
  next: Pod | undefined,
): boolean {
  const changed = next ?? old;
  if (changed === undefined || changed.metadata.namespace !== waiting.namespace) return false;
  const isCounted = (pod: Pod | undefined) =>
    pod !== undefined && hard.some((each) => each.selector(pod.metadata.labels));
  if (next !== undefined && old !== undefined) {
    // The waiting Pod's own labels, or a placed Pod that has begun or ceased to count.
    if (next.metadata.uid === waiting.pod.metadata.uid) {
      return hard.some(
        (each) => each.selector(next.metadata.labels) !== each.selector(old.metadata.labels),
      );
    }
    return isCounted(old) !== isCounted(next);
  }
  return isCounted(changed);
}

function nodeChangeHelps(
  hard: readonly SpreadConstraint[],
  before: Node | undefined,
  after: Node | undefined,
): boolean {
  const carriesAll = (node: Node) =>
    hard.every((each) => labelOf(node.metadata.labels, each.topologyKey) !== undefined);
  if (before !== undefined && after !== undefined) {
    const then = carriesAll(before);
    const now = carriesAll(after);
    if (then !== now) return true;
    return (
      now &&
      hard.some(
        (each) =>
          labelOf(before.metadata.labels, each.topologyKey) !==
          labelOf(after.metadata.labels, each.topologyKey),
      )
    );
  }
  const node = after ?? before;
  return node !== undefined && carriesAll(node);
}
