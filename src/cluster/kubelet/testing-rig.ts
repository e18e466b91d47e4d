import { createKernel, type Kernel } from '../../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import { MILLISECOND, SECOND, type Micros } from '../../kernel/time.ts';
import { createWorld, type World } from '../../kernel/world.ts';
import type { Container, Event, Pod, PodSpec, PodStatus } from '../../api/generated/types.ts';
import { apiServerConfig } from '../apiserver/config.ts';
import { apiServerBehaviour } from '../apiserver/process.ts';
import { containerdBehaviour } from '../containerd/process.ts';
import { controllerManagerBehaviour } from '../controllers/index.ts';
import { etcdBehaviour } from '../etcd/process.ts';
import type { ApiRequest, ApiResponse, WireMessage } from '../messages.ts';
import { defaultSetUp, processNames } from '../set-up.ts';
import { kubeletBehaviour } from './process.ts';
import type { KubeletConfig, KubeletMemory, PodWorker } from './state.ts';

/** For tests: a control plane without scheduler, and workers with kubelet and containerd. */
export interface KubeletRig {
  readonly kernel: Kernel;
  world: World;
  readonly answers: Map<number, ApiResponse>;
  nextId: number;
}

const SERVER = 'kube-apiserver-cp-1';

/** A cluster whose nodes are ready. */
export function kubeletRig(
  options: { readonly nodes?: number; readonly seed?: number } = {},
): KubeletRig {
  const setUp = defaultSetUp({ nodes: options.nodes ?? 1, seed: options.seed ?? 7 });
  const kernel = createKernel([
    etcdBehaviour,
    apiServerBehaviour,
    controllerManagerBehaviour,
    kubeletBehaviour,
    containerdBehaviour,
    client,
  ]);
  const world = createWorld({ seed: setUp.seed, epochMillis: setUp.epochMillis });
  const rig: KubeletRig = { kernel, world, answers: new Map(), nextId: 1 };
  const { epochMillis, flags } = setUp;
  for (const machine of ['cp-1', 'laptop', ...setUp.nodes.map(({ name }) => name)]) {
    kernel.addMachine(world, { name: machine, power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
  }
  const add = (name: string, kind: string, machine: string, config: object) =>
    kernel.addProcess(world, { name, kind, machine, config: Object.freeze(config) }, sinkOf(rig));
  add('etcd-cp-1', 'etcd', 'cp-1', {});
  add(
    SERVER,
    'kube-apiserver',
    'cp-1',
    apiServerConfig({ etcd: 'etcd-cp-1', epochMillis, serviceCidr: flags.serviceCidr }),
  );
  add('client', 'test-client', 'laptop', {});
  run(rig, SECOND);
  add('kube-controller-manager-cp-1', 'kube-controller-manager', 'cp-1', {
    apiServer: SERVER,
    epochMillis,
    flags,
  });
  setUp.nodes.forEach((node, index) => {
    const kubelet = processNames.kubelet(node.name);
    add(processNames.containerd(node.name), 'containerd', node.name, {
      epochMillis,
      apiServer: SERVER,
      kubelet,
    });
    add(kubelet, 'kubelet', node.name, {
      node: Object.freeze({ ...node }),
      nodeIp: `192.168.64.${11 + index}`,
      epochMillis,
      apiServer: SERVER,
      containerd: processNames.containerd(node.name),
      kubernetesServiceIp: '10.96.0.1',
    } satisfies KubeletConfig);
  });
  run(rig, 5 * SECOND);
  return rig;
}

/** Lets time pass. */
export function run(rig: KubeletRig, micros: Micros): void {
  rig.kernel.runUntil(rig.world, rig.world.now + micros, sinkOf(rig));
}

export function later(rig: KubeletRig, seconds: number): void {
  run(rig, Math.round(seconds * SECOND));
}

/** Sends a request and waits for its answer, refusals included. */
export function ask(
  rig: KubeletRig,
  method: ApiRequest['method'],
  path: string,
  body?: unknown,
): ApiResponse {
  const id = rig.nextId++;
  const [target = '', search = ''] = path.split('?');
  const message: ApiRequest = {
    type: 'api/request',
    id,
    method,
    path: target,
    query: Object.fromEntries(new URLSearchParams(search)),
    user: 'kubernetes-admin',
    userAgent: 'test/v1',
    ...(body === undefined ? {} : { body }),
    ...(method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {}),
  };
  rig.kernel.inject(rig.world, { from: 'client', to: SERVER, message, cause: undefined });
  for (let waited = 0; waited < 6000; waited++) {
    run(rig, MILLISECOND);
    const answer = rig.answers.get(id);
    if (answer !== undefined) return answer;
  }
  throw new Error(`no answer to ${method} ${path}`);
}

/** The same for requests that must go through. */
export function get<T>(rig: KubeletRig, path: string): T {
  const answer = ask(rig, 'GET', path);
  if (answer.code >= 300) throw new Error(`GET ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as T;
}

/** A Pod bound to node-1, from what a test is about. */
export function aPod(name: string, spec: Partial<PodSpec> & Pick<PodSpec, 'containers'>): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { nodeName: 'node-1', ...spec },
  };
}

export function createPod(rig: KubeletRig, pod: object): void {
  const answer = ask(rig, 'POST', '/api/v1/namespaces/default/pods', pod);
  if (answer.code >= 300) throw new Error(JSON.stringify(answer.body));
}

export function podOf(rig: KubeletRig, name: string): Pod {
  return get<Pod>(rig, `/api/v1/namespaces/default/pods/${name}`);
}

export function statusOf(rig: KubeletRig, name: string): PodStatus {
  return podOf(rig, name).status ?? {};
}

/** `Reason message (xN)` of the Events about an object, oldest first. */
export function eventsOf(rig: KubeletRig, name: string): readonly string[] {
  const { items } = get<{ items: readonly Event[] }>(rig, '/api/v1/namespaces/default/events');
  return items
    .filter((event) => event.involvedObject.name === name)
    .toSorted((a, b) => (a.metadata.name ?? '').localeCompare(b.metadata.name ?? ''))
    .map(
      (event) =>
        `${event.reason} ${event.message}${(event.count ?? 1) > 1 ? ` (x${event.count})` : ''}`,
    );
}

/** What `kubectl get pods` would show: `READY STATUS RESTARTS`. */
export function row(rig: KubeletRig, name: string): string {
  const answer = ask(rig, 'GET', `/api/v1/namespaces/default/pods/${name}`);
  if (answer.code >= 300) return 'gone';
  const { status = {}, spec, metadata } = answer.body as Pod;
  const statuses = status.containerStatuses ?? [];
  const ready = statuses.filter((each) => each.ready).length;
  const restarts = statuses.reduce((sum, each) => sum + each.restartCount, 0);
  const init = status.initContainerStatuses?.find(
    (each) => each.state?.terminated?.exitCode !== 0 && each.started !== true,
  );
  const waiting = statuses.find((each) => each.state?.waiting !== undefined)?.state?.waiting
    ?.reason;
  const ended = statuses.find((each) => each.state?.terminated !== undefined)?.state?.terminated
    ?.reason;
  const reason =
    metadata.deletionTimestamp !== undefined
      ? 'Terminating'
      : (status.reason ??
        (init === undefined
          ? undefined
          : `Init:${init.state?.waiting?.reason ?? init.state?.terminated?.reason ?? ''}`) ??
        waiting ??
        ended ??
        status.phase ??
        '');
  return `${ready}/${spec.containers.length} ${reason} ${restarts}`;
}

export function kubeletOf(rig: KubeletRig, node = 'node-1'): KubeletMemory {
  return rig.world.processes.get(processNames.kubelet(node))?.memory as KubeletMemory;
}

export function workerOf(rig: KubeletRig, name: string): PodWorker | undefined {
  return [...kubeletOf(rig).workers.values()].find((worker) => worker.pod.metadata.name === name);
}

function sinkOf(rig: KubeletRig): (observation: unknown) => void {
  return (observation) => {
    const answer = observation as ApiResponse;
    if (answer.type === 'api/response') rig.answers.set(answer.id, answer);
  };
}

const client = defineBehaviour<object, null, object, WireMessage>({
  kind: 'test-client',
  initialDisk: () => null,
  start: () => ({}),
  step(_process, message, env) {
    env.emit(message);
  },
});

/** A container that runs a script in busybox. */
export const sh = (script: string): Pick<Container, 'image' | 'imagePullPolicy' | 'command'> => ({
  image: 'busybox:1.28',
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
});

/** What one sees of a Pod over time, as `seconds row`, a line for each change. */
export function watch(rig: KubeletRig, name: string, seconds: number): readonly string[] {
  const lines: string[] = [];
  const since = rig.world.now;
  run(rig, 20_000);
  for (let last = ''; rig.world.now < since + seconds * 1_000_000; run(rig, 500_000)) {
    const now = row(rig, name);
    if (now !== last) lines.push(`${Math.round((rig.world.now - since) / 1_000_000)} ${now}`);
    last = now;
  }
  return lines;
}

/** A Pod called `p` in a cluster of its own, and what was seen of it. */
export function live(
  spec: Partial<PodSpec> & Pick<PodSpec, 'containers'>,
  seconds: number,
): { rig: KubeletRig; lines: readonly string[] } {
  const rig = kubeletRig();
  createPod(rig, aPod('p', spec));
  return { rig, lines: watch(rig, 'p', seconds) };
}

/** Lines with UIDs blotted out. */
export const withoutUid = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/\([0-9a-f-]{36}\)/, '(uid)'));
