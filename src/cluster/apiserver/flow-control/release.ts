import type { Server } from '../server.ts';
import { advance, finish } from './fair-queues.ts';
import type { Seat } from './state.ts';

/** A request has been answered: its seats are free. */
export function release({ memory, env }: Server, seat: Seat): void {
  const { flow } = memory;
  flow.inflight[seat.mutating ? 'mutating' : 'readOnly'] -= 1;
  const level = flow.levels.get(seat.level);
  if (level === undefined) return;
  if (level.queues.size > 0) advance(level, env.now);
  level.inUse -= seat.width;
  level.executing -= 1;
  if (seat.queue >= 0) {
    finish(level, { queue: seat.queue, width: seat.width, took: env.now - seat.since });
  }
}
