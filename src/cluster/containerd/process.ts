import { defineBehaviour } from '../../kernel/process.ts';
import { pick } from '../../kernel/random.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ContainerFault, CriRequest, CriSandbox } from '../messages.ts';
import type { NetOutcome } from '../network/packets.ts';
import { parseImageReference } from '../programs/image-reference.ts';
import { pullAnswer } from '../programs/registry.ts';
import { releaseAddress, takeAddress } from './addresses.ts';
import { advanceContainer, endContainer, startContainer, stopContainer } from './containers.ts';
import { componentExited, killComponent, markLost, recoverComponents } from './component-ends.ts';
import { endComponent, isComponent } from './components.ts';
import { runProbe, timeOutExec } from './execs.ts';
import { answered, apiAnswered, learnRoute, neighbourTimedOut, tellRange } from './connections.ts';
import {
  conclude,
  connectionsLost,
  connectionTimedOut,
  forgetNetwork,
  takeRules,
} from './network.ts';
import { addFailure, configureNetwork, networkState, agentGone, deleteFailure } from './plugin.ts';
import { receive, takeListen } from './receive.ts';
import { updateContainer } from './update.ts';
import { awakeContainer, restTouched } from './resting.ts';
import {
  cancelAllStreams,
  cancelStream,
  flushStreams,
  lookAgain,
  openStream,
  streamInput,
} from './streams.ts';
import { containerUsage } from './usage.ts';
import { setWake } from './wake.ts';
import {
  emptyDisk,
  type Container,
  type ContainerdConfig,
  type ContainerdDisk,
  type ContainerdEnv,
  type ContainerdMemory,
  type ContainerdMessage,
  type ContainerdTimer,
  type OpenConnection,
  type Runtime,
} from './state.ts';

/** A sandbox: its network namespace, and the network plugin's call. */
const SANDBOX_MICROS: readonly Micros[] = [150, 180, 205, 230, 260, 300, 350, 420].map(
  (ms) => ms * 1000,
);
/** Comparing an image's manifest with the registry's, when the image is there. */
const MANIFEST_MICROS: Micros = 180_000;
/** A container: snapshot, spec, runc. */
const CONTAINER_MICROS: readonly Micros[] = [95, 110, 125, 140, 160, 185, 220, 280].map(
  (ms) => ms * 1000,
);

/** Writing a container's cgroup. */
const UPDATE_MICROS: Micros = 45_000;

/**
 * containerd with its CRI plugin, the network plugin and the shims: images, sandboxes and containers of one
 * machine. It does what the kubelet asks and reports what ends by itself.
 */
export const containerdBehaviour = defineBehaviour<
  ContainerdConfig,
  ContainerdDisk,
  ContainerdMemory,
  ContainerdMessage
>({
  kind: 'containerd',
  initialDisk: firstDisk,
  start(disk, env, config) {
    const memory: ContainerdMemory = {
      connections: { nextId: 1, open: new Map(), unrouted: new Map() },
      agentUp: false,
      execs: new Map(),
      streams: new Map(),
      touched: [],
      signalled: [],
      pledged: new Set(),
    };
    recover({ disk, memory, config }, env);
    return memory;
  },
  step,
});

/** The disk of a new machine, with the images that were put there. */
function firstDisk(config: ContainerdConfig): ContainerdDisk {
  const disk = emptyDisk(config);
  for (const image of config.images ?? []) {
    const answer = pullAnswer(image, false);
    if (answer.kind === 'refused') continue;
    const { name, imageId, sizeBytes } = answer;
    disk.images.set(name, Object.freeze({ name, imageId, sizeBytes }));
  }
  return disk;
}

/** What comes for every Pod that starts, the most frequent first. All else is rarer, and has a function of its own. */
function step(runtime: Runtime, message: ContainerdMessage, env: ContainerdEnv): void {
  switch (message.type) {
    case 'cri/probe': {
      const changed = runProbe(runtime, message, env);
      if (changed !== undefined) advanceContainer(runtime, changed, env);
      break;
    }
    case 'containerd/wake': {
      const container = awakeContainer(runtime, message.containerId);
      if (container === undefined || container.wakeAt !== message.at) break;
      container.wakeAt = undefined;
      advanceContainer(runtime, container, env);
      break;
    }
    case 'cri/run-sandbox': {
      const { id, podUid, podNamespace, podName, hostNetwork } = message;
      const type = 'containerd/sandbox';
      const timer = { type, id, podUid, podNamespace, podName, hostNetwork } as const;
      env.after(pick(env.random('latency'), SANDBOX_MICROS), timer);
      break;
    }
    case 'containerd/sandbox':
      runSandbox(runtime, message, env);
      break;
    case 'cri/start-container': {
      const { id, config } = message;
      const timer = { type: 'containerd/start', id, config } as const;
      env.after(pick(env.random('latency'), CONTAINER_MICROS), timer);
      break;
    }
    case 'containerd/start':
      startContainer(runtime, message, env);
      break;
    default:
      handleRest(runtime, message, env);
  }
  const { signalled, streams, touched } = runtime.memory;
  if (signalled.length > 0) {
    for (const id of signalled.splice(0)) advanceIf(runtime, awakeContainer(runtime, id), env);
  }
  if (streams.size > 0) flushStreams(runtime, env);
  if (touched.length > 0) restTouched(runtime, env);
}

function handleRest(runtime: Runtime, message: ContainerdMessage, env: ContainerdEnv): void {
  const { disk } = runtime;
  switch (message.type) {
    case 'cri/pull-image':
      beginPull(runtime.disk, message, env);
      return;
    case 'containerd/pulled':
      finishPull(runtime, message, env);
      return;
    case 'cri/runtime-config':
      disk.nodeIp = message.nodeIp;
      // Without an agent the plugin takes the range that the kubelet hands on.
      if (runtime.config.cniAgent === undefined) {
        disk.podCidr = message.podCidr;
        disk.network.configured = true;
      }
      return;
    case 'cri/stop-sandbox':
      endSandbox(runtime, message.podUid, undefined, env);
      return;
    case 'cri/end-sandbox':
      endSandbox(runtime, message.podUid, message.id, env);
      return;
    case 'cri/remove-sandbox':
      removeSandbox(runtime, message.podUid, env);
      return;
    case 'cri/update-container':
      env.after(UPDATE_MICROS, { ...message, type: 'containerd/update' });
      return;
    case 'containerd/update':
      updateContainer(runtime, message, env);
      return;
    case 'cri/stop-container': {
      const container = awakeContainer(runtime, message.containerId);
      if (container !== undefined) stopContainer(runtime, container, message.graceMicros, env);
      return;
    }
    case 'containerd/exec-timeout':
      timeOutExec(runtime, message.id, env);
      return;
    case 'cri/stats':
      // The kubelet asks, and whoever runs crictl on the machine.
      env.send(env.from ?? runtime.config.kubelet, {
        type: 'cri/done',
        id: message.id,
        result: { kind: 'stats', uses: containerUsage(disk, env.now) },
      });
      return;
    case 'cri/remove-images':
      for (const image of message.images) disk.images.delete(image);
      return;
    case 'cri/list':
      list(runtime, message.id, env);
      return;
    case 'containerd/kill-container':
      killContainer(runtime, message, env);
      return;
    case 'cri/open':
      advanceIf(runtime, openStream(runtime, message, env), env);
      return;
    case 'stream/input':
      advanceIf(runtime, streamInput(runtime, message, env), env);
      return;
    case 'containerd/look':
      lookAgain(runtime, env);
      return;
    case 'stream/cancel':
      cancelStream(runtime, message.id);
      return;
    case 'kernel/process-exited':
      componentExited(runtime, message, env);
      return;
    default:
      handleNetwork(runtime, message, env);
  }
}

/** Packets, and what belongs to them. */
function handleNetwork(runtime: Runtime, message: ContainerdMessage, env: ContainerdEnv): void {
  switch (message.type) {
    case 'net/connect':
      receive(runtime, message, env);
      return;
    case 'net/answer':
      concludeAll(runtime, answered(runtime, message), env);
      return;
    case 'api/response':
      concludeAll(runtime, apiAnswered(runtime, message), env);
      return;
    case 'containerd/connection-timeout':
      advanceIf(runtime, connectionTimedOut(runtime, message.id, env), env);
      return;
    case 'containerd/neighbour-timeout':
      concludeAll(runtime, neighbourTimedOut(runtime, message.ip), env);
      return;
    case 'containerd/nobody': {
      const { asker, outcome } = message;
      if (asker.kind === 'peer') {
        env.send(asker.peer, { type: 'net/answer', id: asker.id, outcome });
      } else
        concludeAll(runtime, answered(runtime, { type: 'net/answer', id: asker.id, outcome }), env);
      return;
    }
    case 'net/rules':
      takeRules(runtime, message);
      return;
    case 'net/who-has':
      tellRange(runtime, message, env);
      return;
    case 'net/i-have':
      learnRoute(runtime, message, env);
      return;
    case 'net/listen':
      takeListen(runtime, message, env);
      return;
    case 'cni/configure':
      configureNetwork(runtime, message, env);
      return;
    case 'kernel/connection-lost':
      if (message.peer === runtime.config.kubelet) cancelAllStreams(runtime);
      agentGone(runtime, message, env);
      for (const container of connectionsLost(runtime, message, env))
        advanceIf(runtime, container, env);
      return;
    default:
      return;
  }
}

function concludeAll(
  runtime: Runtime,
  over: readonly (readonly [OpenConnection, NetOutcome])[],
  env: ContainerdEnv,
): void {
  for (const [connection, outcome] of over)
    advanceIf(runtime, conclude(runtime, connection, outcome, env), env);
}

/**
 * Takes up the containers that its shims have kept alive. After a reboot there are none: what was running is
 * found ended, with the code and reason the real runtime gives to what it cannot know.
 */
function recover(runtime: Runtime, env: ContainerdEnv): void {
  const { disk } = runtime;
  const boots = env.boots?.() ?? 1;
  const rebooted = boots !== disk.boots;
  disk.boots = boots;
  if (rebooted) {
    forgetNetwork(runtime);
    for (const podUid of disk.sandboxes.keys()) stopSandbox(disk, podUid);
  }
  recoverComponents(runtime, rebooted, env);
  for (const id of disk.containers.keys()) {
    if (disk.containers.get(id)?.program === undefined) continue;
    const container = awakeContainer(runtime, id);
    if (container?.program === undefined) continue;
    if (rebooted) markLost(container, env.now);
    else {
      // Commands from outside belonged to the process that is gone.
      container.program.execs = undefined;
      setWakeAfresh(container, env);
    }
  }
  restTouched(runtime, env);
}

function setWakeAfresh(container: Container, env: ContainerdEnv): void {
  container.wakeAt = undefined;
  setWake(container, env, env.now + 1_000);
}

function advanceIf(runtime: Runtime, container: Container | undefined, env: ContainerdEnv): void {
  if (container !== undefined) advanceContainer(runtime, container, env);
}

function beginPull(
  disk: ContainerdDisk,
  message: Extract<CriRequest, { type: 'cri/pull-image' }>,
  env: ContainerdEnv,
): void {
  const answer = pullAnswer(message.image, message.hasCredentials);
  // Of an image that is there only the manifest is compared.
  const takes = hasImage(disk, message.image)
    ? Math.min(answer.takes, MANIFEST_MICROS)
    : answer.takes;
  const { id, image, hasCredentials } = message;
  env.after(takes, { type: 'containerd/pulled', id, image, hasCredentials, since: env.now });
}

function finishPull(
  runtime: Runtime,
  timer: Extract<ContainerdTimer, { type: 'containerd/pulled' }>,
  env: ContainerdEnv,
): void {
  const answer = pullAnswer(timer.image, timer.hasCredentials);
  if (answer.kind === 'refused') {
    env.send(runtime.config.kubelet, {
      type: 'cri/failed',
      id: timer.id,
      reason: 'ErrImagePull',
      message: answer.message,
    });
    return;
  }
  const { name, imageId, sizeBytes } = answer;
  runtime.disk.images.set(name, Object.freeze({ name, imageId, sizeBytes }));
  env.send(runtime.config.kubelet, {
    type: 'cri/done',
    id: timer.id,
    result: { kind: 'pulled', image: name, imageId, sizeBytes, tookMicros: env.now - timer.since },
  });
}

const NO_CONTAINERS: readonly string[] = Object.freeze([]);

function runSandbox(
  runtime: Runtime,
  timer: Extract<ContainerdTimer, { type: 'containerd/sandbox' }>,
  env: ContainerdEnv,
): void {
  const { disk, config } = runtime;
  const { id, podUid, podNamespace, podName, hostNetwork } = timer;
  const old = disk.sandboxes.get(podUid);
  if (old !== undefined) releaseAddress(disk, old.record);
  const reason = 'FailedCreatePodSandBox';
  const failure = hostNetwork ? undefined : addFailure(runtime, env);
  if (failure !== undefined) {
    env.send(config.kubelet, { type: 'cri/failed', id, reason, message: failure });
    return;
  }
  const ip = hostNetwork ? disk.nodeIp : takeAddress(disk, podUid);
  if (ip === undefined) {
    const message = `rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type="bridge" failed (add): failed to allocate for range 0: no IP addresses available in range set: ${disk.podCidr}`;
    env.send(config.kubelet, { type: 'cri/failed', id, reason, message });
    return;
  }
  const createdAt = env.now;
  const record: CriSandbox = Object.freeze({
    podUid,
    podNamespace,
    podName,
    hostNetwork,
    ip,
    state: 'ready',
    createdAt,
  });
  const containers = old?.containers ?? NO_CONTAINERS;
  disk.sandboxes.set(podUid, Object.freeze({ record, containers }));
  // Parts of a literal by themselves, here and elsewhere: one literal within another costs twice as much.
  const result = { kind: 'sandbox', sandbox: record } as const;
  env.send(config.kubelet, { type: 'cri/done', id, result });
}

/** Takes a Pod's network down. Where the plugin cannot be called this fails, and the Pod keeps its address. */
function endSandbox(
  runtime: Runtime,
  podUid: string,
  id: number | undefined,
  env: ContainerdEnv,
): void {
  const record = runtime.disk.sandboxes.get(podUid)?.record;
  const failure =
    record === undefined || record.hostNetwork || record.state !== 'ready'
      ? undefined
      : deleteFailure(runtime, env);
  if (failure === undefined) stopSandbox(runtime.disk, podUid);
  if (id === undefined) return;
  env.send(
    runtime.config.kubelet,
    failure === undefined
      ? { type: 'cri/done', id, result: { kind: 'sandbox-stopped' } }
      : { type: 'cri/failed', id, reason: 'KillPodSandboxError', message: failure },
  );
}

function stopSandbox(disk: ContainerdDisk, podUid: string): void {
  const sandbox = disk.sandboxes.get(podUid);
  if (sandbox === undefined) return;
  releaseAddress(disk, sandbox.record);
  const record: CriSandbox = Object.freeze({ ...sandbox.record, state: 'notready' });
  disk.sandboxes.set(podUid, Object.freeze({ record, containers: sandbox.containers }));
}

function removeSandbox(runtime: Runtime, podUid: string, env: ContainerdEnv): void {
  const { disk, memory } = runtime;
  const sandbox = disk.sandboxes.get(podUid);
  if (sandbox === undefined) return;
  releaseAddress(disk, sandbox.record);
  for (const id of sandbox.containers) {
    endComponent(disk.containers.get(id), env);
    disk.containers.delete(id);
  }
  disk.sandboxes.delete(podUid);
  memory.pledged.delete(podUid);
  disk.volumes.delete(podUid);
  for (const [id, pending] of memory.execs)
    if (!disk.containers.has(pending.containerId)) memory.execs.delete(id);
}

function list(runtime: Runtime, id: number, env: ContainerdEnv): void {
  const { disk } = runtime;
  const images = [...disk.images.values()].map(({ name, imageId, sizeBytes }) => ({
    names: [imageId, name],
    sizeBytes,
  }));
  env.send(env.from ?? runtime.config.kubelet, {
    type: 'cri/done',
    id,
    result: {
      kind: 'listed',
      network: networkState(runtime),
      containers: Array.from(disk.containers.values(), (container) => container.record),
      sandboxes: Array.from(disk.sandboxes.values(), (sandbox) => sandbox.record),
      images,
    },
  });
}

/** A fault: the newest running container of that name dies at once. */
function killContainer(runtime: Runtime, fault: ContainerFault, env: ContainerdEnv): void {
  const ids = runtime.disk.sandboxes.get(fault.podUid)?.containers ?? [];
  for (let i = ids.length - 1; i >= 0; i--) {
    const container = awakeContainer(runtime, ids[i] as string); // In range.
    if (
      container !== undefined &&
      container.record.name === fault.container &&
      isComponent(container)
    ) {
      killComponent(runtime, container, fault.how, env);
      return;
    }
    if (container?.program === undefined || container.record.name !== fault.container) continue;
    if (fault.how === 'oom') endContainer(runtime, container, env, 137, 'OOMKilled');
    else endContainer(runtime, container, env, 1, 'Error');
    return;
  }
}

/** Whether an image of that name is on the disk. */
export function hasImage(disk: ContainerdDisk, image: string): boolean {
  const reference = parseImageReference(image);
  return typeof reference !== 'string' && disk.images.has(reference.fullName);
}
