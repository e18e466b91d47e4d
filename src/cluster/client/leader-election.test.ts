import { describe, expect, test } from 'vitest';
import type { Event, Lease } from '../../api/generated/types.ts';
import { createKernel, type Kernel } from '../../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import { createWorld, type World } from '../../kernel/world.ts';
import { apiServerConfig } from '../apiserver/config.ts';
import { apiServerBehaviour } from '../apiserver/process.ts';
import { etcdBehaviour } from '../etcd/process.ts';
import type { EtcdDisk } from '../etcd/store.ts';
import type { WireMessage } from '../messages.ts';
import {
  apiClientStep,
  createApiClient,
  type ApiClient,
  type ApiClientMessage,
} from './api-client.ts';
import {
  candidateIdentity,
  createLeaderElection,
  electionOutcome,
  electionTimer,
  startElection,
  type LeaderElection,
  type LeaderElectionThen,
  type LeaderElectionTimer,
} from './leader-election.ts';

interface Candidate {
  readonly election: LeaderElection;
  readonly client: ApiClient<LeaderElectionThen>;
}

/** A process that wants to lead, and does nothing else. */
const candidate = defineBehaviour<
  { readonly server: string; readonly epochMillis: number },
  null,
  Candidate,
  ApiClientMessage | LeaderElectionTimer | WireMessage
>({
  kind: 'candidate',
  initialDisk: () => null,
  start(_disk, env, { server, epochMillis }) {
    const client = createApiClient<LeaderElectionThen>({
      server,
      user: 'kubernetes-admin',
      userAgent: 'candidate/v1',
      qps: 0,
      burst: 0,
    });
    const election = createLeaderElection({
      leaseName: 'test',
      identity: candidateIdentity(env),
      epochMillis,
      component: 'test',
    });
    startElection(election, client, env);
    return { election, client };
  },
  step({ memory: { election, client } }, message, env) {
    const heed = (news: ReturnType<typeof electionTimer>): void => {
      if (news === 'stopped leading') env.exit(1, 'leaderelection lost');
    };
    if (message.type === 'client/elect') heed(electionTimer(election, message, client, env));
    else {
      apiClientStep(client, message, env, (then, outcome) =>
        heed(electionOutcome(election, then, outcome, client, env)),
      );
    }
  },
});

interface Rig {
  readonly kernel: Kernel;
  readonly world: World;
  /** The most leaders seen at once, and every leader in order. */
  most: number;
  readonly leaders: string[];
}

const ETCD = 'etcd';
const nobody = (): void => {};

/** Three hosts with a candidate and an API server each, and one etcd on a fourth. */
function rigOf(seed: number): Rig {
  const kernel = createKernel([etcdBehaviour, apiServerBehaviour, candidate]);
  const epochMillis = Date.UTC(2026, 0, 1, 9, 0, 0);
  const world = createWorld({ seed, epochMillis });
  const machine = (name: string): void =>
    kernel.addMachine(world, { name, power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
  machine('store');
  kernel.addProcess(world, { name: ETCD, kind: 'etcd', machine: 'store', config: {} }, nobody);
  for (let index = 1; index <= 3; index++) {
    machine(`cp-${index}`);
    const config = apiServerConfig({
      etcd: ETCD,
      epochMillis,
      serviceCidr: '10.96.0.0/12',
      advertiseAddress: `192.168.0.${9 + index}`,
    });
    const name = `api-${index}`;
    kernel.addProcess(
      world,
      { name, kind: 'kube-apiserver', machine: `cp-${index}`, config },
      nobody,
    );
  }
  const rig: Rig = { kernel, world, most: 0, leaders: [] };
  run(rig, SECOND);
  for (let index = 1; index <= 3; index++) {
    kernel.addProcess(
      world,
      {
        name: `candidate-${index}`,
        kind: 'candidate',
        machine: `cp-${index}`,
        config: Object.freeze({ server: `api-${index}`, epochMillis }),
        restartMicros: 5 * SECOND,
      },
      nobody,
    );
  }
  return rig;
}

/** Lets time pass and looks who leads, by the candidates' own belief, many times a second. */
function run(rig: Rig, micros: Micros): void {
  const until = rig.world.now + micros;
  while (rig.world.now < until) {
    rig.kernel.runUntil(rig.world, Math.min(until, rig.world.now + SECOND / 10), nobody);
    const leading = leadersOf(rig);
    rig.most = Math.max(rig.most, leading.length);
    const [one] = leading;
    if (one !== undefined && rig.leaders.at(-1) !== one) rig.leaders.push(one);
  }
}

function leadersOf({ world }: Rig): readonly string[] {
  return [1, 2, 3].flatMap((index) => {
    const memory = world.processes.get(`candidate-${index}`)?.memory as Candidate | undefined;
    return memory?.election.leading === true ? [`candidate-${index}`] : [];
  });
}

function stored<T>(rig: Rig, prefix: string): readonly T[] {
  const { keys } = (rig.world.processes.get(ETCD) as unknown as { disk: EtcdDisk }).disk;
  return [...keys].flatMap(([key, { value }]) => (key.startsWith(prefix) ? [value as T] : []));
}

function leaseOf(rig: Rig): Lease | undefined {
  return stored<Lease>(rig, '/registry/leases/kube-system/test')[0];
}

function cut(rig: Rig, machine: string): void {
  rig.world.wire.rules = [
    Object.freeze({
      id: 'cut',
      from: [machine],
      to: ['*'],
      bothWays: true,
      effect: { kind: 'cut' as const },
    }),
  ];
}

describe.each([1, 2, 3])('three candidates, seed %d', (seed) => {
  test('one leads, says so in an Event, and goes on leading', () => {
    const rig = rigOf(seed);
    run(rig, 60 * SECOND);
    expect(rig.most).toBe(1);
    expect(rig.leaders).toHaveLength(1);
    expect(leaseOf(rig)?.spec).toMatchObject({ leaseDurationSeconds: 15, leaseTransitions: 0 });
    const events = stored<Event>(rig, '/registry/events/kube-system/');
    expect(events.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      `LeaderElection: ${leaseOf(rig)?.spec.holderIdentity} became leader`,
    ]);
  });

  test('one that is cut off ends before another leads', () => {
    const rig = rigOf(seed);
    run(rig, 20 * SECOND);
    const [first = ''] = leadersOf(rig);
    const cutAt = rig.world.now;
    cut(rig, `cp-${first.at(-1)}`);
    run(rig, 13 * SECOND);
    // Its time to renew is over: ended, and a candidate again after the pause.
    expect(leadersOf(rig)).toEqual([]);
    expect(rig.world.processes.get(first)?.incarnation ?? 0).toBeGreaterThanOrEqual(1);
    run(rig, 12 * SECOND);
    expect(leadersOf(rig)).toHaveLength(1);
    expect(leadersOf(rig)).not.toContain(first);
    expect(rig.world.now - cutAt).toBeLessThan(26 * SECOND);
    expect(leaseOf(rig)?.spec.leaseTransitions).toBe(1);
    rig.world.wire.rules = [];
    run(rig, 60 * SECOND);
    expect(rig.most).toBe(1);
    expect(rig.leaders).toHaveLength(2);
  });

  test('clocks that disagree by hours change nothing', () => {
    const rig = rigOf(seed);
    for (const [index, hours] of [-5, 0, 7].entries()) {
      const machine = rig.world.machines.get(`cp-${index + 1}`) as { clockSkewMicros?: number };
      machine.clockSkewMicros = hours * 3_600_000_000;
    }
    run(rig, 60 * SECOND);
    expect(rig.most).toBe(1);
    expect(rig.leaders).toHaveLength(1);
    const [first = ''] = leadersOf(rig);
    rig.kernel.stopProcess(rig.world, first, undefined);
    run(rig, 21 * SECOND);
    expect(rig.leaders).toHaveLength(2);
    expect(rig.most).toBe(1);
  });

  test('after etcd was away for a minute, one leads again', () => {
    const rig = rigOf(seed);
    run(rig, 20 * SECOND);
    rig.kernel.stopProcess(rig.world, ETCD, undefined);
    run(rig, 60 * SECOND);
    expect(leadersOf(rig)).toEqual([]);
    rig.kernel.startProcess(rig.world, ETCD, undefined, nobody);
    run(rig, 60 * SECOND);
    expect(leadersOf(rig)).toHaveLength(1);
    expect(rig.most).toBe(1);
  });
});
