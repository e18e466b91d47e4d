import { describe, expect, test } from 'vitest';
import type { KubernetesList } from '../../api/generated/types.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import { SECOND } from '../../kernel/time.ts';
import { createWorld } from '../../kernel/world.ts';
import { memberConfig, type EtcdConfig } from '../etcd/config.ts';
import { etcdBehaviour, type EtcdMemory } from '../etcd/process.ts';
import type { ApiRequest, ApiResponse } from '../messages.ts';
import { DEFAULT_FLAGS } from '../set-up.ts';
import { apiServerConfig } from './config.ts';
import { apiServerBehaviour } from './process.ts';
import { configBody } from './testing.ts';

/** What an API server's clients are told when etcd's members are in trouble. */

const recorder = defineBehaviour<unknown, { heard: ApiResponse[] }, { up: true }, ApiResponse>({
  kind: 'recorder',
  initialDisk: () => ({ heard: [] }),
  start: () => ({ up: true }),
  step({ disk }, message) {
    disk.heard.push(message);
  },
});

const maps = '/api/v1/namespaces/default/configmaps';
const ignore = (): void => {};

/** Three members of etcd, and an API server beside the first. */
function rig(flags: EtcdConfig = {}) {
  const kernel = createKernel([etcdBehaviour, apiServerBehaviour, recorder]);
  const world = createWorld({ seed: 3, epochMillis: 0 });
  const machines = [1, 2, 3].map((n) => ({
    name: `cp-${n}`,
    address: `192.168.0.${9 + n}`,
    process: `etcd-cp-${n}`,
  }));
  for (const { name, process } of machines) {
    kernel.addMachine(world, { name, power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
    const config = Object.freeze({ ...memberConfig(name, machines), ...flags });
    kernel.addProcess(world, { name: process, kind: 'etcd', machine: name, config }, ignore);
  }
  const config = apiServerConfig({
    etcd: 'etcd-cp-1',
    epochMillis: 0,
    serviceCidr: DEFAULT_FLAGS.serviceCidr,
  });
  kernel.addProcess(
    world,
    { name: 'api', kind: 'kube-apiserver', machine: 'cp-1', config },
    ignore,
  );
  kernel.addProcess(world, { name: 'me', kind: 'recorder', machine: 'cp-1', config: {} }, ignore);
  let nextId = 1;
  const run = (micros: number): void => kernel.runUntil(world, world.now + micros, ignore);
  run(6 * SECOND);
  const heard = (): readonly ApiResponse[] =>
    (world.processes.get('me') as unknown as { disk: { heard: ApiResponse[] } }).disk.heard;
  const ask = (
    method: ApiRequest['method'],
    path: string,
    body?: unknown,
  ): { readonly answer: ApiResponse; readonly took: number } => {
    const id = nextId++;
    const sent = world.now;
    const message: ApiRequest = {
      type: 'api/request',
      id,
      method,
      path,
      query: {},
      user: 'kubernetes-admin',
      userAgent: 'test',
      ...(body === undefined ? {} : { body }),
    };
    kernel.inject(world, { from: 'me', to: 'api', message, cause: undefined });
    for (let waited = 0; waited < 9000; waited++) {
      const answer = heard().find((each) => each.id === id);
      if (answer !== undefined) return { answer, took: (world.now - sent) / SECOND };
      run(10_000);
    }
    throw new Error(`no answer to ${method} ${path}`);
  };
  const leader = (): string =>
    machines.find(({ process }) => {
      const memory = world.processes.get(process)?.memory as EtcdMemory | undefined;
      return memory?.raft.role === 'leader';
    })?.process ?? '';
  return { kernel, world, run, ask, leader };
}

describe('an API server whose etcd', () => {
  test('has changed its leader notices next to nothing', () => {
    const on = rig();
    expect(on.ask('POST', maps, configBody('a')).answer.code).toBe(201);
    const old = on.leader();
    if (old === 'etcd-cp-1') {
      // The member beside the API server stays.
      on.world.wire.rules = [
        {
          id: 'cut',
          from: ['cp-1'],
          to: ['cp-2', 'cp-3'],
          bothWays: true,
          effect: { kind: 'cut' },
        },
      ];
      on.run(4 * SECOND);
      on.world.wire.rules = [];
      on.run(10 * SECOND);
    } else on.kernel.stopProcess(on.world, old, undefined);
    on.run(4 * SECOND);
    expect(on.leader()).not.toBe(old);
    expect(on.ask('POST', maps, configBody('b')).answer.code).toBe(201);
    const list = on.ask('GET', maps).answer.body as KubernetesList;
    expect(list.items.map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining(['a', 'b']) as string[],
    );
  });

  test('has lost its quorum: writes are refused in etcd’s words, reads run out of time', () => {
    const on = rig();
    on.ask('POST', maps, configBody('a'));
    for (const name of ['etcd-cp-2', 'etcd-cp-3']) on.kernel.stopProcess(on.world, name, undefined);
    on.run(3 * SECOND);
    const write = on.ask('POST', maps, configBody('b'));
    expect(write.answer).toMatchObject({
      code: 500,
      body: { message: expect.stringMatching(/^etcdserver: request timed out/) as string },
    });
    expect(Math.round(write.took)).toBe(7);
    const read = on.ask('GET', `${maps}/a`);
    expect(read.answer.code).toBe(504);
    expect(Math.round(read.took)).toBe(60);
    on.kernel.startProcess(on.world, 'etcd-cp-2', undefined, ignore);
    on.run(15 * SECOND);
    expect(on.ask('POST', maps, configBody('b')).answer.code).toBe(201);
  });

  test('has no room left refuses what needs some, and nothing else', () => {
    const on = rig({ quotaBackendBytes: 3_000_000 });
    const big = 'x'.repeat(900_000);
    let refused: ApiResponse | undefined;
    for (let i = 0; i < 8 && refused === undefined; i++) {
      const { answer } = on.ask('POST', maps, configBody(`big-${i}`, { big }));
      if (answer.code !== 201) refused = answer;
    }
    expect(refused).toMatchObject({
      code: 500,
      body: { status: 'Failure', message: 'etcdserver: mvcc: database space exceeded' },
    });
    expect(on.ask('POST', maps, configBody('small')).answer.code).toBe(500);
    expect(on.ask('GET', `${maps}/big-0`).answer.code).toBe(200);
    expect(on.ask('DELETE', `${maps}/big-0`).answer.code).toBe(200);
  });
});
