import type { Container } from '../../api/generated/types.ts';
import { below } from '../../kernel/random.ts';
import type { Micros } from '../../kernel/time.ts';
import { call } from '../client/api-client.ts';
import type { ContainerConfig } from '../messages.ts';
import { parseImageReference } from '../programs/image-reference.ts';
import { allocatedContainer } from './allocation.ts';
import { delayText } from './backoff.ts';
import { decide, type Hold, type Step } from './decide.ts';
import { claimProblem } from './claims.ts';
import { containerConfig } from './container-config.ts';
import { hasNetwork } from './node.ts';
import { recordPod, podText } from './records.ts';
import {
  DELAY_MAX,
  hasPullSecret,
  looksAtServices,
  NOTHING_TO_FETCH,
  referencedKeys,
} from './references.ts';
import { killContainer } from './kill-container.ts';
import { beginResize, settleResize } from './resize-containers.ts';
import { expectAnswer, tellRuntime } from './runtime-link.ts';
import type { ContainerWork, Kubelet, KubeletEnv, PodWorker } from './state.ts';
import { publishStatus } from './status-writes.ts';
import { continueTermination, graceOf, terminate } from './terminate.ts';
import { volumeProblem } from './volumes.ts';
import { specOf } from './worker.ts';

/** Sooner than this nothing of a Pod's start that failed is tried again. */
const CONFIG_RETRY: Micros = 12_000_000;
/** A Pod whose claims cannot be used is synced anew after this (upstream: the pod workers' back-off and its jitter). */
const CLAIM_RETRY: Micros = 10_000_000;
const CLAIM_JITTER: Micros = 5_000_000;
/** What was fetched longer ago is fetched again before a start is called failed. */
const FRESH: Micros = 1_000_000;

/** Decides what is to be done for a Pod and does it, until it has to wait for something. */
export function syncPod(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  if (!kubelet.memory.runtime.up) return;
  if (worker.stage === 'terminating') {
    continueTermination(kubelet, worker, env);
    return;
  }
  // One thing at a time: the answer to what is under way comes back here.
  for (
    let rounds = 0;
    worker.stage === 'syncing' && worker.operation === undefined && rounds < 64;
    rounds++
  ) {
    const { step, holds, wakeAt } = decide(worker, kubelet.memory.runtime.images, env.now);
    const changed = holds.length > 0 && beginHolds(kubelet, worker, holds, env);
    if (step.kind === 'rest') {
      if (worker.resize !== undefined) settleResize(kubelet, worker, env);
      wakeWorker(worker, wakeAt, env);
      publishStatus(kubelet, worker, env);
      return;
    }
    if (changed) publishStatus(kubelet, worker, env);
    perform(kubelet, worker, step, env);
  }
}

/** Arms a Pod's timer, unless it is armed for that instant already. */
export function wakeWorker(worker: PodWorker, at: Micros | undefined, env: KubeletEnv): void {
  if (worker.wakeAt === at) return;
  worker.wakeAt = at;
  if (at !== undefined)
    env.after(Math.max(0, at - env.now), { type: 'kubelet/pod', uid: worker.uid, at });
}

function perform(
  kubelet: Kubelet,
  worker: PodWorker,
  step: Exclude<Step, { kind: 'rest' }>,
  env: KubeletEnv,
): void {
  switch (step.kind) {
    case 'fetch':
      fetchReferences(kubelet, worker, env);
      return;
    case 'sandbox':
      beginSandbox(kubelet, worker, env);
      return;
    case 'pull':
      beginPull(kubelet, worker, step.container, env);
      return;
    case 'start':
      beginStart(kubelet, worker, step.container, env);
      return;
    case 'resize':
      beginResize(kubelet, worker, step.container, env);
      return;
    case 'replace':
      killContainer(
        kubelet,
        worker,
        step.container,
        `Container ${step.container} definition changed, will be restarted`,
        graceOf(worker),
        env,
      );
      return;
    case 'finish':
      terminate(kubelet, worker, graceOf(worker), env);
      return;
    case 'deadline':
      worker.failure = Object.freeze({
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      });
      recordPod(kubelet, worker, env, {
        reason: 'DeadlineExceeded',
        message: worker.failure.message,
      });
      terminate(kubelet, worker, graceOf(worker), env);
  }
}

// ── What the Pod refers to ──────────────────────────────────────────────────────────────────────

function fetchReferences(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  const { pod } = worker;
  const keys = referencedKeys(pod);
  const wantsServices = looksAtServices(pod);
  const outstanding = keys.length + (wantsServices ? 1 : 0);
  if (outstanding === 0) {
    worker.references = NOTHING_TO_FETCH;
    return;
  }
  const before = worker.references;
  worker.references = {
    ...before,
    objects: new Map(before.objects),
    state: before.state === 'ready' ? 'ready' : 'fetching',
    outstanding,
  };
  worker.operation = FETCH;
  const base = `/api/v1/namespaces/${pod.metadata.namespace ?? ''}`;
  for (const key of keys) {
    call(kubelet.memory.client, env, {
      method: 'GET',
      path: `${base}/${key}`,
      then: { type: 'pod/reference', uid: worker.uid, key },
    });
  }
  if (wantsServices) {
    call(kubelet.memory.client, env, {
      method: 'GET',
      path: `${base}/services`,
      then: { type: 'pod/reference', uid: worker.uid, key: 'services' },
    });
  }
}

const FETCH = Object.freeze({ kind: 'fetch' as const });

/** All objects have been asked for: goes on, or says what is missing and tries again later. */
export function referencesFetched(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  const { references } = worker;
  if (worker.operation?.kind !== 'fetch') return;
  worker.operation = undefined;
  references.fetchedAt = env.now;
  // What is mounted stays mounted, whatever has become of the object.
  const isMounted = [...worker.containers.values()].some((work) => work.current !== undefined);
  const claims = isMounted ? undefined : claimProblem(worker.pod, references);
  const problem = isMounted ? undefined : (claims ?? volumeProblem(worker.pod, references));
  if (problem === undefined) references.state = 'ready';
  else {
    references.state = 'failed';
    if (claims === undefined) {
      references.retryAt = env.now + references.delay;
      references.delay = Math.min(references.delay * 2, DELAY_MAX);
    } else {
      references.retryAt = env.now + CLAIM_RETRY + below(env.random('claim-retry'), CLAIM_JITTER);
    }
    recordPod(kubelet, worker, env, { type: 'Warning', reason: 'FailedMount', message: problem });
  }
  syncPod(kubelet, worker, env);
}

// ── Sandbox ─────────────────────────────────────────────────────────────────────────────────────

function beginSandbox(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  const { metadata, spec } = worker.pod;
  // Pods of the host's network do not wait for the network plugin.
  if (!hasNetwork(kubelet) && spec.hostNetwork !== true) {
    worker.operation = NETWORK;
    recordPod(kubelet, worker, env, {
      type: 'Warning',
      reason: 'NetworkNotReady',
      message:
        'network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
    });
    publishStatus(kubelet, worker, env);
    return;
  }
  if (worker.sandbox !== undefined) {
    recordPod(kubelet, worker, env, {
      reason: 'SandboxChanged',
      message: 'Pod sandbox changed, it will be killed and re-created.',
    });
  }
  worker.operation = SANDBOX;
  publishStatus(kubelet, worker, env);
  tellRuntime(
    kubelet,
    {
      id: expectAnswer(kubelet, { kind: 'sandbox', uid: worker.uid, cause: env.cause }),
      type: 'cri/run-sandbox',
      podUid: worker.uid,
      podNamespace: metadata.namespace ?? '',
      podName: metadata.name ?? '',
      hostNetwork: spec.hostNetwork === true,
    },
    env,
  );
}

const SANDBOX = Object.freeze({ kind: 'sandbox' as const });
/** Ends when the node has its range of addresses (node.ts). */
const NETWORK = Object.freeze({ kind: 'network' as const });

// ── Images ──────────────────────────────────────────────────────────────────────────────────────

function beginPull(kubelet: Kubelet, worker: PodWorker, name: string, env: KubeletEnv): void {
  const { pulls } = kubelet.memory;
  const image = specOf(worker.pod, name)?.image ?? '';
  worker.operation = { kind: 'pull', container: name, since: env.now };
  recordPod(kubelet, worker, env, {
    container: name,
    reason: 'Pulling',
    message: `Pulling image "${image}"`,
  });
  pulls.waiting.push({
    uid: worker.uid,
    container: name,
    image,
    hasCredentials: hasPullSecret(worker.pod, worker.references),
    since: env.now,
    cause: env.cause,
  });
  if (worker.status === undefined) publishStatus(kubelet, worker, env);
  pullNext(kubelet, env);
}

/** Pulls the next image of the queue, if none is being pulled. */
export function pullNext(kubelet: Kubelet, env: KubeletEnv): void {
  const { pulls, workers } = kubelet.memory;
  while (!pulls.running) {
    const next = pulls.waiting.shift();
    if (next === undefined) return;
    if (!workers.has(next.uid)) continue;
    pulls.running = true;
    env.resumeCause(next.cause);
    const { uid, container, image, hasCredentials, cause } = next;
    const id = expectAnswer(kubelet, { kind: 'pull', uid, container, cause });
    tellRuntime(kubelet, { id, type: 'cri/pull-image', image, hasCredentials }, env);
  }
}

/** Marks containers as waiting. True when the status of one has changed. */
function beginHolds(
  kubelet: Kubelet,
  worker: PodWorker,
  holds: readonly Hold[],
  env: KubeletEnv,
): boolean {
  let changed = false;
  for (const hold of holds) if (beginHold(kubelet, worker, hold, env)) changed = true;
  return changed;
}

/** Marks a container as waiting, once for each reason. True when its status has changed. */
function beginHold(kubelet: Kubelet, worker: PodWorker, hold: Hold, env: KubeletEnv): boolean {
  const work = worker.containers.get(hold.container);
  const image = specOf(worker.pod, hold.container)?.image ?? '';
  if (work === undefined || work.waiting?.reason === hold.reason) return false;
  const event = (reason: string, message: string, type: 'Normal' | 'Warning' = 'Warning') =>
    recordPod(kubelet, worker, env, { container: work.name, type, reason, message });
  switch (hold.reason) {
    case 'CrashLoopBackOff':
      wait(
        work,
        hold.reason,
        `back-off ${delayText(work.crashBackoff?.delay ?? 0)} restarting failed container=${work.name} pod=${podText(worker)}`,
      );
      event(
        'BackOff',
        `Back-off restarting failed container ${work.name} in pod ${podText(worker)}`,
      );
      return true;
    case 'ImagePullBackOff': {
      const last = work.waiting?.message ?? '';
      wait(
        work,
        hold.reason,
        `Back-off pulling image "${image}"${last === '' ? '' : `: ErrImagePull: ${last}`}`,
      );
      event('BackOff', `Back-off pulling image "${image}"`, 'Normal');
      break;
    }
    case 'InvalidImageName': {
      const why = parseImageReference(image);
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${typeof why === 'string' ? why : ''}`;
      wait(work, hold.reason, message);
      event('InspectFailed', message);
      break;
    }
    case 'ErrImageNeverPull':
      wait(
        work,
        hold.reason,
        `Container image "${image}" is not present with pull policy of Never`,
      );
      event(
        'ErrImageNeverPull',
        `Container image "${image}" is not present with pull policy of Never`,
      );
      break;
  }
  event('Failed', `Error: ${hold.reason}`);
  return true;
}

export function wait(work: ContainerWork, reason: string, message: string): void {
  work.waiting = Object.freeze({ reason, message });
}

// ── Containers ──────────────────────────────────────────────────────────────────────────────────

function beginStart(kubelet: Kubelet, worker: PodWorker, name: string, env: KubeletEnv): void {
  const work = worker.containers.get(name);
  const container = allocatedContainer(worker, name);
  if (work === undefined || container === undefined) return;
  if (!work.imageReady) {
    work.imageReady = true;
    recordPod(kubelet, worker, env, {
      container: name,
      reason: 'Pulled',
      message: `Container image "${container.image ?? ''}" already present on machine and can be accessed by the pod`,
    });
  }
  const config = configOf(kubelet, worker, work, container);
  if (typeof config === 'string' && worker.references.fetchedAt < env.now - FRESH) {
    // It may be there by now.
    fetchReferences(kubelet, worker, env);
    if (worker.operation !== undefined) return;
  }
  if (typeof config === 'string') {
    failStart(kubelet, worker, work, 'CreateContainerConfigError', config, env);
    return;
  }
  worker.operation = { kind: 'start', container: name };
  const then = { kind: 'start', uid: worker.uid, container: name, cause: env.cause } as const;
  const id = expectAnswer(kubelet, then);
  tellRuntime(kubelet, { id, type: 'cri/start-container', config }, env);
}

function configOf(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  container: Container,
): ContainerConfig | string {
  const { config } = kubelet;
  return containerConfig(worker, work, container, {
    podIp: worker.sandbox?.ip ?? '',
    hostIp: config.nodeIp,
    nodeName: config.node.name,
    nodeCpuMilli: config.node.cpuMilli,
    nodeMemoryBytes: config.node.memoryBytes,
    kubernetesServiceIp: config.kubernetesServiceIp,
  });
}

/** A start that failed: says so, and tries again later with everything fetched anew. */
export function failStart(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  reason: string,
  message: string,
  env: KubeletEnv,
): void {
  wait(work, reason, message);
  work.imageReady = false;
  work.retryAt = env.now + CONFIG_RETRY;
  recordPod(kubelet, worker, env, {
    container: work.name,
    type: 'Warning',
    reason: 'Failed',
    message: `Error: ${message}`,
  });
}

/** Whether an image is on the disk, as far as the kubelet knows. */
export function imageIsPresent(kubelet: Kubelet, image: string): boolean {
  const reference = parseImageReference(image);
  return typeof reference !== 'string' && kubelet.memory.runtime.images.has(reference.fullName);
}
