import type { ClockCommand } from '../bridge/protocol.ts';
import { SECOND, type Micros } from '../kernel/time.ts';
import type { Session } from './session.ts';

/**
 * Makes virtual time follow the wall clock at a chosen speed, in short slices, so that whoever hosts it can
 * hear commands between them. Where the machine cannot keep up it falls behind and says so; it never
 * owes time.
 */
export interface Pacer {
  /** Runs one slice of at most `budgetMillis`. */
  slice(budgetMillis: number): void;
  command(command: ClockCommand): void;
  readonly paused: boolean;
  readonly speed: number;
  /** Virtual seconds per wall second over about the last second. */
  readonly achievedSpeed: number;
}

const SPEED_MIN = 0.1;
const SPEED_MAX = 1000;
/** Between two looks at the clock: a few hundred microseconds of work. */
const STEPS_PER_CHUNK = 64;
/** A page in the background wakes seldom; what it slept through is not made up for. */
const CATCH_UP_MILLIS_MAX = 250;

const AT_REST = { paused: false, speed: 1, achievedSpeed: 0 } as const;

/** What time passes in. */
export type Paced = Pick<Session, 'world' | 'advance' | 'stepOnce'>;

/** `clock` answers milliseconds of wall time; `begun`: how another left off in the same world. */
export function createPacer(
  session: Paced,
  clock: () => number,
  begun: Pick<Pacer, 'paused' | 'speed' | 'achievedSpeed'> = AT_REST,
): Pacer {
  let { paused, speed, achievedSpeed: achieved } = begun;
  let lastWall = clock();
  /** Virtual time owed, in microseconds; fractions matter at ×0.1. */
  let target: number = session.world.now;
  let measuredSince = lastWall;
  let measuredFrom: Micros = session.world.now;

  function measure(wall: number): void {
    if (wall - measuredSince < 1000) return;
    achieved = ((session.world.now - measuredFrom) / SECOND / (wall - measuredSince)) * 1000;
    measuredSince = wall;
    measuredFrom = session.world.now;
  }

  return {
    slice(budgetMillis) {
      const wall = clock();
      const elapsed = Math.min(wall - lastWall, CATCH_UP_MILLIS_MAX);
      lastWall = wall;
      measure(wall);
      if (paused) return;
      // Whoever moved the world on by another way is not waited for.
      target = Math.max(target, session.world.now) + elapsed * 1000 * speed;
      const until = Math.floor(target);
      while (!session.advance(until, STEPS_PER_CHUNK)) {
        if (clock() - wall < budgetMillis) continue;
        target = session.world.now;
        return;
      }
    },
    command(command) {
      switch (command.kind) {
        case 'pause':
          paused = true;
          return;
        case 'resume':
          paused = false;
          lastWall = clock();
          target = session.world.now;
          return;
        case 'speed':
          speed = Math.min(Math.max(command.factor, SPEED_MIN), SPEED_MAX);
          measuredSince = clock();
          measuredFrom = session.world.now;
          return;
        case 'step':
          paused = true;
          if (command.by === 'event') session.stepOnce();
          else
            session.advance(session.world.now + Math.max(0, Math.floor(command.micros)), 1_000_000);
          target = session.world.now;
          return;
        case 'seek':
        case 'step-back':
        case 'present':
        case 'former':
        case 'keep':
        case 'undo':
          // A recording's, where there is one.
          return;
      }
    },
    get paused() {
      return paused;
    },
    get speed() {
      return speed;
    },
    get achievedSpeed() {
      return paused ? 0 : achieved;
    },
  };
}
