import { describe, expect, test } from 'vitest';
import {
  appendToLog,
  createSegmentLog,
  dropLogBefore,
  lastItem,
  logItem,
  truncateLog,
} from './segment-log.ts';

describe('SegmentLog', () => {
  test('keeps items by their number while the front is dropped', () => {
    const log = createSegmentLog<number>(2);
    for (let i = 2; i < 2000; i++) appendToLog(log, i);
    expect([logItem(log, 1), logItem(log, 2), logItem(log, 1999), logItem(log, 2000)]).toEqual([
      undefined,
      2,
      1999,
      undefined,
    ]);
    for (let first = 3; first <= 2000; first += 37) {
      dropLogBefore(log, first);
      expect(logItem(log, first - 1)).toBeUndefined();
      expect(logItem(log, first)).toBe(first < 2000 ? first : undefined);
      expect(logItem(log, 1999)).toBe(1999);
    }
    dropLogBefore(log, 5000);
    expect(log.first).toBe(2000);
    appendToLog(log, 2000);
    expect(logItem(log, 2000)).toBe(2000);
  });

  test('knows its newest item', () => {
    const log = createSegmentLog<number>(5);
    const newest = () => [lastItem(log), logItem(log, log.next - 1)];
    expect(newest()).toEqual([undefined, undefined]);
    for (let i = 5; i < 800; i++) {
      appendToLog(log, i);
      expect(newest()).toEqual([i, i]);
    }
    for (let next = 799; next > 5; next -= 1) {
      truncateLog(log, next);
      expect(newest()).toEqual([next - 1, next - 1]);
    }
    dropLogBefore(log, 6);
    expect(newest()).toEqual([undefined, undefined]);
  });
});
