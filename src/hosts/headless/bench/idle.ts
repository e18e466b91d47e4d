import { defaultSetUp } from '../../../cluster/set-up.ts';
import { createCluster } from '../../../cluster/world.ts';
import { SECOND } from '../../../kernel/time.ts';
import { createSession } from '../../session.ts';
import { createDriver, untilNodesReady } from '../drive.ts';

interface IdleCase {
  readonly name: string;
  readonly nodes: number;
  readonly controlPlanes: number;
  /** How many virtual seconds are measured. */
  readonly seconds: number;
}

/** `ha`: three members of etcd and three API servers behind a balancer. */
export const IDLE_CASES: readonly IdleCase[] = [
  { name: '3', nodes: 3, controlPlanes: 1, seconds: 36_000 },
  { name: '100', nodes: 100, controlPlanes: 1, seconds: 1_800 },
  { name: '100ha', nodes: 100, controlPlanes: 3, seconds: 900 },
  { name: '1000', nodes: 1000, controlPlanes: 1, seconds: 300 },
];

/** A cluster at rest: heartbeats, lease renewals, resyncs and nothing else. */
export function benchIdle({ nodes, controlPlanes, seconds }: IdleCase): Record<string, number> {
  const world = createCluster(defaultSetUp({ nodes, controlPlanes, addons: nodes <= 100 }));
  const driver = createDriver(createSession(world));
  if (!untilNodesReady(driver, nodes)) throw new Error(`${nodes} nodes did not become Ready`);
  driver.run(120 * SECOND);
  const steps = world.steps;
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  driver.run(seconds * SECOND);
  const wallSeconds = Number(process.hrtime.bigint() - wall) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  return {
    simSecondsPerWallSecond: seconds / wallSeconds,
    simSecondsPerCpuSecond: seconds / ((user + system) / 1e6),
    stepsPerSimSecond: (world.steps - steps) / seconds,
    peakRssMB: process.resourceUsage().maxRSS / 1024,
  };
}
