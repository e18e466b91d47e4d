import { defaultSetUp } from '../../../cluster/set-up.ts';
import { createCluster } from '../../../cluster/world.ts';
import { SECOND } from '../../../kernel/time.ts';
import { createSession } from '../../session.ts';
import { createDriver, untilNodesReady } from '../drive.ts';

/** How many nodes, and how many virtual seconds are measured. */
export const IDLE_SIZES: readonly { readonly nodes: number; readonly seconds: number }[] = [
  { nodes: 3, seconds: 36_000 },
  { nodes: 100, seconds: 1_800 },
  { nodes: 1000, seconds: 300 },
];

/** A cluster at rest: heartbeats, lease renewals, resyncs and nothing else. */
export function benchIdle(nodes: number, seconds: number): Record<string, number> {
  const world = createCluster(defaultSetUp({ nodes, addons: nodes <= 100 }));
  const driver = createDriver(createSession(world));
  if (!untilNodesReady(driver, nodes)) throw new Error(`${nodes} nodes did not become Ready`);
  driver.run(120 * SECOND);
  const steps = world.steps;
  const wall = process.hrtime.bigint();
  driver.run(seconds * SECOND);
  const wallSeconds = Number(process.hrtime.bigint() - wall) / 1e9;
  return {
    simSecondsPerWallSecond: seconds / wallSeconds,
    stepsPerSimSecond: (world.steps - steps) / seconds,
    peakRssMB: process.resourceUsage().maxRSS / 1024,
  };
}
