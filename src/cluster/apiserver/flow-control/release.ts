import type { Micros } from '../../../kernel/time.ts';
import type { Server } from '../server.ts';
import { advance, finish } from './fair-queues.ts';
import type { LevelState, Seat } from './state.ts';

/** A request has been answered: its seats are free. `likely` is mostly the one that they belong to. */
export function release({ memory, env }: Server, seat: Seat, likely?: LevelState): void {
  const { flow } = memory;
  const { inflight } = flow;
  if (seat.mutating) inflight.mutating -= 1;
  else inflight.readOnly -= 1;
  const level = likely?.name === seat.level ? likely : flow.levels.get(seat.level);
  if (level === undefined) return;
  level.inUse -= seat.width;
  level.executing -= 1;
  if (level.queues.size > 0) releaseFair(level, seat, env.now);
}

/** Somebody has come from a queue, or waits in one. */
function releaseFair(level: LevelState, { queue, width, since }: Seat, now: Micros): void {
  advance(level, now);
  if (queue >= 0) finish(level, { queue, width, took: now - since });
}
