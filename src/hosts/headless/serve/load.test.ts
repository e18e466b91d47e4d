import { expect, test } from 'vitest';
import { runLoad } from './load.ts';

test('parallel watches see every write once and in order', async () => {
  const report = await runLoad({ watches: 40, writers: 10, seconds: 2, pauseMillis: 100 });
  expect(report.faults).toEqual([]);
  expect(report.writes).toBeGreaterThan(50);
  expect(report.events).toBe(report.writes * 40);
}, 60_000);
