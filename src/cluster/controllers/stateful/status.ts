import type { StatefulSetStatus } from '../../../api/generated/types.ts';
import { podReadySinceMillis } from '../../../api/pod-readiness.ts';
import type { Micros } from '../../../kernel/time.ts';
import { podRevision } from './identity.ts';
import { isRunningAndAvailable, isRunningAndReady, isTerminating } from './pod-states.ts';
import type { Replicas } from './replicas.ts';

/** The set's status from its pods; a rollout that is through makes the new revision the current one. */
export function statefulStatus(replicas: Replicas, nowMillis: number): StatefulSetStatus {
  const { set, all, current, update } = replicas;
  const currentName = current.metadata.name ?? '';
  const updateName = update.metadata.name ?? '';
  let ready = 0;
  let available = 0;
  let atCurrent = 0;
  let atUpdate = 0;
  for (const pod of all) {
    if (isRunningAndReady(pod)) ready += 1;
    if (isRunningAndAvailable(pod, set, nowMillis)) available += 1;
    if (isTerminating(pod)) continue;
    if (podRevision(pod) === currentName) atCurrent += 1;
    if (podRevision(pod) === updateName) atUpdate += 1;
  }
  const wanted = set.spec.replicas ?? 1;
  const isThrough =
    set.spec.updateStrategy?.type === 'RollingUpdate' &&
    atUpdate === wanted &&
    ready === wanted &&
    all.length === wanted;
  if (isThrough) atCurrent = atUpdate;
  const { collisionCount, conditions } = set.status ?? {};
  const { generation = 0 } = set.metadata;
  return {
    ...(generation > 0 ? { observedGeneration: generation } : undefined),
    replicas: all.length,
    ...(ready > 0 ? { readyReplicas: ready } : undefined),
    ...(atCurrent > 0 ? { currentReplicas: atCurrent } : undefined),
    ...(atUpdate > 0 ? { updatedReplicas: atUpdate } : undefined),
    availableReplicas: available,
    currentRevision: isThrough ? updateName : currentName,
    updateRevision: updateName,
    collisionCount: collisionCount ?? 0,
    ...(conditions === undefined ? undefined : { conditions }),
  };
}

/** When the next ready pod will have been so for minReadySeconds; undefined when none is waiting. */
export function nextAvailableAfter({ set, all }: Replicas, nowMillis: number): Micros | undefined {
  const { minReadySeconds = 0 } = set.spec;
  if (minReadySeconds === 0) return undefined;
  let soonest: number | undefined;
  for (const pod of all) {
    const since = podReadySinceMillis(pod);
    if (since === undefined) continue;
    const due = since + minReadySeconds * 1000;
    if (due > nowMillis) soonest = Math.min(soonest ?? due, due);
  }
  return soonest === undefined ? undefined : (soonest - nowMillis) * 1000;
}
