import type { Pod } from '../../../api/generated/types.ts';
import type { SchedulerConfig, SchedulerMemory } from '../../../cluster/scheduler/memory.ts';
import { schedulerBehaviour } from '../../../cluster/scheduler/process.ts';
import type { KubeObject } from '../../../cluster/client/kube-object.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import { MILLISECOND, SECOND } from '../../../kernel/time.ts';
import { createWorld } from '../../../kernel/world.ts';
import { stubApiServer, type StubCommand } from './scheduler/stub-api-server.ts';
import { type Workload, workloads } from './scheduler/workloads.ts';

/** The names of all workloads, as upstream has them. */
export const SCHEDULER_WORKLOADS: readonly string[] = workloads.map(({ name }) => name);

/**
 * Upstream's scheduler_perf workloads through the whole scheduler: queue, cycle, binding, cache, events and
 * explanations, on the kernel, against a stub of an API server. Figures: Pods a second of wall time on one
 * core (`podsPerSecond`), and how many times upstream's threshold that is.
 */
export function schedulerBench(
  names: readonly string[] | undefined,
): Record<string, Record<string, number>> {
  const figures: Record<string, Record<string, number>> = {};
  for (const workload of workloads) {
    if (names !== undefined && !names.some((name) => workload.name.startsWith(name))) continue;
    figures[workload.name] = runWorkload(workload);
  }
  return figures;
}

const SCHEDULER = 'kube-scheduler-cp-1';
const SERVER = 'stub';

function runWorkload(workload: Workload): Record<string, number> {
  const rig = createRig();
  rig.put('nodes', workload.nodes());
  for (const { resource, objects } of workload.others?.() ?? []) rig.put(resource, objects);
  rig.startScheduler();
  const pending = workload.pending?.() ?? [];
  rig.put('pods', pending);
  const before = workload.before?.() ?? [];
  rig.put('pods', before);
  rig.runUntilBound(before, undefined);
  // Whatever is set aside has been tried by now.
  rig.run(SECOND);

  const measured = workload.measured();
  const startedAt = process.hrtime.bigint();
  const cpuBefore = process.cpuUsage();
  rig.put('pods', measured);
  rig.runUntilBound(measured, workload.churn);
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const { user, system } = process.cpuUsage(cpuBefore);
  const podsPerSecond = measured.length / seconds;
  return {
    podsPerSecond: Math.round(podsPerSecond),
    // The same where other programs share the core.
    podsPerCpuSecond: Math.round(measured.length / ((user + system) / 1e6)),
    timesThreshold: Math.round((podsPerSecond / workload.threshold) * 10) / 10,
    attempts: rig.memory().counters.attempts,
  };
}

function createRig() {
  const kernel = createKernel([schedulerBehaviour, stubApiServer]);
  const world = createWorld({ seed: 7, epochMillis: Date.UTC(2026, 0, 1, 9) });
  const ignore = () => {};
  kernel.addMachine(world, { name: 'cp-1', power: 'on', fsyncMicros: [100] });
  kernel.addProcess(
    world,
    { name: SERVER, kind: 'stub-api-server', machine: 'cp-1', config: {} },
    ignore,
  );
  const tell = (message: StubCommand) =>
    kernel.inject(world, { from: SERVER, to: SERVER, message, cause: undefined });
  const put = (resource: string, objects: readonly KubeObject[]) => {
    if (objects.length > 0) tell({ type: 'stub/put', resource, objects });
  };
  const run = (micros: number) => kernel.runUntil(world, world.now + micros, ignore);
  const stubMemory = () =>
    world.processes.get(SERVER)?.memory as {
      stores: Map<string, Map<string, KubeObject>>;
      bound: number;
    };
  return {
    put,
    run,
    memory: () => world.processes.get(SCHEDULER)?.memory as SchedulerMemory,
    startScheduler() {
      run(MILLISECOND);
      const config: SchedulerConfig = {
        apiServer: SERVER,
        epochMillis: Date.UTC(2026, 0, 1, 9),
        qps: 0,
        burst: 0,
      };
      kernel.addProcess(
        world,
        { name: SCHEDULER, kind: 'kube-scheduler', machine: 'cp-1', config: Object.freeze(config) },
        ignore,
      );
      run(SECOND);
    },
    /** Lets time pass until so many more Pods are bound. */
    runUntilBound(pods: readonly Pod[], churn: Workload['churn']) {
      const memory = stubMemory();
      const target = memory.bound + pods.length;
      for (let round = 1; memory.bound < target; round++) {
        if (round > 20_000) throw new Error(`${target - memory.bound} Pods do not get bound`);
        const { put: added = [], deleted = [] } = churn?.(round) ?? {};
        for (const { resource, keys } of deleted) tell({ type: 'stub/delete', resource, keys });
        for (const { resource, objects } of added) put(resource, objects);
        run(SECOND);
      }
    },
  };
}
