import type {
  Node,
  Pod,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from '../../api/generated/types.ts';
import { labelSelectorMatches } from '../../api/selectors/label-selector.ts';
import { podMatchesNode } from '../../api/selectors/node-selector.ts';
import { milliValue, value } from '../../api/quantity/numbers.ts';
import { isTaintTolerated, preventsScheduling } from '../../api/taints-and-tolerations.ts';
import type { RandomCluster } from './testing-cluster.ts';

/**
 * For tests: the filters and the scores of affinity and spread once more, written as plainly as they can be,
 * over the objects themselves and counting everything anew for every node.
 */
export function fitsNaively(cluster: RandomCluster, pod: Pod, node: Node): boolean {
  return (
    mayUse(pod, node) &&
    hasRoom(cluster, pod, node) &&
    hasPorts(cluster, pod, node) &&
    spreadAllows(cluster, pod, node) &&
    affinityAllows(cluster, pod, node)
  );
}

function mayUse(pod: Pod, node: Node): boolean {
  const { tolerations } = pod.spec;
  const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
  if (node.spec.unschedulable === true && !isTaintTolerated(cordon, tolerations)) return false;
  const taints = (node.spec.taints ?? []).filter(preventsScheduling);
  return taints.every((taint) => isTaintTolerated(taint, tolerations)) && selects(pod, node);
}

function selects(pod: Pod, node: Node): boolean {
  return podMatchesNode(pod.spec, {
    name: node.metadata.name ?? '',
    labels: node.metadata.labels,
  });
}

function podsOn(cluster: RandomCluster, node: Node): Pod[] {
  return [...cluster.pods.values()].filter((pod) => pod.spec.nodeName === node.metadata.name);
}

function hasRoom(cluster: RandomCluster, pod: Pod, node: Node): boolean {
  const others = podsOn(cluster, node);
  const { allocatable = {} } = node.status ?? {};
  if (others.length + 1 > value(allocatable['pods'])) return false;
  const sum = (name: string, read: (text: string | undefined) => number) =>
    others.reduce((total, each) => total + read(requestOf(each, name)), 0);
  const fits = (name: string, read: (text: string | undefined) => number) => {
    const asked = read(requestOf(pod, name));
    return asked === 0 || sum(name, read) + asked <= read(allocatable[name]);
  };
  return fits('cpu', milliValue) && fits('memory', value);
}

function requestOf(pod: Pod, name: string): string | undefined {
  return pod.spec.containers[0]?.resources?.requests?.[name];
}

function hostPortOf(pod: Pod): number | undefined {
  return pod.spec.containers[0]?.ports?.[0]?.hostPort;
}

function hasPorts(cluster: RandomCluster, pod: Pod, node: Node): boolean {
  const wanted = hostPortOf(pod);
  return wanted === undefined || podsOn(cluster, node).every((each) => hostPortOf(each) !== wanted);
}

function constraintsOf(pod: Pod, when: string): readonly TopologySpreadConstraint[] {
  return (pod.spec.topologySpreadConstraints ?? []).filter(
    (each) => each.whenUnsatisfiable === when,
  );
}

function isSelected(constraint: TopologySpreadConstraint, pod: Pod, other: Pod): boolean {
  return (
    labelSelectorMatches(constraint.labelSelector, other.metadata.labels) &&
    (constraint.matchLabelKeys ?? []).every((key) => {
      const own = pod.metadata.labels?.[key];
      return own === undefined || other.metadata.labels?.[key] === own;
    })
  );
}

function counted(
  cluster: RandomCluster,
  pod: Pod,
  node: Node,
  constraint: TopologySpreadConstraint,
): number {
  return podsOn(cluster, node).filter(
    (other) =>
      other.metadata.namespace === pod.metadata.namespace &&
      other.metadata.deletionTimestamp === undefined &&
      isSelected(constraint, pod, other),
  ).length;
}

/** The nodes whose Pods count for a constraint. */
function included(
  cluster: RandomCluster,
  pod: Pod,
  constraint: TopologySpreadConstraint,
  all: readonly TopologySpreadConstraint[],
): Node[] {
  return [...cluster.nodes.values()].filter((node) => {
    const { labels = {} } = node.metadata;
    if (!all.every((each) => labels[each.topologyKey] !== undefined)) return false;
    if (constraint.nodeAffinityPolicy !== 'Ignore' && !selects(pod, node)) return false;
    if (constraint.nodeTaintsPolicy !== 'Honor') return true;
    const taints = (node.spec.taints ?? []).filter(preventsScheduling);
    return taints.every((taint) => isTaintTolerated(taint, pod.spec.tolerations));
  });
}

function spreadAllows(cluster: RandomCluster, pod: Pod, node: Node): boolean {
  const hard = constraintsOf(pod, 'DoNotSchedule');
  return hard.every((constraint) => {
    const domain = node.metadata.labels?.[constraint.topologyKey];
    if (domain === undefined) return false;
    const counts = new Map<string, number>();
    for (const each of included(cluster, pod, constraint, hard)) {
      const key = each.metadata.labels?.[constraint.topologyKey] ?? '';
      counts.set(key, (counts.get(key) ?? 0) + counted(cluster, pod, each, constraint));
    }
    const least = counts.size === 0 ? 0 : Math.min(...counts.values());
    const self = isSelected(constraint, pod, pod) ? 1 : 0;
    return (counts.get(domain) ?? 0) + self - least <= constraint.maxSkew;
  });
}

/** Whether a term of `owner` concerns `other`. */
function concerns(cluster: RandomCluster, owner: Pod, term: PodAffinityTerm, other: Pod): boolean {
  const namespace = other.metadata.namespace ?? '';
  const { namespaces = [], namespaceSelector } = term;
  const isNamed =
    namespaces.length === 0 && namespaceSelector === undefined
      ? namespace === owner.metadata.namespace
      : namespaces.includes(namespace);
  const labels = cluster.namespaces.get(namespace)?.metadata.labels;
  const isChosen = isNamed || labelSelectorMatches(namespaceSelector, labels);
  return isChosen && labelSelectorMatches(term.labelSelector, other.metadata.labels);
}

function sharesDomain(cluster: RandomCluster, key: string, other: Pod, node: Node): boolean {
  const theirs = cluster.nodes.get(other.spec.nodeName ?? '')?.metadata.labels?.[key];
  return theirs !== undefined && theirs === node.metadata.labels?.[key];
}

function requiredTerms(
  pod: Pod,
  kind: 'podAffinity' | 'podAntiAffinity',
): readonly PodAffinityTerm[] {
  return pod.spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

function affinityAllows(cluster: RandomCluster, pod: Pod, node: Node): boolean {
  const others = [...cluster.pods.values()].filter((each) =>
    cluster.nodes.has(each.spec.nodeName ?? ''),
  );
  const wanted = requiredTerms(pod, 'podAffinity');
  if (wanted.length > 0) {
    if (wanted.some((term) => node.metadata.labels?.[term.topologyKey] === undefined)) return false;
    const friends = others.filter((other) =>
      wanted.every((term) => concerns(cluster, pod, term, other)),
    );
    const isMet = wanted.every((term) =>
      friends.some((other) => sharesDomain(cluster, term.topologyKey, other, node)),
    );
    const isCounted = friends.some((other) =>
      wanted.some((term) => {
        const home = cluster.nodes.get(other.spec.nodeName ?? '');
        return home?.metadata.labels?.[term.topologyKey] !== undefined;
      }),
    );
    const isFirst = !isCounted && wanted.every((term) => concerns(cluster, pod, term, pod));
    if (!isMet && !isFirst) return false;
  }
  const isShunned = requiredTerms(pod, 'podAntiAffinity').some((term) =>
    others.some(
      (other) =>
        concerns(cluster, pod, term, other) && sharesDomain(cluster, term.topologyKey, other, node),
    ),
  );
  const isUnwelcome = others.some((other) =>
    requiredTerms(other, 'podAntiAffinity').some(
      (term) =>
        concerns(cluster, other, term, pod) && sharesDomain(cluster, term.topologyKey, other, node),
    ),
  );
  return !isShunned && !isUnwelcome;
}

/** The raw InterPodAffinity score: what the Pod's and the others' preferences weigh at the node. */
export function affinityScoreNaively(cluster: RandomCluster, pod: Pod, node: Node): number {
  let score = 0;
  for (const other of cluster.pods.values()) {
    if (!cluster.nodes.has(other.spec.nodeName ?? '')) continue;
    const add = (owner: Pod, target: Pod, term: PodAffinityTerm, weight: number) => {
      if (!concerns(cluster, owner, term, target)) return;
      if (sharesDomain(cluster, term.topologyKey, other, node)) score += weight;
    };
    for (const [owner, target] of [
      [pod, other],
      [other, pod],
    ] as const) {
      const { podAffinity, podAntiAffinity } = owner.spec.affinity ?? {};
      for (const each of podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
        add(owner, target, each.podAffinityTerm, each.weight);
      }
      for (const each of podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
        add(owner, target, each.podAffinityTerm, -each.weight);
      }
    }
    for (const term of requiredTerms(other, 'podAffinity')) add(other, pod, term, 1);
  }
  return score;
}

/** The raw PodTopologySpread score of a Pod with soft constraints of its own. */
export function spreadScoreNaively(
  cluster: RandomCluster,
  pod: Pod,
  node: Node,
  candidates: readonly Node[],
): number {
  const soft = constraintsOf(pod, 'ScheduleAnyway');
  const carriesAll = ({ metadata }: Node) =>
    soft.every((each) => metadata.labels?.[each.topologyKey] !== undefined);
  if (!carriesAll(node)) return 0;
  const scored = candidates.filter(carriesAll);
  let score = 0;
  for (const constraint of soft) {
    const key = constraint.topologyKey;
    const domainOf = (each: Node) => each.metadata.labels?.[key];
    const isHost = key === 'kubernetes.io/hostname';
    const size = isHost ? scored.length : new Set(scored.map(domainOf)).size;
    const count = isHost
      ? counted(cluster, pod, node, constraint)
      : included(cluster, pod, constraint, soft)
          .filter((each) => domainOf(each) === domainOf(node))
          .reduce((sum, each) => sum + counted(cluster, pod, each, constraint), 0);
    score += count * Math.log(size + 2) + (constraint.maxSkew - 1);
  }
  return Math.round(score);
}
