import type { Micros } from '../../kernel/time.ts';
import type { NetConnect, NetOutcome } from '../network/packets.ts';
import { answerInPod } from './host.ts';
import type { ContainerdEnv, Runtime } from './state.ts';

/** What answers on this machine: Pods on their addresses, the host's own ports, and programs that are processes. */

/** Who waits for an answer: a connection that began on this machine, or a process elsewhere. */
export type Asker =
  | { readonly kind: 'connection'; readonly id: number }
  | { readonly kind: 'peer'; readonly peer: string; readonly id: number };

const REFUSED: NetOutcome = Object.freeze({ kind: 'refused' });
const UNREACHABLE: NetOutcome = Object.freeze({ kind: 'unreachable' });
const ECHO: NetOutcome = Object.freeze({ kind: 'open', status: undefined, body: '' });
/** An address of the node's own bridge that nobody has: the kernel gives up after three tries. */
const NOBODY_AFTER: Micros = 3_000_000;
const KUBELET_PORT = 10_250;
const PROXY_PORT = 10_256;
/** How long a process behind a port may take. */
export const RELAY_PATIENCE: Micros = 130_000_000;

/** What this machine answers at once; undefined: later (the asker is answered then), or never. */
export function answerHere(
  runtime: Runtime,
  packet: NetConnect,
  asker: Asker,
  env: ContainerdEnv,
): NetOutcome | undefined {
  const { disk } = runtime;
  if (packet.payload.kind === 'echo' && hasAddress(runtime, packet.ip)) return ECHO;
  if (packet.ip === disk.nodeIp || packet.ip.startsWith('127.')) {
    return hostAnswer(runtime, packet, asker, env);
  }
  const podUid = disk.addresses.get(packet.ip);
  if (podUid !== undefined) return podAnswer(runtime, podUid, packet, asker, env);
  env.after(NOBODY_AFTER, { type: 'containerd/nobody', asker, outcome: UNREACHABLE });
  return undefined;
}

function hasAddress({ disk }: Runtime, ip: string): boolean {
  return ip === disk.nodeIp || ip.startsWith('127.') || disk.addresses.has(ip);
}

/** The host's network: its own daemons, and the Pods that share it. */
function hostAnswer(
  runtime: Runtime,
  packet: NetConnect,
  asker: Asker,
  env: ContainerdEnv,
): NetOutcome | undefined {
  const { disk, config } = runtime;
  const { port } = packet;
  if (port === KUBELET_PORT && env.isRunning(config.kubelet)) {
    return { kind: 'open', status: 401, body: 'Unauthorized' };
  }
  const proxy = config.kubeProxy;
  if (proxy !== undefined && (port === PROXY_PORT || isHealthPort(runtime, port))) {
    if (!env.isRunning(proxy)) return REFUSED;
    relay(runtime, proxy, packet, asker, env);
    return undefined;
  }
  for (const [podUid, { record, containers }] of disk.sandboxes) {
    if (record.state !== 'ready') continue;
    if (!record.hostNetwork) {
      const own = portBehind(runtime, containers, packet);
      if (own === undefined) continue;
      return podAnswer(runtime, podUid, { ...packet, ip: record.ip, port: own }, asker, env);
    }
    const outcome = podAnswer(runtime, podUid, packet, asker, env);
    if (outcome === undefined || outcome.kind === 'open') return outcome;
  }
  return REFUSED;
}

/** The Pod's own port behind a `hostPort` of the node (upstream: the plugin portmap); undefined: it has none there. */
function portBehind(
  { disk }: Runtime,
  containers: readonly string[],
  { port, protocol }: NetConnect,
): number | undefined {
  for (const id of containers) {
    const container = disk.containers.get(id);
    if (container?.record.state !== 'running') continue;
    for (const each of container.config.ports) {
      if (each.hostPort === port && each.protocol === protocol) return each.containerPort;
    }
  }
  return undefined;
}

function isHealthPort({ disk }: Runtime, port: number): boolean {
  for (const rules of disk.network.rules.values())
    if (rules[0]?.healthCheckNodePort === port) return true;
  return false;
}

function podAnswer(
  runtime: Runtime,
  podUid: string,
  packet: NetConnect,
  asker: Asker,
  env: ContainerdEnv,
): NetOutcome | undefined {
  const { disk } = runtime;
  const { port, payload } = packet;
  for (const id of disk.sandboxes.get(podUid)?.containers ?? []) {
    const container = disk.containers.get(id);
    const process = container?.record.process;
    if (process === undefined || container?.record.state !== 'running') continue;
    if (container.listen?.ports.includes(port) !== true) continue;
    relay(runtime, process, packet, asker, env);
    return undefined;
  }
  const found =
    payload.kind === 'http'
      ? answerInPod(runtime, podUid, env.now, port, payload.path, payload)
      : answerInPod(runtime, podUid, env.now, port, '/');
  if (found.kind === 'refused') return REFUSED;
  return { kind: 'open', status: found.status, body: found.body };
}

/** Hands a packet to a process of this machine; its answer goes to the asker. */
function relay(
  { memory }: Runtime,
  process: string,
  packet: NetConnect,
  asker: Asker,
  env: ContainerdEnv,
): void {
  const { connections } = memory;
  const own = asker.kind === 'connection' ? connections.open.get(asker.id) : undefined;
  if (own !== undefined && asker.kind === 'connection') {
    // The connection of a program here: the process answers under its number.
    connections.open.set(asker.id, Object.freeze({ ...own, peer: process }));
    env.send(process, { ...packet, id: asker.id });
    return;
  }
  if (asker.kind !== 'peer') return;
  const id = connections.nextId++;
  const { protocol, sourceIp, ip, port, payload } = packet;
  const target = { protocol, sourceIp, ip, port, payload };
  const then = { ...asker, kind: 'relay' } as const;
  connections.open.set(
    id,
    Object.freeze({ then, target, peer: process, since: env.now, cause: env.cause }),
  );
  env.after(RELAY_PATIENCE, { type: 'containerd/connection-timeout', id });
  env.send(process, { ...packet, id });
}
