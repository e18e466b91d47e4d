import type {
  Node,
  NodeAffinity,
  NodeSelectorTerm,
  Pod,
  PreferredSchedulingTerm,
} from '../../../api/generated/types.ts';
import {
  nodeSelectorMatches,
  podMatchesNode,
  preferredNodeScore,
} from '../../../api/selectors/node-selector.ts';
import { ACTION } from '../framework/cluster-event.ts';
import {
  type Cycle,
  definePlugin,
  type PreFilterAnswer,
  reject,
  SKIP,
  type SchedulerPlugin,
} from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';
import { requiredNodeMask, selectableNode } from '../snapshot/node-affinity.ts';
import { maskAdmits, type NodeMask } from '../snapshot/node-mask.ts';
import { maskOf } from '../snapshot/snapshot.ts';
import { normalizeScores } from './normalize.ts';

const NAME = 'NodeAffinity';
const POD_MISMATCH = unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector");
const ENFORCED_MISMATCH = unresolvable(
  NAME,
  "node(s) didn't match scheduler-enforced node affinity",
);
const CONFLICT = unresolvable(NAME, 'pod affinity terms conflict');

/** `NodeAffinityArgs`: an affinity that the scheduler's operator adds to every Pod's own. */
export interface NodeAffinityArgs {
  readonly addedAffinity?: NodeAffinity;
}

interface Required {
  readonly pod: NodeMask | undefined;
  readonly added: NodeMask | undefined;
}

/** Keeps Pods to the nodes their `nodeSelector` and node affinity ask for, and prefers those they prefer. */
export function nodeAffinity(args: NodeAffinityArgs): SchedulerPlugin {
  const addedRequired = args.addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const addedPreferred = args.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  const isAdmitted = (pod: Pod, node: Node) =>
    (addedRequired === undefined || nodeSelectorMatches(addedRequired, selectableNode(node))) &&
    podMatchesNode(pod.spec, selectableNode(node));

  return definePlugin({
    name: NAME,
    repeats: true,
    seesOfPods: 'nothing',
    wakesOn: [
      {
        resource: 'Node',
        action: ACTION.add | ACTION.updateNodeLabel,
        helps: ({ pod }, { old, next }) => {
          // Events of Nodes carry Nodes.
          const before = old as Node | undefined;
          return (
            isAdmitted(pod, next as Node) && (before === undefined || !isAdmitted(pod, before))
          );
        },
      },
    ],

    preFilter({ snapshot, pod }: Cycle): PreFilterAnswer<Required> {
      const { spec } = pod.pod;
      const own = requiredNodeMask(snapshot, spec);
      if (own === undefined && addedRequired === undefined) return SKIP;
      const added =
        addedRequired === undefined
          ? undefined
          : maskOf(snapshot, `nodes:added:${JSON.stringify(addedRequired)}`, (node) =>
              nodeSelectorMatches(addedRequired, selectableNode(node)),
            );
      const state: Required = { pod: own, added };
      const terms =
        spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
          ?.nodeSelectorTerms ?? [];
      const nodeNames = namedNodes(terms);
      if (nodeNames === undefined) return { kind: 'proceed', state };
      return nodeNames.size === 0 ? reject(CONFLICT) : { kind: 'proceed', state, nodeNames };
    },

    filter({ snapshot }, slot, state: Required) {
      const node = snapshot.table.nodes[slot];
      if (node === undefined) return POD_MISMATCH;
      if (state.added !== undefined && !maskAdmits(state.added, slot, node)) {
        return ENFORCED_MISMATCH;
      }
      if (state.pod !== undefined && !maskAdmits(state.pod, slot, node)) return POD_MISMATCH;
      return undefined;
    },

    preScore({ pod }) {
      const own =
        pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
      if ((own === undefined || own.length === 0) && addedPreferred === undefined) return SKIP;
      return { kind: 'proceed', state: own ?? NO_TERMS };
    },
    scoresHold: true,
    scoresIgnorePods: true,
    score({ snapshot }, slot, own: readonly PreferredSchedulingTerm[]) {
      const node = snapshot.table.nodes[slot];
      if (node === undefined) return 0;
      const selectable = selectableNode(node);
      const added =
        addedPreferred === undefined ? 0 : preferredNodeScore(addedPreferred, selectable);
      return added + preferredNodeScore(own, selectable);
    },
    normalize(_cycle, _nodes, scores) {
      normalizeScores(scores, false);
    },
  });
}

const NO_TERMS: readonly PreferredSchedulingTerm[] = Object.freeze([]);

/**
 * The nodes that the terms name by `metadata.name`. Undefined: some term names none, so any node may
 * match. Empty: the names contradict each other within every term.
 */
function namedNodes(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  if (terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    let ofTerm: Set<string> | undefined;
    for (const { key, operator, values = [] } of matchFields) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      const named = new Set(values);
      ofTerm =
        ofTerm === undefined ? named : new Set([...ofTerm].filter((each) => named.has(each)));
    }
    if (ofTerm === undefined) return undefined;
    for (const name of ofTerm) names.add(name);
  }
  return names;
}
