import { KERNEL, schedule } from './agenda.ts';
import { PEER_SILENCE_MICROS_MAX } from './link.ts';
import type { ProcessRecord } from './process.ts';
import type { Micros } from './time.ts';
import type { World } from './world.ts';

/**
 * Who only listens notices as well that nobody is there any more: an idle HTTP/2 connection is pinged. The pings themselves are
 * not sent; when a process vanishes without a word, an appointment is made for when its peers will have missed it.
 */
export interface PingTimeout {
  readonly type: 'kernel/ping-timeout';
  readonly peer: string;
  /** When the peer vanished: connections opened later are others. */
  readonly since: Micros;
}

/** A process is gone and could not say so: whoever has a connection to it finds out after a while. */
export function awaitAnswers(world: World, gone: ProcessRecord): void {
  for (const other of world.processes.values()) {
    if (other !== gone && other.memory !== undefined && other.links.has(gone.name)) {
      awaitAnswer(world, other, gone.name);
    }
  }
}

/** The same for one peer. */
export function awaitAnswer(world: World, process: ProcessRecord, peer: string): void {
  schedule(world.agenda, {
    at: world.now + PEER_SILENCE_MICROS_MAX,
    seq: world.nextSeq++,
    to: process.name,
    from: KERNEL,
    life: process.life,
    message: { type: 'kernel/ping-timeout', peer, since: world.now } as PingTimeout,
    cause: undefined,
  });
}
