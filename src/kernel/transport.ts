import { KERNEL, schedule, type Appointment, type KernelMessage } from './agenda.ts';
import { assert } from '../base/assert.ts';
import type { Cause } from './cause.ts';
import { awaitAnswer, type PingTimeout } from './keepalive.ts';
import {
  closeLink,
  openLink,
  PEER_SILENCE_MICROS_MAX,
  retransmitAfter,
  type Link,
} from './link.ts';
import type { Machine } from './machine.ts';
import type { ProcessRecord } from './process.ts';
import { streamOf } from './streams.ts';
import type { Micros } from './time.ts';
import { isCut, latencyOf } from './wire.ts';
import type { World } from './world.ts';

/** Told to a process when a connection ends: the peer died, refused it, or has been silent too long. */
export interface ConnectionLost {
  readonly type: 'kernel/connection-lost';
  readonly peer: string;
}

export interface Retransmit {
  readonly type: 'kernel/retransmit';
  readonly from: string;
}

function connectionLost(peer: string): ConnectionLost {
  return { type: 'kernel/connection-lost', peer };
}

function retransmission(from: string): Retransmit {
  return { type: 'kernel/retransmit', from };
}

/** Whether a due appointment reaches a living process; if not, the sender learns what it would learn. */
export function accepts(
  world: World,
  due: Appointment,
  target: ProcessRecord | undefined,
): target is ProcessRecord {
  const fits =
    target !== undefined &&
    target.memory !== undefined &&
    (due.life === 0 || due.life === target.life);
  if (fits || due.from === undefined) {
    // It was sent before the target was up: only now does the target know of the connection.
    if (fits && due.from !== undefined && due.life === 0 && !target.links.has(due.from))
      target.links.set(due.from, openLink(world.now));
    return fits;
  }
  const sender = world.processes.get(due.from);
  if (sender === undefined || sender.memory === undefined) return false;
  if (target !== undefined && machineOf(world, target).power === 'off') {
    // Nobody is there to refuse: the packet stays unacknowledged.
    stall(world, sender, due);
  } else {
    lose(world, sender, due.to, due.cause);
  }
  return false;
}

/** Sends a packet over the connection to `to`, which is opened when there is none. */
export function transmit(
  world: World,
  sender: ProcessRecord,
  to: string,
  message: KernelMessage,
  cause: Cause | undefined,
): void {
  const target = world.processes.get(to);
  let link = sender.links.get(to);
  if (link === undefined) {
    link = openLink(world.now);
    sender.links.set(to, link);
    if (target !== undefined && target !== sender && target.memory !== undefined) {
      // Whatever the peer still takes for a connection is none: this is a new one.
      if (target.links.has(sender.name)) lose(world, target, sender.name, cause);
      target.links.set(sender.name, openLink(world.now));
    }
  }
  // A process that is down may be up again when the packet comes, and then it accepts.
  const life = target === undefined || target.memory === undefined ? 0 : target.life;
  const from = sender.name;
  const at = link.stall === undefined ? arrivalOf(world, sender, target, link) : undefined;
  if (at !== undefined) {
    schedule(world.agenda, { at, seq: world.nextSeq++, to, from, life, message, cause });
    return;
  }
  const seq = world.nextSeq++;
  stall(world, sender, { at: world.now, seq, to, from, life, message, cause });
}

/** When a packet that is sent now arrives, after all those before it; undefined when it is lost. */
function arrivalOf(
  world: World,
  sender: ProcessRecord,
  target: ProcessRecord | undefined,
  link: Link,
): Micros | undefined {
  const latency = latencyOf(
    world.wire,
    sender.machine,
    target === undefined ? sender.machine : target.machine,
    streamOf(world, 'wire'),
  );
  if (latency === undefined) return undefined;
  const at = Math.max(world.now + latency, link.lastArrival);
  link.lastArrival = at;
  return at;
}

function forward(world: World, sender: ProcessRecord, link: Link, packet: Appointment): void {
  const at = arrivalOf(world, sender, world.processes.get(packet.to), link);
  if (at === undefined) stall(world, sender, packet);
  else schedule(world.agenda, { ...packet, at, seq: world.nextSeq++ });
}

/** Keeps a packet that did not pass, and everything after it, for retransmission. */
export function stall(world: World, sender: ProcessRecord, packet: Appointment): void {
  let link = sender.links.get(packet.to);
  if (link === undefined) {
    link = openLink(world.now);
    sender.links.set(packet.to, link);
  }
  if (link.stall !== undefined) {
    link.stall.packets.push(packet);
    return;
  }
  link.stall = { since: world.now, tries: 0, packets: [packet] };
  scheduleRetransmit(world, sender, packet.to, 0);
}

function scheduleRetransmit(world: World, sender: ProcessRecord, to: string, tries: number): void {
  schedule(world.agenda, {
    at: world.now + retransmitAfter(tries),
    seq: world.nextSeq++,
    to,
    from: KERNEL,
    life: sender.life,
    message: retransmission(sender.name),
    cause: undefined,
  });
}

/** Tries the packets again that a link holds back; after long silence the connection is given up on both sides. */
export function retransmit(world: World, to: string, from: string): void {
  const sender = world.processes.get(from);
  const link = sender?.links.get(to);
  const waiting = link?.stall;
  if (
    sender === undefined ||
    sender.memory === undefined ||
    link === undefined ||
    waiting === undefined
  )
    return;
  const target = world.processes.get(to);
  const reachable =
    target !== undefined &&
    machineOf(world, target).power === 'on' &&
    !isCut(world.wire, sender.machine, target.machine) &&
    !isCut(world.wire, target.machine, sender.machine);
  if (reachable) {
    link.stall = undefined;
    for (const packet of waiting.packets) {
      // A lossy link may stall again half-way; what follows then waits behind it.
      if (link.stall !== undefined) (link.stall as { packets: Appointment[] }).packets.push(packet);
      else forward(world, sender, link, packet);
    }
    return;
  }
  if (world.now - waiting.since >= PEER_SILENCE_MICROS_MAX) {
    lose(world, sender, to, undefined);
    if (target !== undefined && target.memory !== undefined) lose(world, target, from, undefined);
    return;
  }
  waiting.tries += 1;
  scheduleRetransmit(world, sender, to, waiting.tries);
}

/**
 * Closes `process`'s connection to `peer` and tells it so: at this instant, so that nothing of a later connection, to a
 * peer that starts again at once, can come before the news and be taken for lost with the old one.
 */
export function lose(
  world: World,
  process: ProcessRecord,
  peer: string,
  cause: Cause | undefined,
): void {
  closeLink(process.links, peer);
  schedule(world.agenda, {
    at: world.now,
    seq: world.nextSeq++,
    to: process.name,
    from: undefined,
    life: process.life,
    message: connectionLost(peer),
    cause,
  });
}

/** Closes the connection between two processes: the peer hears of it at once, or, across a cut, when a ping is not answered. */
export function reset(
  world: World,
  process: ProcessRecord,
  peer: string,
  cause: Cause | undefined,
): void {
  // Who sent while this process was coming up has a connection that it does not know of.
  closeLink(process.links, peer);
  const other = world.processes.get(peer);
  if (other === undefined || other.memory === undefined || !other.links.has(process.name)) return;
  if (isCut(world.wire, process.machine, other.machine)) awaitAnswer(world, other, process.name);
  else lose(world, other, process.name, cause);
}

/** No answer to a ping, or the refusal of one who knows of no connection: it is closed, unless it is another by now. */
export function missAnswer(
  world: World,
  process: ProcessRecord,
  { peer, since }: PingTimeout,
): void {
  const link = process.links.get(peer);
  if (link === undefined || link.openedAt > since) return;
  lose(world, process, peer, undefined);
}

/** The process of that name; there must be one. */
export function processOf(world: World, name: string): ProcessRecord {
  const process = world.processes.get(name);
  assert(process !== undefined, `no process ${name}`);
  return process;
}

/** The machine a process runs on. */
export function machineOf(world: World, process: ProcessRecord): Machine {
  const machine = world.machines.get(process.machine);
  if (machine === undefined) assert(false, `no machine ${process.machine}`);
  return machine;
}
