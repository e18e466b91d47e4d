import { type AffinityTerm, incomingTermMatches } from '../snapshot/affinity-term.ts';
import { type DomainCounts, domainCounts, podCounter } from '../snapshot/pod-counter.ts';
import { type Snapshot, topologyOf } from '../snapshot/snapshot.ts';

/** `InterPodAffinityArgs`, with defaults filled in. */
export interface InterPodAffinityArgs {
  /** What a placed Pod's required affinity for the new Pod weighs in scores: 0..100. */
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

/** The placed Pods that match all of the terms, by the domains of a topology. */
export function matchingCounts(
  snapshot: Snapshot,
  terms: readonly AffinityTerm[],
  topologyKey: string,
): DomainCounts {
  const counter = podCounter(snapshot.counters, snapshot.table, snapshot.objects.namespaceLabels, {
    key: `match|${terms.map((each) => each.targetKey).join('&')}`,
    matches: (set, namespaceLabels) =>
      terms.every((term) => incomingTermMatches(term, set, namespaceLabels)),
    skipsTerminating: false,
  });
  return domainCounts(counter, snapshot.table, topologyOf(snapshot, topologyKey), undefined);
}
