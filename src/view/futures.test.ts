import { describe, expect, test } from 'vitest';
import type { RecordingState } from '../bridge/protocol.ts';
import { createFutures } from './futures.ts';
import { createHistory, type WritableHistory } from './history.ts';
import { createSamples } from './samples.ts';

const SECOND = 1_000_000;

function at(over: Partial<RecordingState>): RecordingState {
  return { from: 0, acts: 0, line: 0, ...over };
}

function hold(
  history: WritableHistory,
  key: string,
  now: number | undefined,
  until?: number,
): void {
  const state = { lane: 'nodes', statusClass: 'failed', label: key, about: '' } as const;
  if (now !== undefined) history.state(key, state, now * SECOND);
  if (until !== undefined) history.state(key, undefined, until * SECOND);
}

function labels(history: WritableHistory): readonly string[] {
  return history.spans('nodes').map(({ label, to }) => `${label}${to === undefined ? '…' : ''}`);
}

describe('futures', () => {
  test('nothing new is seen while the clock is set back', () => {
    const futures = createFutures(createHistory(), createSamples());
    expect(futures.follow(at({}), 10 * SECOND)).toBe(true);
    expect(futures.follow(at({ end: 10 * SECOND }), 4 * SECOND)).toBe(false);
    expect(futures.follow(at({}), 10 * SECOND)).toBe(true);
  });

  test('another future begins with the history up to there; the former one is had back whole', () => {
    const history = createHistory();
    const samples = createSamples();
    const futures = createFutures(history, samples);
    futures.follow(at({}), 0);
    hold(history, 'early', 1, 2);
    hold(history, 'across', 3, 8);
    hold(history, 'late', 7);
    for (const second of [1, 5, 9]) samples.add({ at: second * SECOND, figures: {} });
    futures.mark({ at: 2 * SECOND, label: 'first', failed: false, acts: 0 });
    futures.mark({ at: 7 * SECOND, label: 'second', failed: false, acts: 1 });
    futures.follow(at({ end: 10 * SECOND, acts: 1 }), 5 * SECOND);
    expect(samples.all()).toHaveLength(2);
    futures.mark({ at: 5 * SECOND, label: 'other', failed: false, acts: 1 });
    expect(history.marks()).toHaveLength(2);

    const former = { line: 0, end: 10 * SECOND };
    expect(futures.follow(at({ line: 1, acts: 2, former }), 5 * SECOND)).toBe(true);
    expect(labels(history)).toEqual(['early', 'across…']);
    expect(history.since('across', 5 * SECOND)).toBe(3 * SECOND);
    expect(history.marks().map(({ label }) => label)).toEqual(['first', 'other']);
    samples.add({ at: 6 * SECOND, figures: {} });
    expect(samples.all().map((sample) => sample.at / SECOND)).toEqual([1, 5, 6]);

    futures.follow(at({ acts: 2 }), 10 * SECOND);
    expect(labels(history)).toEqual(['early', 'across', 'late…']);
    expect(history.marks().map(({ label }) => label)).toEqual(['first', 'second']);
    expect(samples.all().map((sample) => sample.at / SECOND)).toEqual([1, 5, 9]);
  });

  test('an act that is undone leaves no mark', () => {
    const history = createHistory();
    const futures = createFutures(history, createSamples());
    futures.follow(at({}), 0);
    futures.mark({ at: 2 * SECOND, label: 'kept', failed: false, acts: 0 });
    futures.mark({ at: 5 * SECOND, label: 'undone', failed: false, acts: 1 });
    futures.follow(at({ line: 1, acts: 1 }), 5 * SECOND);
    expect(history.marks().map(({ label }) => label)).toEqual(['kept']);
  });

  test('since when something held is known of the past too', () => {
    const history = createHistory();
    hold(history, 'node', 10, 20);
    hold(history, 'node', 30);
    expect(history.since('node', 15 * SECOND)).toBe(10 * SECOND);
    expect(history.since('node', 25 * SECOND)).toBeUndefined();
    expect(history.since('node', 40 * SECOND)).toBe(30 * SECOND);
  });
});
