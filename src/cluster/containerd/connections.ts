import type { ConnectionLost } from '../../kernel/kernel.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ApiResponse } from '../messages.ts';
import type {
  NetAnswer,
  NetConnect,
  NetIHave,
  NetOutcome,
  NetPayload,
  NetWhoHas,
} from '../network/packets.ts';
import { inRange, isPrivate } from '../network/addresses.ts';
import { askOutside, OUTSIDE_RESOLVER } from '../network/names.ts';
import type { Protocol } from '../network/service-rules.ts';
import { translate, type NodeView } from '../network/translate.ts';
import { processNames } from '../set-up.ts';
import { answerHere } from './ports.ts';
import type { ContainerdEnv, NetThen, OpenConnection, Runtime } from './state.ts';

/**
 * Connections that begin on this node: through the node's rules, then to a Pod or port of this machine or over the wire
 * to the machine that the route leads to. Whatever is lost on the way is not answered.
 */

/** What a connection is opened to. */
export interface Target {
  readonly protocol: Protocol;
  readonly sourceIp: string;
  readonly ip: string;
  readonly port: number;
  readonly payload: NetPayload;
}

const API_PORT = 6443;
/** The kernel asks three times, a second apart, who has an address of its own network. */
const NEIGHBOUR_PATIENCE: Micros = 3_000_000;
const REFUSED: NetOutcome = Object.freeze({ kind: 'refused' });
const UNREACHABLE: NetOutcome = Object.freeze({ kind: 'unreachable' });

/** This node, as its rules see it. */
export function nodeView({ disk, config }: Runtime, env: ContainerdEnv): NodeView {
  return {
    name: env.machine,
    zone: disk.network.zone,
    ip: disk.nodeIp,
    clusterCidr: config.clusterCidr ?? '',
  };
}

/**
 * Opens a connection. An outcome that is known at once is handed back; otherwise `then` gets it when it comes, or
 * `timeout` (undefined) when `patience` is over.
 */
export function connect(
  runtime: Runtime,
  target: Target,
  { then, patience }: { readonly then: NetThen; readonly patience: Micros },
  env: ContainerdEnv,
): NetOutcome | undefined {
  const { network } = runtime.disk;
  // Put together anew: what came over the wire has a number of its own, which is not this connection's.
  const { protocol, ip, port, payload } = target;
  const packet = { protocol, sourceIp: target.sourceIp || runtime.disk.nodeIp, ip, port, payload };
  // An echo request has no port, and no rule is about it.
  const met =
    target.payload.kind === 'echo'
      ? ({ kind: 'untouched' } as const)
      : translate(network.rules.values(), packet, nodeView(runtime, env), {
          affinity: network.affinity,
          now: env.now,
          stream: env.random('endpoints'),
        });
  if (met.kind === 'rejected') return REFUSED;
  const id = awaitAnswer(runtime, packet, { then, patience }, env);
  if (met.kind === 'dropped') return undefined;
  if (met.kind === 'untouched') return send(runtime, id, packet, undefined, env);
  const { endpoint, masqueraded } = met;
  const sourceIp = masqueraded ? runtime.disk.nodeIp : packet.sourceIp;
  const translated = { ...packet, sourceIp, ip: endpoint.ip, port: endpoint.port };
  return send(runtime, id, translated, endpoint.node, env);
}

function awaitAnswer(
  { memory }: Runtime,
  target: Target,
  { then, patience }: { readonly then: NetThen; readonly patience: Micros },
  env: ContainerdEnv,
): number {
  const id = memory.connections.nextId++;
  const connection: OpenConnection = {
    then,
    target,
    peer: undefined,
    since: env.now,
    cause: env.cause,
  };
  memory.connections.open.set(id, Object.freeze(connection));
  env.after(patience, { type: 'containerd/connection-timeout', id });
  return id;
}

/** Sends a packet on; an outcome that is known at once closes the connection. */
function send(
  runtime: Runtime,
  id: number,
  target: Target,
  node: string | undefined,
  env: ContainerdEnv,
): NetOutcome | undefined {
  const outcome = route(runtime, id, target, node, env);
  if (outcome !== undefined) runtime.memory.connections.open.delete(id);
  return outcome;
}

function route(
  runtime: Runtime,
  id: number,
  target: Target,
  node: string | undefined,
  env: ContainerdEnv,
): NetOutcome | undefined {
  const { disk, config, memory } = runtime;
  const { ip } = target;
  const packet: NetConnect = { type: 'net/connect', id, ...target };
  const machine = config.lan?.[ip];
  // Also on its own machine: the server is a process, spoken to as such.
  if (machine !== undefined && target.port === API_PORT) {
    return callApi(runtime, id, machine, target, env);
  }
  const isOwn = ip === disk.nodeIp || ip.startsWith('127.');
  if (isOwn || disk.addresses.has(ip) || inRange(ip, disk.podCidr || '0.0.0.0/32')) {
    return answerHere(runtime, packet, { kind: 'connection', id }, env);
  }
  if (machine !== undefined) return to(runtime, id, processNames.containerd(machine), packet, env);
  const known = node ?? disk.network.routes.get(rangeOfPod(ip));
  if (known !== undefined && known !== env.machine) {
    return to(runtime, id, processNames.containerd(known), packet, env);
  }
  if (inRange(ip, config.clusterCidr ?? '0.0.0.0/32')) {
    const waiting = memory.connections.unrouted.get(ip);
    if (waiting !== undefined) waiting.push(id);
    else whoHas(runtime, id, ip, env);
    return undefined;
  }
  if (ip === OUTSIDE_RESOLVER && target.payload.kind === 'dns') {
    const { name, recordType } = target.payload;
    return { kind: 'dns', reply: askOutside(name, recordType) };
  }
  // The world outside is believed; an address that can only be inside and is nobody's swallows what is sent to it.
  return isPrivate(ip) ? undefined : { kind: 'open', status: 200, body: PAGE };
}

/** What a page of the world outside holds. */
const PAGE = '<html><body>ok</body></html>\n';

function to(
  { memory }: Runtime,
  id: number,
  peer: string,
  packet: NetConnect,
  env: ContainerdEnv,
): undefined {
  const connection = memory.connections.open.get(id);
  if (connection !== undefined)
    memory.connections.open.set(id, Object.freeze({ ...connection, peer }));
  env.send(peer, packet);
}

/** The API server is spoken to as it speaks: with a request, as somebody unknown. */
function callApi(
  runtime: Runtime,
  id: number,
  machine: string,
  { payload }: Target,
  env: ContainerdEnv,
): NetOutcome | undefined {
  const peer = processNames.apiServer(machine);
  if (payload.kind === 'open') return { kind: 'open', status: undefined, body: '', peer };
  const { memory } = runtime;
  const connection = memory.connections.open.get(id);
  if (connection !== undefined)
    memory.connections.open.set(id, Object.freeze({ ...connection, peer }));
  const [path = '/', search = ''] = (payload.kind === 'http' ? payload.path : '/livez').split('?');
  env.send(peer, {
    type: 'api/request',
    id,
    method: 'GET',
    path,
    query: Object.fromEntries(new URLSearchParams(search)),
    user: 'system:anonymous',
    userAgent: 'curl',
  });
  return undefined;
}

// ── Routes ──────────────────────────────────────────────────────────────────────────────────────

/** Ranges of nodes are routed by their first three numbers: every mask this cluster gives out is 24 or longer. */
function rangeOfPod(ip: string): string {
  return ip.slice(0, ip.lastIndexOf('.'));
}

/** No route to a Pod's address is known yet: every machine is asked whose range it lies in. */
function whoHas({ memory, config }: Runtime, id: number, ip: string, env: ContainerdEnv): void {
  memory.connections.unrouted.set(ip, [id]);
  for (const machine of Object.values(config.lan ?? {})) {
    if (machine !== env.machine)
      env.send(processNames.containerd(machine), { type: 'net/who-has', ip });
  }
  env.after(NEIGHBOUR_PATIENCE, { type: 'containerd/neighbour-timeout', ip });
}

/** A machine asks for an address: answers if it is of this node's range. */
export function tellRange({ disk }: Runtime, { ip }: NetWhoHas, env: ContainerdEnv): void {
  if (env.from === undefined || disk.podCidr === '' || !inRange(ip, disk.podCidr)) return;
  env.send(env.from, { type: 'net/i-have', cidr: disk.podCidr });
}

/** A route has been learnt: what waited for it goes on. Answers the connections that are over at once. */
export function learnRoute(
  runtime: Runtime,
  { cidr }: NetIHave,
  env: ContainerdEnv,
): readonly (readonly [OpenConnection, NetOutcome])[] {
  const { disk, memory } = runtime;
  const machine = env.from?.slice('containerd-'.length) ?? '';
  disk.network.routes.set(rangeOfPod(cidr), machine);
  for (const [ip, ids] of memory.connections.unrouted) {
    if (!inRange(ip, cidr)) continue;
    memory.connections.unrouted.delete(ip);
    for (const id of ids) {
      const connection = memory.connections.open.get(id);
      if (connection === undefined) continue;
      env.resumeCause(connection.cause);
      to(runtime, id, processNames.containerd(machine), packetOf(connection, id), env);
    }
  }
  return [];
}

function packetOf({ target }: OpenConnection, id: number): NetConnect {
  return { type: 'net/connect', id, ...target };
}

/** Nobody has said that an address is theirs. */
export function neighbourTimedOut(
  { memory }: Runtime,
  ip: string,
): readonly (readonly [OpenConnection, NetOutcome])[] {
  const ids = memory.connections.unrouted.get(ip) ?? [];
  memory.connections.unrouted.delete(ip);
  return ids.flatMap((id) => take(memory, id, UNREACHABLE));
}

// ── Answers ─────────────────────────────────────────────────────────────────────────────────────

function take(
  { connections }: Runtime['memory'],
  id: number,
  outcome: NetOutcome,
): readonly (readonly [OpenConnection, NetOutcome])[] {
  const connection = connections.open.get(id);
  connections.open.delete(id);
  return connection === undefined ? [] : [[connection, outcome]];
}

/** An answer has come. */
export function answered(
  { memory }: Runtime,
  { id, outcome }: NetAnswer,
): readonly (readonly [OpenConnection, NetOutcome])[] {
  return take(memory, id, outcome);
}

/** The API server has answered a request that stands for a connection. */
export function apiAnswered(
  { memory }: Runtime,
  { id, code, body }: ApiResponse,
): readonly (readonly [OpenConnection, NetOutcome])[] {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body, null, 2)}\n`;
  return take(memory, id, { kind: 'open', status: code, body: text });
}

/** A client's patience is over: the connection, if it is still open. */
export function timedOut({ memory }: Runtime, id: number): OpenConnection | undefined {
  const connection = memory.connections.open.get(id);
  memory.connections.open.delete(id);
  return connection;
}

/**
 * A process at the other end has ended. A server's port is then closed, so what was being opened is refused; a
 * machine's runtime that is down leaves its Pods running, but nobody here can tell what they answer: no answer.
 */
export function peerLost(
  { memory }: Runtime,
  { peer }: ConnectionLost,
  now: Micros,
): readonly (readonly [OpenConnection, NetOutcome])[] {
  if (peer.startsWith('containerd-')) return [];
  const over: (readonly [OpenConnection, NetOutcome])[] = [];
  for (const [id, connection] of memory.connections.open) {
    // After a long silence it is the network that is gone: the client waits on.
    if (connection.peer !== peer || now - connection.since > 1_000_000) continue;
    memory.connections.open.delete(id);
    over.push([connection, REFUSED]);
  }
  return over;
}
