import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { createKernel, type Kernel } from '../../kernel/kernel.ts';
import { checkpoint, restore } from '../../kernel/checkpoint.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { decodeWorld, encodeWorld } from '../../kernel/archive.ts';
import { SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import { createWorld, type World } from '../../kernel/world.ts';
import { SECOND } from '../../kernel/time.ts';
import type {
  EtcdEvent,
  EtcdKeyValue,
  EtcdRequest,
  EtcdResponse,
  EtcdWatchEvents,
} from '../messages.ts';
import { etcdBehaviour } from './process.ts';
import type { EtcdStats } from './stats.ts';
import type { EtcdDisk } from './store.ts';

type Answer = EtcdResponse | EtcdWatchEvents;

/** A client that keeps everything it is told. */
const recorder = defineBehaviour<unknown, { heard: Answer[] }, { up: true }, Answer>({
  kind: 'recorder',
  initialDisk: () => ({ heard: [] }),
  start: () => ({ up: true }),
  step({ disk }, message) {
    disk.heard.push(message);
  },
});

interface Rig {
  readonly kernel: Kernel;
  world: World;
}

const noSink = (): void => {};

function rig(): Rig {
  const kernel = createKernel([etcdBehaviour, recorder]);
  const world = createWorld({ seed: 3, epochMillis: 0 });
  kernel.addMachine(world, { name: 'cp-1', power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
  kernel.addProcess(world, { name: 'etcd', kind: 'etcd', machine: 'cp-1', config: {} }, noSink);
  kernel.addProcess(world, { name: 'me', kind: 'recorder', machine: 'cp-1', config: {} }, noSink);
  return { kernel, world };
}

function send({ kernel, world }: Rig, message: EtcdRequest): void {
  kernel.inject(world, { from: 'me', to: 'etcd', message, cause: undefined });
}

function run({ kernel, world }: Rig, micros = SECOND): void {
  kernel.runUntil(world, world.now + micros, noSink);
}

function heard(on: Rig): Answer[] {
  return (on.world.processes.get('me') as unknown as { disk: { heard: Answer[] } }).disk.heard;
}

function ask(on: Rig, message: EtcdRequest): Answer {
  send(on, message);
  run(on);
  return heard(on).findLast((each) => each.id === message.id) as Answer; // Every request is answered.
}

function put(
  on: Rig,
  id: number,
  key: string,
  expectedModRevision: number,
  ttlSeconds?: number,
): Answer {
  const op = {
    kind: 'put' as const,
    value: Object.freeze({ at: id }),
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
  };
  return ask(on, { type: 'etcd/txn', id, key, expectedModRevision, op });
}

function diskOf(on: Rig): EtcdDisk {
  return (on.world.processes.get('etcd') as unknown as { disk: EtcdDisk }).disk;
}

function statsOf(on: Rig): EtcdStats {
  return (on.world.processes.get('etcd') as unknown as { memory: { stats: EtcdStats } }).memory
    .stats;
}

const pods = '/registry/pods/';
const podsEnd = '/registry/pods0';

describe('etcd', () => {
  test('writes one key a revision and refuses a stale comparison with what is there', () => {
    const on = rig();
    expect(put(on, 1, '/registry/pods/a', 0)).toMatchObject({ succeeded: true, revision: 2 });
    expect(put(on, 2, '/registry/pods/a', 0)).toMatchObject({
      succeeded: false,
      revision: 2,
      current: { modRevision: 2, version: 1, value: { at: 1 } },
    });
    expect(put(on, 3, '/registry/pods/a', 2)).toMatchObject({ succeeded: true, revision: 3 });
    const gone = ask(on, {
      type: 'etcd/txn',
      id: 4,
      key: '/registry/pods/a',
      expectedModRevision: 3,
      op: { kind: 'delete' },
    });
    expect(gone).toMatchObject({ succeeded: true, revision: 4 });
    expect(ask(on, { type: 'etcd/range', id: 5, key: pods, end: podsEnd })).toMatchObject({
      keyValues: [],
      count: 0,
      revision: 4,
    });
    expect(
      ask(on, { type: 'etcd/range', id: 6, key: '/registry/pods/a', revision: 3 }),
    ).toMatchObject({
      keyValues: [{ createRevision: 2, modRevision: 3, version: 2, value: { at: 3 } }],
    });
  });

  test('commits what gathers during a flush in one flush', () => {
    const on = rig();
    run(on);
    const before = statsOf(on).flushes;
    for (let i = 0; i < 20; i++) {
      send(on, {
        type: 'etcd/txn',
        id: i,
        key: `/registry/pods/${i}`,
        expectedModRevision: 0,
        op: { kind: 'put', value: i },
      });
    }
    run(on);
    expect(diskOf(on).revision).toBe(21);
    const stats = statsOf(on);
    expect(stats.flushes).toBe(before + 2);
    expect(stats.fsyncMicros).toHaveLength(before + 2);
    ask(on, { type: 'etcd/compact', id: 90, revision: 10 });
    expect(diskOf(on).backend.inUse).toBeGreaterThan(20 * 15);
  });

  test('lists in the order of the keys, with a limit and the whole count', () => {
    const on = rig();
    for (const [i, name] of ['c/1', 'a/2', 'b/1', 'a/1'].entries()) put(on, i + 1, pods + name, 0);
    const answer = ask(on, {
      type: 'etcd/range',
      id: 9,
      key: pods,
      end: podsEnd,
      limit: 3,
    }) as Extract<Answer, { type: 'etcd/range-result' }>;
    expect(answer.keyValues.map(({ key }) => key)).toEqual([
      `${pods}a/1`,
      `${pods}a/2`,
      `${pods}b/1`,
    ]);
    expect(answer).toMatchObject({ count: 4, more: true });
    const all = ask(on, { type: 'etcd/range', id: 10, key: '/registry/', end: '/registry0' });
    expect(all).toMatchObject({ count: 4, more: false });
  });

  test('a watch that its client has ended tells nothing more', () => {
    const on = rig();
    for (const id of [50, 51])
      send(on, { type: 'etcd/watch', id, key: pods, end: podsEnd, fromRevision: 2 });
    run(on);
    send(on, { type: 'etcd/cancel', id: 50 });
    put(on, 1, '/registry/pods/a', 0);
    const told = heard(on).filter((each) => each.type === 'etcd/events' && each.events.length > 0);
    expect(told.map(({ id }) => id)).toEqual([51]);
    send(on, { type: 'etcd/cancel', id: 51 });
    run(on);
    const { memory } = on.world.processes.get('etcd') as unknown as {
      memory: { watches: ReadonlyMap<string, unknown> };
    };
    expect(memory.watches.size).toBe(0);
  });

  test('a watch begins with what it missed and goes on; before the compaction there is nothing to see', () => {
    const on = rig();
    put(on, 1, `${pods}a`, 0);
    put(on, 2, `${pods}b`, 0);
    put(on, 3, '/registry/podsets/a', 0);
    send(on, { type: 'etcd/watch', id: 50, key: pods, end: podsEnd, fromRevision: 3 });
    run(on);
    put(on, 4, `${pods}a`, 2);
    const events = heard(on)
      .filter((each) => each.type === 'etcd/events')
      .flatMap((each) => each.events);
    expect(events.map(({ key, keyValue }) => [key, keyValue.modRevision])).toEqual([
      [`${pods}b`, 3],
      [`${pods}a`, 5],
    ]);
    expect(ask(on, { type: 'etcd/compact', id: 60, revision: 4 })).toMatchObject({
      type: 'etcd/compact-result',
    });
    expect(
      ask(on, { type: 'etcd/watch', id: 51, key: pods, end: podsEnd, fromRevision: 4 }),
    ).toMatchObject({ compactRevision: 4, events: [] });
    expect(
      ask(on, { type: 'etcd/range', id: 61, key: pods, end: podsEnd, revision: 3 }),
    ).toMatchObject({
      type: 'etcd/error',
      error: 'etcdserver: mvcc: required revision has been compacted',
    });
    expect(
      ask(on, { type: 'etcd/range', id: 62, key: pods, end: podsEnd, revision: 4 }),
    ).toMatchObject({ count: 2 });
    expect(
      ask(on, { type: 'etcd/range', id: 63, key: pods, end: podsEnd, revision: 9 }),
    ).toMatchObject({
      error: 'etcdserver: mvcc: required revision is a future revision',
    });
  });

  test('keys with a time to live vanish within the minute after it; a new leader grants them once more', () => {
    const on = rig();
    put(on, 1, '/registry/events/a', 0, 3600);
    put(on, 2, '/registry/events/b', 0, 100);
    put(on, 3, '/registry/events/b', 3, 3600);
    run(on, 3590 * SECOND);
    on.kernel.stopProcess(on.world, 'etcd', undefined);
    on.kernel.startProcess(on.world, 'etcd', undefined, noSink);
    run(on, SECOND);
    expect(diskOf(on).keys.size).toBe(2);
    run(on, 75 * SECOND);
    expect(diskOf(on).keys.size).toBe(2);
    run(on, 3600 * SECOND);
    expect(diskOf(on).keys.size).toBe(0);
    expect(diskOf(on).leases.size).toBe(0);
  });

  test('what was not flushed when it crashed is lost, what was is kept', () => {
    const on = rig();
    put(on, 1, `${pods}a`, 0);
    send(on, {
      type: 'etcd/txn',
      id: 2,
      key: `${pods}b`,
      expectedModRevision: 0,
      op: { kind: 'put', value: 1 },
    });
    run(on, 200);
    on.kernel.stopProcess(on.world, 'etcd', undefined);
    on.kernel.startProcess(on.world, 'etcd', undefined, noSink);
    run(on);
    expect([...diskOf(on).keys.keys()]).toEqual([`${pods}a`]);
    expect(put(on, 3, `${pods}b`, 0)).toMatchObject({ succeeded: true, revision: 3 });
  });

  test('a checkpoint in the middle, and an archive, go on to the same state', () => {
    const on = rig();
    for (let i = 0; i < 300; i++) {
      send(on, {
        type: 'etcd/txn',
        id: i,
        key: `${pods}${i % 7}`,
        expectedModRevision: 0,
        op: { kind: 'put', value: Object.freeze({ i }), ttlSeconds: 60 },
      });
    }
    run(on, 700);
    const copy: Rig = { kernel: on.kernel, world: restore(checkpoint(on.world)) };
    const read: Rig = { kernel: on.kernel, world: decodeWorld(encodeWorld(on.world)) };
    for (const each of [on, copy, read]) run(each, 200 * SECOND);
    expect(hashWorld(copy.world)).toBe(hashWorld(on.world));
    expect(hashWorld(read.world)).toBe(hashWorld(on.world));
  });
});

describe('etcd under random writes', () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    what: fc.constantFrom('put', 'put', 'put', 'delete', 'pause', 'watch'),
  });

  test('list and watch from there give the store, at every revision', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const on = rig();
        const known = new Map<string, number>();
        const states: Map<string, number>[] = [new Map(), new Map()];
        const watchedFrom: number[] = [];
        let id = 100;
        for (const { key, what } of steps) {
          id += 1;
          if (what === 'pause') run(on, 3000);
          else if (what === 'watch') {
            watchedFrom.push(id);
            // From revision 2: all there ever was.
            send(on, { type: 'etcd/watch', id, key: pods, end: podsEnd, fromRevision: 2 });
          } else {
            const mod = known.get(key) ?? 0;
            if (what === 'delete' && mod === 0) continue;
            const op =
              what === 'put' ? { kind: 'put' as const, value: id } : { kind: 'delete' as const };
            send(on, { type: 'etcd/txn', id, key: pods + key, expectedModRevision: mod, op });
            const revision = states.length;
            if (what === 'put') known.set(key, revision);
            else known.delete(key);
            states.push(new Map(known));
          }
        }
        run(on);
        for (const watch of watchedFrom) {
          const seen = new Map<string, number>();
          for (const answer of heard(on)) {
            if (answer.type !== 'etcd/events' || answer.id !== watch) continue;
            for (const event of answer.events) replay(seen, event);
          }
          expect(seen).toEqual(known);
        }
        for (let revision = 2; revision < states.length; revision++) {
          const answer = ask(on, {
            type: 'etcd/range',
            id: 10_000 + revision,
            key: pods,
            end: podsEnd,
            revision,
          }) as { keyValues: readonly EtcdKeyValue[] };
          const read = new Map(
            answer.keyValues.map((each) => [each.key.slice(pods.length), each.modRevision]),
          );
          expect(read).toEqual(states[revision]);
          expect([...read.keys()]).toEqual([...read.keys()].sort());
        }
      }),
      { numRuns: 60 },
    );
  });
});

function replay(seen: Map<string, number>, event: EtcdEvent): void {
  const key = event.key.slice(pods.length);
  expect(event.previous?.modRevision ?? 0).toBe(seen.get(key) ?? 0);
  if (event.kind === 'put') seen.set(key, event.keyValue.modRevision);
  else seen.delete(key);
}
