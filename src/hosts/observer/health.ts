import type { ComponentHealth, ControlPlaneHealth, LampState } from '../../bridge/cards.ts';
import type { ApiServerMemory } from '../../cluster/apiserver/server.ts';
import { controllers } from '../../cluster/controllers/index.ts';
import { loopFigures } from '../../cluster/controllers/metrics.ts';
import type { ControllerManagerMemory } from '../../cluster/controllers/state.ts';
import { standsBy, type LeaderElection } from '../../cluster/client/leader-election.ts';
import type { EtcdMemory } from '../../cluster/etcd/process.ts';
import { isCutOff, processState, revisionOf } from '../../cluster/observe.ts';
import type { SchedulerMemory } from '../../cluster/scheduler/memory.ts';
import { CONTROL_PLANE_MACHINE, processNames } from '../../cluster/set-up.ts';
import type { World } from '../../kernel/world.ts';
import { quantile } from './quantile.ts';

/**
 * The health strip: each component's lamp with the measurement behind it, read from the component's
 * own memory by an observer who needs no API.
 */
export function controlPlaneHealth(
  world: World,
  nodes: { readonly all: number; readonly ready: number },
): ControlPlaneHealth {
  const machine = CONTROL_PLANE_MACHINE;
  return {
    components: [
      component(world, 'kube-apiserver', processNames.apiServer(machine), apiServerFigures),
      component(world, 'etcd', processNames.etcd(machine), etcdFigures),
      component(world, 'kube-scheduler', processNames.scheduler(machine), schedulerFigures),
      component(
        world,
        'kube-controller-manager',
        processNames.controllerManager(machine),
        managerFigures,
      ),
    ],
    nodes: nodes.all,
    nodesReady: nodes.ready,
    machines: [...world.machines.values()].map(({ name, power }) => ({
      name,
      power,
      cut: isCutOff(world, name),
    })),
  };
}

type Figures = Pick<ComponentHealth, 'figures' | 'spark' | 'sparkLabel' | 'lamp'>;

const NO_FIGURES: Figures = { figures: [], spark: [], sparkLabel: '', lamp: 'good' };

function component(
  world: World,
  name: string,
  process: string,
  read: (memory: unknown, world: World) => Figures,
): ComponentHealth {
  const state = processState(world, process);
  const record = world.processes.get(process);
  const base = { component: name, process, machine: record?.machine ?? '', state };
  if (state !== 'up') {
    return {
      ...base,
      ...NO_FIGURES,
      lamp: 'failed',
      figures: [{ label: 'state', value: state, lamp: 'failed' }],
    };
  }
  return { ...base, ...read(record?.memory, world) };
}

/** A flush above 10 ms is where etcd's own alerts begin. */
const FSYNC_SLOW_MICROS = 10_000;

function etcdFigures(memory: unknown, world: World): Figures {
  // The process of this name runs etcd.
  const { stats } = memory as EtcdMemory;
  const recent = ringInOrder(stats.fsyncMicros, stats.flushes);
  const p99 = quantile(recent, 0.99);
  const lamp: LampState = p99 > FSYNC_SLOW_MICROS ? 'attention' : 'good';
  return {
    lamp,
    figures: [
      { label: 'fsync p99', value: millis(p99), lamp },
      { label: 'revision', value: group(revisionOf(world)) },
    ],
    spark: recent.slice(-32).map((micros) => micros / 1000),
    sparkLabel: 'fsync, ms',
  };
}

/** Upstream's service-level objective for one object: 99 % within a second. */
const WRITE_SLOW_MICROS = 1_000_000;

function apiServerFigures(memory: unknown): Figures {
  // The process of this name runs the API server.
  const { metrics, watches, etcdUp } = memory as ApiServerMemory;
  const writes = ['create', 'update', 'patch', 'delete'].flatMap(
    (verb) => metrics.latencies.get(verb) ?? [],
  );
  const p99 = quantile(writes, 0.99);
  const lamp: LampState = !etcdUp ? 'failed' : p99 > WRITE_SLOW_MICROS ? 'attention' : 'good';
  let requests = 0;
  for (const count of metrics.requests.values()) requests += count;
  return {
    lamp,
    figures: [
      { label: 'writes p99', value: millis(p99), lamp },
      { label: 'requests', value: group(requests) },
      { label: 'watches', value: group(watches.count) },
      ...(metrics.errors > 0
        ? [{ label: '5xx', value: group(metrics.errors), lamp: 'attention' as const }]
        : []),
    ],
    spark: (metrics.latencies.get('update') ?? []).slice(-32).map((micros) => micros / 1000),
    sparkLabel: 'update latency, ms',
  };
}

/** The scheduler answers for its lease as well: one that does not lead decides nothing. */
function schedulerFigures(memory: unknown, world: World): Figures {
  // The process of this name runs the scheduler.
  const { queue, counters, election } = memory as SchedulerMemory;
  const stuck = queue.setAsideCount;
  const lease = leaseFigure(election, world);
  const lamp: LampState = lease?.lamp === 'attention' || counters.errors > 0 ? 'attention' : 'good';
  return {
    lamp,
    figures: [
      { label: 'attempts', value: group(counters.attempts) },
      { label: 'placed', value: group(counters.scheduled) },
      ...(stuck > 0
        ? [{ label: 'unschedulable', value: group(stuck), lamp: 'attention' as const }]
        : []),
      ...(lease === undefined ? [] : [lease]),
    ],
    spark: [],
    sparkLabel: '',
  };
}

/** What is said of a candidate that does not lead: a replica behind another one is well. */
function leaseFigure(
  election: LeaderElection,
  world: World,
): Figures['figures'][number] | undefined {
  if (election.leading) return undefined;
  return standsBy(election, world.now)
    ? { label: 'lease', value: 'stands by', lamp: 'good' }
    : { label: 'lease', value: 'not held', lamp: 'attention' };
}

/** A key that has waited longer than this says that a loop is behind. */
const LOOP_SLOW_MICROS = 5_000_000;

function managerFigures(memory: unknown, world: World): Figures {
  // The process of this name runs the controller manager.
  const { running, election } = memory as ControllerManagerMemory;
  if (running === undefined) {
    const lease = leaseFigure(election, world);
    return {
      ...NO_FIGURES,
      lamp: lease?.lamp ?? 'good',
      figures: lease === undefined ? [] : [lease],
    };
  }
  const loops = loopFigures(running, controllers, world.now);
  const depth = sum(loops.map((loop) => loop.depth));
  const oldest = Math.max(0, ...loops.map((loop) => loop.oldestMicros));
  const lamp: LampState = oldest > LOOP_SLOW_MICROS ? 'attention' : 'good';
  return {
    lamp,
    figures: [
      { label: 'queued', value: group(depth), lamp },
      { label: 'reconciles', value: group(sum(loops.map((loop) => loop.reconciles))) },
      { label: 'retries', value: group(sum(loops.map((loop) => loop.retries))) },
    ],
    spark: loops.map((loop) => loop.depth),
    sparkLabel: 'queue depth by loop',
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ringInOrder(ring: readonly number[], written: number): readonly number[] {
  const at = ring.length === 0 ? 0 : written % ring.length;
  return written < ring.length ? ring : [...ring.slice(at), ...ring.slice(0, at)];
}

function millis(micros: number): string {
  const value = micros / 1000;
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ms`;
}

/** Thousands apart, without a locale. */
function group(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
