import { schedule, type KernelMessage } from './agenda.ts';
import type { ProcessRecord } from './process.ts';
import type { World } from './world.ts';

/**
 * Rest: what is asked again and again of a healthy process is answered alike until something happens to one of the two.
 * Who asks may leave the questions out while nobody has laid hands on the world, and is told when somebody does. It is
 * a matter of cost alone: the answers that are left out would have said what the last one said.
 */

/** Told to a process that rests: somebody has acted on the world from outside (a fault, a repair, a switch). */
export interface Disturbed {
  readonly type: 'kernel/disturbed';
}

const DISTURBED: KernelMessage = Object.freeze({ type: 'kernel/disturbed' } satisfies Disturbed);

/** Nothing is broken or slowed down: packets and disks take the time that they always take. */
function isCalm({ faults, wire }: World): boolean {
  return faults.length === 0 && wire.rules.length === 0;
}

/**
 * Asks to be told of the next disturbance. False when there is one already: then nothing may be left out. What the
 * peer itself may do (end, or change its mind) is between the two.
 */
export function rest(world: World, process: ProcessRecord, peerName: string): boolean {
  const peer = world.processes.get(peerName);
  if (peer?.memory === undefined || peer.strain !== undefined || process.strain !== undefined)
    return false;
  if (!isCalm(world)) return false;
  world.vigils.set(process.name, process.life);
  return true;
}

/** Wakes whoever rests, at this instant and in the order in which they began to. */
export function disturb(world: World): void {
  if (world.vigils.size === 0) return;
  for (const [to, life] of world.vigils) {
    schedule(world.agenda, {
      at: world.now,
      seq: world.nextSeq++,
      to,
      from: undefined,
      life,
      message: DISTURBED,
      cause: undefined,
    });
  }
  world.vigils.clear();
}

/** The same for what was done to the world's data by hand, between two runs. */
export function disturbUnlessCalm(world: World): void {
  if (world.vigils.size > 0 && !isCalm(world)) disturb(world);
}
