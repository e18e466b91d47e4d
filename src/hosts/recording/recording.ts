import type { RecordingState } from '../../bridge/protocol.ts';
import { checkpoint } from '../../kernel/checkpoint.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type { Pacer } from '../pacer.ts';
import type { Director, Session } from '../session.ts';
import { isBy, lastBy, thin, type Moment, type Position } from './moments.ts';
import { createPlayer, type RecordedAct, type RecordedPlayer } from './player.ts';

/**
 * What a cluster has lived through, so that the clock can be set back. State is a function of seed, set-up and acts: kept are
 * checkpoints on the way, and every act between them. To be at an instant is to restore the checkpoint before it and to keep
 * the appointments up to it again, with the same acts at the same steps; nothing that is shown of the past was stored as a picture.
 *
 * Whoever acts in the past makes another future from there on. The former one is kept until it is given up.
 */
export interface Recording {
  state(): RecordingState;
  /** Whether the world stands where the recording ends, so that what happens is new. */
  readonly isAtEnd: boolean;
  /** Sets the clock to an instant of the recording. The way there is gone by `work`, in slices. */
  seek(at: Micros): void;
  /** Goes back by one event or act. */
  stepBack(): void;
  /** Goes to the end of the recording, and on as before it was left. */
  toEnd(): void;
  /** Leaves the other future for the former one. */
  toFormer(): void;
  /** Gives up the former future. */
  keep(): void;
  /** Makes another future in which so many acts, counted from the beginning, have been done and no more, and goes on in it. */
  undo(acts: number): void;
  /** Goes on with a way that has been begun, for at most so long; false: there is none. */
  work(budgetMillis: number): boolean;
  /** To be called between slices of time: keeps a moment now and then. */
  tick(): void;
  /** To be called before and after the world's data is changed by hand, past the session. */
  beforeHand(): void;
  afterHand(): void;
  /** Hears that the world has been replaced by another moment of it; one listener. */
  onBecame: (() => void) | undefined;
}

/** A future that was left for another one. */
interface Future {
  readonly line: number;
  readonly moments: readonly Moment[];
  readonly acts: readonly RecordedAct[];
  readonly forgotten: number;
  readonly end: Moment;
  readonly director: Director | undefined;
}

type Target =
  | { readonly kind: 'instant'; readonly at: Micros }
  | { readonly kind: 'steps'; readonly steps: number };

/** Moments kept of a small world; of a larger one fewer, since their tables are larger. */
const MOMENTS_MAX = 96;
const MOMENTS_MIN = 8;
/** Objects in all moments together. */
const OBJECTS_MAX = 120_000;
/** Beyond them the oldest time is forgotten. */
const ACTS_MAX = 20_000;
/** Between two moments: virtual time, wall time, and so many times what the last one took. */
const MOMENT_EVERY_MICROS = SECOND;
const MOMENT_EVERY_MILLIS = 200;
const COST_SHARE = 40;
/** Between two looks at the wall clock. */
const STEPS_PER_CHUNK = 256;

export interface RecordingOptions {
  readonly session: Session;
  readonly pacer: Pacer;
  /** Milliseconds of wall time: they decide how densely is recorded, never what. */
  readonly clock: () => number;
  /** How many objects the world holds. */
  readonly size: () => number;
  /** Called before the end is left: what it is like should survive. */
  readonly onLeave?: () => void;
}

export function createRecording(options: RecordingOptions): Recording {
  const { session, pacer, clock, size } = options;
  const { world } = session;
  let moments: Moment[] = [];
  let acts: RecordedAct[] = [];
  /** How many acts have been forgotten before the first that is kept. */
  let forgotten = 0;
  let line = 0;
  let nextLine = 1;
  let former: Future | undefined;
  /** Where the recording ends, while the world is elsewhere. */
  let end: Moment | undefined;
  let player: RecordedPlayer | undefined;
  let target: Target | undefined;
  let wasPaused = false;
  let lastMillis = clock();
  let lastCost = 0;

  function here(): Position {
    return { steps: world.steps, now: world.now };
  }

  function momentHere(): Moment {
    const began = clock();
    const moment = { checkpoint: checkpoint(world), acts: forgotten + acts.length };
    lastMillis = clock();
    lastCost = lastMillis - began;
    return moment;
  }

  function keepMoment(): void {
    moments.push(momentHere());
    const most = Math.floor(OBJECTS_MAX / Math.max(1, size()));
    const allowed = Math.max(MOMENTS_MIN, Math.min(MOMENTS_MAX, most));
    while (moments.length > allowed) thin(moments);
    while (acts.length > ACTS_MAX && moments.length > 1) moments.shift();
    const first = moments[0]?.acts ?? 0;
    if (first - forgotten > ACTS_MAX / 2) {
      acts = acts.slice(first - forgotten);
      forgotten = first;
    }
  }

  session.onAct = (act) => {
    beforeHand();
    acts.push({ ...here(), act });
  };

  /** Leaves the recorded future: what follows is another one. */
  function beforeHand(): void {
    target = undefined;
    if (player === undefined || end === undefined) return;
    former ??= futureUntil(end);
    cut(player.done, here());
    arriveAtEnd();
    keepMoment();
    // Whoever acts wants to see what comes of it.
    if (!wasPaused) pacer.command({ kind: 'resume' });
  }

  /** Begins another future: up to a position all is as it was, so many acts among it. */
  function cut(count: number, position: Position): void {
    moments = moments.filter(
      (moment) => isBy(moment.checkpoint, position) && moment.acts <= forgotten + count,
    );
    acts = acts.slice(0, count);
    session.director = undefined;
    line = nextLine++;
  }

  function futureUntil(last: Moment): Future {
    return { line, moments, acts, forgotten, end: last, director: session.director };
  }

  function leaveEnd(): void {
    if (end !== undefined) return;
    options.onLeave?.();
    end = momentHere();
    wasPaused = pacer.paused;
  }

  function arriveAtEnd(): void {
    session.player = undefined;
    player = undefined;
    target = undefined;
    end = undefined;
  }

  function become(moment: Moment): void {
    // Before anybody hears of it: what they ask then is asked of the past.
    if (end !== undefined) play(moment, end.checkpoint);
    session.become(moment.checkpoint);
    recording.onBecame?.();
  }

  function play(moment: Moment, until: Position): void {
    player = createPlayer({
      session,
      acts,
      from: moment.acts - forgotten,
      end: until,
      onEnd: arriveAtEnd,
      onBecame: () => recording.onBecame?.(),
    });
    session.player = player;
  }

  function go(to: Target): void {
    leaveEnd();
    pacer.command({ kind: 'pause' });
    const start = startOf(to);
    const isAhead = player !== undefined && !isPast(to, here());
    // Forward the world goes on from where it is, unless a moment on the way is nearer.
    if (!isAhead || (start !== undefined && !isBy(start.checkpoint, here()))) {
      if (start !== undefined) become(start);
    }
    target = to;
  }

  function startOf(to: Target): Moment | undefined {
    if (to.kind === 'steps')
      return lastBy(moments, { steps: to.steps - 1, now: Number.MAX_SAFE_INTEGER });
    return moments.findLast(({ checkpoint: { now } }) => now <= to.at) ?? moments[0];
  }

  /** Whether the world has gone beyond a target. */
  function isPast(to: Target, position: Position): boolean {
    return to.kind === 'steps' ? position.steps > to.steps : position.now > to.at;
  }

  function isReached(to: Target): boolean {
    return to.kind === 'steps' ? world.steps >= to.steps : world.now >= to.at;
  }

  const recording: Recording = {
    onBecame: undefined,
    get isAtEnd() {
      return end === undefined;
    },
    state: () => ({
      line,
      acts: forgotten + (player?.done ?? acts.length),
      from: moments[0]?.checkpoint.now ?? world.now,
      ...(end === undefined ? undefined : { end: end.checkpoint.now }),
      ...(target === undefined ? undefined : { isOnTheWay: true as const }),
      ...(former === undefined
        ? undefined
        : { former: { line: former.line, end: former.end.checkpoint.now } }),
    }),
    seek(at) {
      const last = end?.checkpoint.now ?? world.now;
      if (at < last) go({ kind: 'instant', at: Math.max(at, moments[0]?.checkpoint.now ?? 0) });
      else recording.toEnd();
    },
    stepBack() {
      const first = moments[0]?.checkpoint.steps ?? 0;
      if (world.steps > first) go({ kind: 'steps', steps: world.steps - 1 });
    },
    toEnd() {
      if (end === undefined) return;
      const moment = end;
      arriveAtEnd();
      session.become(moment.checkpoint);
      recording.onBecame?.();
      pacer.command({ kind: wasPaused ? 'pause' : 'resume' });
    },
    toFormer() {
      if (former === undefined) return;
      const future = former;
      former = undefined;
      if (end === undefined) wasPaused = pacer.paused;
      moments = [...future.moments];
      acts = [...future.acts];
      forgotten = future.forgotten;
      line = future.line;
      session.director = future.director;
      end = future.end;
      recording.toEnd();
    },
    keep() {
      former = undefined;
    },
    undo(known) {
      const count = known - forgotten;
      const undone = acts[count];
      if (undone === undefined || end !== undefined) return;
      options.onLeave?.();
      const goesOn = !pacer.paused;
      former ??= futureUntil(momentHere());
      cut(count, undone);
      const start = moments.at(-1);
      if (start === undefined) return;
      play(start, undone);
      session.become(start.checkpoint);
      while (session.player !== undefined) session.advance(undone.now, Number.MAX_SAFE_INTEGER);
      keepMoment();
      recording.onBecame?.();
      pacer.command({ kind: goesOn ? 'resume' : 'pause' });
    },
    work(budgetMillis) {
      if (target === undefined) return false;
      const began = clock();
      while (target !== undefined && !isReached(target)) {
        const until = target.kind === 'instant' ? target.at : (end?.checkpoint.now ?? world.now);
        const most =
          target.kind === 'steps'
            ? Math.min(STEPS_PER_CHUNK, target.steps - world.steps)
            : STEPS_PER_CHUNK;
        session.advance(until, most);
        if (clock() - began >= budgetMillis) return true;
      }
      target = undefined;
      return true;
    },
    tick() {
      if (end !== undefined) return;
      const last = moments.at(-1);
      if (last === undefined || last.checkpoint.now > world.now) return;
      const wall = clock() - lastMillis;
      if (wall < MOMENT_EVERY_MILLIS || wall < lastCost * COST_SHARE) return;
      if (world.now - last.checkpoint.now >= MOMENT_EVERY_MICROS) keepMoment();
    },
    beforeHand,
    afterHand() {
      // What was done before the hand came in counts as done by it.
      acts.push({ ...here(), became: checkpoint(world) });
    },
  };
  keepMoment();
  return recording;
}
