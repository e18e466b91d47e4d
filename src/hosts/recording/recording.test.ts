import { describe, expect, test } from 'vitest';
import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import { createPacer } from '../pacer.ts';
import { createSession, type Session } from '../session.ts';
import { askCopy } from './ask-copy.ts';
import { createRecording, type Recording } from './recording.ts';

/** A cluster whose wall clock moves with the virtual one, so that moments are kept at known times. */
function recorded(): {
  readonly session: Session;
  readonly recording: Recording;
  run(micros: number): void;
  settle(): void;
} {
  const session = createSession(createCluster(defaultSetUp({ nodes: 2 })));
  let wall = 0;
  const clock = (): number => wall;
  const pacer = createPacer(session, clock);
  const recording = createRecording({ session, pacer, clock, size: () => 100 });
  return {
    session,
    recording,
    run(micros) {
      for (let left = micros; left > 0; left -= SECOND / 4) {
        session.advance(session.world.now + Math.min(left, SECOND / 4), Number.MAX_SAFE_INTEGER);
        wall += 1000;
        recording.tick();
      }
    },
    settle() {
      while (recording.work(1000)) wall += 1;
    },
  };
}

function create(session: Session, name: string): void {
  session.request(
    {
      method: 'POST',
      path: '/api/v1/namespaces/default/configmaps',
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } },
    },
    { onResponse: () => undefined },
  );
}

function names(session: Session): readonly string[] {
  const answer = askCopy<{ body: unknown }>(session.world, (copy, onResponse) =>
    copy.request({ method: 'GET', path: '/api/v1/namespaces/default/configmaps' }, { onResponse }),
  );
  const list = answer?.body as
    | { readonly items: readonly { readonly metadata: { readonly name: string } }[] }
    | undefined;
  return (list?.items ?? [])
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== 'kube-root-ca.crt');
}

describe('a recording', () => {
  test('the same world stands at every instant that is gone back to, and at the end again', () => {
    const { session, recording, run, settle } = recorded();
    const { world } = session;
    const hashes: { readonly at: number; readonly hash: string }[] = [];
    const note = (): void => void hashes.push({ at: world.now, hash: hashWorld(world) });
    run(20 * SECOND);
    note();
    run(SECOND);
    create(session, 'one');
    run(7.3 * SECOND);
    note();
    run(MILLISECOND);
    session.lab({ kind: 'inject-fault', fault: 'power-off', params: { machine: 'node-2' } });
    run(50 * SECOND);
    note();
    run(SECOND);
    session.lab({ kind: 'heal-all' });
    create(session, 'two');
    run(11.7 * SECOND);
    note();
    const last = hashWorld(world);
    for (const at of [2, 0, 1, 0, 2]) {
      const { at: instant, hash } = hashes[at] ?? { at: 0, hash: '' };
      recording.seek(instant);
      settle();
      expect(world.now).toBe(instant);
      expect(recording.isAtEnd).toBe(false);
      expect(hashWorld(world)).toBe(hash);
    }
    recording.toEnd();
    expect(hashWorld(world)).toBe(last);
    // Time that passes in the past leads to the same end, and beyond it to what is new.
    recording.seek(20.5 * SECOND);
    settle();
    session.advance(hashes[3]?.at ?? 0, Number.MAX_SAFE_INTEGER);
    expect(recording.isAtEnd).toBe(true);
    expect(hashWorld(world)).toBe(last);
  });

  test('in steps of any length', () => {
    const { session, recording, run, settle } = recorded();
    run(15 * SECOND);
    create(session, 'one');
    // Another act in the middle of an instant.
    session.advance(session.world.now + SECOND, 40);
    create(session, 'two');
    run(3 * SECOND);
    const last = hashWorld(session.world);
    const { steps, now } = session.world;
    recording.seek(14 * SECOND);
    settle();
    let events = 0;
    while (!recording.isAtEnd) {
      if (++events % 3 === 0 && session.world.steps < steps) session.stepOnce();
      else
        session.advance(Math.min(now, session.world.now + (events % 7) * MILLISECOND), events % 5);
    }
    expect(session.world.steps).toBe(steps);
    expect(hashWorld(session.world)).toBe(last);
  });

  test('one event back, again and again', () => {
    const { session, recording, run, settle } = recorded();
    run(12 * SECOND);
    const hashes: string[] = [];
    for (let at = 0; at < 8; at++) {
      hashes.push(hashWorld(session.world));
      session.stepOnce();
    }
    for (const hash of hashes.slice(1).reverse()) {
      recording.stepBack();
      settle();
      expect(hashWorld(session.world)).toBe(hash);
    }
  });

  test('an act in the past makes another future; the former one can be gone back to', () => {
    const { session, recording, run, settle } = recorded();
    run(15 * SECOND);
    create(session, 'one');
    run(10 * SECOND);
    create(session, 'two');
    run(5 * SECOND);
    const former = hashWorld(session.world);
    expect(names(session)).toEqual(['one', 'two']);

    recording.seek(20 * SECOND);
    settle();
    expect(names(session)).toEqual(['one']);
    expect(recording.state()).toMatchObject({ line: 0, end: 30 * SECOND });
    create(session, 'three');
    // What has not happened any more cannot be gone to.
    recording.seek(26 * SECOND);
    expect(recording.isAtEnd).toBe(true);
    expect(recording.state()).toMatchObject({ line: 1, former: { line: 0, end: 30 * SECOND } });
    run(20 * SECOND);
    expect(names(session)).toEqual(['one', 'three']);
    const other = hashWorld(session.world);

    // The clock can be set in the other future too, also to a time before it parted.
    recording.seek(17 * SECOND);
    settle();
    expect(names(session)).toEqual(['one']);
    recording.toEnd();
    expect(hashWorld(session.world)).toBe(other);

    recording.toFormer();
    expect(hashWorld(session.world)).toBe(former);
    expect(recording.state()).toMatchObject({ line: 0 });
    expect(recording.state().former).toBeUndefined();
    recording.seek(20 * SECOND);
    settle();
    expect(names(session)).toEqual(['one']);
    recording.toEnd();
    expect(hashWorld(session.world)).toBe(former);
  });

  test('an act is undone: all but it is as it was, and it can be had back', () => {
    const { session, recording, run } = recorded();
    run(15 * SECOND);
    create(session, 'one');
    run(10 * SECOND);
    const before = hashWorld(session.world);
    const { acts } = recording.state();
    create(session, 'two');
    run(5 * SECOND);
    const former = hashWorld(session.world);
    recording.undo(acts);
    expect(recording.isAtEnd).toBe(true);
    expect(recording.state()).toMatchObject({ line: 1, acts });
    expect(hashWorld(session.world)).toBe(before);
    run(10 * SECOND);
    expect(names(session)).toEqual(['one']);
    recording.toFormer();
    expect(hashWorld(session.world)).toBe(former);
  });

  test('what was done past the session is kept as it came out', () => {
    const { session, recording, run, settle } = recorded();
    run(15 * SECOND);
    recording.beforeHand();
    session.world.epochMillis satisfies number;
    session.world.faults = [{ id: 'by-hand', kind: 'none', params: {}, since: session.world.now }];
    recording.afterHand();
    run(5 * SECOND);
    session.world.faults = [];
    recording.beforeHand();
    recording.afterHand();
    run(5 * SECOND);
    const last = hashWorld(session.world);
    recording.seek(17 * SECOND);
    settle();
    expect(session.world.faults).toHaveLength(1);
    recording.seek(14 * SECOND);
    settle();
    expect(session.world.faults).toHaveLength(0);
    session.advance(25 * SECOND, Number.MAX_SAFE_INTEGER);
    expect(recording.isAtEnd).toBe(true);
    expect(hashWorld(session.world)).toBe(last);
  });

  test('whoever waits for an answer is told that none will come', () => {
    const { session, recording, run, settle } = recorded();
    run(15 * SECOND);
    const codes: number[] = [];
    session.request(
      { method: 'GET', path: '/api/v1/pods?watch=true' },
      { onResponse: ({ code }) => codes.push(code) },
    );
    run(SECOND);
    recording.seek(14 * SECOND);
    settle();
    expect(codes).toEqual([0]);
  });

  test('a long time costs a bounded number of moments, and its beginning stays in reach', () => {
    const { session, recording, run, settle } = recorded();
    run(5 * SECOND);
    const early = hashWorld(session.world);
    run(600 * SECOND);
    expect(recording.state().from).toBe(0);
    recording.seek(5 * SECOND);
    settle();
    expect(hashWorld(session.world)).toBe(early);
  });
});
