import { earliest } from './agenda.ts';
import type { Micros } from './time.ts';
import type { World } from './world.ts';

/**
 * Lets time pass as long as nothing happens in it: until `until`, or until just before the earliest appointment. It needs
 * no behaviours, and what comes of the world afterwards is the same whether time came here in one go or in many.
 */
export function passIdleTime(world: World, until: Micros): void {
  const due = earliest(world.agenda);
  const end = due === undefined ? until : Math.min(until, due.at - 1);
  if (end > world.now) world.now = end;
}
