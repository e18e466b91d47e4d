import type { HealthSample } from '../bridge/cards.ts';

/** What was measured lately, oldest first: what charts are drawn from. */
export interface Samples {
  all(): readonly HealthSample[];
  latest(): HealthSample | undefined;
}

export interface WritableSamples extends Samples {
  add(sample: HealthSample): void;
  clear(): void;
  /** Takes others in the place of these. */
  take(samples: readonly HealthSample[]): void;
  /** What is later is not shown, while the clock is set back to this moment; undefined: everything is. */
  showUntil(moment: number | undefined): void;
}

/** At ×1 a quarter of an hour; at high speeds hours. */
const SAMPLES_MAX = 900;

export function createSamples(): WritableSamples {
  let samples: HealthSample[] = [];
  let until: number | undefined;
  let shown: readonly HealthSample[] | undefined;

  function all(): readonly HealthSample[] {
    const moment = until;
    if (moment === undefined) return samples;
    return (shown ??= samples.filter(({ at }) => at <= moment));
  }

  return {
    all,
    latest: () => all().at(-1),
    add(sample) {
      // A moment that comes again is of another world, or of this one at an earlier time.
      while ((samples[samples.length - 1]?.at ?? -1) >= sample.at) samples.pop();
      samples.push(sample);
      // In one go now and then, so that most frames move nothing.
      if (samples.length > SAMPLES_MAX * 1.25) samples = samples.slice(-SAMPLES_MAX);
    },
    clear() {
      samples = [];
      until = undefined;
    },
    take(others) {
      samples = [...others];
    },
    showUntil(moment) {
      if (moment !== until) shown = undefined;
      until = moment;
    },
  };
}
