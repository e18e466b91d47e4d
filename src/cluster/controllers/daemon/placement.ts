import type { DaemonSet, Pod } from '../../../api/generated/types.ts';
import { isPodAvailable, isPodReady } from '../../../api/pod-readiness.ts';
import { MINUTE, SECOND, type Micros } from '../../../kernel/time.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { ClusterView } from '../cluster-view.ts';
import type { Announcement, Memo } from '../plan.ts';
import { event } from '../writes.ts';
import { isLeaving, isUpdated, type PodsByNode } from './daemon-pods.ts';
import { eligibilityOf } from './eligibility.ts';
import { allowsSurge } from './rolling-update.ts';

/** Which nodes lack a pod and which pods are too many, and what to say of pods that ended. */
export interface Placement {
  readonly desired: number;
  readonly missing: readonly string[];
  readonly remove: readonly Pod[];
  readonly announcements: readonly Announcement[];
  /** Pauses after pods that failed, by node. */
  readonly remember: Memo | null | undefined;
  readonly after: Micros | undefined;
}

/** Pods that fail are replaced after a pause that doubles (upstream: failedPodsBackoff). */
const PAUSE_FIRST: Micros = SECOND;
const PAUSE_MAX: Micros = 15 * MINUTE;

interface Draft {
  desired: number;
  readonly missing: string[];
  readonly remove: Pod[];
  readonly announcements: Announcement[];
  memo: Record<string, string | number | boolean> | undefined;
  after: Micros | undefined;
}

/** Compares every node with its pods (upstream: podsShouldBeOnNode). */
export function placement(
  set: DaemonSet,
  byNode: PodsByNode,
  hash: string,
  cluster: ClusterView,
  now: Micros,
  memo: Memo | undefined,
): Placement {
  const draft: Draft = {
    desired: 0,
    missing: [],
    remove: [],
    announcements: [],
    memo: undefined,
    after: undefined,
  };
  const nowMillis = cluster.epochMillis + now / 1000;
  for (const [name, node] of cluster.all('nodes')) {
    const { run, stay } = eligibilityOf(set, node);
    if (run) draft.desired += 1;
    const pods = byNode.get(name);
    if (pods === undefined) {
      if (run) draft.missing.push(name);
    } else if (!stay) draft.remove.push(...pods.filter((pod) => !isLeaving(pod)));
    else {
      const running = withoutEnded(draft, set, name, pods, now, memo);
      if (running.length > 1) draft.remove.push(...surplus(set, running, hash, nowMillis));
    }
  }
  for (const [name, pods] of byNode) {
    // Never bound, and the node they were meant for is gone.
    if (cluster.get('nodes', name) !== undefined) continue;
    draft.remove.push(...pods.filter((pod) => !isLeaving(pod) && (pod.spec.nodeName ?? '') === ''));
  }
  return { ...draft, remember: draft.memo };
}

/** The node's pods that have not ended; ended ones go, failed ones at a growing pace. */
function withoutEnded(
  draft: Draft,
  set: DaemonSet,
  node: string,
  pods: readonly Pod[],
  now: Micros,
  memo: Memo | undefined,
): readonly Pod[] {
  const running: Pod[] = [];
  for (const pod of pods) {
    if (isLeaving(pod)) continue;
    const phase = pod.status?.phase;
    const { namespace, name } = pod.metadata;
    if (phase === 'Failed') {
      const [pause, until] = String(memo?.[node] ?? '0 0')
        .split(' ')
        .map(Number);
      if (now < (until ?? 0)) {
        draft.after = Math.min(draft.after ?? PAUSE_MAX, (until ?? 0) - now);
        continue;
      }
      // A pause that was over for long begins anew.
      const isStale = now - (until ?? 0) > 2 * PAUSE_MAX;
      const next =
        pause === undefined || pause === 0 || isStale
          ? PAUSE_FIRST
          : Math.min(2 * pause, PAUSE_MAX);
      draft.memo = { ...(draft.memo ?? memo), [node]: `${next} ${now + next}` };
      draft.remove.push(pod);
      const message = `Found failed daemon pod ${namespace}/${name} on node ${node}, will try to kill it`;
      draft.announcements.push(event(referenceTo(set), 'Warning', 'FailedDaemonPod', message));
    } else if (phase === 'Succeeded') {
      draft.remove.push(pod);
      const message = `Found succeeded daemon pod ${namespace}/${name} on node ${node}, will try to delete it`;
      draft.announcements.push(event(referenceTo(set), 'Normal', 'SucceededDaemonPod', message));
    } else running.push(pod);
  }
  return running;
}

/** Of several pods on one node: all but the oldest, or while it surges all but the oldest of each template. */
function surplus(
  set: DaemonSet,
  running: readonly Pod[],
  hash: string,
  nowMillis: number,
): readonly Pod[] {
  if (!allowsSurge(set)) return running.slice(1);
  const fresh = running.filter((pod) => isUpdated(pod, hash));
  const old = running.filter((pod) => !isUpdated(pod, hash));
  const extra = [...fresh.slice(1), ...old.slice(1)];
  const [freshest] = fresh;
  const [oldest] = old;
  if (freshest === undefined || oldest === undefined) return extra;
  const isReplaced =
    !isPodReady(oldest) || isPodAvailable(freshest, set.spec.minReadySeconds ?? 0, nowMillis);
  return isReplaced ? [...extra, oldest] : extra;
}
