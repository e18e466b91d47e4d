import type { Pod, ResourceRequirements } from '../../api/generated/types.ts';
import { isContainerRestartable } from '../../api/pod-containers.ts';
import { podRequestAmounts } from '../../api/pod-resources.ts';
import { qosClass } from '../../api/qos.ts';
import { milliValue, value } from '../../api/quantity/numbers.ts';
import { semanticEqual } from '../../api/semantic-equal.ts';
import type { Micros } from '../../kernel/time.ts';
import { countAdmitted } from './admission.ts';
import { allocatedPod } from './allocation.ts';
import { allocatableOf } from './node-object.ts';
import { recordPod } from './records.ts';
import { RESIZE_STARTED, resizeMessage, say } from './resize-containers.ts';
import { awakeWorker } from './resting.ts';
import type { Kubelet, KubeletEnv, PodWorker, ResizeNews } from './state.ts';
import { publishStatus } from './status-writes.ts';
import { syncPod } from './sync.ts';

/**
 * Resizing in place (upstream: the allocation manager, and computePodResizeAction of the runtime manager). What the spec
 * asks for is first granted or put off, by the room that the node has; what is granted is then brought to the containers,
 * by telling the runtime, or by a restart where the container wants one.
 */

/** What was put off is looked at again when somebody has made room, and this often anyway. */
const RETRY: Micros = 180_000_000;

/** A Pod has changed: what it has been granted is no longer what it asks for. */
export function noteResize(kubelet: Kubelet, worker: PodWorker, old: Pod): void {
  const { pod } = worker;
  if (
    old.spec.containers === pod.spec.containers &&
    old.spec.initContainers === pod.spec.initContainers
  )
    return;
  if (worker.allocated !== undefined) return;
  const before = amountsOf(old);
  if (!isSame(before, amountsOf(pod))) keepAllocation(kubelet, worker, Object.freeze(before));
}

type Amounts = ReadonlyMap<string, ResourceRequirements>;

function isSame(a: Amounts, b: Amounts): boolean {
  return semanticEqual(Object.fromEntries(a), Object.fromEntries(b));
}

/** What a Pod's containers have been granted, from before this start of the kubelet. */
export function recallResize(kubelet: Kubelet, worker: PodWorker): void {
  const kept = kubelet.disk.allocations?.get(worker.uid) ?? missedResize(worker);
  if (kept !== undefined) keepAllocation(kubelet, worker, kept);
  const conditions = worker.pod.status?.conditions ?? [];
  const news = (type: string): ResizeNews | undefined => {
    const found = conditions.find((each) => each.type === type);
    return found === undefined
      ? undefined
      : Object.freeze({ reason: found.reason, message: found.message });
  };
  const pending = news('PodResizePending');
  const inProgress = news('PodResizeInProgress');
  if (pending === undefined && inProgress === undefined) return;
  worker.resize = Object.freeze({ pending, inProgress, retryAt: undefined });
  if (pending?.reason === 'Deferred') kubelet.memory.resizes.waiting.push(worker.uid);
  if (inProgress === undefined) return;
  // What the containers have is not known any more: they are told again.
  for (const work of worker.containers.values()) {
    if (work.current?.state === 'running' && !work.ephemeral) work.actuated = UNKNOWN;
  }
}

/** A Pod that was changed while there was no kubelet has what its status last said. */
function missedResize({ pod }: PodWorker): Amounts | undefined {
  const { metadata, status } = pod;
  if ((status?.observedGeneration ?? 0) >= (metadata.generation ?? 1)) return undefined;
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const wanted = amountsOf(pod);
  const had = new Map(
    [...wanted].map(([name, amounts]) => [
      name,
      statuses.find((each) => each.name === name)?.resources ?? amounts,
    ]),
  );
  return isSame(had, wanted) ? undefined : Object.freeze(had);
}

const UNKNOWN: ResourceRequirements = Object.freeze({});

function keepAllocation(
  { disk }: Kubelet,
  worker: PodWorker,
  allocated: Amounts | undefined,
): void {
  worker.allocated = allocated;
  if (allocated === undefined) disk.allocations?.delete(worker.uid);
  else {
    disk.allocations ??= new Map();
    disk.allocations.set(worker.uid, allocated);
  }
}

function amountsOf({ spec }: Pod): Amounts {
  const amounts = new Map<string, ResourceRequirements>();
  for (const container of spec.initContainers ?? []) {
    if (isContainerRestartable(container)) amounts.set(container.name, container.resources ?? {});
  }
  for (const container of spec.containers) amounts.set(container.name, container.resources ?? {});
  return amounts;
}

/** Grants a Pod what it asks for beyond what it has, or says why not. */
export function allocate(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  const { pod, allocated } = worker;
  if (allocated === undefined) return;
  if (isSame(allocated, amountsOf(pod))) {
    keepAllocation(kubelet, worker, undefined);
    say(worker, { pending: undefined });
    publishStatus(kubelet, worker, env);
    return;
  }
  const refusal = refusalOf(kubelet, worker);
  if (refusal !== undefined) {
    putOff(kubelet, worker, refusal, env);
    return;
  }
  const { admitted } = kubelet.memory;
  const before = allocatedPod(worker);
  countAdmitted(admitted, before, -1);
  countAdmitted(admitted, pod, 1);
  for (const [name, had] of allocated) {
    const work = worker.containers.get(name);
    if (work?.current?.state !== 'running') continue;
    const has = work.actuated ?? had;
    if (!semanticEqual(has, amountsOf(pod).get(name))) work.actuated = has;
  }
  keepAllocation(kubelet, worker, undefined);
  say(worker, { pending: undefined, inProgress: RESIZE_STARTED, retryAt: undefined });
  env.note(
    `grants ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''} what it now asks for`,
  );
  recordPod(kubelet, worker, env, {
    reason: 'ResizeStarted',
    message: resizeMessage(pod, 'Pod resize started'),
  });
  publishStatus(kubelet, worker, env);
}

interface Refusal {
  readonly reason: 'Infeasible' | 'Deferred';
  readonly message: string;
}

function refusalOf({ memory, config }: Kubelet, worker: PodWorker): Refusal | undefined {
  const allocatable = memory.node.object?.status?.allocatable ?? allocatableOf(config.node);
  const capacities = new Map([
    ['memory', value(allocatable['memory'] ?? '0')],
    ['cpu', milliValue(allocatable['cpu'] ?? '0')],
  ]);
  const wanted = podRequestAmounts(worker.pod);
  for (const [name, capacity] of capacities) {
    const requested = wanted.get(name) ?? 0;
    if (requested <= capacity) continue;
    return {
      reason: 'Infeasible',
      message: `Node didn't have enough capacity: ${name}, requested: ${requested}, capacity: ${capacity}`,
    };
  }
  const own = podRequestAmounts(allocatedPod(worker));
  for (const name of ['cpu', 'memory']) {
    const requested = wanted.get(name) ?? 0;
    const used = (memory.admitted.amounts.get(name) ?? 0) - (own.get(name) ?? 0);
    const capacity = capacities.get(name) ?? 0;
    if (requested === 0 || used + requested <= capacity) continue;
    return {
      reason: 'Deferred',
      message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
    };
  }
  return undefined;
}

function putOff(kubelet: Kubelet, worker: PodWorker, refusal: Refusal, env: KubeletEnv): void {
  const { waiting } = kubelet.memory.resizes;
  const at = waiting.indexOf(worker.uid);
  if (refusal.reason === 'Deferred' && at < 0) {
    waiting.push(worker.uid);
    armRetry(kubelet, env);
  } else if (refusal.reason === 'Infeasible' && at >= 0) waiting.splice(at, 1);
  const before = worker.resize?.pending;
  if (before?.reason === refusal.reason && before.message === refusal.message) return;
  say(worker, { pending: Object.freeze(refusal) });
  env.note(`does not grant a resize: ${refusal.message}`);
  recordPod(kubelet, worker, env, {
    type: 'Warning',
    reason: `Resize${refusal.reason}`,
    message: resizeMessage(worker.pod, `Pod resize ${refusal.reason}`, refusal.message),
  });
  publishStatus(kubelet, worker, env);
}

function armRetry({ memory }: Kubelet, env: KubeletEnv): void {
  const { resizes } = memory;
  if (resizes.retryAt !== undefined) return;
  resizes.retryAt = env.now + RETRY;
  env.after(RETRY, { type: 'kubelet/resize', at: resizes.retryAt });
}

/** What was put off is looked at: regularly, or (`at` undefined) because somebody has made room. */
export function resizeDue(kubelet: Kubelet, at: Micros | undefined, env: KubeletEnv): void {
  const { resizes } = kubelet.memory;
  if (at !== undefined) {
    if (at !== resizes.retryAt) return;
    resizes.retryAt = undefined;
  }
  retryResizes(kubelet, env);
  if (resizes.waiting.length > 0) armRetry(kubelet, env);
}

/** In upstream's order. */
function retryResizes(kubelet: Kubelet, env: KubeletEnv): void {
  const { resizes } = kubelet.memory;
  if (resizes.waiting.length === 0) return;
  const waiting = resizes.waiting
    .flatMap((uid) => awakeWorker(kubelet.memory, uid) ?? [])
    .filter((worker) => worker.stage === 'syncing' && worker.allocated !== undefined)
    .sort((a, b) => rank(a) - rank(b) || priorityOf(b) - priorityOf(a) || qosRank(a) - qosRank(b));
  resizes.waiting.length = 0;
  for (const worker of waiting) {
    allocate(kubelet, worker, env);
    if (worker.allocated === undefined && worker.operation === undefined)
      syncPod(kubelet, worker, env);
  }
}

/** What asks for no more than it has comes first. */
function rank(worker: PodWorker): number {
  const wanted = podRequestAmounts(worker.pod);
  const own = podRequestAmounts(allocatedPod(worker));
  return ['cpu', 'memory'].some((name) => (wanted.get(name) ?? 0) > (own.get(name) ?? 0)) ? 1 : 0;
}

const priorityOf = ({ pod }: PodWorker): number => pod.spec.priority ?? 0;
const qosRank = ({ pod }: PodWorker): number => (qosClass(pod.spec) === 'Guaranteed' ? 0 : 1);
