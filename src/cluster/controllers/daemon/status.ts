import type { DaemonSet, DaemonSetStatus } from '../../../api/generated/types.ts';
import { isPodAvailable, isPodReady, podReadySinceMillis } from '../../../api/pod-readiness.ts';
import type { Micros } from '../../../kernel/time.ts';
import type { ClusterView } from '../cluster-view.ts';
import { isUpdated, type PodsByNode } from './daemon-pods.ts';
import { eligibilityOf } from './eligibility.ts';

/** The set's status from its nodes and their oldest pods (upstream: updateDaemonSetStatus). */
export function daemonStatus(
  set: DaemonSet,
  byNode: PodsByNode,
  hash: string,
  cluster: ClusterView,
  now: Micros,
): DaemonSetStatus {
  const nowMillis = cluster.epochMillis + now / 1000;
  const minReady = set.spec.minReadySeconds ?? 0;
  let desired = 0;
  let scheduled = 0;
  let misscheduled = 0;
  let ready = 0;
  let available = 0;
  let updated = 0;
  for (const [name, node] of cluster.all('nodes')) {
    const [pod] = byNode.get(name) ?? [];
    if (!eligibilityOf(set, node).run) {
      if (pod !== undefined) misscheduled += 1;
      continue;
    }
    desired += 1;
    if (pod === undefined) continue;
    scheduled += 1;
    if (isPodReady(pod)) ready += 1;
    if (isPodAvailable(pod, minReady, nowMillis)) available += 1;
    if (isUpdated(pod, hash)) updated += 1;
  }
  const { collisionCount, conditions } = set.status ?? {};
  const { generation = 0 } = set.metadata;
  return {
    currentNumberScheduled: scheduled,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...(generation > 0 ? { observedGeneration: generation } : undefined),
    ...(updated > 0 ? { updatedNumberScheduled: updated } : undefined),
    ...(available > 0 ? { numberAvailable: available } : undefined),
    ...(desired > available ? { numberUnavailable: desired - available } : undefined),
    ...(collisionCount === undefined ? undefined : { collisionCount }),
    ...(conditions === undefined ? undefined : { conditions }),
  };
}

/** When the next ready pod will have been so for minReadySeconds; undefined when none is waiting. */
export function nextAvailableAfter(
  { spec }: DaemonSet,
  byNode: PodsByNode,
  cluster: ClusterView,
  now: Micros,
): Micros | undefined {
  const { minReadySeconds = 0 } = spec;
  if (minReadySeconds === 0) return undefined;
  const nowMillis = cluster.epochMillis + now / 1000;
  let soonest: number | undefined;
  for (const pods of byNode.values()) {
    for (const pod of pods) {
      const since = podReadySinceMillis(pod);
      if (since === undefined) continue;
      const due = since + minReadySeconds * 1000;
      if (due > nowMillis) soonest = Math.min(soonest ?? due, due);
    }
  }
  return soonest === undefined ? undefined : (soonest - nowMillis) * 1000;
}
