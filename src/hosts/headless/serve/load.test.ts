import { expect, test } from 'vitest';
import { slopeOf } from './load-bench.ts';
import { runLoad } from './load.ts';
import { serveCluster } from './serve.ts';

test('parallel watches see every write once and in order', async () => {
  const settings = { nodes: 0, seed: 7, speed: 1, waitForNodes: false };
  const served = await serveCluster({ port: 0, host: '127.0.0.1', ...settings });
  const report = await runLoad(served, { watches: 40, writers: 10, seconds: 2, pauseMillis: 100 });
  await served.close();
  expect(report.faults).toEqual([]);
  expect(report.writes).toBeGreaterThan(50);
  expect(report.events).toBe(report.writes * 40);
}, 60_000);

test('the slope of a memory that goes up and down is that of its middle', () => {
  const points = [1, 2, 3, 4].map((minute) => ({ minute, heap: 50 + 2 * minute }));
  expect(slopeOf(points)).toBeCloseTo(2);
  expect(slopeOf([{ minute: 1, heap: 5 }])).toBe(0);
});
