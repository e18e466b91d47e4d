import type { Pod } from '../../api/generated/types.ts';
import { qosClass } from '../../api/qos.ts';
import { toleratesTaint } from '../../api/taints-and-tolerations.ts';
import type { Micros } from '../../kernel/time.ts';
import type { CriContainerUse } from '../messages.ts';
import { parseImageReference } from '../programs/image-reference.ts';
import { evictionMessage, isCritical, rankForEviction, type RankedPod } from './eviction-rank.ts';
import { isMet, observe, type Observation, type PressureCondition } from './eviction-signals.ts';
import { postStatus } from './node.ts';
import { recordNode, recordPod } from './records.ts';
import { awakeWorker } from './resting.ts';
import { expectAnswer, tellRuntime } from './runtime-link.ts';
import type { Kubelet, KubeletEnv, PodFailure, RuntimeThen } from './state.ts';
import { terminate } from './terminate.ts';

/** How often the signals are looked at while something is going on (`evictionMonitoringPeriod`). */
const MONITORING_PERIOD: Micros = 10_000_000;
/** How long a condition outlasts its pressure (`evictionPressureTransitionPeriod`: 5 min). */
const TRANSITION_PERIOD: Micros = 300_000_000;
/** A hard threshold leaves no grace; the runtime has a second all the same. */
const HARD_GRACE: Micros = 1_000_000;

/** What the eviction manager remembers. */
export interface PressureState {
  /** When the next look is due; undefined: nothing is going on. */
  lookAt: Micros | undefined;
  /** When each condition's signal was last below its threshold. */
  readonly lastMet: Map<PressureCondition, Micros>;
  readonly conditions: Set<PressureCondition>;
  /** What the containers used at the last look. */
  usedBytes: number;
}

export function noPressure(): PressureState {
  return { lookAt: undefined, lastMet: new Map(), conditions: new Set(), usedBytes: -1 };
}

/**
 * Something has changed that may move a signal: a container has started, or the kernel's notifier has rung. The manager
 * looks at the node, and goes on looking for as long as anything moves or presses; a node at rest costs nothing.
 */
export function lookSoon(kubelet: Kubelet, delay: Micros, env: KubeletEnv): void {
  const { pressure } = kubelet.memory;
  const at = env.now + delay;
  if (pressure.lookAt !== undefined && pressure.lookAt <= at) return;
  pressure.lookAt = at;
  env.after(delay, { type: 'kubelet/monitor', at });
}

export function lookLater(kubelet: Kubelet, env: KubeletEnv): void {
  lookSoon(kubelet, MONITORING_PERIOD, env);
}

/** A look is due: the runtime is asked what its containers use. */
export function lookDue(kubelet: Kubelet, at: Micros, env: KubeletEnv): void {
  const { pressure, runtime } = kubelet.memory;
  if (pressure.lookAt !== at) return;
  pressure.lookAt = undefined;
  env.resumeCause(undefined);
  if (!runtime.up) lookLater(kubelet, env);
  else tellRuntime(kubelet, { id: expectAnswer(kubelet, STATS), type: 'cri/stats' }, env);
}

const STATS: RuntimeThen = Object.freeze({ kind: 'stats' });

/** The answer: conditions follow from it, and where a threshold is met one Pod is evicted. */
export function statsCame(
  kubelet: Kubelet,
  uses: readonly CriContainerUse[],
  env: KubeletEnv,
): void {
  const { memory, config } = kubelet;
  const { pressure } = memory;
  const taken = {
    memory: env.taken('memory'),
    disk: env.taken('disk'),
    pids: env.taken('pids'),
  };
  let imageBytes = 0;
  for (const bytes of memory.runtime.images.values()) imageBytes += bytes;
  const { memoryBytes } = config.node;
  const met = observe({ memoryBytes, taken, imageBytes, uses }).filter(isMet);
  updateConditions(kubelet, met, env);
  const first = met[0];
  if (first !== undefined) reclaim(kubelet, first, uses, env);
  const usedBytes = uses.reduce((sum, use) => sum + use.memoryBytes, 0);
  const isMoving = Math.abs(usedBytes - pressure.usedBytes) > memoryBytes / 1000;
  pressure.usedBytes = usedBytes;
  if (isMoving || pressure.conditions.size > 0) lookLater(kubelet, env);
}

// ── Conditions ──────────────────────────────────────────────────────────────────────────────────

/** The Event of each condition's coming and going. */
const EVENTS: Readonly<Record<PressureCondition, readonly [bad: string, good: string]>> = {
  MemoryPressure: ['NodeHasInsufficientMemory', 'NodeHasSufficientMemory'],
  DiskPressure: ['NodeHasDiskPressure', 'NodeHasNoDiskPressure'],
  PIDPressure: ['NodeHasInsufficientPID', 'NodeHasSufficientPID'],
};

function updateConditions(kubelet: Kubelet, met: readonly Observation[], env: KubeletEnv): void {
  const { lastMet, conditions } = kubelet.memory.pressure;
  for (const { condition } of met) lastMet.set(condition, env.now);
  let changed = false;
  for (const [condition, at] of lastMet) {
    const isBad = env.now - at < TRANSITION_PERIOD;
    if (isBad === conditions.has(condition)) continue;
    changed = true;
    if (isBad) conditions.add(condition);
    else {
      conditions.delete(condition);
      lastMet.delete(condition);
    }
    const [bad, good] = EVENTS[condition];
    const reason = isBad ? bad : good;
    env.note(`${condition} is now ${isBad ? 'True' : 'False'}`);
    recordNode(kubelet, env, {
      reason,
      message: `Node ${kubelet.config.node.name} status is now: ${reason}`,
    });
  }
  if (changed) postStatus(kubelet, env);
}

// ── Reclaiming ──────────────────────────────────────────────────────────────────────────────────

function reclaim(
  kubelet: Kubelet,
  observation: Observation,
  uses: readonly CriContainerUse[],
  env: KubeletEnv,
): void {
  recordNode(kubelet, env, {
    type: 'Warning',
    reason: 'EvictionThresholdMet',
    message: `Attempting to reclaim ${observation.resource}`,
  });
  // Images that nothing runs are taken before Pods; whether that is enough shows at the next look.
  if (observation.condition === 'DiskPressure' && removeUnusedImages(kubelet, env)) return;
  evictOne(kubelet, observation, uses, env);
}

function removeUnusedImages(kubelet: Kubelet, env: KubeletEnv): boolean {
  const { runtime, workers } = kubelet.memory;
  const used = new Set<string>();
  for (const { pod } of workers.values()) {
    for (const { image } of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
      const reference = parseImageReference(image ?? '');
      if (typeof reference !== 'string') used.add(reference.fullName);
    }
  }
  const unused = [...runtime.images.keys()].filter((name) => !used.has(name));
  if (unused.length === 0) return false;
  env.note(`removes ${unused.length} unused image(s) to reclaim ephemeral-storage`);
  for (const image of unused) runtime.images.delete(image);
  tellRuntime(kubelet, { type: 'cri/remove-images', images: unused }, env);
  return true;
}

/** Evicts the first Pod of the ranking that may be evicted: one at a look. */
function evictOne(
  kubelet: Kubelet,
  observation: Observation,
  uses: readonly CriContainerUse[],
  env: KubeletEnv,
): void {
  const pods: RankedPod[] = [];
  for (const { uid, pod, source, stage, admitted } of kubelet.memory.workers.values()) {
    if (stage === 'terminating') return; // Another one is just leaving: what it frees comes first.
    if (stage !== 'syncing' || !admitted || source === 'file' || isCritical(pod)) continue;
    pods.push({ uid, pod, uses: uses.filter((use) => use.podUid === uid) });
  }
  const victim = rankForEviction(pods, observation.resource)[0];
  const worker = victim === undefined ? undefined : awakeWorker(kubelet.memory, victim.uid);
  if (victim === undefined || worker === undefined) return;
  const message = evictionMessage(victim, observation);
  env.note(`evicts ${victim.pod.metadata.name ?? ''}: ${message}`);
  worker.failure = Object.freeze({ reason: 'Evicted', message });
  recordPod(kubelet, worker, env, { type: 'Warning', reason: 'Evicted', message });
  terminate(kubelet, worker, HARD_GRACE, env);
}

// ── Admission ───────────────────────────────────────────────────────────────────────────────────

const MEMORY_TAINT = Object.freeze({
  key: 'node.kubernetes.io/memory-pressure',
  effect: 'NoSchedule',
});

/** Why a node under pressure does not take a Pod; undefined: it does. */
export function pressureProblem({ memory }: Kubelet, pod: Pod): PodFailure | undefined {
  const { conditions } = memory.pressure;
  if (conditions.size === 0 || isCritical(pod)) return undefined;
  if (conditions.size === 1 && conditions.has('MemoryPressure')) {
    if (qosClass(pod.spec) !== 'BestEffort') return undefined;
    if (pod.spec.tolerations?.some((each) => toleratesTaint(each, MEMORY_TAINT)) === true)
      return undefined;
  }
  const message = `The node had condition: [${[...conditions].join(' ')}]. `;
  return { reason: 'Evicted', message: `Pod was rejected: ${message}` };
}
