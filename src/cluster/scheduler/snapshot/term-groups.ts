import type { Labels } from '../../../api/selectors/label-requirement.ts';
import { type AffinityTerm, termMatches } from './affinity-term.ts';
import type { LabelSet } from './label-set.ts';
import type { PodInfo } from './pod-info.ts';
import type { TopologyColumn } from './topology.ts';

/**
 * The affinity terms of the Pods that are placed, equal ones together: a thousand replicas make one group
 * with counts. Who places a Pod asks which groups concern it, not which of a thousand Pods do.
 */
export interface TermGroup {
  readonly kind: TermKind;
  readonly term: AffinityTerm;
  readonly topology: TopologyColumn;
  /** How many Pods with this term stand in each domain. A Map: most groups are in few domains. */
  readonly byDomain: Map<number, number>;
  /** Pods with this term, on nodes with or without the topology's label. */
  podCount: number;
  /** Number in order of appearance. */
  readonly serial: number;
}

/** What a term of a placed Pod says about a Pod to come. */
export type TermKind =
  | 'requiredAffinity'
  | 'requiredAntiAffinity'
  | 'preferredAffinity'
  | 'preferredAntiAffinity';

export const TERM_KINDS: readonly TermKind[] = [
  'requiredAffinity',
  'requiredAntiAffinity',
  'preferredAffinity',
  'preferredAntiAffinity',
];

export interface TermGroups {
  /** Grows when groups come or go. */
  version: number;
  /** How many groups there are. */
  size: number;
  readonly byKind: ReadonlyMap<TermKind, KindGroups>;
}

interface KindGroups {
  readonly byKey: Map<string, TermGroup>;
  /** What concerns a label set, as far as groups have been looked at. */
  readonly concerning: Map<LabelSet, Concerning>;
  nextSerial: number;
}

interface Concerning {
  readonly groups: TermGroup[];
  /** Groups from this serial on have not been looked at. */
  upTo: number;
}

const MEMO_MAX = 10_000;
const NO_GROUPS: readonly TermGroup[] = Object.freeze([]);

export function createTermGroups(): TermGroups {
  const byKind = new Map<TermKind, KindGroups>();
  for (const kind of TERM_KINDS) {
    byKind.set(kind, { byKey: new Map(), concerning: new Map(), nextSerial: 0 });
  }
  return { version: 0, size: 0, byKind };
}

/** Enters the terms of a Pod on a node (`sign` 1) or takes them out (−1). */
export function countTerms(
  groups: TermGroups,
  slot: number,
  pod: PodInfo,
  sign: 1 | -1,
  topologyOf: (key: string) => TopologyColumn,
): void {
  if (pod.affinity === undefined) return;
  for (const kind of TERM_KINDS) {
    const terms = pod.affinity[kind];
    if (terms.length === 0) continue;
    const ofKind = kindGroups(groups, kind);
    const { size } = ofKind.byKey;
    for (const term of terms) countTerm(ofKind, kind, term, slot, sign, topologyOf);
    if (ofKind.byKey.size === size) continue;
    groups.version += 1;
    groups.size += ofKind.byKey.size - size;
  }
}

/** The groups of a kind whose term matches Pods of a label set. */
export function groupsConcerning(
  groups: TermGroups,
  kind: TermKind,
  set: LabelSet,
  namespaceLabels: Labels | undefined,
): readonly TermGroup[] {
  const ofKind = kindGroups(groups, kind);
  if (ofKind.byKey.size === 0) return NO_GROUPS;
  let memo = ofKind.concerning.get(set);
  if (memo === undefined) {
    if (ofKind.concerning.size >= MEMO_MAX) ofKind.concerning.clear();
    memo = { groups: [], upTo: 0 };
    ofKind.concerning.set(set, memo);
  }
  if (memo.upTo < ofKind.nextSerial) {
    for (const group of groupsSince(ofKind, memo.upTo)) {
      if (termMatches(group.term, set, namespaceLabels)) memo.groups.push(group);
    }
    memo.upTo = ofKind.nextSerial;
  }
  return memo.groups;
}

/** Labels of namespaces have changed: what a term selects by them is asked anew. */
export function forgetConcerns(groups: TermGroups): void {
  for (const ofKind of groups.byKind.values()) ofKind.concerning.clear();
}

function kindGroups(groups: TermGroups, kind: TermKind): KindGroups {
  return groups.byKind.get(kind) as KindGroups; // Every kind has its entry from the start.
}

function countTerm(
  ofKind: KindGroups,
  kind: TermKind,
  term: AffinityTerm,
  slot: number,
  sign: 1 | -1,
  topologyOf: (key: string) => TopologyColumn,
): void {
  let group = ofKind.byKey.get(term.key);
  if (group === undefined) {
    if (sign < 0) return;
    group = {
      kind,
      term,
      topology: topologyOf(term.topologyKey),
      byDomain: new Map(),
      podCount: 0,
      serial: ofKind.nextSerial++,
    };
    ofKind.byKey.set(term.key, group);
  }
  group.podCount += sign;
  const domain = group.topology.domainOf[slot] as number;
  if (domain >= 0) {
    const count = (group.byDomain.get(domain) ?? 0) + sign;
    if (count === 0) group.byDomain.delete(domain);
    else group.byDomain.set(domain, count);
  }
  if (group.podCount === 0) dropGroup(ofKind, group);
}

function dropGroup(ofKind: KindGroups, group: TermGroup): void {
  ofKind.byKey.delete(group.term.key);
  for (const memo of ofKind.concerning.values()) {
    const index = memo.groups.indexOf(group);
    if (index >= 0) memo.groups.splice(index, 1);
  }
}

/** Groups that are new since `upTo`; the Map keeps them in order of their serials. */
function* groupsSince(ofKind: KindGroups, upTo: number): Generator<TermGroup> {
  if (upTo === 0) {
    yield* ofKind.byKey.values();
    return;
  }
  for (const group of ofKind.byKey.values()) if (group.serial >= upTo) yield group;
}
