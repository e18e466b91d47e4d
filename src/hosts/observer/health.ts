import type { ComponentHealth, ControlPlaneHealth } from '../../bridge/cards.ts';
import type { ApiServerConfig } from '../../cluster/apiserver/config.ts';
import type { ApiServerMemory } from '../../cluster/apiserver/server.ts';
import { standsBy, type LeaderElection } from '../../cluster/client/leader-election.ts';
import { loopFigures } from '../../cluster/controllers/metrics.ts';
import type { ControllerManagerMemory } from '../../cluster/controllers/state.ts';
import type { EtcdMemory } from '../../cluster/etcd/process.ts';
import type { LoadBalancerMemory } from '../../cluster/load-balancer/state.ts';
import { isCutOff, processState } from '../../cluster/observe.ts';
import { LOAD_BALANCER_MACHINE, processNames } from '../../cluster/set-up.ts';
import type { ProcessRecord } from '../../kernel/process.ts';
import type { World } from '../../kernel/world.ts';
import { controlPlaneMachines } from './control-plane-machines.ts';
import { healthFiguresOf } from './health-figures.ts';
import {
  readApiServer,
  readControllerManager,
  readCoreDns,
  readEtcd,
  readLoadBalancer,
  readScheduler,
  type Reading,
} from './lamps.ts';

/**
 * The health of the control plane: each component's lamp with the measurement behind it, read from the component's
 * own memory by an observer who needs no API.
 */
export function controlPlaneHealth(
  world: World,
  nodes: { readonly all: number; readonly ready: number },
): ControlPlaneHealth {
  const machines = controlPlaneMachines(world);
  return {
    components: observedProcesses(world).map((process) => component(world, process, machines)),
    nodes: nodes.all,
    nodesReady: nodes.ready,
    machines: [...machines, LOAD_BALANCER_MACHINE].flatMap((name) => {
      const machine = world.machines.get(name);
      if (machine === undefined) return [];
      const controlPlane = name !== LOAD_BALANCER_MACHINE;
      return [{ name, power: machine.power, cut: isCutOff(world, name), controlPlane }];
    }),
  };
}

/** The processes that have a lamp: the control plane's, machine by machine, its balancer, and CoreDNS. */
export function observedProcesses(world: World): readonly ProcessRecord[] {
  const names: string[] = [];
  for (const machine of controlPlaneMachines(world)) {
    names.push(
      processNames.apiServer(machine),
      processNames.etcd(machine),
      processNames.scheduler(machine),
      processNames.controllerManager(machine),
    );
  }
  names.push(processNames.loadBalancer(LOAD_BALANCER_MACHINE));
  const found = names.flatMap((name) => world.processes.get(name) ?? []);
  return [...found, ...coreDnsOf(world)];
}

const CORE_DNS_MAX = 4;

function coreDnsOf(world: World): readonly ProcessRecord[] {
  const found: ProcessRecord[] = [];
  for (const record of world.processes.values()) {
    if (record.kind !== 'coredns') continue;
    found.push(record);
    if (found.length === CORE_DNS_MAX) break;
  }
  return found;
}

function component(
  world: World,
  record: ProcessRecord,
  machines: readonly string[],
): ComponentHealth {
  const { name: process, machine, kind } = record;
  const state = processState(world, process);
  const base = { component: kind, process, machine, state };
  const broken = (value: string): ComponentHealth => ({
    ...base,
    lamp: 'failed',
    role: '',
    leads: false,
    figures: [{ label: 'state', value, lamp: 'failed' }],
    spark: [],
    sparkLabel: '',
  });
  if (state !== 'up') return broken(state);
  // Whatever a process that hangs remembers, it does nothing with it.
  if (record.strain?.suspended === true) return broken('hangs');
  return { ...base, ...read(world, record, machines) };
}

/** Each kind's memory and configuration are of the types named here: that is what a kind means. */
function read(world: World, record: ProcessRecord, machines: readonly string[]): Reading {
  const figures = healthFiguresOf(world, record.name);
  switch (record.kind) {
    case 'etcd': {
      const { stats } = record.memory as EtcdMemory;
      const recentFlushes = ringInOrder(stats.fsyncMicros, stats.flushes);
      return readEtcd(figures, { members: machines.length, recentFlushes });
    }
    case 'kube-apiserver': {
      const { metrics } = record.memory as ApiServerMemory;
      return readApiServer(figures, {
        recentUpdates: metrics.verbs.get('update')?.latencies ?? [],
        balanced: isBalanced(world, record.name),
        certificateExpired: (record.config as ApiServerConfig).servingCertificate !== undefined,
      });
    }
    case 'kube-scheduler':
      return readScheduler(figures, candidate(world, record, machines));
    case 'kube-controller-manager': {
      const { running } = record.memory as ControllerManagerMemory;
      return readControllerManager(figures, {
        ...candidate(world, record, machines),
        depths:
          running === undefined ? [] : loopFigures(running, world.now).map(({ depth }) => depth),
      });
    }
    case 'load-balancer':
      return readLoadBalancer(figures);
    default:
      return readCoreDns(figures);
  }
}

function candidate(
  world: World,
  { memory }: ProcessRecord,
  machines: readonly string[],
): { readonly standsBy: boolean; readonly candidates: number } {
  // A process that elects remembers its election.
  const { election } = memory as { readonly election: LeaderElection };
  return { standsBy: standsBy(election, world.now), candidates: machines.length };
}

/** Whether the balancer leads clients to a server; undefined: there is none, or it is down. */
function isBalanced(world: World, server: string): boolean | undefined {
  const balancer = world.processes.get(processNames.loadBalancer(LOAD_BALANCER_MACHINE));
  // A process of this name is a load balancer.
  const memory = balancer?.memory as LoadBalancerMemory | undefined;
  return memory?.backends.get(server)?.up;
}

function ringInOrder(ring: readonly number[], written: number): readonly number[] {
  const at = ring.length === 0 ? 0 : written % ring.length;
  return written < ring.length ? ring : [...ring.slice(at), ...ring.slice(0, at)];
}
