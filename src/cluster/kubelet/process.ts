import type { KubernetesList, Node, Pod, Service } from '../../api/generated/types.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/time.ts';
import {
  apiClientStep,
  createApiClient,
  reasonOf,
  succeeded,
  type ApiOutcome,
} from '../client/api-client.ts';
import { createEventRecorder, eventOutcome } from '../client/event-recorder.ts';
import {
  createInformer,
  informersStep,
  startInformer,
  type InformerChange,
  type InformerHandlers,
  type InformerSpec,
} from '../client/informer.ts';
import { mirrorOutcome, readManifests, reconcileMirrors } from './mirrors.ts';
import { lookDue, lookSoon, noPressure } from './eviction.ts';
import {
  createNodeState,
  hasNetwork,
  lookAtNode,
  nodeChanged,
  nodeOutcome,
  register,
  renewLease,
  reportDue,
} from './node.ts';
import { networkIs, networkIsReady } from './network.ts';
import { KUBELET_VERSION } from './node-object.ts';
import { containerEnded, postStarted } from './outcomes.ts';
import { podChanged } from './pods.ts';
import { probeTimeoutSeconds, runProbe } from './probing.ts';
import { checkUnderWay, timedOut } from './process-probes.ts';
import { resizeDue } from './resize.ts';
import { awakeWorker, restWorkers } from './resting.ts';
import { wakeProbes } from './resting-probes.ts';
import { listRuntime } from './runtime-link.ts';
import type {
  ContainerWork,
  Kubelet,
  KubeletConfig,
  KubeletDisk,
  KubeletEnv,
  KubeletMemory,
  KubeletMessage,
  KubeletThen,
  PodWorker,
  ProbeTimer,
  Referenced,
} from './state.ts';
import { mirroredUid } from './static-pods.ts';
import { publishStatus, statusWritten } from './status-writes.ts';
import { loseStreams, noStreams, openAtKubelet, passData, passEnd, passInput } from './streams.ts';
import { referencesFetched, syncPod } from './sync.ts';
import { preStopped, settle } from './terminate.ts';
import { checkAnswered, checkEnded, connectionLost, criAnswer } from './runtime-news.ts';

const RUNTIME_RETRY: Micros = 2_000_000;

/**
 * kubelet: the agent of one node. It registers the node and keeps its lease, watches the Pods that are bound to
 * it, has the container runtime do what they say, and reports what came of it.
 */
export const kubeletBehaviour = defineBehaviour<
  KubeletConfig,
  KubeletDisk,
  KubeletMemory,
  KubeletMessage
>({
  kind: 'kubelet',
  initialDisk: ({ manifests }) => ({
    boots: 0,
    manifests: new Map(manifests),
    manifestsAside: new Map(),
  }),
  start(disk, env, config) {
    const memory = createMemory(disk, env, config);
    const kubelet = { disk, memory, config };
    listRuntime(kubelet, env);
    for (const spec of memory.specs) {
      const informer = memory.informers.get(spec.name);
      if (informer !== undefined) startInformer(spec, informer, memory.client, env);
    }
    register(kubelet, env);
    return memory;
  },
  step,
});

function createMemory(disk: KubeletDisk, env: KubeletEnv, config: KubeletConfig): KubeletMemory {
  const { name } = config.node;
  const boots = env.boots?.() ?? 1;
  const rebooted = disk.boots !== 0 && disk.boots !== boots;
  const specs = informerSpecs(name);
  disk.boots = boots;
  return {
    // Upstream's kubelet has 50 requests a second for itself and 50 for its events, with twice that as burst.
    client: createApiClient({
      server: config.apiServer,
      user: `system:node:${name}`,
      userAgent: `kubelet/${KUBELET_VERSION}`,
      qps: 100,
      burst: 200,
    }),
    recorder: createEventRecorder({
      component: 'kubelet',
      host: name,
      epochMillis: config.epochMillis,
    }),
    specs,
    informers: new Map(specs.map((spec) => [spec.name, createInformer(spec)])),
    runtime: {
      nextId: 1,
      pending: new Map(),
      listed: false,
      stocked: false,
      adopted: false,
      up: true,
      network: 'uninitialized',
      images: new Map(),
    },
    node: createNodeState(name, boots, rebooted),
    workers: new Map(),
    touched: [],
    admitted: { amounts: new Map(), pods: 0 },
    pulls: { running: false, waiting: [] },
    pressure: noPressure(),
    checks: new Map(),
    nextCheck: 1,
    standing: new Map(),
    mirrorsLeaving: new Set(),
    streams: noStreams(),
    resizes: { waiting: [], retryAt: undefined },
  };
}

/** The Pods of this node, and the node itself: its labels and taints decide what is admitted. */
function informerSpecs(node: string): readonly InformerSpec[] {
  const own = { fieldSelector: `metadata.name=${node}` };
  const bound = { fieldSelector: `spec.nodeName=${node}` };
  return Object.freeze([
    { name: 'nodes', path: '/api/v1/nodes', query: own },
    { name: 'pods', path: '/api/v1/pods', query: bound },
  ]);
}

/** Takes what belongs to the client's requests; false: it does not. */
function takeForClient(kubelet: Kubelet, message: KubeletMessage, env: KubeletEnv): boolean {
  return apiClientStep(kubelet.memory.client, message, env, takeOutcome, { kubelet, env });
}

/** What those are given who hear from the API server. */
interface Hearing {
  readonly kubelet: Kubelet;
  readonly env: KubeletEnv;
}

function takeForInformer(kubelet: Kubelet, message: KubeletMessage, env: KubeletEnv): void {
  const { specs, informers, client } = kubelet.memory;
  informersStep(specs, informers, client, message, env, HANDLERS, { kubelet, env });
}

const HANDLERS: InformerHandlers<Hearing> = {
  onChange(change, { kubelet, env }) {
    if (change.informer === 'nodes') {
      sawOwnNode(kubelet, change, env);
      return;
    }
    // The other informer holds Pods alone. Few have annotations, as the API's picture of a static Pod has.
    const pod = (change.next ?? change.old) as Pod | undefined;
    if (pod?.metadata.annotations !== undefined && mirroredUid(pod) !== undefined)
      reconcileMirrors(kubelet, env);
    // From then on that the API's Pods have been matched with what the runtime has.
    else if (kubelet.memory.runtime.stocked) podChanged(kubelet, change, env);
  },
  onSynced(informer, { kubelet, env }) {
    if (informer !== 'pods') return;
    reconcileMirrors(kubelet, env);
    lookAtRuntimeAgain(kubelet, env);
  },
};

function sawOwnNode(kubelet: Kubelet, { next }: InformerChange, env: KubeletEnv): void {
  const hadNetwork = hasNetwork(kubelet);
  // The informer holds Nodes alone.
  if (next !== undefined) nodeChanged(kubelet, next as Node, env);
  if (!hadNetwork && hasNetwork(kubelet)) networkIsReady(kubelet, env);
}

/** Whichever of the two lists comes last lets the work begin; it must be a fresh look at the runtime. */
function lookAtRuntimeAgain(kubelet: Kubelet, env: KubeletEnv): void {
  if (kubelet.memory.runtime.listed) listRuntime(kubelet, env);
}

/** What comes for every Pod that starts, the most frequent first. All else is rarer, and has a function of its own. */
function step(kubelet: Kubelet, message: KubeletMessage, env: KubeletEnv): void {
  switch (message.type) {
    case 'api/response':
      // Of an informer's list, if it is not of the client's.
      if (!apiClientStep(kubelet.memory.client, message, env, takeOutcome, { kubelet, env }))
        takeForInformer(kubelet, message, env);
      return;
    case 'api/watch':
      takeForInformer(kubelet, message, env);
      return;
    case 'cri/done':
      criAnswer(kubelet, message, env);
      return;
    case 'kubelet/probe':
      probeTimer(kubelet, message, env);
      return;
    default:
      handleRest(kubelet, message, env);
  }
}

function handleRest(kubelet: Kubelet, message: KubeletMessage, env: KubeletEnv): void {
  switch (message.type) {
    case 'cri/failed':
      criAnswer(kubelet, message, env);
      return;
    case 'api/watch-ended':
    case 'client/relist':
      takeForInformer(kubelet, message, env);
      return;
    case 'client/send-later':
    case 'client/sweep':
      takeForClient(kubelet, message, env);
      return;
    case 'cri/event':
      containerEnded(kubelet, message.container, env);
      return;
    case 'cri/network':
      networkIs(kubelet, message.network, env);
      return;
    case 'kernel/connection-lost':
      takeForClient(kubelet, message, env);
      takeForInformer(kubelet, message, env);
      loseStreams(kubelet, message.peer, env);
      connectionLost(kubelet, message, env);
      return;
    case 'kubelet/open':
      openAtKubelet(kubelet, message, env);
      return;
    case 'stream/data':
      passData(kubelet, message, env);
      return;
    case 'stream/end':
      passEnd(kubelet, message, env);
      return;
    case 'stream/input':
    case 'stream/cancel':
      passInput(kubelet, message, env);
      return;
    case 'health/answer':
      checkAnswered(kubelet, message, env);
      return;
    case 'cri/news':
      wakeProbes(kubelet.memory, ({ timer }) => timer.uid === message.podUid, env);
      return;
    case 'health/news':
      wakeProbes(kubelet.memory, ({ process }) => process === env.from, env);
      return;
    case 'kernel/disturbed':
      wakeProbes(kubelet.memory, () => true, env);
      return;
    case 'kubelet/manifests':
      readManifests(kubelet, env);
      return;
    case 'kubelet/resize':
      resizeDue(kubelet, message.at, env);
      return;
    case 'kubelet/pressure':
      lookSoon(kubelet, 0, env);
      return;
    case 'kubelet/monitor':
      lookDue(kubelet, message.at, env);
      return;
    case 'kubelet/mirrors':
      reconcileMirrors(kubelet, env);
      return;
    case 'kubelet/list-runtime':
      listRuntime(kubelet, env);
      return;
    case 'kubelet/register':
      register(kubelet, env);
      return;
    case 'kubelet/look-at-node':
      lookAtNode(kubelet, env);
      return;
    case 'kubelet/node-status':
      reportDue(kubelet, message.at, env);
      return;
    case 'kubelet/lease':
      restWorkers(kubelet.memory, env.now);
      renewLease(kubelet, env);
      return;
    default:
      podTimer(kubelet, message, env);
  }
}

/** Timers that belong to a Pod; it may be gone. */
function podTimer(kubelet: Kubelet, message: KubeletMessage, env: KubeletEnv): void {
  if (!('uid' in message)) return;
  const worker = awakeWorker(kubelet.memory, message.uid);
  if (worker === undefined) return;
  if (message.type === 'kubelet/pod') {
    if (worker.wakeAt !== message.at) return;
    worker.wakeAt = undefined;
    if (worker.operation === undefined) syncPod(kubelet, worker, env);
    return;
  }
  if (message.type === 'kubelet/status-retry') {
    publishStatus(kubelet, worker, env);
    settle(kubelet, worker, env);
    return;
  }
  const work = worker.containers.get(message.container);
  if (work?.current?.id !== message.containerId || work.current.state !== 'running') return;
  switch (message.type) {
    case 'kubelet/stop':
      preStopped(kubelet, worker, work, undefined, env);
      return;
    case 'kubelet/post-started':
      postStarted(kubelet, worker, work, undefined, env);
  }
}

/** A probe is due. Sending it changes nothing of its Pod, which may go on resting. */
function probeTimer(kubelet: Kubelet, timer: ProbeTimer, env: KubeletEnv): void {
  const worker = kubelet.memory.workers.get(timer.uid);
  const work = worker?.containers.get(timer.container);
  if (worker === undefined || work === undefined) return;
  // Of most nodes' Pods none is a component of the cluster's.
  if (kubelet.memory.checks.size > 0) timeOutCheck(kubelet, worker, work, timer, env);
  runProbe(kubelet, worker, work, timer, env);
}

/** One request at a time. A process that hangs is found out when its probe has waited long enough. */
function timeOutCheck(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  timer: ProbeTimer,
  env: KubeletEnv,
): void {
  const check = checkUnderWay(kubelet.memory, timer.containerId, timer.probe);
  if (check === undefined) return;
  const seconds = probeTimeoutSeconds(worker.pod, work.name, timer.probe);
  if (env.now - check.since >= seconds * 1_000_000)
    checkEnded(kubelet, check, timedOut(kubelet.memory, check), env);
}

// ── The API server's answers ────────────────────────────────────────────────────────────────────

function takeOutcome(then: KubeletThen, outcome: ApiOutcome, { kubelet, env }: Hearing): void {
  switch (then.type) {
    case 'event/written':
      // One that was new leaves nothing to do.
      if (then.counted !== undefined) eventOutcome(then, outcome, kubelet.memory.client, env);
      return;
    case 'pod/status-written': {
      // One that writes does not rest.
      const worker = kubelet.memory.workers.get(then.uid);
      if (worker === undefined || !statusWritten(kubelet, worker, outcome, env)) return;
      if (worker.stage === 'terminated') settle(kubelet, worker, env);
      return;
    }
    default:
      takeRareOutcome(kubelet, then, outcome, env);
  }
}

function takeRareOutcome(
  kubelet: Kubelet,
  then: Exclude<KubeletThen, { type: 'event/written' | 'pod/status-written' }>,
  outcome: ApiOutcome,
  env: KubeletEnv,
): void {
  switch (then.type) {
    case 'pod/deleted':
    case 'pod/reference': {
      const worker = awakeWorker(kubelet.memory, then.uid);
      if (worker !== undefined) podOutcome(kubelet, worker, then, outcome, env);
      return;
    }
    case 'mirror/created':
    case 'mirror/deleted':
      mirrorOutcome(kubelet, then, outcome, env);
      return;
    default: {
      const hadNetwork = hasNetwork(kubelet);
      const wasRegistered = kubelet.memory.node.registered;
      nodeOutcome(kubelet, then, outcome, env);
      if (!wasRegistered && kubelet.memory.node.registered) reconcileMirrors(kubelet, env);
      if (!hadNetwork && hasNetwork(kubelet)) networkIsReady(kubelet, env);
    }
  }
}

function podOutcome(
  kubelet: Kubelet,
  worker: PodWorker,
  then: Extract<KubeletThen, { type: 'pod/deleted' | 'pod/reference' }>,
  outcome: ApiOutcome,
  env: KubeletEnv,
): void {
  switch (then.type) {
    case 'pod/deleted':
      if (
        succeeded(outcome) ||
        reasonOf(outcome) === 'NotFound' ||
        worker.termination === undefined
      )
        return;
      worker.termination.deleting = false;
      env.after(RUNTIME_RETRY, { type: 'kubelet/status-retry', uid: worker.uid });
      return;
    case 'pod/reference':
      takeReference(kubelet, worker, then.key, outcome, env);
  }
}

function takeReference(
  kubelet: Kubelet,
  worker: PodWorker,
  key: string,
  outcome: ApiOutcome,
  env: KubeletEnv,
): void {
  const { references } = worker;
  if (key === 'services') {
    if (succeeded(outcome))
      references.services = serviceList((outcome.body as KubernetesList<Service>).items);
  } else if (succeeded(outcome)) references.objects.set(key, outcome.body as Referenced);
  else if (reasonOf(outcome) === 'NotFound') references.objects.set(key, null);
  // An API server that does not answer is as good as an object that is not there: both are tried again.
  references.outstanding -= 1;
  if (references.outstanding === 0) referencesFetched(kubelet, worker, env);
}

function serviceList(items: readonly Service[]): NonNullable<PodWorker['references']['services']> {
  return Object.freeze(
    items.flatMap(({ metadata, spec }) => {
      const { clusterIP, ports = [] } = spec;
      if (clusterIP === undefined || clusterIP === 'None' || clusterIP === '') return [];
      return [
        Object.freeze({
          name: metadata.name ?? '',
          clusterIP,
          ports: Object.freeze(
            ports.map(({ name, port, protocol }) =>
              Object.freeze({ name, port, protocol: protocol ?? 'TCP' }),
            ),
          ),
        }),
      ];
    }),
  );
}
