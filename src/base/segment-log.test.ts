import { describe, expect, test } from 'vitest';
import { appendToLog, createSegmentLog, dropLogBefore, logItem } from './segment-log.ts';

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
});
