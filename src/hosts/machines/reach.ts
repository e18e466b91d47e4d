import type { Reach } from '../../api/machines/questions.ts';
import { GATEWAY_MACHINE } from '../../cluster/world.ts';
import { isCut } from '../../kernel/wire.ts';
import type { World } from '../../kernel/world.ts';

/** Whether a connection between two machines can be made: both are on, and packets pass in both directions. */
export function reachOf(world: World, from: string, to: string): Reach {
  const there = world.machines.get(to);
  if (there === undefined) return 'unknown';
  if (there.power === 'off') return 'silent';
  const passes = !isCut(world.wire, from, to) && !isCut(world.wire, to, from);
  return passes ? 'open' : 'silent';
}

/**
 * Whether somebody at the laptop gets an answer out of `to` by way of `from`: the shell that he has there is itself a
 * connection.
 */
export function reachThrough(world: World, from: string, to: string): Reach {
  if (from !== GATEWAY_MACHINE && reachOf(world, GATEWAY_MACHINE, from) !== 'open') return 'silent';
  return reachOf(world, from, to);
}
