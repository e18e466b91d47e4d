import { describe, expect, test } from 'vitest';
import { createHistory } from './history.ts';
import { placeSpans, ticksOf, windowAt, windowLength } from './timeline.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

describe('the timeline', () => {
  test.each([
    [0.1, 2 * MINUTE],
    [1, 2 * MINUTE],
    [20, 30 * MINUTE],
    [1000, 96 * 60 * MINUTE],
  ])('at ×%d the window is %d µs long', (speed, want) => expect(windowLength(speed)).toBe(want));

  test('the window begins with the world and then follows the playhead', () => {
    expect(windowAt(10 * SECOND, MINUTE)).toEqual({ from: 0, to: MINUTE });
    expect(windowAt(5 * MINUTE, MINUTE).to).toBe(5 * MINUTE + 6 * SECOND);
  });

  test('ticks are round and few', () => {
    const ticks = ticksOf({ from: 95 * SECOND, to: 215 * SECOND }, 6);
    expect(ticks).toEqual([120, 150, 180, 210].map((second) => second * SECOND));
  });

  test('spans that overlap lie in rows of their own', () => {
    const history = createHistory();
    const state = { lane: 'nodes', statusClass: 'failed', label: '', about: '' } as const;
    history.state('a', state, 0);
    history.state('b', state, 5);
    history.state('a', undefined, 10);
    history.state('c', state, 12);
    const placed = placeSpans(history, { from: 0, to: 100 }, 20);
    expect(placed.map(({ span, row, rows }) => [span.key, row, rows])).toEqual([
      ['a', 0, 2],
      ['b', 1, 2],
      ['c', 0, 2],
    ]);
  });
});
