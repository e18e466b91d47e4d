import type { Container, LifecycleHandler } from '../../api/generated/types.ts';
import type { Micros } from '../../kernel/time.ts';
import type { CriContainer, CriResponse } from '../messages.ts';
import { nextBackoff } from './backoff.ts';
import { lookLater } from './eviction.ts';
import { killContainer } from './kill-container.ts';
import { sandboxStopped } from './network.ts';
import { criProbe, probed, probeGrace, probeKillMessage, startProbes } from './probing.ts';
import { aboutContainer, record, recordPod } from './records.ts';
import { awakeWorker } from './resting.ts';
import { resized } from './resize-containers.ts';
import { expectAnswer, tellRuntime } from './runtime-link.ts';
import type {
  ContainerWork,
  Kubelet,
  KubeletEnv,
  PodWorker,
  ProbeTimer,
  RuntimeThen,
} from './state.ts';
import { publishStatus } from './status-writes.ts';
import { failStart, pullNext, syncPod, wait, wakeWorker } from './sync.ts';
import { preStopped } from './terminate.ts';
import { resetProbes, specOf } from './worker.ts';

const SANDBOX_RETRY: Micros = 5_000_000;

type Answer = CriResponse;
type Done<Kind extends string> = Extract<
  Extract<CriResponse, { type: 'cri/done' }>['result'],
  { readonly kind: Kind }
>;

/** Takes the runtime's answer to what was asked for a Pod. */
export function runtimeAnswered(
  kubelet: Kubelet,
  then: Exclude<RuntimeThen, { kind: 'list' | 'stats' | 'probe' | 'pull' }>,
  answer: Answer,
  env: KubeletEnv,
): void {
  const worker = awakeWorker(kubelet.memory, then.uid);
  if (worker === undefined) {
    if (then.kind === 'sandbox' || then.kind === 'start')
      tellRuntime(kubelet, { type: 'cri/remove-sandbox', podUid: then.uid }, env);
    return;
  }
  if (then.kind === 'sandbox') sandboxMade(kubelet, worker, answer, env);
  else if (then.kind === 'stop-sandbox') sandboxStopped(kubelet, worker, answer, env);
  else {
    const work = worker.containers.get(then.container);
    if (work !== undefined) containerAnswered(kubelet, worker, work, then, answer, env);
  }
}

/** The image that was being pulled has come, or cannot. Then it is the turn of the next one, whoever wants it. */
export function pullEnded(
  kubelet: Kubelet,
  { uid, container }: Extract<RuntimeThen, { kind: 'pull' }>,
  answer: Answer,
  env: KubeletEnv,
): void {
  const { memory } = kubelet;
  memory.pulls.running = false;
  if (answer.type === 'cri/done' && answer.result.kind === 'pulled')
    memory.runtime.images.set(answer.result.image, answer.result.sizeBytes);
  const worker = awakeWorker(memory, uid);
  const work = worker?.containers.get(container);
  if (worker !== undefined && work !== undefined) pulled(kubelet, worker, work, answer, env);
  pullNext(kubelet, env);
}

/** What a probe has found. Where that is what it has found all along, nothing has to be woken for it. */
export function probeResult(
  kubelet: Kubelet,
  { uid, container, probe, containerId }: ProbeTimer,
  result: Done<'probed'>,
  env: KubeletEnv,
): void {
  const { memory } = kubelet;
  const state = memory.workers.get(uid)?.containers.get(container)?.probes?.[probe];
  const isOldNews = state?.result === 'success' && state.last === 'success';
  if (isOldNews && result.outcome === 'success') return;
  const worker = awakeWorker(memory, uid);
  const work = worker?.containers.get(container);
  if (worker === undefined || work?.current?.id !== containerId) return;
  probeAnswered(kubelet, worker, work, probe, result, env);
}

function sandboxMade(kubelet: Kubelet, worker: PodWorker, answer: Answer, env: KubeletEnv): void {
  worker.operation = undefined;
  if (answer.type === 'cri/done' && answer.result.kind === 'sandbox') {
    worker.sandbox = answer.result.sandbox;
    syncPod(kubelet, worker, env);
    return;
  }
  const message = answer.type === 'cri/failed' ? answer.message : '';
  recordPod(kubelet, worker, env, {
    type: 'Warning',
    reason: 'FailedCreatePodSandBox',
    message: `Failed to create pod sandbox: ${message}`,
  });
  if (worker.stage === 'syncing') wakeWorker(worker, env.now + SANDBOX_RETRY, env);
  else syncPod(kubelet, worker, env);
}

function containerAnswered(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  then: Extract<RuntimeThen, { kind: 'start' | 'update' | 'hook' }>,
  answer: Answer,
  env: KubeletEnv,
): void {
  switch (then.kind) {
    case 'start':
      started(kubelet, worker, work, answer, env);
      return;
    case 'update':
      resized(kubelet, worker, work, usedMemory(answer), env);
      syncPod(kubelet, worker, env);
      return;
    case 'hook': {
      if (work.current?.id !== then.containerId || work.current.state !== 'running') return;
      const failure = hookFailure(answer);
      if (then.hook === 'preStop') preStopped(kubelet, worker, work, failure, env);
      else postStarted(kubelet, worker, work, failure, env);
    }
  }
}

/** What a container uses, where that is more than the limit that it was to get. */
function usedMemory(answer: Answer): number | undefined {
  return answer.type === 'cri/done' && answer.result.kind === 'updated'
    ? answer.result.memoryBytes
    : undefined;
}

function hookFailure(answer: Answer): string | undefined {
  if (answer.type === 'cri/failed') return answer.message;
  const { result } = answer;
  return result.kind === 'probed' && result.outcome !== 'success' ? result.output : undefined;
}

function pulled(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  answer: Answer,
  env: KubeletEnv,
): void {
  const { operation } = worker;
  // The Pod may be ending, and then no longer waits for it.
  if (operation?.kind !== 'pull' || operation.container !== work.name) return;
  worker.operation = undefined;
  const image = specOf(worker.pod, work.name)?.image ?? '';
  if (answer.type === 'cri/done' && answer.result.kind === 'pulled') {
    recordPulled(kubelet, worker, work, image, answer.result, env.now - operation.since, env);
    work.imageReady = true;
    work.pullBackoff = undefined;
    work.waiting = undefined;
  } else {
    const message = answer.type === 'cri/failed' ? answer.message : '';
    work.pullBackoff = nextBackoff(work.pullBackoff, env.now, env.now);
    wait(work, 'ErrImagePull', message);
    const event = { container: work.name, type: 'Warning', reason: 'Failed' } as const;
    recordPod(kubelet, worker, env, {
      ...event,
      message: `Failed to pull image "${image}": ${message}`,
    });
    recordPod(kubelet, worker, env, { ...event, message: 'Error: ErrImagePull' });
    env.note(
      `image ${image} cannot be pulled: next try in ${work.pullBackoff.delay / 1_000_000} s`,
    );
  }
  syncPod(kubelet, worker, env);
}

function recordPulled(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  image: string,
  result: Done<'pulled'>,
  withWaiting: Micros,
  env: KubeletEnv,
): void {
  recordPod(kubelet, worker, env, {
    container: work.name,
    reason: 'Pulled',
    message: `Successfully pulled image "${image}" in ${durationText(result.tookMicros)} (${durationText(withWaiting)} including waiting). Image size: ${result.sizeBytes} bytes.`,
  });
}

/** A duration as Go prints it, cut to milliseconds: `1.234s`, `850ms`, `1m2.5s`. */
export function durationText(micros: Micros): string {
  const millis = Math.floor(micros / 1000);
  if (millis < 1000) return millis === 0 ? '0s' : `${millis}ms`;
  const minutes = Math.floor(millis / 60_000);
  const seconds = (millis % 60_000) / 1000;
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}

function started(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  answer: Answer,
  env: KubeletEnv,
): void {
  worker.operation = undefined;
  work.imageReady = false;
  if (answer.type === 'cri/done' && answer.result.kind === 'container') {
    replaceCurrent(work, answer.result.container, env.now);
    lookLater(kubelet, env);
    work.waiting = undefined;
    work.retryAt = undefined;
    const about = aboutContainer(worker, work.name);
    record(kubelet, about, 'Normal', 'Created', 'Container created', env);
    record(kubelet, about, 'Normal', 'Started', 'Container started', env);
    if (worker.stage === 'syncing') beginLife(kubelet, worker, work, env);
  } else if (answer.type === 'cri/failed' && answer.container !== undefined) {
    replaceCurrent(work, answer.container, env.now);
    recordPod(kubelet, worker, env, {
      container: work.name,
      reason: 'Created',
      message: 'Container created',
    });
    recordPod(kubelet, worker, env, {
      container: work.name,
      type: 'Warning',
      reason: 'Failed',
      message: `Error: ${answer.message}`,
    });
    wait(work, 'RunContainerError', answer.message);
  } else if (answer.type === 'cri/failed')
    failStart(kubelet, worker, work, answer.reason, answer.message, env);
  syncPod(kubelet, worker, env);
}

/** A new container takes the place of the last one; each start after the first lengthens the back-off. */
function replaceCurrent(work: ContainerWork, container: CriContainer, now: Micros): void {
  const last = work.current;
  if (last !== undefined) {
    work.previous = last;
    if (!work.restarting)
      work.crashBackoff = nextBackoff(work.crashBackoff, last.finishedAt ?? now, now);
  }
  work.current = container;
  work.restartCount = container.attempt;
  work.killing = undefined;
  work.actuated = undefined;
  work.restarting = false;
  resetProbes(work, container.id);
}

/** A container runs: its probes begin, and its postStart hook if it has one. */
function beginLife(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  env: KubeletEnv,
): void {
  const container = specOf(worker.pod, work.name);
  if (container !== undefined) startProbes(worker.uid, work, container, env);
  const hook = container?.lifecycle?.postStart;
  work.hooked = hook === undefined;
  if (hook !== undefined && container !== undefined)
    beginPostStart(kubelet, worker, work, container, hook, env);
}

function beginPostStart(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  container: Container,
  hook: LifecycleHandler,
  env: KubeletEnv,
): void {
  if (work.current === undefined) return;
  const containerId = work.current.id;
  if (hook.sleep !== undefined) {
    worker.operation = Object.freeze({ kind: 'post-start', container: work.name });
    env.after(hook.sleep.seconds * 1_000_000, {
      type: 'kubelet/post-started',
      uid: worker.uid,
      container: work.name,
      containerId,
    });
    return;
  }
  const probe = criProbe(hook, container);
  if (probe === undefined) {
    work.hooked = true;
    return;
  }
  worker.operation = Object.freeze({ kind: 'post-start', container: work.name });
  const id = expectAnswer(kubelet, {
    kind: 'hook',
    uid: worker.uid,
    container: work.name,
    hook: 'postStart',
    containerId,
    cause: env.cause,
  });
  tellRuntime(
    kubelet,
    { id, type: 'cri/probe', containerId, probe, timeoutMicros: undefined },
    env,
  );
}

/** A postStart hook has ended. One that fails takes its container with it. */
export function postStarted(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  failure: string | undefined,
  env: KubeletEnv,
): void {
  if (worker.operation?.kind === 'post-start') worker.operation = undefined;
  if (failure === undefined) work.hooked = true;
  else if (worker.stage === 'syncing') {
    recordPod(kubelet, worker, env, {
      container: work.name,
      type: 'Warning',
      reason: 'FailedPostStartHook',
      message: 'PostStartHook failed',
    });
    killContainer(
      kubelet,
      worker,
      work.name,
      'FailedPostStartHook',
      (worker.pod.spec.terminationGracePeriodSeconds ?? 30) * 1_000_000,
      env,
    );
  }
  syncPod(kubelet, worker, env);
}

function probeAnswered(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  kind: 'liveness' | 'readiness' | 'startup',
  result: Done<'probed'>,
  env: KubeletEnv,
): void {
  const effect = probed(kubelet, worker, work, kind, result, env);
  if (effect === 'none') return;
  if (effect === 'kill') {
    const container = specOf(worker.pod, work.name);
    const grace = probeGrace(worker.pod, container, kind);
    killContainer(kubelet, worker, work.name, probeKillMessage(work.name, kind), grace, env);
    return;
  }
  env.note(
    `${kind} probe of ${work.name} in ${worker.pod.metadata.namespace ?? ''}/${worker.pod.metadata.name ?? ''}: ${result.outcome}`,
  );
  // A passed startup probe may be what the next container waits for; nobody here waits for one that is ready.
  const isAwaited = kind !== 'readiness' && worker.operation === undefined;
  if (isAwaited && worker.stage === 'syncing') syncPod(kubelet, worker, env);
  else publishStatus(kubelet, worker, env);
}

/** The runtime says that a container has ended. */
export function containerEnded(kubelet: Kubelet, ended: CriContainer, env: KubeletEnv): void {
  const worker = awakeWorker(kubelet.memory, ended.podUid);
  const work = worker?.containers.get(ended.name);
  if (worker === undefined || work?.current?.id !== ended.id) return;
  const isNews = work.current.state === 'running';
  work.current = ended;
  work.killing = undefined;
  const { operation } = worker;
  const isOfIt = operation?.kind === 'post-start' || operation?.kind === 'resize';
  if (isOfIt && operation.container === work.name) worker.operation = undefined;
  syncPod(kubelet, worker, env);
  // Between its end and its next start a container is seen as ended, unless both are one act (a resize).
  if (isNews && worker.stage === 'syncing' && !work.restarting) publishStatus(kubelet, worker, env);
}
