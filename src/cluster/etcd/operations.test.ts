import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../kernel/time.ts';
import type { EtcdMaintenanceResult, EtcdMember, EtcdSnapshot } from '../messages.ts';
import type { EtcdConfig } from './config.ts';
import { restoreSnapshot } from './restore.ts';
import {
  answerTo,
  ask,
  cut,
  diskOf,
  etcdRig,
  eventsOf,
  followersOf,
  get,
  heal,
  health,
  leaderOf,
  maintain,
  memoryOf,
  put,
  putOf,
  restart,
  run,
  send,
  statusOf,
  stop,
  type EtcdRig,
} from './testing.ts';

const pods = '/registry/pods/';
const maps = '/registry/configmaps/';
const big = 'x'.repeat(200_000);
const NO_SPACE = 'etcdserver: mvcc: database space exceeded';

function lead(rig: EtcdRig): string {
  const leader = leaderOf(rig);
  if (leader === undefined) throw new Error('there is no leader');
  return leader;
}

function membersOf(rig: EtcdRig, from: string): readonly EtcdMember[] {
  const result = maintain(rig, from, { kind: 'member-list' });
  return typeof result !== 'string' && result.kind === 'members' ? result.members : [];
}

function memberId(rig: EtcdRig, process: string): string {
  return diskOf(rig, process).memberId;
}

describe('room', () => {
  const flags: EtcdConfig = { quotaBackendBytes: 2_000_000 };

  function filled(size: number): EtcdRig {
    const rig = etcdRig(size, { flags });
    for (let i = 0; i < 12; i++) put(rig, lead(rig), `${maps}${i % 3}`, `${i}${big}`);
    return rig;
  }

  test.each([1, 3])(
    'of %i members is used up: writes are refused until compact, defrag and disarm',
    (size) => {
      const rig = filled(size);
      const leader = lead(rig);
      expect(ask(rig, leader, putOf(`${maps}1`, big))).toMatchObject({ error: NO_SPACE });
      run(rig);
      expect(maintain(rig, leader, { kind: 'alarm-list' })).toEqual({
        kind: 'alarms',
        alarms: [{ member: memberId(rig, leader), alarm: 'NOSPACE' }],
      });
      for (const { process } of rig.machines) {
        // The alarm holds for all, and for the smallest write.
        expect(ask(rig, process, putOf(`${pods}a`, 1))).toMatchObject({ error: NO_SPACE });
        expect(health(rig, process)).toEqual([
          503,
          '{"health":"false","reason":"ALARM NOSPACE"}\n',
        ]);
        expect(health(rig, process, '/livez')[0]).toBe(200);
        expect(statusOf(rig, process).errors).toEqual([
          `memberID:${BigInt(`0x${memberId(rig, leader)}`)} alarm:NOSPACE `,
        ]);
      }
      // Reads, watches and deletions go on.
      expect(get(rig, leader, `${maps}2`)).toHaveLength(200_001);
      const watching = send(rig, leader, {
        type: 'etcd/watch',
        key: maps,
        end: '/registry/configmaps0',
        fromRevision: diskOf(rig, leader).revision + 1,
      });
      expect(
        ask(rig, leader, {
          type: 'etcd/txn',
          key: `${maps}0`,
          expectedModRevision: -1,
          op: { kind: 'delete' },
        }),
      ).toMatchObject({ succeeded: true });
      run(rig);
      expect(eventsOf(rig, watching)).toHaveLength(1);

      const { revision } = diskOf(rig, leader);
      expect(ask(rig, leader, { type: 'etcd/compact', revision })).toMatchObject({ revision });
      const full = statusOf(rig, leader);
      expect(full.dbSizeInUse).toBeLessThan(full.dbSize / 2);
      // The file is as large as before, so there is still no room.
      maintain(rig, leader, { kind: 'alarm-disarm' });
      expect(ask(rig, leader, putOf(`${maps}1`, big))).toMatchObject({ error: NO_SPACE });
      run(rig);
      for (const { process } of rig.machines) {
        expect(maintain(rig, process, { kind: 'defragment' })).toEqual({ kind: 'done' });
      }
      expect(statusOf(rig, leader).dbSize).toBe(statusOf(rig, leader).dbSizeInUse);
      expect(ask(rig, leader, putOf(`${pods}a`, 1))).toMatchObject({ error: NO_SPACE });
      maintain(rig, leader, { kind: 'alarm-disarm' });
      expect(put(rig, leader, `${maps}1`, big)).toMatchObject({ succeeded: true });
      expect(health(rig, leader)[0]).toBe(200);
    },
  );

  test('a member that defragments answers nobody meanwhile; the others do', () => {
    const rig = etcdRig(3);
    for (let i = 0; i < 100; i++) put(rig, lead(rig), `${maps}${i}`, big);
    const [busy, other = ''] = followersOf(rig);
    const done = send(rig, busy, { type: 'etcd/maintenance', op: { kind: 'defragment' } });
    run(rig, 1000);
    const waiting = send(rig, busy, { type: 'etcd/range', key: `${maps}1` });
    const probe = send(rig, busy, { type: 'health/check', path: '/health' });
    expect(put(rig, other, `${pods}a`, 1)).toMatchObject({ succeeded: true });
    expect(answerTo(rig, waiting)).toBeUndefined();
    run(rig, 2 * SECOND);
    for (const id of [done, waiting, probe]) expect(answerTo(rig, id)).toBeDefined();
    expect(get(rig, busy, `${pods}a`)).toBe(1);
    expect(memoryOf(rig, busy)?.stats).toMatchObject({ defragmentations: 1, slowApplies: 1 });
    expect(memoryOf(rig, busy)?.stats.leaderChangesSeen).toBe(1);
  });

  test('history is forgotten by revisions or by time, where that is wanted', () => {
    const byRevision = etcdRig(3, {
      flags: { autoCompactionMode: 'revision', autoCompactionRetention: 10 },
    });
    for (let i = 0; i < 30; i++) put(byRevision, lead(byRevision), `${pods}a`, i);
    run(byRevision, 6 * MINUTE);
    expect(diskOf(byRevision, followersOf(byRevision)[0]).compactedRevision).toBe(21);
    const byTime = etcdRig(1, { flags: { autoCompactionRetention: MINUTE } });
    put(byTime, lead(byTime), `${pods}a`, 1);
    run(byTime, 61 * SECOND);
    put(byTime, lead(byTime), `${pods}a`, 2);
    run(byTime, 61 * SECOND);
    expect(diskOf(byTime, lead(byTime)).compactedRevision).toBe(2);
  });
});

describe('members', () => {
  test('leadership is moved to another one', () => {
    const rig = etcdRig(3);
    const old = lead(rig);
    const [next] = followersOf(rig);
    expect(maintain(rig, next, { kind: 'move-leader', target: memberId(rig, next) })).toBe(
      'etcdserver: not leader',
    );
    expect(maintain(rig, old, { kind: 'move-leader', target: 'nobody' })).toBe(
      'etcdserver: bad leader transferee',
    );
    expect(maintain(rig, old, { kind: 'move-leader', target: memberId(rig, next) })).toEqual({
      kind: 'done',
    });
    expect(lead(rig)).toBe(next);
  });

  /** A machine more, whose etcd asks to be taken in. */
  function addMachine(rig: EtcdRig): string {
    const process = 'etcd-cp-4';
    const fourth = { name: 'cp-4', address: '192.168.0.13', process };
    const config: EtcdConfig = Object.freeze({
      name: 'cp-4',
      initialClusterState: 'existing',
      initialCluster: [...rig.machines, fourth].map(({ name, address, process: each }) => ({
        name,
        peerUrl: `https://${address}:2380`,
        process: each,
      })),
    });
    rig.kernel.addMachine(rig.world, { name: 'cp-4', power: 'on', fsyncMicros: [1000] });
    rig.kernel.addProcess(
      rig.world,
      { name: process, kind: 'etcd', machine: 'cp-4', config },
      () => {},
    );
    return process;
  }

  const book: EtcdConfig = {
    addressBook: Object.freeze({ 'https://192.168.0.13:2380': 'etcd-cp-4' }),
  };

  test('a learner is added, catches up, and is promoted', () => {
    const rig = etcdRig(3, { flags: book });
    for (let i = 0; i < 50; i++) put(rig, lead(rig), `${pods}${i}`, i);
    run(rig, 6 * SECOND);
    const peerUrl = 'https://192.168.0.13:2380';
    const added = maintain(rig, lead(rig), { kind: 'member-add', peerUrl, isLearner: true });
    const id = typeof added !== 'string' && added.kind === 'members' ? (added.added ?? '') : '';
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(maintain(rig, lead(rig), { kind: 'member-add', peerUrl })).toBe(
      'etcdserver: Peer URLs already exists',
    );
    expect(maintain(rig, lead(rig), { kind: 'member-promote', member: id })).toBe(
      'etcdserver: can only promote a learner member which is in sync with leader',
    );
    const fourth = addMachine(rig);
    run(rig, 5 * SECOND);
    expect(statusOf(rig, fourth)).toMatchObject({ isLearner: true, memberId: id });
    expect(ask(rig, fourth, putOf(`${pods}x`, 1))).toMatchObject({
      error: 'etcdserver: rpc not supported for learner',
    });
    expect(
      ask(rig, fourth, { type: 'etcd/range', key: `${pods}49`, serializable: true }),
    ).toMatchObject({
      count: 1,
    });
    expect(health(rig, fourth, '/readyz')[1]).toContain('[-]non_learner failed');
    // Any member may be asked to promote it.
    const [follower] = followersOf(rig);
    expect(maintain(rig, follower, { kind: 'member-promote', member: id })).toMatchObject({
      kind: 'members',
    });
    run(rig);
    expect(put(rig, fourth, `${pods}x`, 1)).toMatchObject({ succeeded: true });
    const names = membersOf(rig, fourth).map(({ name, isLearner }) => [name, isLearner]);
    expect(names).toEqual(['cp-1', 'cp-2', 'cp-3', 'cp-4'].map((name) => [name, false]));
  });

  test('one that was removed ends; one that lost its data comes back as a new one', () => {
    const rig = etcdRig(3);
    put(rig, lead(rig), `${pods}a`, 1);
    const [lost] = followersOf(rig);
    const old = memberId(rig, lost);
    stop(rig, lost);
    const record = rig.world.processes.get(lost);
    if (record !== undefined) rig.kernel.wipeDisk(rig.world, lost);
    restart(rig, lost);
    run(rig, 3 * SECOND);
    // The cluster remembers it, so it must not begin anew under its old name.
    expect(memoryOf(rig, lost)).toBeUndefined();
    expect(maintain(rig, lead(rig), { kind: 'member-remove', member: old })).toMatchObject({
      kind: 'members',
    });
    expect(maintain(rig, lead(rig), { kind: 'member-remove', member: old })).toBe(
      'etcdserver: member not found',
    );
    run(rig, 6 * SECOND);
    const address = rig.machines.find(({ process }) => process === lost)?.address;
    const peerUrl = `https://${address}:2380`;
    expect(maintain(rig, lead(rig), { kind: 'member-add', peerUrl })).toMatchObject({
      kind: 'members',
    });
    restart(rig, lost);
    run(rig, 5 * SECOND);
    expect(memberId(rig, lost)).not.toBe(old);
    expect(get(rig, lost, `${pods}a`)).toBe(1);
    expect(
      membersOf(rig, lost)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['cp-1', 'cp-2', 'cp-3']);
  });

  test('a leader that is removed ends, and another one leads', () => {
    const rig = etcdRig(3);
    run(rig, 6 * SECOND);
    const old = lead(rig);
    maintain(rig, old, { kind: 'member-remove', member: memberId(rig, old) });
    run(rig, 4 * SECOND);
    expect(memoryOf(rig, old)).toBeUndefined();
    expect(lead(rig)).not.toBe(old);
    expect(put(rig, lead(rig), `${pods}a`, 1)).toMatchObject({ succeeded: true });
  });

  test('no member is taken away or added that would cost the majority', () => {
    const rig = etcdRig(3);
    run(rig, 6 * SECOND);
    const [gone, other = ''] = followersOf(rig);
    stop(rig, gone);
    run(rig, 8 * SECOND);
    expect(maintain(rig, lead(rig), { kind: 'member-remove', member: memberId(rig, other) })).toBe(
      'etcdserver: unhealthy cluster',
    );
    expect(
      maintain(rig, lead(rig), { kind: 'member-add', peerUrl: 'https://192.168.0.19:2380' }),
    ).toBe('etcdserver: unhealthy cluster');
  });
});

describe('corruption', () => {
  test('is found by comparing, and stops everything', () => {
    const rig = etcdRig(3, { flags: { corruptCheckMicros: 30 * SECOND } });
    put(rig, lead(rig), `${pods}a`, 1);
    const [wrong, other = ''] = followersOf(rig);
    run(rig, 40 * SECOND);
    expect(diskOf(rig, wrong).alarms.size).toBe(0);
    rig.kernel.prod(rig.world, {
      to: wrong,
      message: { type: 'etcd/flip-value', key: `${pods}a` } as never,
      cause: undefined,
    });
    run(rig, 40 * SECOND);
    const alarms = [{ member: memberId(rig, wrong), alarm: 'CORRUPT' }];
    expect(maintain(rig, other, { kind: 'alarm-list' })).toEqual({ kind: 'alarms', alarms });
    expect(ask(rig, other, putOf(`${pods}b`, 1))).toMatchObject({
      error: 'etcdserver: corrupt cluster',
    });
    expect(ask(rig, other, { type: 'etcd/range', key: `${pods}a` })).toMatchObject({
      error: 'etcdserver: corrupt cluster',
    });
    expect(health(rig, other)[1]).toContain('ALARM CORRUPT');
  });

  test('is found by the member itself when it starts, and it does not serve', () => {
    const rig = etcdRig(3);
    put(rig, lead(rig), `${pods}a`, 1);
    const [wrong, other = ''] = followersOf(rig);
    for (const process of [other, wrong]) {
      stop(rig, process);
      run(rig, 2 * SECOND);
      restart(rig, process);
      run(rig, 5 * SECOND);
      expect(memoryOf(rig, process)).toBeDefined();
    }
    rig.kernel.prod(rig.world, {
      to: wrong,
      message: { type: 'etcd/flip-value', key: `${pods}a` } as never,
      cause: undefined,
    });
    run(rig);
    stop(rig, wrong);
    restart(rig, wrong);
    run(rig, 5 * SECOND);
    expect(memoryOf(rig, wrong)).toBeUndefined();
    expect(put(rig, other, `${pods}b`, 1)).toMatchObject({ succeeded: true });
  });
});

describe('snapshots', () => {
  function save(rig: EtcdRig): EtcdSnapshot {
    const saved: EtcdMaintenanceResult | string = maintain(rig, lead(rig), { kind: 'snapshot' });
    if (typeof saved === 'string' || saved.kind !== 'snapshot') throw new Error('no snapshot');
    return saved.snapshot;
  }

  test.each([1, 3])('bring %i members back to what was saved, as another cluster', (size) => {
    const rig = etcdRig(size);
    for (let i = 0; i < 10; i++) put(rig, lead(rig), `${pods}${i}`, i);
    const snapshot = save(rig);
    expect(snapshot).toMatchObject({ revision: 11, version: '3.6.0' });
    for (let i = 0; i < 5; i++) put(rig, lead(rig), `${pods}later${i}`, i);
    const before = statusOf(rig, lead(rig));
    cut(rig, lead(rig));
    heal(rig);
    expect(restoreSnapshot(rig.world, rig.kernel, snapshot)).toBe(size);
    run(rig, 4 * SECOND);
    const after = statusOf(rig, lead(rig));
    expect(after.clusterId).not.toBe(before.clusterId);
    expect(after.memberId).not.toBe(before.memberId);
    expect(
      ask(rig, lead(rig), { type: 'etcd/range', key: pods, end: '/registry/pods0' }),
    ).toMatchObject({
      count: 10,
      revision: 11,
    });
    expect(put(rig, lead(rig), `${pods}x`, 1)).toMatchObject({ revision: 12 });
  });

  test('with a bumped revision whoever watches is told to list anew', () => {
    const rig = etcdRig(3);
    put(rig, lead(rig), `${pods}a`, 1);
    const snapshot = save(rig);
    put(rig, lead(rig), `${pods}b`, 2);
    restoreSnapshot(rig.world, rig.kernel, snapshot, { bumpRevision: 1_000_000 });
    run(rig, 4 * SECOND);
    const watching = send(rig, lead(rig), {
      type: 'etcd/watch',
      key: pods,
      end: '/registry/pods0',
      fromRevision: 4,
    });
    run(rig);
    expect(answerTo(rig, watching)).toMatchObject({ compactRevision: 1_000_002 });
    expect(put(rig, lead(rig), `${pods}c`, 3)).toMatchObject({ revision: 1_000_003 });
  });
});
