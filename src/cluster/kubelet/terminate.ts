import { call } from '../client/api-client.ts';
import type { Micros } from '../../kernel/time.ts';
import { countAdmitted } from './admission.ts';
import { allocatedPod } from './allocation.ts';
import { criProbe } from './probing.ts';
import { recordPod } from './records.ts';
import { expectAnswer, tellRuntime } from './runtime-link.ts';
import type { ContainerWork, Kubelet, KubeletEnv, PodWorker, Termination } from './state.ts';
import { publishStatus } from './status-writes.ts';
import { specOf } from './worker.ts';

/** A container that has spent its grace in a preStop hook still gets this much. */
const GRACE_AFTER_HOOK: Micros = 2_000_000;

/** Begins to end a Pod, or shortens the grace of one that is ending. */
export function terminate(
  kubelet: Kubelet,
  worker: PodWorker,
  graceMicros: Micros,
  env: KubeletEnv,
): void {
  if (worker.stage === 'terminated') {
    settle(kubelet, worker, env);
    return;
  }
  const { termination } = worker;
  if (termination !== undefined) {
    if (graceMicros >= termination.graceMicros) return;
    termination.graceMicros = graceMicros;
    for (const work of worker.containers.values()) {
      if (termination.stopped.has(work.name)) stop(kubelet, work, graceMicros, env);
    }
    return;
  }
  worker.stage = 'terminating';
  worker.wakeAt = undefined;
  worker.termination = {
    since: env.now,
    graceMicros,
    hooks: new Set(),
    stopped: new Set(),
    deleting: false,
  };
  dropPull(kubelet, worker);
  continueTermination(kubelet, worker, env);
}

/** A pull that has not begun is given up; one that runs is no longer waited for. */
function dropPull(kubelet: Kubelet, worker: PodWorker): void {
  const { waiting } = kubelet.memory.pulls;
  for (let i = waiting.length - 1; i >= 0; i--)
    if (waiting[i]?.uid === worker.uid) waiting.splice(i, 1);
  const kind = worker.operation?.kind;
  if (kind === 'pull' || kind === 'fetch' || kind === 'network' || kind === 'post-start') {
    worker.operation = undefined;
  }
}

/** Stops what still runs, main containers before sidecars; when nothing does, the Pod has ended. */
export function continueTermination(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  const { termination } = worker;
  if (worker.stage !== 'terminating' || termination === undefined) return;
  const running = [...worker.containers.values()].filter(
    (work) => work.current?.state === 'running',
  );
  const first = running.filter((work) => !work.sidecar);
  // Sidecars end one after the other, the last one started first.
  const next = first.length > 0 ? first : running.slice(-1);
  for (const work of next) stopInGrace(kubelet, worker, work, termination, env);
  // A container or sandbox that is just being made has to be there before it can be ended.
  if (running.length > 0 || worker.operation !== undefined) return;
  if (worker.sandbox?.state === 'ready' && isPluginDown(kubelet, worker)) {
    stopSandbox(kubelet, worker, env);
    return;
  }
  worker.stage = 'terminated';
  if (worker.admitted) {
    countAdmitted(kubelet.memory.admitted, allocatedPod(worker), -1);
    // Somebody may have waited for its room.
    if (kubelet.memory.resizes.waiting.length > 0)
      env.after(0, { type: 'kubelet/resize', at: undefined });
  }
  if (worker.sandbox?.state === 'ready') {
    worker.sandbox = Object.freeze({ ...worker.sandbox, state: 'notready' as const });
    tellRuntime(kubelet, { type: 'cri/stop-sandbox', podUid: worker.uid }, env);
  }
  publishStatus(kubelet, worker, env);
  settle(kubelet, worker, env);
}

/** Whether the network plugin cannot be called: then it matters what the runtime says to the end of a Pod. */
function isPluginDown({ config, memory }: Kubelet, worker: PodWorker): boolean {
  return (
    config.cniAgent === true &&
    memory.runtime.network !== 'ready' &&
    worker.pod.spec.hostNetwork !== true
  );
}

/** Asks the runtime to take an ended Pod's network down, and waits for the answer. */
function stopSandbox(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  worker.operation = STOP;
  const then = { kind: 'stop-sandbox', uid: worker.uid, cause: env.cause } as const;
  const id = expectAnswer(kubelet, then);
  tellRuntime(kubelet, { id, type: 'cri/end-sandbox', podUid: worker.uid }, env);
}

const STOP = Object.freeze({ kind: 'stop-sandbox' as const });

function stopInGrace(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  termination: Termination,
  env: KubeletEnv,
): void {
  if (termination.stopped.has(work.name) || termination.hooks.has(work.name)) return;
  recordPod(kubelet, worker, env, {
    container: work.name,
    reason: 'Killing',
    message: `Stopping container ${work.name}`,
  });
  const left = Math.max(termination.since + termination.graceMicros - env.now, 0);
  if (left > 0 && beginPreStop(kubelet, worker, work, left, env)) {
    termination.hooks.add(work.name);
    return;
  }
  termination.stopped.add(work.name);
  stop(kubelet, work, left, env);
}

function stop(kubelet: Kubelet, work: ContainerWork, graceMicros: Micros, env: KubeletEnv): void {
  if (work.current === undefined) return;
  tellRuntime(
    kubelet,
    { type: 'cri/stop-container', containerId: work.current.id, graceMicros },
    env,
  );
}

/** Runs the preStop hook, if there is one; the container is told to stop when it has ended or its time is over. */
export function beginPreStop(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  timeoutMicros: Micros,
  env: KubeletEnv,
): boolean {
  const container = specOf(worker.pod, work.name);
  const hook = container?.lifecycle?.preStop;
  if (container === undefined || hook === undefined || work.current === undefined) return false;
  const containerId = work.current.id;
  if (hook.sleep !== undefined) {
    const lasts = Math.min(hook.sleep.seconds * 1_000_000, timeoutMicros);
    const graceMicros = Math.max(timeoutMicros - lasts, GRACE_AFTER_HOOK);
    env.after(lasts, {
      type: 'kubelet/stop',
      uid: worker.uid,
      container: work.name,
      containerId,
      graceMicros,
    });
    return true;
  }
  const probe = criProbe(hook, container);
  if (probe === undefined) return false;
  const id = expectAnswer(kubelet, {
    kind: 'hook',
    uid: worker.uid,
    container: work.name,
    hook: 'preStop',
    containerId,
    cause: env.cause,
  });
  tellRuntime(kubelet, { id, type: 'cri/probe', containerId, probe, timeoutMicros }, env);
  return true;
}

/** A preStop hook has ended. */
export function preStopped(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  failure: string | undefined,
  env: KubeletEnv,
): void {
  if (failure !== undefined) {
    recordPod(kubelet, worker, env, {
      container: work.name,
      type: 'Warning',
      reason: 'FailedPreStopHook',
      message: 'PreStopHook failed',
    });
  }
  const { termination } = worker;
  if (termination === undefined) {
    // A container that is to be restarted has no more than its Pod's grace either.
    stop(kubelet, work, (worker.pod.spec.terminationGracePeriodSeconds ?? 30) * 1_000_000, env);
    return;
  }
  termination.hooks.delete(work.name);
  termination.stopped.add(work.name);
  const left = termination.since + termination.graceMicros - env.now;
  stop(kubelet, work, Math.max(left, GRACE_AFTER_HOOK), env);
}

/** An ended Pod whose status is written: removed from the API if it is to be, forgotten if it has left it. */
export function settle(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  if (worker.stage !== 'terminated') return;
  if (!worker.inApi) {
    tellRuntime(kubelet, { type: 'cri/remove-sandbox', podUid: worker.uid }, env);
    kubelet.memory.workers.delete(worker.uid);
    kubelet.disk.allocations?.delete(worker.uid);
    // Its manifest may have come back meanwhile.
    if (worker.source === 'file') env.after(0, { type: 'kubelet/manifests' });
    return;
  }
  const { metadata } = worker.pod;
  if (
    worker.writing ||
    metadata.deletionTimestamp === undefined ||
    worker.termination?.deleting !== false
  )
    return;
  worker.termination.deleting = true;
  env.note(
    `all containers of ${metadata.namespace ?? ''}/${metadata.name ?? ''} have ended: removes it`,
  );
  call(kubelet.memory.client, env, {
    method: 'DELETE',
    path: `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name ?? ''}`,
    body: {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      gracePeriodSeconds: 0,
      preconditions: { uid: worker.uid },
    },
    then: { type: 'pod/deleted', uid: worker.uid },
  });
}

/** The grace of a Pod that is being deleted, or that has vanished. */
export function graceOf(worker: PodWorker): Micros {
  const { metadata, spec } = worker.pod;
  const seconds = metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  // Even a forced deletion gives the runtime a second.
  return Math.max(seconds, 1) * 1_000_000;
}
