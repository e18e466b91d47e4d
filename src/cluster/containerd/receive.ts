import type { NetConnect, NetListen, NetOutcome } from '../network/packets.ts';
import { translate } from '../network/translate.ts';
import { connect, nodeView } from './connections.ts';
import { appendLog } from './logs.ts';
import { answerHere, RELAY_PATIENCE } from './ports.ts';
import { awakeContainer } from './resting.ts';
import type { ContainerdEnv, Runtime } from './state.ts';

/** A packet has come over the wire: through the rules when it is for a port of the node, then to whoever listens. */
export function receive(runtime: Runtime, packet: NetConnect, env: ContainerdEnv): void {
  const peer = env.from;
  if (peer === undefined) return;
  const { disk } = runtime;
  // A program of this machine, outside any container, opens a connection: handed on by whoever drives the world.
  if (packet.sourceIp === disk.nodeIp) {
    begin(runtime, packet, peer, env);
    return;
  }
  const isForPod = disk.addresses.has(packet.ip);
  const met = isForPod
    ? ({ kind: 'untouched' } as const)
    : translate(disk.network.rules.values(), packet, nodeView(runtime, env), {
        affinity: new Map(),
        now: env.now,
        stream: env.random('endpoints-looked-at'),
      });
  const outcome =
    met.kind === 'untouched'
      ? answerHere(runtime, packet, { kind: 'peer', peer, id: packet.id }, env)
      : passOn(runtime, packet, peer, env);
  if (outcome !== undefined) env.send(peer, { type: 'net/answer', id: packet.id, outcome });
}

/** A connection that begins here, and whose outcome is told to `peer`. */
function begin(runtime: Runtime, packet: NetConnect, peer: string, env: ContainerdEnv): void {
  const outcome = passOn(runtime, packet, peer, env);
  if (outcome !== undefined) env.send(peer, { type: 'net/answer', id: packet.id, outcome });
}

function passOn(
  runtime: Runtime,
  packet: NetConnect,
  peer: string,
  env: ContainerdEnv,
): NetOutcome | undefined {
  const then = { kind: 'relay', peer, id: packet.id } as const;
  return connect(runtime, packet, { then, patience: RELAY_PATIENCE }, env);
}

/** A program that is a process of its own says what its ports answer. */
export function takeListen(runtime: Runtime, message: NetListen, env: ContainerdEnv): void {
  const container = awakeContainer(runtime, message.containerId);
  if (container === undefined || container.record.process !== env.from) return;
  if (message.log !== '') appendLog(container, env.now, 'stdout', message.log);
  container.listen = Object.freeze({ ...message, log: '' });
}
