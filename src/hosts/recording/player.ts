import type { Checkpoint } from '../../kernel/checkpoint.ts';
import type { Micros } from '../../kernel/time.ts';
import type { OutsideAct, Player, Session } from '../session.ts';
import type { Position } from './moments.ts';

/** What reached the world from outside, and where it stood then. */
export type RecordedAct = Position &
  (
    | { readonly act: OutsideAct }
    /** What was done by hand to the world's data and cannot be done again: the world as it was after it. */
    | { readonly became: Checkpoint }
  );

export interface PlayerOptions {
  readonly session: Session;
  /** In order. */
  readonly acts: readonly RecordedAct[];
  /** The first of them that has not been done yet. */
  readonly from: number;
  /** Where the recording ends. */
  readonly end: Position;
  /** Called when the world stands there again. */
  onEnd(): void;
  /** Called when the world has been replaced on the way. */
  onBecame(): void;
}

/** Goes over a recorded stretch of time: the same appointments, and each act at the step and the instant of the first time. */
export interface RecordedPlayer extends Player {
  /** How many of the acts have been done. */
  readonly done: number;
}

export function createPlayer(options: PlayerOptions): RecordedPlayer {
  const { session, acts, end } = options;
  const { world } = session;
  let done = options.from;

  function upcoming(): Position {
    return acts[done] ?? end;
  }

  /** Does the act that is due here, or finds that this is the end; false: then the recording is no longer asked. */
  function meet(): boolean {
    const recorded = acts[done];
    if (recorded === undefined) {
      options.onEnd();
      return false;
    }
    done += 1;
    if ('act' in recorded) {
      session.again(recorded.act);
    } else {
      session.become(recorded.became);
      options.onBecame();
    }
    return true;
  }

  return {
    get done() {
      return done;
    },
    advance(until, stepsMax) {
      let left = stepsMax;
      for (;;) {
        const next = upcoming();
        if (world.steps < next.steps) {
          if (left <= 0) return false;
          const before = world.steps;
          const most = Math.min(left, next.steps - before);
          const isThere = session.run(Math.min(until, next.now), most);
          left -= world.steps - before;
          if (world.steps < next.steps) return isThere;
        }
        if (next.now > until) return session.run(until, 1);
        passTo(next.now);
        if (!meet()) return session.advance(until, left);
      }
    },
    stepOnce() {
      const next = upcoming();
      if (world.steps < next.steps) {
        session.run(next.now, 1);
        return;
      }
      passTo(next.now);
      if (!meet()) session.stepOnce();
    },
  };

  /** Nothing is kept on the way: all that was to happen before has been counted. */
  function passTo(now: Micros): void {
    if (world.now < now) session.run(now, 1);
  }
}
