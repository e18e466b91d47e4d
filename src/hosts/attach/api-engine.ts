import type { Pod } from '../../api/generated/types.ts';
import { parseTime } from '../../api/time.ts';
import type { AttachedCluster } from '../../bridge/attach.ts';
import type { ComponentHealth } from '../../bridge/cards.ts';
import type { Frame, PageApiRequest, PageMessage } from '../../bridge/protocol.ts';
import type { KubeObject } from '../../cluster/client/kube-object.ts';
import { CONTROL_PLANE_LABEL } from '../../cluster/set-up.ts';
import type { MachineView } from '../observer/node-card.ts';
import { createObjectRows } from '../observer/object-rows.ts';
import type { WaitingPod } from '../observer/pod-card.ts';
import type { ApiClient } from './api-client.ts';
import { answerWithout, type AttachedEngine, type Post } from './engine.ts';
import { FOLLOWED, otherKinds, type FollowedKind } from './kinds.ts';
import { onMachines, readLamps } from './lamps.ts';
import { follow, pause } from './list-watch.ts';
import { createWatchedObjects } from './watched-objects.ts';

/**
 * A cluster of which only the Kubernetes API is known: a real one, through `kubectl proxy`. It is looked at by lists and
 * watches, and nothing in it is changed.
 */

/** Why things cannot be done there. */
export const READ_ONLY: AttachedCluster['refusals'] = {
  write:
    'This page only looks at a real cluster: change it with your own kubectl, and you will see it move here.',
  faults:
    'Faults are for simulated clusters: nothing here could break a real machine, and nothing should.',
  clock: 'A real cluster’s time cannot be stopped or hurried.',
  machines: 'The machines of a real cluster are reached with your own ssh, not from this page.',
  scheduling: 'The scheduler of a real cluster keeps its scores to itself: no API tells them.',
  'new-cluster': 'This page is attached to a real cluster; leave it to begin one of your own.',
};

const LAMPS_EVERY_MILLIS = 5000;
/** The clock of the page moves on by itself this often, also when nothing changes. */
const FRAME_EVERY_MILLIS = 250;
const WATCHED_EVERY_MILLIS = 2000;
const TICK_MILLIS = 50;
/** For so long after a definition has changed discovery may still be about to follow. */
const KINDS_SETTLE_MILLIS = 8000;
const KINDS_EVERY_MILLIS = 60_000;

export function createApiEngine(
  api: ApiClient,
  { written, post }: { readonly written: string; readonly post: Post },
): AttachedEngine {
  const stop = new AbortController();
  const { signal } = stop;
  let epochMillis = Date.now();
  let components: readonly ComponentHealth[] = [];
  let changed = true;
  let acknowledged = true;
  let lastFrameAt = 0;
  let seq = 0;
  let changes = 0;
  const missing: string[] = [];
  const disconnected = new Set<string>();
  /** Of the control plane, as kubeadm labels them. */
  const staticPods = new Map<string, Pod>();
  /** By version and kind. */
  const plurals = new Map<string, string>();
  /** Labels of nodes are all that is known of their machines. */
  const controlPlanes = new Set<string>();
  const rows = createObjectRows({
    machine: (name) => machineView(controlPlanes.has(name)),
    waiting: waitingPod,
    epochMillis: () => epochMillis,
    nowMillis: () => Date.now(),
    pluralOf: ({ apiVersion, kind }) => plurals.get(`${apiVersion ?? ''} ${kind ?? ''}`),
  });
  const watched = createWatchedObjects(api);
  const streams = new Map<number, AbortController>();

  function apply(object: KubeObject, deleted: boolean): void {
    changed = true;
    changes += 1;
    if (
      object.kind === 'Node' &&
      Object.hasOwn(object.metadata.labels ?? {}, CONTROL_PLANE_LABEL)
    ) {
      controlPlanes.add(object.metadata.name ?? '');
    }
    if (isOfControlPlane(object)) {
      const uid = object.metadata.uid ?? '';
      if (deleted) staticPods.delete(uid);
      else staticPods.set(uid, object as Pod);
    }
    rows.apply(object, deleted);
    watched.changed(object, deleted);
  }

  async function begin(): Promise<void> {
    const system = await api.request({ method: 'GET', path: '/api/v1/namespaces/kube-system' });
    // The world began when the cluster did.
    const { metadata } = (system.body ?? {}) as { metadata?: { creationTimestamp?: string } };
    epochMillis = parseTime(metadata?.creationTimestamp ?? '') ?? Date.now();
    const attached: AttachedCluster = { kind: 'api', address: written, refusals: READ_ONLY };
    const ready = { type: 'ready', seed: 0, origin: 'resumed', faultCatalogue: [] } as const;
    post({ ...ready, notice: undefined, attached });
    for (const kind of FOLLOWED) followKind(kind);
    void keepKinds();
    void keepLamps();
    void keepFrames();
  }

  /** Those that discovery names besides, by path. */
  const others = new Map<string, AbortController>();
  let kindsLookedAt = 0;
  let kindsChangedAt = Date.now();

  /**
   * A kind that is defined is named by discovery a moment later, so it is looked at several times after a change, and seldom
   * otherwise: what an aggregated server serves may change without one.
   */
  async function keepKinds(): Promise<void> {
    while (!signal.aborted) {
      const now = Date.now();
      const isFresh = now - kindsChangedAt < KINDS_SETTLE_MILLIS;
      const every = isFresh ? KINDS_SETTLE_MILLIS / 8 : KINDS_EVERY_MILLIS;
      if (now - kindsLookedAt >= every && wasReachable) {
        kindsLookedAt = now;
        const served = await otherKinds(api);
        if (served !== undefined && !signal.aborted) followOthers(served);
      }
      await pause(KINDS_SETTLE_MILLIS / 16, signal);
    }
  }

  function followOthers(served: readonly FollowedKind[]): void {
    const paths = new Set(served.map(({ path }) => path));
    for (const [path, gone] of others) {
      if (paths.has(path)) continue;
      gone.abort();
      others.delete(path);
    }
    for (const kind of served) {
      if (others.has(kind.path)) continue;
      const own = new AbortController();
      signal.addEventListener('abort', () => own.abort(), { once: true, signal: own.signal });
      others.set(kind.path, own);
      followKind(kind, own.signal);
    }
  }

  function followKind(kind: FollowedKind, until = signal): void {
    plurals.set(`${kind.apiVersion} ${kind.kind}`, kind.plural);
    const followed = {
      onChange(object: KubeObject, deleted: boolean) {
        if (kind.definesKinds) kindsChangedAt = Date.now();
        apply(object, deleted);
      },
      onGone: () => others.delete(kind.path),
      onListed(code: number) {
        if (code === 403) missing.push(kind.kind);
        if (code === 403) post({ type: 'refused', message: notAllowed(missing) });
      },
      onConnected(isConnected: boolean) {
        if (isConnected) disconnected.delete(kind.kind);
        else disconnected.add(kind.kind);
      },
    };
    void follow(api, kind, { followed, signal: until });
  }

  let wasReachable = true;

  async function keepLamps(): Promise<void> {
    while (!signal.aborted) {
      const lamps = await readLamps(api, Date.now());
      if (signal.aborted) return;
      ({ components } = lamps);
      for (const lease of lamps.leases)
        rows.apply({ ...lease, kind: 'Lease' } as KubeObject, false);
      if (wasReachable !== lamps.isReachable) {
        const problem = lamps.isReachable ? undefined : lost(written);
        post({ type: 'attach-problem', problem });
      }
      wasReachable = lamps.isReachable;
      changed = true;
      await pause(LAMPS_EVERY_MILLIS, signal);
    }
  }

  async function keepFrames(): Promise<void> {
    let watchedAt = 0;
    while (!signal.aborted) {
      const now = Date.now();
      if (now - watchedAt >= WATCHED_EVERY_MILLIS) {
        watchedAt = now;
        void watched.read();
      }
      // Of a cluster that is out of reach the last picture stays, and its clock stands still.
      const isDue = changed || watched.hasNews() || now - lastFrameAt >= FRAME_EVERY_MILLIS;
      if (acknowledged && isDue && wasReachable) {
        acknowledged = false;
        changed = false;
        lastFrameAt = now;
        post({ type: 'frame', frame: frame(now) });
      }
      await pause(TICK_MILLIS, signal);
    }
  }

  function frame(now: number): Frame {
    const observed = rows.take();
    const counts = rows.nodeCounts();
    const names = [...controlPlanes];
    return {
      seq: ++seq,
      now: (now - epochMillis) * 1000,
      epochMillis,
      paused: false,
      speed: 1,
      achievedSpeed: 1,
      revision: 0,
      steps: changes,
      ...observed,
      health: {
        components: onMachines(components, staticPods.values()),
        nodes: counts.all,
        nodesReady: counts.ready,
        machines: names.map((name) => ({ name, power: 'on', cut: false, controlPlane: true })),
      },
      traffic: [],
      trafficCount: 0,
      faults: [],
      watched: watched.take(),
    };
  }

  async function answer(id: number, request: PageApiRequest): Promise<void> {
    const response = mayAsk(request)
      ? await api.request(request, signal)
      : { code: 403, body: forbidden(request), warnings: [] };
    post({ type: 'api-result', id, response });
  }

  /** A watch comes event by event, a log piece by piece; commands in containers are no looking. */
  async function stream(number: number, request: PageApiRequest): Promise<void> {
    const gone = new AbortController();
    streams.set(number, gone);
    if (/[?&]watch=(?:true|1)(?:&|$)/.test(request.path)) {
      const outcome = await api.watch(
        request.path,
        (event) => post({ type: 'api-stream', stream: number, events: [event] }),
        gone.signal,
      );
      const code = outcome === 'ended' ? 200 : 0;
      end(number, { code, body: undefined, warnings: [] });
      return;
    }
    if (request.upgrade === true || !mayAsk(request)) {
      end(number, { code: 403, body: forbidden(request), warnings: [] });
      return;
    }
    const onText = (data: string): void =>
      post({ type: 'api-stream-data', stream: number, channel: 1, data });
    end(number, await api.text(request, onText, gone.signal));
  }

  function end(number: number, response: Awaited<ReturnType<ApiClient['request']>>): void {
    if (streams.delete(number)) post({ type: 'api-stream-ended', stream: number, response });
  }

  function receive(message: PageMessage): void {
    switch (message.type) {
      case 'api':
        void answer(message.id, message.request);
        return;
      case 'api-stream':
        void stream(message.stream, message.request);
        return;
      case 'api-stream-cancel':
        streams.get(message.stream)?.abort();
        streams.delete(message.stream);
        return;
      case 'wake':
        setTimeout(() => post({ type: 'woken', id: message.id }), message.afterMicros / 1000);
        return;
      case 'subscribe':
        watched.subscribe(message.paths);
        void watched.read();
        return;
      case 'ack':
        acknowledged = true;
        return;
      case 'clock':
        post({ type: 'refused', message: READ_ONLY.clock ?? '' });
        return;
      case 'end-scenario':
      case 'open':
      case 'shown':
      case 'save':
        return;
      default: {
        const refused = answerWithout(message, refusalFor(message));
        if (refused !== undefined) post(refused);
      }
    }
  }

  void begin();
  return {
    receive,
    close() {
      stop.abort();
      for (const each of streams.values()) each.abort();
    },
  };
}

function isOfControlPlane({ kind, metadata }: KubeObject): boolean {
  return (
    kind === 'Pod' &&
    metadata.namespace === 'kube-system' &&
    metadata.labels?.['tier'] === 'control-plane'
  );
}

function refusalFor(message: PageMessage): string {
  if (message.type === 'scheduling') return READ_ONLY.scheduling ?? '';
  return (message.type === 'machine' ? READ_ONLY.machines : READ_ONLY.faults) ?? '';
}

/** Reading, and reviews: these are POSTed and leave nothing behind. */
function mayAsk({ method, path }: PageApiRequest): boolean {
  if (method === 'GET') return true;
  const reviews = /^\/apis\/(?:authorization|authentication)\.k8s\.io\/v1\/[a-z]+reviews(?:\?|$)/;
  return method === 'POST' && reviews.test(path);
}

function forbidden({ method }: PageApiRequest): unknown {
  const message = `${READ_ONLY.write ?? ''} (${method} was not sent.)`;
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
  return { ...status, reason: 'Forbidden', message, code: 403 };
}

function notAllowed(kinds: readonly string[]): string {
  return `The account of the proxy may not list ${kinds.join(', ')}: these are missing here.`;
}

function lost(address: string) {
  return {
    kind: 'unreachable',
    address,
    what: 'The cluster does not answer any more.',
    remedy: 'Is “kubectl proxy” still running?',
    isRetried: true,
  } as const;
}

/** Through the API a machine is not seen: it is taken to be on, and its node's conditions tell the rest. */
function machineView(controlPlane: boolean): MachineView {
  return {
    power: 'on',
    cut: false,
    kubelet: 'up',
    containerd: 'up',
    kubeProxy: 'none',
    cniAgent: 'none',
    controlPlane,
    cpuUsedMilli: 0,
    memoryUsedBytes: 0,
  };
}

/** The scheduler's own queue is not seen, but what it wrote into the Pod's condition is. */
function waitingPod({ spec, status }: Pod): WaitingPod | undefined {
  if (spec.nodeName !== undefined && spec.nodeName !== '') return undefined;
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const queue =
    scheduled?.reason === 'SchedulingGated'
      ? 'gated'
      : scheduled?.reason === 'Unschedulable'
        ? 'unschedulable'
        : 'active';
  return { queue, message: scheduled?.message ?? '' };
}
