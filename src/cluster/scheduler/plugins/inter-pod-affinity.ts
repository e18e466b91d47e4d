import type { Node, Pod } from '../../../api/generated/types.ts';
import { labelOf } from '../../../api/selectors/label-requirement.ts';
import { ACTION } from '../framework/cluster-event.ts';
import {
  type Cycle,
  definePlugin,
  podsOf,
  type PreFilterAnswer,
  type PreScoreAnswer,
  reject,
  SKIP,
  type SchedulerPlugin,
} from '../framework/plugin.ts';
import { failure, type MaybeStatus, unresolvable, unschedulable } from '../framework/status.ts';
import { type AffinityTerm, incomingTermMatches, termMatches } from '../snapshot/affinity-term.ts';
import { labelSetOf } from '../snapshot/label-set.ts';
import type { DomainCounts } from '../snapshot/pod-counter.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import { namespaceLabelsOf, type Snapshot } from '../snapshot/snapshot.ts';
import { groupsConcerning, type TermGroup } from '../snapshot/term-groups.ts';
import { type InterPodAffinityArgs, matchingCounts } from './affinity-counts.ts';
import { affinityScore, type AffinityScores, prepareAffinityScores } from './affinity-scores.ts';

const NAME = 'InterPodAffinity';
const NO_COMPANY = unresolvable(NAME, "node(s) didn't match pod affinity rules");
const UNWANTED_COMPANY = unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
const NOT_WELCOME = unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");

/** What is looked up once for a Pod. Counts are live: trial moves of preemption show in them. */
interface AffinityState {
  /** For each required affinity term: the Pods that match all terms, by the term's domains. */
  readonly wanted: readonly DomainCounts[];
  /** The Pod matches its own affinity terms: the first of a group may stand alone. */
  readonly matchesItself: boolean;
  /** For each required anti-affinity term: the Pods that match it, by domain. */
  readonly unwanted: readonly DomainCounts[];
  /** Anti-affinity of placed Pods against this one, as of `termsVersion`. */
  against: readonly TermGroup[];
  termsVersion: number;
}

/** Keeps Pods near those they want to be near, and away from those that either side keeps away from. */
export function interPodAffinity(args: InterPodAffinityArgs): SchedulerPlugin {
  return definePlugin({
    name: NAME,
    repeats: true,
    wakesOn: [
      {
        resource: 'Pod',
        action: ACTION.add | ACTION.delete | ACTION.updatePodLabel,
        helps: (waiting, change) => {
          const { old, next } = podsOf(change);
          return podChangeHelps(waiting, old, next);
        },
      },
      {
        resource: 'Node',
        action: ACTION.add | ACTION.updateNodeLabel,
        helps: (waiting, { old, next }) =>
          // Events of Nodes carry Nodes.
          nodeChangeHelps(waiting, old as Node | undefined, next as Node),
      },
    ],

    preFilter: preFilterAffinity,
    filter: ({ snapshot, pod }: Cycle, node, state: AffinityState) =>
      filterNode(snapshot, pod, node, state),

    preScore(cycle: Cycle, nodes): PreScoreAnswer<AffinityScores> {
      if (cycle.pod.affinity?.error !== undefined) {
        return reject(failure(NAME, `parsing pod: ${cycle.pod.affinity.error}`));
      }
      const scores = nodes.length === 0 ? undefined : prepareAffinityScores(cycle, args);
      return scores === undefined ? SKIP : { kind: 'proceed', state: scores };
    },
    score: (_cycle, node, scores: AffinityScores) => affinityScore(scores, node),
    normalize(_cycle, _nodes, scores) {
      stretch(scores);
    },
  });
}

function preFilterAffinity({ snapshot, pod }: Cycle): PreFilterAnswer<AffinityState> {
  const { affinity, labelSet } = pod;
  // Nearly always nobody has any terms.
  if (affinity === undefined && snapshot.terms.size === 0) return SKIP;
  if (affinity?.error !== undefined) {
    return reject(unresolvable(NAME, `parsing pod: ${affinity.error}`));
  }
  const against = groupsConcerning(
    snapshot.terms,
    'requiredAntiAffinity',
    labelSet,
    namespaceLabelsOf(snapshot, pod.namespace),
  );
  const isAnyAgainst = against.some((group) => group.byDomain.size > 0);
  const affinityTerms = affinity?.requiredAffinity ?? [];
  const antiAffinityTerms = affinity?.requiredAntiAffinity ?? [];
  if (!isAnyAgainst && affinityTerms.length === 0 && antiAffinityTerms.length === 0) return SKIP;
  return {
    kind: 'proceed',
    state: {
      wanted: affinityTerms.map((term) =>
        matchingCounts(snapshot, affinityTerms, term.topologyKey),
      ),
      matchesItself: matchesAll(snapshot, affinityTerms, pod),
      unwanted: antiAffinityTerms.map((term) => matchingCounts(snapshot, [term], term.topologyKey)),
      against,
      termsVersion: snapshot.terms.version,
    },
  };
}

function filterNode(
  snapshot: Snapshot,
  pod: PodInfo,
  node: number,
  state: AffinityState,
): MaybeStatus {
  if (state.wanted.length > 0 && !hasCompany(node, state)) return NO_COMPANY;
  for (const { topology, byDomain } of state.unwanted) {
    const domain = topology.domainOf[node] as number;
    if (domain >= 0 && (byDomain[domain] ?? 0) > 0) return UNWANTED_COMPANY;
  }
  if (state.termsVersion !== snapshot.terms.version) {
    state.termsVersion = snapshot.terms.version;
    state.against = groupsConcerning(
      snapshot.terms,
      'requiredAntiAffinity',
      pod.labelSet,
      namespaceLabelsOf(snapshot, pod.namespace),
    );
  }
  for (const { topology, byDomain } of state.against) {
    const domain = topology.domainOf[node] as number;
    if (domain >= 0 && byDomain.has(domain)) return NOT_WELCOME;
  }
  return undefined;
}

function hasCompany(node: number, { wanted, matchesItself }: AffinityState): boolean {
  let isMissing = false;
  let total = 0;
  for (const counts of wanted) {
    const domain = counts.topology.domainOf[node] as number;
    // Without the label the node is in no domain at all, where nobody can be met.
    if (domain < 0) return false;
    if ((counts.byDomain[domain] ?? 0) <= 0) isMissing = true;
    total += counts.total;
  }
  if (!isMissing) return true;
  // The first of a group that wants to be together has nobody to be near yet.
  return total === 0 && matchesItself;
}

function matchesAll(snapshot: Snapshot, terms: readonly AffinityTerm[], pod: PodInfo): boolean {
  if (terms.length === 0) return false;
  const namespaceLabels = namespaceLabelsOf(snapshot, pod.namespace);
  return terms.every((term) => incomingTermMatches(term, pod.labelSet, namespaceLabels));
}

/** Stretches the scores so that the least becomes 0 and the greatest 100. */
function stretch(scores: Float64Array): void {
  let least = Number.MAX_SAFE_INTEGER;
  let greatest = Number.MIN_SAFE_INTEGER;
  for (const score of scores) {
    if (score < least) least = score;
    if (score > greatest) greatest = score;
  }
  const range = greatest - least;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] as number;
    scores[index] = range > 0 ? Math.trunc(100 * ((score - least) / range)) : 0;
  }
}

/** Upstream's hint: the change makes some placed Pod one that all terms want, or no longer one they shun. */
function podChangeHelps(waiting: PodInfo, old: Pod | undefined, next: Pod | undefined): boolean {
  const before = old === undefined || !isPlaced(old) ? undefined : old;
  const after = next === undefined || !isPlaced(next) ? undefined : next;
  const { requiredAffinity = [], requiredAntiAffinity = [] } = waiting.affinity ?? {};
  if (before !== undefined && after !== undefined) {
    return (
      (!matchesEvery(requiredAffinity, before) && matchesEvery(requiredAffinity, after)) ||
      (matchesEvery(requiredAntiAffinity, before) && !matchesEvery(requiredAntiAffinity, after))
    );
  }
  if (after !== undefined) return matchesEvery(requiredAffinity, after);
  return before !== undefined && matchesEvery(requiredAntiAffinity, before);
}

/** Namespace labels are left out here, as upstream does. */
function matchesEvery(terms: readonly AffinityTerm[], { metadata }: Pod): boolean {
  if (terms.length === 0) return false;
  const set = labelSetOf(metadata.namespace ?? '', metadata.labels);
  return terms.every((term) => termMatches(term, set, undefined));
}

function isPlaced({ spec, status }: Pod): boolean {
  return (spec.nodeName ?? '') !== '' || (status?.nominatedNodeName ?? '') !== '';
}

function nodeChangeHelps(waiting: PodInfo, before: Node | undefined, after: Node): boolean {
  const { requiredAffinity = [], requiredAntiAffinity = [] } = waiting.affinity ?? {};
  const domainOf = (node: Node, term: AffinityTerm) =>
    labelOf(node.metadata.labels, term.topologyKey);
  const isGain = requiredAffinity.some((term) => {
    const now = domainOf(after, term);
    if (now === undefined) return false;
    return before === undefined || domainOf(before, term) !== now;
  });
  if (isGain) return true;
  return requiredAntiAffinity.some((term) => {
    // A new node may take any Pod with anti-affinity, with the label or without.
    if (before === undefined) return true;
    const then = domainOf(before, term);
    return then !== undefined && then !== domainOf(after, term);
  });
}
