import type { Pod } from '../../api/generated/types.ts';
import { findCondition } from '../../api/conditions.ts';
import { isPodFinished } from '../../api/pod-readiness.ts';
import type { InformerChange } from '../client/informer.ts';
import type { CriContainer, CriSandbox } from '../messages.ts';
import { admissionProblem, countAdmitted } from './admission.ts';
import { allocatedPod } from './allocation.ts';
import { pressureProblem } from './eviction.ts';
import { allocatableOf } from './node-object.ts';
import { startProbes } from './probing.ts';
import { recordPod } from './records.ts';
import { allocate, noteResize, recallResize } from './resize.ts';
import { awakeWorker } from './resting.ts';
import { tellRuntime } from './runtime-link.ts';
import type { Kubelet, KubeletEnv, PodWorker } from './state.ts';
import { publishStatus, saysOtherwise } from './status-writes.ts';
import { mirroredUid } from './static-pods.ts';
import { syncPod } from './sync.ts';
import { graceOf, settle, terminate } from './terminate.ts';
import { addEphemeral, adopt, createWorker, specOf } from './worker.ts';

/** What the runtime has of one Pod. */
export interface RuntimePod {
  readonly sandbox: CriSandbox | undefined;
  readonly containers: readonly CriContainer[];
}

/** A Pod of this node has come, changed or gone. */
export function podChanged(kubelet: Kubelet, change: InformerChange, env: KubeletEnv): void {
  // The informer holds Pods alone.
  const old = change.old as Pod | undefined;
  const next = change.next as Pod | undefined;
  const uid = next?.metadata.uid;
  if (old !== undefined && (next === undefined || old.metadata.uid !== uid))
    podGone(kubelet, old, env);
  if (next === undefined) return;
  const worker = awakeWorker(kubelet.memory, uid ?? '');
  if (worker === undefined) addPod(kubelet, next, undefined, env);
  else updatePod(kubelet, worker, next, env);
}

/** Takes a Pod on; `found` is what the runtime already has of it. */
export function addPod(
  kubelet: Kubelet,
  pod: Pod,
  found: RuntimePod | undefined,
  env: KubeletEnv,
  source: PodWorker['source'] = 'api',
): void {
  const { memory, config } = kubelet;
  const worker = createWorker(pod, { now: env.now, epochMillis: config.epochMillis, source });
  memory.workers.set(worker.uid, worker);
  memory.touched.push(worker.uid);
  if (found !== undefined) {
    adopt(worker, found.sandbox, found.containers);
    recallResize(kubelet, worker);
  }
  if (isPodFinished(pod)) {
    worker.stage = 'terminated';
    worker.admitted = true;
    worker.status = pod.status;
    worker.termination = {
      since: env.now,
      graceMicros: 0,
      hooks: new Set(),
      stopped: new Set(),
      deleting: false,
    };
    settle(kubelet, worker, env);
    return;
  }
  // A static Pod is the node's own, and critical: others make room for it.
  const isAsked = found === undefined && source === 'api';
  const problem = isAsked ? problemOf(kubelet, pod) : undefined;
  if (problem !== undefined) {
    refuse(kubelet, worker, problem, env);
    return;
  }
  worker.admitted = true;
  countAdmitted(memory.admitted, allocatedPod(worker), 1);
  if (found === undefined)
    env.note(
      `takes ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''} on: ${pod.spec.containers.length} container(s)`,
    );
  if (found !== undefined) {
    for (const work of worker.containers.values()) {
      const container = specOf(pod, work.name);
      if (container !== undefined && work.current?.state === 'running')
        startProbes(worker.uid, work, container, env);
    }
  }
  if (pod.metadata.deletionTimestamp === undefined) {
    allocate(kubelet, worker, env);
    syncPod(kubelet, worker, env);
  } else terminate(kubelet, worker, graceOf(worker), env);
}

function problemOf(kubelet: Kubelet, pod: Pod): ReturnType<typeof admissionProblem> {
  const { memory, config } = kubelet;
  const problem = pressureProblem(kubelet, pod);
  if (problem !== undefined) return problem;
  return admissionProblem(pod, {
    node: memory.node.object,
    allocatable: memory.node.object?.status?.allocatable ?? allocatableOf(config.node),
    totals: memory.admitted,
    workers: memory.workers,
  });
}

function refuse(
  kubelet: Kubelet,
  worker: PodWorker,
  problem: NonNullable<PodWorker['failure']>,
  env: KubeletEnv,
): void {
  worker.failure = Object.freeze(problem);
  worker.stage = 'terminated';
  worker.termination = {
    since: env.now,
    graceMicros: 0,
    hooks: new Set(),
    stopped: new Set(),
    deleting: false,
  };
  env.note(
    `refuses ${worker.pod.metadata.namespace ?? ''}/${worker.pod.metadata.name ?? ''}: ${problem.message}`,
  );
  recordPod(kubelet, worker, env, {
    type: 'Warning',
    reason: problem.reason,
    message: problem.message.replace('Pod was rejected: ', ''),
  });
  publishStatus(kubelet, worker, env);
}

function updatePod(kubelet: Kubelet, worker: PodWorker, next: Pod, env: KubeletEnv): void {
  const old = worker.pod;
  worker.pod = next;
  const isOtherSpec = old.metadata.generation !== next.metadata.generation;
  if (isOtherSpec) {
    // Also of a Pod that is ending: what it has been granted is what it gives back.
    addEphemeral(worker.containers, next);
    if (worker.admitted) noteResize(kubelet, worker, old);
  }
  if (next.metadata.deletionTimestamp !== undefined) {
    terminate(kubelet, worker, graceOf(worker), env);
    return;
  }
  if (worker.stage !== 'syncing') return;
  // Somebody else has judged this Pod while the kubelet could not be heard: its own word is the last.
  const isJudged = !worker.writing && saysOtherwise(worker.status, next.status);
  if (isJudged) worker.status = next.status;
  if (isOtherSpec || (next.spec.readinessGates !== undefined && gatesHaveChanged(old, next))) {
    if (isOtherSpec && worker.admitted) allocate(kubelet, worker, env);
    if (worker.operation === undefined) syncPod(kubelet, worker, env);
  }
  if (isJudged) publishStatus(kubelet, worker, env);
}

function gatesHaveChanged(old: Pod, next: Pod): boolean {
  const gates = next.spec.readinessGates ?? [];
  return gates.some(
    ({ conditionType }) =>
      findCondition(old.status?.conditions, conditionType)?.status !==
      findCondition(next.status?.conditions, conditionType)?.status,
  );
}

/** A Pod has left the API: whatever runs of it is ended. */
function podGone(kubelet: Kubelet, old: Pod, env: KubeletEnv): void {
  const worker = awakeWorker(kubelet.memory, old.metadata.uid ?? '');
  if (worker === undefined) return;
  worker.inApi = false;
  if (worker.stage === 'terminated') settle(kubelet, worker, env);
  else terminate(kubelet, worker, graceOf(worker), env);
}

/**
 * The first look after a start, when both the API's Pods and the runtime's are known: Pods are taken on with what
 * already runs of them, and what the API does not know is removed.
 */
export function takeStock(
  kubelet: Kubelet,
  pods: Iterable<Pod>,
  found: ReadonlyMap<string, RuntimePod>,
  env: KubeletEnv,
): void {
  const seen = new Set<string>();
  for (const pod of pods) {
    const uid = pod.metadata.uid ?? '';
    if (mirroredUid(pod) !== undefined) continue;
    seen.add(uid);
    if (!kubelet.memory.workers.has(uid)) addPod(kubelet, pod, found.get(uid), env);
  }
  for (const uid of found.keys()) {
    if (seen.has(uid) || kubelet.memory.workers.has(uid)) continue;
    env.note('a pod that the API does not know still runs here: removes it');
    tellRuntime(kubelet, { type: 'cri/remove-sandbox', podUid: uid }, env);
  }
}
