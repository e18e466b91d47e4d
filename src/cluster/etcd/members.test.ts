import { describe, expect, test } from 'vitest';
import { decodeWorld, encodeWorld } from '../../kernel/archive.ts';
import { checkpoint, restore } from '../../kernel/checkpoint.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { fsyncLatencies } from '../../kernel/machine.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import type { EtcdRequest } from '../messages.ts';
import { etcdFigures } from './figures.ts';
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
  heard,
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
const podsEnd = '/registry/pods0';

function lead(rig: EtcdRig): string {
  const leader = leaderOf(rig);
  if (leader === undefined) throw new Error('there is no leader');
  return leader;
}

function watchFrom(rig: EtcdRig, member: string, fromRevision: number): number {
  return send(rig, member, { type: 'etcd/watch', key: pods, end: podsEnd, fromRevision });
}

const readPods: Omit<Extract<EtcdRequest, { type: 'etcd/range' }>, 'id'> = {
  type: 'etcd/range',
  key: pods,
  end: podsEnd,
};

describe('several members', () => {
  test.each([1, 3, 5])('of %i one leads, and each serves writes and reads', (size) => {
    const rig = etcdRig(size);
    const leader = lead(rig);
    for (const [index, { process }] of rig.machines.entries()) {
      expect(put(rig, process, `${pods}${index}`, index)).toMatchObject({
        succeeded: true,
        revision: index + 2,
      });
    }
    for (const { process } of rig.machines) {
      expect(ask(rig, process, readPods)).toMatchObject({ count: size, revision: size + 1 });
      expect(statusOf(rig, process)).toMatchObject({
        leader: statusOf(rig, leader).memberId,
        version: '3.6.6',
        errors: [],
      });
    }
    expect(statusOf(rig, leader).raftAppliedIndex).toBe(statusOf(rig, leader).raftIndex);
  });

  test('tells its figures', () => {
    const rig = etcdRig(3);
    const leader = lead(rig);
    put(rig, leader, `${pods}a`, 1);
    const [code, text] = health(rig, leader, '/metrics');
    expect(code).toBe(200);
    expect(text).toContain('etcd_server_has_leader 1\n');
    expect(text).toMatch(/etcd_disk_wal_fsync_duration_seconds_bucket\{le="0\.004"\} [1-9]/);
    expect(text).toMatch(/etcd_server_quota_backend_bytes 2147483648/);
    const memory = memoryOf(rig, leader);
    if (memory === undefined) throw new Error('it is up');
    const figures = etcdFigures(diskOf(rig, leader), memory, {});
    expect(figures).toMatchObject({
      role: 'leader',
      term: 2,
      proposalsPending: 0,
      keys: 1,
      alarms: [],
    });
    expect(figures.leader).toBe(leader.replace('etcd-', ''));
    expect(figures.roundTrips).toHaveLength(2);
  });

  test('all hold the same, byte for byte', () => {
    const rig = etcdRig(3);
    for (let i = 0; i < 40; i++) {
      put(rig, rig.machines[i % 3]?.process ?? '', `${pods}${i % 7}`, Object.freeze({ i }));
    }
    run(rig);
    const hashes = rig.machines.map(({ process }) => maintain(rig, process, { kind: 'hash-kv' }));
    expect(hashes[1]).toEqual(hashes[0]);
    expect(hashes[2]).toEqual(hashes[0]);
  });

  test('two members without writes send heartbeats, one alone does nothing at all', () => {
    const three = etcdRig(3);
    const before = three.world.steps;
    run(three, 10 * SECOND);
    // Ten ticks a second, each with two heartbeats and two answers, and now and then a look at the clock.
    expect(three.world.steps - before).toBeLessThan(550);
    const one = etcdRig(1);
    const alone = one.world.steps;
    run(one, 3600 * SECOND);
    expect(one.world.steps).toBe(alone);
  });
});

describe('failures', () => {
  test('a lost leader is replaced within two election timeouts, and nothing acknowledged is lost', () => {
    const rig = etcdRig(3);
    put(rig, lead(rig), `${pods}a`, 1);
    const old = lead(rig);
    stop(rig, old);
    run(rig, 3 * SECOND);
    expect(lead(rig)).not.toBe(old);
    expect(get(rig, lead(rig), `${pods}a`)).toBe(1);
    put(rig, lead(rig), `${pods}b`, 2);
    restart(rig, old);
    run(rig, 2 * SECOND);
    expect(get(rig, old, `${pods}b`)).toBe(2);
    expect(memoryOf(rig, old)?.raft.role).toBe('follower');
    expect(memoryOf(rig, lead(rig))?.stats.leaderChangesSeen).toBe(2);
  });

  test('an isolated leader steps down; its writes time out; the others go on', () => {
    const rig = etcdRig(3);
    const old = lead(rig);
    cut(rig, old);
    const lost = send(rig, old, putOf(`${pods}lost`, 1));
    const stale = send(rig, old, { type: 'etcd/range', key: `${pods}a` });
    run(rig, 3 * SECOND);
    expect(memoryOf(rig, old)?.raft.role).not.toBe('leader');
    const [other] = followersOf(rig).filter((each) => each !== old);
    put(rig, other ?? '', `${pods}a`, 2);
    run(rig, 8 * SECOND);
    expect(answerTo(rig, lost)).toMatchObject({
      type: 'etcd/error',
      error: expect.stringMatching(/^etcdserver: request timed out/) as string,
    });
    expect(answerTo(rig, stale)).toMatchObject({ error: 'etcdserver: request timed out' });
    heal(rig);
    run(rig, 8 * SECOND);
    expect(get(rig, old, `${pods}a`)).toBe(2);
    expect(get(rig, old, `${pods}lost`)).toBeUndefined();
  });

  test('without a quorum nothing changes and nothing is read, but what a member holds', () => {
    const rig = etcdRig(3);
    put(rig, lead(rig), `${pods}a`, 1);
    const [first, second = ''] = followersOf(rig);
    const last = lead(rig);
    const watching = watchFrom(rig, last, 2);
    stop(rig, first);
    stop(rig, second);
    run(rig, 2 * SECOND);
    expect(ask(rig, last, putOf(`${pods}b`, 1))).toMatchObject({
      error: expect.stringMatching(/^etcdserver: request timed out/) as string,
    });
    expect(get(rig, last, `${pods}a`)).toMatchObject({ error: 'etcdserver: request timed out' });
    expect(ask(rig, last, { ...readPods, serializable: true })).toMatchObject({ count: 1 });
    expect(health(rig, last)).toEqual([503, '{"health":"false","reason":"RAFT NO LEADER"}\n']);
    expect(health(rig, last, '/livez')).toEqual([200, 'ok\n']);
    expect(statusOf(rig, last)).toMatchObject({ leader: '', errors: ['etcdserver: no leader'] });
    // Those who watch are told that nobody tells this member anything any more.
    expect(
      heard(rig)
        .filter((each) => each.id === watching)
        .at(-1),
    ).toMatchObject({
      type: 'etcd/error',
      error: 'etcdserver: no leader',
    });
    restart(rig, first);
    run(rig, 4 * SECOND);
    expect(put(rig, last, `${pods}b`, 1)).toMatchObject({ succeeded: true });
    expect(health(rig, last)).toEqual([200, '{"health":"true","reason":""}']);
  });

  test('five members bear the loss of two', () => {
    const rig = etcdRig(5);
    const [first, second = ''] = followersOf(rig);
    stop(rig, lead(rig));
    stop(rig, first);
    run(rig, 4 * SECOND);
    expect(put(rig, second, `${pods}a`, 1)).toMatchObject({ succeeded: true });
  });

  test('a slow disk slows every write, a very slow one makes leaders change', () => {
    const latency = (
      p99: number,
      seconds: number,
    ): { worst: number; changes: number; answered: number } => {
      const rig = etcdRig(3);
      for (const machine of rig.world.machines.values()) machine.fsyncMicros = fsyncLatencies(p99);
      const begin = memoryOf(rig, 'etcd-cp-1')?.stats.leaderChangesSeen ?? 0;
      let worst = 0;
      let answered = 0;
      for (let i = 0; i < seconds * 4; i++) {
        const sent = rig.world.now;
        const id = send(rig, 'etcd-cp-1', putOf(`${pods}${i % 5}`, i));
        while (answerTo(rig, id) === undefined) run(rig, 2 * MILLISECOND);
        if (answerTo(rig, id)?.type === 'etcd/txn-result') answered += 1;
        worst = Math.max(worst, rig.world.now - sent);
        run(rig, 250 * MILLISECOND);
      }
      const end = memoryOf(rig, 'etcd-cp-1')?.stats.leaderChangesSeen ?? 0;
      return { worst, changes: end - begin, answered };
    };
    const quick = latency(2 * MILLISECOND, 15);
    const slow = latency(100 * MILLISECOND, 15);
    const verySlow = latency(1000 * MILLISECOND, 120);
    expect(quick.worst).toBeLessThan(10 * MILLISECOND);
    expect(quick.changes + slow.changes).toBe(0);
    expect(slow.worst).toBeGreaterThan(30 * MILLISECOND);
    expect(verySlow.worst).toBeGreaterThan(500 * MILLISECOND);
    expect(verySlow.changes).toBeGreaterThan(0);
    expect(verySlow.answered).toBeGreaterThan(0);
  });

  test('a full disk ends the member', () => {
    const rig = etcdRig(3);
    const leader = lead(rig);
    const machine = rig.world.machines.get(leader.replace('etcd-', ''));
    if (machine !== undefined) machine.diskFull = true;
    send(rig, leader, putOf(`${pods}a`, 1));
    run(rig, 5 * SECOND);
    expect(memoryOf(rig, leader)).toBeUndefined();
    expect(put(rig, lead(rig), `${pods}b`, 1)).toMatchObject({ succeeded: true });
  });

  test('no watch misses or repeats a change, whoever leads and wherever it is opened', () => {
    const rig = etcdRig(3);
    const watches = rig.machines.map(({ process }) => watchFrom(rig, process, 2));
    for (let round = 0; round < 6; round++) {
      const [other] = followersOf(rig);
      for (let i = 0; i < 5; i++) put(rig, other, `${pods}${i}`, `${round}/${i}`);
      const old = lead(rig);
      cut(rig, old);
      run(rig, 2600 * MILLISECOND);
      heal(rig);
      run(rig, 9 * SECOND);
    }
    for (const [index, { process }] of rig.machines.entries()) {
      const ids = [watches[index] ?? 0];
      const seen = eventsOf(rig, ...ids).map(({ keyValue }) => keyValue.modRevision);
      // A member that was alone for long has ended its watches; a client goes on from what it has seen.
      ids.push(watchFrom(rig, process, (seen.at(-1) ?? 1) + 1));
      run(rig);
      const all = eventsOf(rig, ...ids).map(({ keyValue }) => keyValue.modRevision);
      expect(all).toEqual(Array.from({ length: 30 }, (_, at) => at + 2));
    }
  });

  test('one that was away for long is sent a snapshot', () => {
    const rig = etcdRig(3, { flags: { snapshotCount: 60, snapshotCatchUpEntries: 20 } });
    const [away] = followersOf(rig);
    put(rig, away, `${pods}before`, 1);
    const watching = watchFrom(rig, away, 2);
    run(rig);
    cut(rig, away);
    for (let i = 0; i < 200; i++) put(rig, lead(rig), `${pods}${i % 9}`, i);
    run(rig, 8 * SECOND);
    heal(rig);
    run(rig, 10 * SECOND);
    expect(memoryOf(rig, away)?.stats.snapshotsReceived).toBe(1);
    expect(diskOf(rig, away).revision).toBe(diskOf(rig, lead(rig)).revision);
    expect(get(rig, away, `${pods}8`)).toBe(197);
    expect(put(rig, away, `${pods}after`, 1)).toMatchObject({ succeeded: true });
    // It was without a leader meanwhile; who watches there goes on from what he has seen.
    const seen = eventsOf(rig, watching).map(({ keyValue }) => keyValue.modRevision);
    const again = watchFrom(rig, away, (seen.at(-1) ?? 1) + 1);
    run(rig);
    expect(eventsOf(rig, watching, again)).toHaveLength(202);
  });

  test('a member gone with its memory comes back with what it had promised', () => {
    const rig = etcdRig(3);
    const ids = Array.from({ length: 30 }, (_, i) => send(rig, lead(rig), putOf(`${pods}${i}`, i)));
    run(rig, 3 * MILLISECOND);
    for (const { process } of rig.machines) stop(rig, process);
    const acknowledged = ids.filter((id) => answerTo(rig, id)?.type === 'etcd/txn-result').length;
    for (const { process } of rig.machines) restart(rig, process);
    run(rig, 4 * SECOND);
    const answer = ask(rig, lead(rig), readPods);
    expect(answer.type === 'etcd/range-result' ? answer.count : 0).toBeGreaterThanOrEqual(
      acknowledged,
    );
  });

  test('a lease ends once, and anew after a change of leaders', () => {
    const rig = etcdRig(3);
    ask(rig, lead(rig), {
      type: 'etcd/txn',
      key: `${pods}a`,
      expectedModRevision: 0,
      op: { kind: 'put', value: 1, ttlSeconds: 100 },
    });
    run(rig, 90 * SECOND);
    stop(rig, lead(rig));
    run(rig, 30 * SECOND);
    expect(get(rig, lead(rig), `${pods}a`)).toBe(1);
    run(rig, 80 * SECOND);
    expect(get(rig, lead(rig), `${pods}a`)).toBeUndefined();
    expect(diskOf(rig, lead(rig)).revision).toBe(3);
  });

  test('checkpoints and archives in the middle go on to the same state', () => {
    const rig = etcdRig(3, { seed: 5 });
    for (let i = 0; i < 100; i++)
      send(rig, 'etcd-cp-2', putOf(`${pods}${i % 7}`, Object.freeze({ i })));
    run(rig, 2 * MILLISECOND);
    const copies = [restore(checkpoint(rig.world)), decodeWorld(encodeWorld(rig.world))];
    const hashes = [rig.world, ...copies].map((world) => {
      const each: EtcdRig = { ...rig, world };
      stop(each, leaderOf(each) ?? '');
      run(each, 20 * SECOND);
      return hashWorld(world);
    });
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).toBe(hashes[0]);
  });
});
