import type { LabelSelector, Pod, ReplicaSet } from '../../api/generated/types.ts';
import { findCondition } from '../../api/conditions.ts';
import { controllerOf } from '../../api/owner-references.ts';
import { isPodActive, isPodFinished } from '../../api/pod-readiness.ts';
import { labelMapMatcher, labelSelectorMatcher } from '../../api/selectors/label-selector.ts';
import { semanticEqual } from '../../api/semantic-equal.ts';
import { parseTime } from '../../api/time.ts';
import { heapPop, heapPush } from '../../base/heap.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type { ClusterView } from './cluster-view.ts';

/**
 * How many pods each ReplicaSet has in which state, kept up to date with every change of a pod. A set of
 * ten thousand pods is reconciled for each of its pods' changes, so a look at it must not cost ten
 * thousand steps.
 */
export type ReplicaTallies = Map<string, ReplicaTally>;

/** The pods a ReplicaSet controls and selects, counted. */
export interface ReplicaTally {
  readonly uid: string;
  /** What of the set's spec the counts depend on. */
  readonly terms: TallyTerms;
  /** Neither ended nor being deleted. */
  active: number;
  /** Of the active ones: with every label of the template. */
  fullyLabeled: number;
  ready: number;
  /** Being deleted and not ended. */
  terminating: number;
  /** Controlled but no longer selected: keys of pods to release. They are counted nowhere else. */
  readonly strays: Set<string>;
  /** With minReadySeconds: pods ready for long enough. Without it every ready pod is available. */
  readonly mature: Set<string>;
  /** With minReadySeconds: when ready pods become available, earliest first; may hold outdated entries. */
  readonly maturing: Maturing[];
}

interface TallyTerms {
  readonly selector: LabelSelector;
  readonly templateLabels: Readonly<Record<string, string>> | undefined;
  readonly minReadySeconds: number;
}

interface Maturing {
  readonly at: Micros;
  readonly key: string;
  /** The Ready condition's lastTransitionTime that the entry was made for. */
  readonly since: string;
}

const earlier = (a: Maturing, b: Maturing) => a.at < b.at || (a.at === b.at && a.key < b.key);

/** The tally of a set from all of its pods, from scratch. */
export function tallyOf(
  set: ReplicaSet,
  pods: Iterable<readonly [string, Pod]>,
  epochMillis: number,
): ReplicaTally {
  const tally: ReplicaTally = {
    uid: set.metadata.uid ?? '',
    terms: Object.freeze(termsOf(set)),
    active: 0,
    fullyLabeled: 0,
    ready: 0,
    terminating: 0,
    strays: new Set(),
    mature: new Set(),
    maturing: [],
  };
  for (const [key, pod] of pods) {
    if (controllerOf(pod)?.uid === tally.uid) count(tally, key, pod, 1, epochMillis);
  }
  return tally;
}

/** Takes a changed ReplicaSet in. */
export function tallySet(
  tallies: ReplicaTallies,
  change: { readonly old: ReplicaSet | undefined; readonly next: ReplicaSet | undefined },
  cluster: Pick<ClusterView, 'filed' | 'epochMillis'>,
): void {
  const { old, next } = change;
  const uid = next?.metadata.uid ?? '';
  if (old !== undefined && old.metadata.uid !== uid) tallies.delete(old.metadata.uid ?? '');
  if (next === undefined) return;
  const tally = tallies.get(uid);
  if (tally !== undefined && semanticEqual(tally.terms, termsOf(next))) return;
  tallies.set(uid, tallyOf(next, cluster.filed('pods', 'owner', uid), cluster.epochMillis));
}

/** Takes a changed pod in. Pods of sets that are not known (yet) are counted when the set appears. */
export function tallyPod(
  tallies: ReplicaTallies,
  change: {
    readonly key: string;
    readonly old: Pod | undefined;
    readonly next: Pod | undefined;
  },
  epochMillis: number,
): void {
  const { key, old, next } = change;
  if (old !== undefined && next !== undefined && isCountedAlike(old, next)) return;
  for (let by = -1; by <= 1; by += 2) {
    const pod = by < 0 ? old : next;
    const tally = pod === undefined ? undefined : tallies.get(controllerOf(pod)?.uid ?? '');
    if (tally !== undefined && pod !== undefined) count(tally, key, pod, by, epochMillis);
  }
}

/** Whether all that is counted of two versions of a pod is the same: most changes are of something else. */
function isCountedAlike(old: Pod, next: Pod): boolean {
  const before = old.metadata;
  const after = next.metadata;
  if (
    before.ownerReferences !== after.ownerReferences ||
    before.labels !== after.labels ||
    before.deletionTimestamp !== after.deletionTimestamp
  )
    return false;
  if (old.status === next.status) return true;
  if (old.status?.phase !== next.status?.phase && isPodFinished(old) !== isPodFinished(next))
    return false;
  const wasReady = findCondition(old.status?.conditions, 'Ready');
  const isReady = findCondition(next.status?.conditions, 'Ready');
  return (
    wasReady === isReady ||
    (wasReady?.status === 'True'
      ? isReady?.status === 'True' && wasReady.lastTransitionTime === isReady.lastTransitionTime
      : isReady?.status !== 'True')
  );
}

/** How many pods are available at `now`: ready, and so for minReadySeconds. */
export function availableAt(
  tally: ReplicaTally,
  podAt: (key: string) => Pod | undefined,
  now: Micros,
): number {
  if (tally.terms.minReadySeconds === 0) return tally.ready;
  for (
    let next = tally.maturing[0];
    next !== undefined && next.at <= now;
    next = tally.maturing[0]
  ) {
    heapPop(tally.maturing, earlier);
    if (isCurrent(tally, next, podAt)) tally.mature.add(next.key);
  }
  return tally.mature.size;
}

/** When the next pod becomes available; undefined when none is waiting. */
export function nextAvailableAt(
  tally: ReplicaTally,
  podAt: (key: string) => Pod | undefined,
): Micros | undefined {
  for (let next = tally.maturing[0]; next !== undefined; next = tally.maturing[0]) {
    if (isCurrent(tally, next, podAt)) return next.at;
    heapPop(tally.maturing, earlier);
  }
  return undefined;
}

function termsOf(set: ReplicaSet): TallyTerms {
  return {
    selector: set.spec.selector,
    templateLabels: set.spec.template?.metadata?.labels,
    minReadySeconds: set.spec.minReadySeconds ?? 0,
  };
}

function count(tally: ReplicaTally, key: string, pod: Pod, by: number, epochMillis: number): void {
  const { terms } = tally;
  const labels = pod.metadata.labels;
  if (!labelSelectorMatcher(terms.selector)(labels)) {
    if (by > 0) tally.strays.add(key);
    else tally.strays.delete(key);
    return;
  }
  if (isPodFinished(pod)) return;
  if (pod.metadata.deletionTimestamp !== undefined) {
    tally.terminating += by;
    return;
  }
  tally.active += by;
  if (labelMapMatcher(terms.templateLabels)(labels)) tally.fullyLabeled += by;
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True') return;
  tally.ready += by;
  if (terms.minReadySeconds === 0) return;
  if (by < 0) tally.mature.delete(key);
  else mature(tally, key, ready.lastTransitionTime ?? '', epochMillis);
}

function mature(tally: ReplicaTally, key: string, since: string, epochMillis: number): void {
  const millis = parseTime(since);
  if (millis === undefined) return;
  const at = (millis - epochMillis) * 1000 + tally.terms.minReadySeconds * SECOND;
  heapPush(tally.maturing, Object.freeze({ at, key, since }), earlier);
}

/** Whether an entry still speaks of a pod of the set that has been ready since then. */
function isCurrent(
  tally: ReplicaTally,
  entry: Maturing,
  podAt: (key: string) => Pod | undefined,
): boolean {
  const pod = podAt(entry.key);
  if (pod === undefined || !isPodActive(pod) || controllerOf(pod)?.uid !== tally.uid) return false;
  if (!labelSelectorMatcher(tally.terms.selector)(pod.metadata.labels)) return false;
  const ready = findCondition(pod.status?.conditions, 'Ready');
  return ready?.status === 'True' && ready.lastTransitionTime === entry.since;
}
