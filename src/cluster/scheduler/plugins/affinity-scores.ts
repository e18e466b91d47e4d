import type { Cycle } from '../framework/plugin.ts';
import type { AffinityTerm } from '../snapshot/affinity-term.ts';
import { namespaceLabelsOf } from '../snapshot/snapshot.ts';
import { groupsConcerning, type TermKind } from '../snapshot/term-groups.ts';
import type { TopologyColumn } from '../snapshot/topology.ts';
import { type InterPodAffinityArgs, matchingCounts } from './affinity-counts.ts';

/** What draws a Pod to domains or keeps it away: a weight for each Pod counted there. */
export interface AffinityScores {
  readonly pulls: readonly Pull[];
}

interface Pull {
  readonly topology: TopologyColumn;
  /** How many Pods count in a domain: an array for the Pod's own terms, a Map for those of others. */
  readonly counts: Int32Array | ReadonlyMap<number, number>;
  readonly weight: number;
}

/** Gathers what the Pod's preferred terms and those of placed Pods say; undefined when nothing does. */
export function prepareAffinityScores(
  { snapshot, pod }: Cycle,
  args: InterPodAffinityArgs,
): AffinityScores | undefined {
  // Nearly always nobody has any terms.
  if (pod.affinity === undefined && snapshot.terms.size === 0) return undefined;
  const preferred = pod.affinity?.preferredAffinity ?? NONE;
  const preferredNot = pod.affinity?.preferredAntiAffinity ?? NONE;
  const hasOwn = preferred.length > 0 || preferredNot.length > 0;
  if (!hasOwn && args.ignorePreferredTermsOfExistingPods) return undefined;

  const pulls: Pull[] = [];
  const addOwn = (terms: readonly AffinityTerm[], sign: 1 | -1) => {
    for (const term of terms) {
      const counts = matchingCounts(snapshot, [term], term.topologyKey);
      if (counts.total === 0) continue;
      pulls.push({
        topology: counts.topology,
        counts: counts.byDomain,
        weight: sign * term.weight,
      });
    }
  };
  addOwn(preferred, 1);
  addOwn(preferredNot, -1);

  const namespaceLabels = namespaceLabelsOf(snapshot, pod.namespace);
  const addOthers = (kind: TermKind, weightOf: (term: AffinityTerm) => number) => {
    for (const group of groupsConcerning(snapshot.terms, kind, pod.labelSet, namespaceLabels)) {
      if (group.byDomain.size === 0) continue;
      pulls.push({
        topology: group.topology,
        counts: group.byDomain,
        weight: weightOf(group.term),
      });
    }
  };
  if (args.hardPodAffinityWeight > 0) {
    addOthers('requiredAffinity', () => args.hardPodAffinityWeight);
  }
  addOthers('preferredAffinity', (term) => term.weight);
  addOthers('preferredAntiAffinity', (term) => -term.weight);
  return pulls.length === 0 ? undefined : { pulls };
}

/** The sum of all pulls at a node. */
export function affinityScore({ pulls }: AffinityScores, node: number): number {
  let score = 0;
  for (let index = 0; index < pulls.length; index++) {
    const { topology, counts, weight } = pulls[index]!; // In range by the loop's bound.
    const domain = topology.domainOf[node] as number;
    if (domain < 0) continue;
    const count = counts instanceof Int32Array ? counts[domain] : counts.get(domain);
    if (count !== undefined) score += weight * count;
  }
  return score;
}

const NONE: readonly AffinityTerm[] = Object.freeze([]);
