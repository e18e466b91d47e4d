import type { Node, Pod, Toleration } from '../../../api/generated/types.ts';
import {
  firstUntoleratedTaint,
  isTaintTolerated,
  preventsScheduling,
} from '../../../api/taints-and-tolerations.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { type Cycle, definePlugin, SKIP } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';
import { type NodeTable, TRAIT_HARD_TAINTS, TRAIT_SOFT_TAINTS } from '../snapshot/node-table.ts';
import { normalizeScores } from './normalize.ts';

const NAME = 'TaintToleration';
// Before v1.35 the sentence named key and value of the taint.
const UNTOLERATED = unresolvable(NAME, 'node(s) had untolerated taint(s)');

/** A state of its own, though there is nothing to remember: for one without, each node would be looked at twice. */
const LOOK_AT_TAINTS = Object.freeze({ kind: 'proceed' as const, state: true });

/** Keeps Pods off nodes whose taints they do not tolerate, and away from softly tainted ones. */
export const taintToleration = definePlugin({
  name: NAME,
  repeats: true,
  seesOfPods: 'nothing',
  wakesOn: [
    {
      resource: 'Node',
      action: ACTION.add | ACTION.updateNodeTaint,
      helps: ({ pod }, { old, next }) => {
        // Events of Nodes carry Nodes.
        const before = old as Node | undefined;
        const wasBarred = before === undefined || isBarred(pod, before);
        return wasBarred && !isBarred(pod, next as Node);
      },
    },
    { resource: 'TargetPod', action: ACTION.updatePodToleration },
  ],

  preFilter({ snapshot }) {
    if (snapshot.table.traitCounts.hardTaints === 0) return SKIP;
    return LOOK_AT_TAINTS;
  },
  filter({ snapshot, pod }, node) {
    const { table } = snapshot;
    if (((table.traits[node] as number) & TRAIT_HARD_TAINTS) === 0) return undefined;
    return isBarred(pod.pod, table.nodes[node]) ? UNTOLERATED : undefined;
  },

  preScore({ pod }: Cycle) {
    const { tolerations } = pod.pod.spec;
    return { kind: 'proceed', state: tolerations === undefined ? NONE : softOnes(tolerations) };
  },
  scoresHold: true,
  scoresIgnorePods: true,
  score: ({ snapshot }, node, tolerations: readonly Toleration[]) =>
    untoleratedOn(snapshot.table, node, tolerations),
  scoreAll({ snapshot }, nodes, scores, tolerations: readonly Toleration[]) {
    const { table } = snapshot;
    if (table.traitCounts.softTaints === 0) return;
    for (let at = 0; at < nodes.length; at++)
      scores[at] = untoleratedOn(table, nodes[at] as number, tolerations);
  },
  normalize(_cycle, _nodes, scores) {
    normalizeScores(scores, true);
  },
});

/** How many soft taints of a node are not tolerated. */
function untoleratedOn(table: NodeTable, node: number, tolerations: readonly Toleration[]): number {
  if (((table.traits[node] as number) & TRAIT_SOFT_TAINTS) === 0) return 0;
  let untolerated = 0;
  for (const taint of table.nodes[node]?.spec.taints ?? []) {
    if (taint.effect === 'PreferNoSchedule' && !isTaintTolerated(taint, tolerations)) {
      untolerated += 1;
    }
  }
  return untolerated;
}

function isBarred(pod: Pod, node: Node | undefined): boolean {
  const { tolerations } = pod.spec;
  const taint = firstUntoleratedTaint(node?.spec.taints, tolerations, preventsScheduling);
  return taint !== undefined;
}

const NONE: readonly Toleration[] = Object.freeze([]);

/** Those that concern soft taints: the same list for the same tolerations, which the Pods of a template share. */
function softOnes(tolerations: readonly Toleration[]): readonly Toleration[] {
  let soft = softByList.get(tolerations);
  if (soft === undefined) {
    soft = tolerations.filter(concernsSoftTaints);
    if (soft.length === 0) soft = NONE;
    softByList.set(tolerations, soft);
  }
  return soft;
}

const softByList = new WeakMap<readonly Toleration[], readonly Toleration[]>();

function concernsSoftTaints({ effect }: Toleration): boolean {
  return effect === undefined || effect === 'PreferNoSchedule' || (effect as string) === '';
}
