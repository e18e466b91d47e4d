import type { HealthSample } from '../bridge/cards.ts';
import type { RecordingState } from '../bridge/protocol.ts';
import type { KeptHistory, Mark, WritableHistory } from './history.ts';
import type { WritableSamples } from './samples.ts';

/**
 * What was seen of each future. While the clock is set back nothing is written down: it is known already. An act in the
 * past makes another future, which has the same history up to there; the former one is kept with its own.
 */
export interface Futures {
  /** To be called with each frame before its rows are applied. Answers whether what it shows is new. */
  follow(recording: RecordingState | undefined, now: number): boolean;
  /** A person's act: in the past it belongs to the future that it makes. */
  mark(mark: Mark): void;
  /** Another cluster: nothing of this one is kept. */
  forget(): void;
}

interface Seen {
  readonly history: KeptHistory;
  readonly samples: readonly HealthSample[];
}

export function createFutures(history: WritableHistory, samples: WritableSamples): Futures {
  const seen = new Map<number, Seen>();
  let line = 0;
  let isNew = true;
  let waiting: Mark[] = [];

  /** The future shown is another one than before. */
  function change(to: RecordingState, now: number): void {
    seen.set(line, { history: history.keep(), samples: [...samples.all()] });
    const known = seen.get(to.line);
    if (known === undefined) {
      history.cut(now, to.acts);
    } else {
      history.take(known.history);
      samples.take(known.samples);
    }
    line = to.line;
    for (const kept of seen.keys()) if (kept !== to.former?.line) seen.delete(kept);
  }

  return {
    follow(recording, now) {
      if (recording === undefined) return true;
      samples.showUntil(undefined);
      if (recording.line !== line) change(recording, now);
      isNew = recording.end === undefined;
      if (isNew) {
        for (const mark of waiting) history.mark(mark);
        waiting = [];
      } else {
        samples.showUntil(now);
      }
      return isNew;
    },
    mark(mark) {
      if (isNew) history.mark(mark);
      else waiting.push(mark);
    },
    forget() {
      seen.clear();
      line = 0;
      isNew = true;
      waiting = [];
    },
  };
}
