import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../api/generated/types.ts';
import { findCondition } from '../../api/conditions.ts';
import { semanticEqual } from '../../api/semantic-equal.ts';
import { createRecent } from '../../base/recent.ts';
import { call, messageOf, reasonOf, succeeded, type ApiOutcome } from '../client/api-client.ts';
import { CONDITION_ORDER } from './conditions.ts';
import { mirrorFor } from './mirror-lookup.ts';
import { podStatus } from './pod-status.ts';
import type { Kubelet, KubeletEnv, PodWorker } from './state.ts';

/**
 * The status manager: writes a Pod's status when it has changed, one write at a time; changes that come
 * meanwhile go together in the next.
 */
export function publishStatus(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  if (!worker.inApi) return;
  if (worker.writing) {
    worker.dirty = true;
    worker.cause = env.cause;
    return;
  }
  const { config, memory } = kubelet;
  const object = worker.source === 'api' ? worker.pod : mirrorFor(kubelet, worker);
  const isNew = worker.source === 'file' && worker.mirrorUid !== object?.metadata.uid;
  const before = isNew ? object?.status : (worker.status ?? worker.pod.status);
  const epochMillis = config.epochMillis + env.clockSkewMicros() / 1000;
  const status = podStatus(worker, env.now, epochMillis, config.nodeIp);
  const isNext = before !== undefined && before === worker.made;
  const plain = statusPatch(before, status, isNext);
  const patch = worker.resize === undefined ? plain : withResizeOrder(plain, before, status);
  worker.status = status;
  worker.made = status;
  // A static Pod runs whether the API shows it or not.
  if (patch === undefined || object === undefined) return;
  const { namespace = '', name = '', uid = '' } = object.metadata;
  worker.mirrorUid = uid;
  worker.writing = true;
  worker.dirty = false;
  env.note(`${namespace}/${name}: ${summary(before, status)}`);
  // Parts of a literal by themselves: one literal within another costs twice as much.
  const metadata = { uid };
  const body = { metadata, status: patch };
  const then = { type: 'pod/status-written', uid: worker.uid } as const;
  call(memory.client, env, {
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
    contentType: 'application/strategic-merge-patch+json',
    body,
    then,
  });
}

/** What a person would call the change. */
function summary(before: PodStatus | undefined, after: PodStatus): string {
  if (before?.phase !== after.phase)
    return `phase ${before?.phase ?? 'unset'} → ${after.phase ?? ''}`;
  const last = findCondition(before?.conditions, 'Ready')?.status ?? 'False';
  const next = findCondition(after.conditions, 'Ready')?.status ?? 'False';
  if (last !== next) return `Ready ${last} → ${next}`;
  const waiting = after.containerStatuses?.find((each) => each.state?.waiting !== undefined);
  return waiting?.state?.waiting?.reason === undefined
    ? 'status has changed'
    : `container ${waiting.name} waits: ${waiting.state.waiting.reason}`;
}

/** The kubelet's part of a status, as a patch names it: `null` takes a field back. */
type StatusPatch = {
  -readonly [Field in Exclude<keyof PodStatus, 'conditions' | 'podIPs'>]?:
    | PodStatus[Field]
    | null
    | undefined;
} & {
  podIPs?: readonly object[];
  conditions?: readonly object[];
  '$setElementOrder/conditions'?: readonly object[];
};

/**
 * The strategic merge patch from one status to the next: only what differs. Conditions of others (the
 * scheduler's, taint eviction's) are left alone. Undefined: nothing differs. `isNext`: `podStatus` has made the one and
 * then, with nothing in between, the other, so that what is said once is said already. Pure.
 */
export function statusPatch(
  before: PodStatus = NO_STATUS,
  after: PodStatus,
  isNext = false,
): Readonly<Record<string, unknown>> | undefined {
  // Field by field, though a loop over their names would be shorter: it would look each of them up as in a table.
  const patch: StatusPatch = {};
  if (before.phase !== after.phase) patch.phase = after.phase ?? null;
  if (before.reason !== after.reason) patch.reason = after.reason ?? null;
  if (before.message !== after.message) patch.message = after.message ?? null;
  if (!isNext || before.hostIPs !== after.hostIPs) addSaidOnce(patch, before, after);
  else if (before.podIPs !== after.podIPs) {
    patch.podIP = after.podIP ?? null;
    patch.podIPs = ipsPatch(before.podIPs, after.podIPs);
  }
  // Lists that are the very same need no walk.
  const { initContainerStatuses: inits, containerStatuses: mains } = after;
  const { ephemeralContainerStatuses: others } = after;
  if (before.initContainerStatuses !== inits && haveChanged(before.initContainerStatuses, inits))
    patch.initContainerStatuses = inits ?? null;
  if (before.containerStatuses !== mains && haveChanged(before.containerStatuses, mains))
    patch.containerStatuses = mains ?? null;
  if (
    before.ephemeralContainerStatuses !== others &&
    haveChanged(before.ephemeralContainerStatuses, others)
  )
    patch.ephemeralContainerStatuses = others ?? null;
  const conditions = conditionsPatch(before.conditions, after.conditions);
  if (conditions.length > 0) {
    patch.conditions = conditions;
    if (before.conditions === undefined || before.conditions.length <= 1) {
      patch['$setElementOrder/conditions'] = orderOf(after.conditions ?? NO_CONDITIONS);
    }
  }
  if (conditions.length === 0 && isEmpty(patch)) return undefined;
  if (before.observedGeneration !== after.observedGeneration)
    patch.observedGeneration = after.observedGeneration;
  return patch;
}

const NO_STATUS: PodStatus = Object.freeze({});

/** What a kubelet says of a Pod once, with its first status. */
function addSaidOnce(patch: StatusPatch, before: PodStatus, after: PodStatus): void {
  if (before.startTime !== after.startTime) patch.startTime = after.startTime ?? null;
  if (before.hostIP !== after.hostIP) patch.hostIP = after.hostIP ?? null;
  if (before.podIP !== after.podIP) patch.podIP = after.podIP ?? null;
  if (before.qosClass !== after.qosClass) patch.qosClass = after.qosClass ?? null;
  if (!semanticEqual(before.hostIPs, after.hostIPs)) patch.hostIPs = after.hostIPs ?? null;
  if (!semanticEqual(before.podIPs, after.podIPs))
    patch.podIPs = ipsPatch(before.podIPs, after.podIPs);
}

/**
 * Whether containers' entries say something else than before. What changes most is looked at first: to find two entries
 * equal takes a walk through all that they hold.
 */
function haveChanged(
  last: readonly ContainerStatus[] | undefined,
  next: readonly ContainerStatus[] | undefined,
): boolean {
  if (last === undefined || next === undefined) return last !== next;
  const a = last[0];
  const b = next[0];
  if (a !== undefined && b !== undefined && (a.ready !== b.ready || a.started !== b.started))
    return true;
  return !semanticEqual(last, next);
}

function isEmpty(patch: object): boolean {
  for (const _ in patch) return false;
  return true;
}

/** What is said of a resize stands first in the list, and is taken back when it no longer holds. */
function withResizeOrder(
  patch: Readonly<Record<string, unknown>> | undefined,
  before: PodStatus | undefined,
  after: PodStatus,
): Readonly<Record<string, unknown>> | undefined {
  const now = after.conditions ?? NO_CONDITIONS;
  const gone = (before?.conditions ?? NO_CONDITIONS).filter(
    ({ type }) => type.startsWith('PodResize') && findCondition(now, type) === undefined,
  );
  const changed = (patch?.['conditions'] ?? NO_CHANGES) as readonly object[];
  if (gone.length === 0 && changed.length === 0) return patch;
  return {
    ...patch,
    conditions: [...changed, ...gone.map(({ type }) => ({ $patch: 'delete', type }))],
    '$setElementOrder/conditions': orderOf(now),
    observedGeneration: after.observedGeneration,
  };
}

/** The list is merged by address, so an address that is gone must be taken out. */
function ipsPatch(before: PodStatus['podIPs'], after: PodStatus['podIPs']): readonly object[] {
  if (before === undefined) return after ?? NO_CHANGES;
  const gone = before.filter(({ ip }) => after?.every((each) => each.ip !== ip) !== false);
  return [...(after ?? NO_CHANGES), ...gone.map(({ ip }) => ({ $patch: 'delete', ip }))];
}

type Conditions = readonly PodCondition[];
const NO_CONDITIONS: Conditions = Object.freeze([]);
const NO_CHANGES: readonly object[] = Object.freeze([]);
// Pods that change together share their conditions (see `conditions.ts`), and so what is written of them.
const patches = createRecent<Conditions | undefined, Conditions, undefined, readonly object[]>();

function conditionsPatch(
  before: Conditions | undefined,
  after: Conditions = NO_CONDITIONS,
): readonly object[] {
  if (before === after) return NO_CHANGES;
  return (
    patches.find(before, after, undefined) ??
    patches.keep(before, after, undefined, changedConditions(before, after))
  );
}

/** The types in their order, for a list that is made anew. */
function orderOf(conditions: Conditions): readonly object[] {
  // Of this length is the plain list alone: what few Pods have is added to it (see `pod-status.ts`).
  return conditions.length === CONDITION_ORDER.length
    ? CONDITION_ORDER
    : conditions.map(({ type }) => ({ type }));
}

function takenBack(condition: PodCondition): object {
  const { type, status, lastTransitionTime, observedGeneration } = condition;
  const reason = condition.reason ?? null;
  const message = condition.message ?? null;
  return { type, status, reason, message, lastTransitionTime, observedGeneration };
}

function changedConditions(
  before: readonly PodCondition[] | undefined,
  after: readonly PodCondition[] | undefined,
): readonly object[] {
  const changed: object[] = [];
  for (const condition of after ?? []) {
    const last = findCondition(before, condition.type);
    // A newer generation alone is no news.
    const isSame =
      last?.status === condition.status &&
      last.reason === condition.reason &&
      last.message === condition.message;
    if (isSame) continue;
    // Merged field by field: what is no longer said must be taken back.
    const isShorter =
      (last?.reason !== undefined && condition.reason === undefined) ||
      (last?.message !== undefined && condition.message === undefined);
    changed.push(isShorter ? takenBack(condition) : condition);
  }
  return changed;
}

/** Whether the API's status of a Pod contradicts the kubelet's in what others write as well: readiness and phase. */
export function saysOtherwise(ours: PodStatus | undefined, theirs: PodStatus | undefined): boolean {
  if (ours?.conditions === undefined) return false;
  return (
    findCondition(theirs?.conditions, 'Ready')?.status !==
      findCondition(ours.conditions, 'Ready')?.status || theirs?.phase !== ours.phase
  );
}

/** How long the kubelet waits before it tries again to write what the API server did not take. */
const RETRY_MICROS = 2_000_000;

/** Takes the answer to a write of a status. True when it went through and nothing is left to write. */
export function statusWritten(
  kubelet: Kubelet,
  worker: PodWorker,
  outcome: ApiOutcome,
  env: KubeletEnv,
): boolean {
  worker.writing = false;
  if (succeeded(outcome)) {
    worker.failures = 0;
    const { status } = outcome.body as Pod; // What a patch of a Pod is answered with.
    // Judged by somebody else just before: what was written did not speak of it.
    const isJudged = saysOtherwise(worker.status, status);
    if (isJudged) worker.status = status;
    if (!worker.dirty && !isJudged) return true;
    if (worker.dirty) env.resumeCause(worker.cause);
    worker.dirty = false;
    publishStatus(kubelet, worker, env);
    return !worker.writing;
  }
  // Gone, or another Pod of that name: the watch will say so.
  if (reasonOf(outcome) === 'NotFound' || reasonOf(outcome) === 'Conflict') return false;
  env.note(`the status was not taken: ${messageOf(outcome)}`);
  // What was to be written is forgotten, so that the next comparison finds the difference again.
  if (worker.source === 'file') worker.mirrorUid = '';
  else worker.status = worker.pod.status === undefined ? undefined : keepStartTime(worker);
  worker.failures += 1;
  env.after(Math.min(RETRY_MICROS * worker.failures, 10_000_000), {
    type: 'kubelet/status-retry',
    uid: worker.uid,
  });
  return false;
}

function keepStartTime(worker: PodWorker): PodStatus {
  const { status } = worker.pod;
  return Object.freeze({
    ...status,
    startTime: worker.status?.startTime ?? status?.startTime ?? '',
  });
}
