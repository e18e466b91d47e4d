import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactLog, conflictBelow, lastIndex, placeEntries, stableIndex, termAt } from './log.ts';
import { confState, type RaftEntry, type RaftMessage } from './message.ts';
import {
  emptyStorage,
  RAFT_SETTINGS,
  startRaft,
  type RaftNode,
  type RaftVariant,
} from './state.ts';
import { forkStream } from '../../../kernel/random.ts';
import { propose, requestRead, step, tickLeader, transferLeader } from './step.ts';
import {
  crash,
  deliver,
  elect,
  goOn,
  group,
  happen,
  leaderOf,
  logsMatch,
  nodeOf,
  onDisk,
  put,
  saved,
  settle,
  start,
  tick,
  type Group,
} from './testing.ts';

function valuesOf(on: Group, id: string): unknown[] {
  return (on.applied.get(id) ?? []).flatMap(({ data }) => (data === undefined ? [] : [data]));
}

describe('elections', () => {
  test('one alone leads once its vote is on its disk', () => {
    const on = group(1);
    elect(on, 'm1');
    expect(nodeOf(on, 'm1').raft).toMatchObject({ role: 'leader', term: 1, commit: 1, applied: 1 });
    expect(on.storages.get('m1')).toMatchObject({ term: 1, vote: 'm1' });
  });

  test('a majority elects, and everybody follows', () => {
    const on = group(3);
    elect(on, 'm2');
    for (const id of on.ids) expect(nodeOf(on, id).raft).toMatchObject({ lead: 'm2', term: 1 });
  });

  test('a pre-vote of one that was cut off does not raise the term of the others', () => {
    const on = group(3);
    elect(on, 'm1');
    on.cut.add('m3');
    for (let i = 0; i < 60; i++) {
      on.now += 100_000;
      for (const id of on.ids) tick(on, id);
      settle(on);
    }
    expect(nodeOf(on, 'm3').raft).toMatchObject({ role: 'pre-candidate', term: 1 });
    on.cut.clear();
    tick(on, 'm1');
    settle(on);
    expect(nodeOf(on, 'm3').raft).toMatchObject({ role: 'follower', lead: 'm1', term: 1 });
  });

  test('a leader that hears no majority steps down within an election timeout', () => {
    const on = group(3);
    elect(on, 'm1');
    on.cut.add('m1');
    for (let i = 0; i < 21; i++) tick(on, 'm1');
    expect(nodeOf(on, 'm1').raft).toMatchObject({ role: 'follower', lead: '' });
  });

  test('whoever hears from a leader votes for nobody else', () => {
    const on = group(3);
    elect(on, 'm1');
    const asked: RaftMessage = {
      type: 'etcd/raft',
      kind: 'MsgVote',
      from: 'm3',
      to: 'm2',
      term: 9,
      index: 99,
      logTerm: 9,
      transfer: false,
    };
    deliver(on, asked);
    expect(nodeOf(on, 'm2').raft.term).toBe(1);
    deliver(on, { ...asked, transfer: true });
    expect(nodeOf(on, 'm2').raft.term).toBe(9);
  });

  test('the vote goes to nobody whose log is older', () => {
    const on = group(3);
    elect(on, 'm1');
    on.cut.add('m3');
    put(on, 'm1');
    settle(on);
    on.cut.clear();
    on.now += 5_000_000;
    elect(on, 'm3');
    expect(nodeOf(on, 'm3').raft.role).not.toBe('leader');
  });

  test('leadership is handed over without waiting for a timeout', () => {
    const on = group(3);
    elect(on, 'm1');
    put(on, 'm1');
    transferLeader(nodeOf(on, 'm1'), 'm3');
    expect(put(on, 'm1')).toBe('dropped');
    goOn(on, 'm1');
    settle(on);
    expect(leaderOf(on)).toBe('m3');
    expect(nodeOf(on, 'm1').raft).toMatchObject({ role: 'follower', lead: 'm3', term: 2 });
  });
});

describe('replication', () => {
  test('what a majority has is committed and applied by all', () => {
    const on = group(5);
    elect(on, 'm1');
    for (let i = 0; i < 10; i++) put(on, 'm1');
    settle(on);
    put(on, 'm4');
    settle(on);
    for (const id of on.ids) expect(valuesOf(on, id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test('a follower promises nothing that its disk does not have', () => {
    const on = group(3);
    elect(on, 'm1');
    on.cut.add('m3');
    put(on, 'm1');
    for (let message = on.wire.shift(); message !== undefined; message = on.wire.shift()) {
      deliver(on, message);
    }
    expect(on.saving.has('m2')).toBe(true);
    saved(on, 'm1');
    expect(nodeOf(on, 'm1').raft.commit).toBe(1);
    crash(on, 'm2');
    expect(onDisk(on, 'm2', 2)).toBeUndefined();
    start(on, 'm2');
    settle(on);
    tick(on, 'm1');
    settle(on);
    expect(valuesOf(on, 'm2')).toEqual([1]);
  });

  test('what was not committed gives way to the next leader', () => {
    const on = group(3);
    elect(on, 'm1');
    on.cut.add('m1');
    put(on, 'm1');
    put(on, 'm1');
    settle(on);
    on.now += 3_000_000;
    elect(on, 'm2');
    put(on, 'm2');
    settle(on);
    on.cut.clear();
    for (let i = 0; i < 3; i++) {
      tick(on, 'm2');
      settle(on);
    }
    for (const id of on.ids) expect(valuesOf(on, id)).toEqual([3]);
  });

  test('one that lags behind the cut log is sent a snapshot', () => {
    const on = group(3);
    elect(on, 'm1');
    on.cut.add('m3');
    for (let i = 0; i < 50; i++) put(on, 'm1');
    settle(on);
    compactLog(nodeOf(on, 'm1'), 40);
    on.cut.clear();
    for (let i = 0; i < 4; i++) {
      tick(on, 'm1');
      settle(on);
    }
    expect(valuesOf(on, 'm3')).toHaveLength(50);
    put(on, 'm1');
    settle(on);
    expect(valuesOf(on, 'm3')).toHaveLength(51);
    expect(on.broken).toEqual([]);
  });

  test('a disagreeing term is skipped at once', () => {
    const storage = emptyStorage();
    const raft = startRaft(storage, {
      id: 'a',
      settings: RAFT_SETTINGS,
      conf: confState(['a', 'b'], []),
      applied: 0,
      random: forkStream(1, ''),
      now: 0,
    });
    const node: RaftNode = { storage, raft, now: 0 };
    const terms = [1, 1, 2, 2, 2, 5, 5];
    placeEntries(
      node,
      terms.map((term, at): RaftEntry => ({ index: at + 1, term, kind: 'normal', data: at })),
    );
    const cases = [
      { index: 7, term: 5, want: { index: 7, term: 5 } },
      { index: 7, term: 4, want: { index: 5, term: 2 } },
      { index: 7, term: 1, want: { index: 2, term: 1 } },
      { index: 4, term: 9, want: { index: 4, term: 2 } },
    ];
    for (const { index, term, want } of cases)
      expect(conflictBelow(node, index, term)).toEqual(want);
    expect([lastIndex(node), stableIndex(node), termAt(node, 3), termAt(node, 8)]).toEqual([
      7,
      0,
      2,
      undefined,
    ]);
  });
});

describe('membership', () => {
  test('a learner gets the log, counts for no majority, and votes once promoted', () => {
    const on = group(3);
    elect(on, 'm1');
    // Who votes from the beginning is not in the log: a newcomer learns it from a snapshot.
    compactLog(nodeOf(on, 'm1'), 1);
    on.storages.set('m4', emptyStorage());
    on.applied.set('m4', []);
    start(on, 'm4', []);
    const change = (kind: 'add-learner' | 'add-voter' | 'remove', member: string): void => {
      propose(nodeOf(on, 'm1'), 'conf-change', Object.freeze({ kind, member }));
      goOn(on, 'm1');
      settle(on);
      for (let i = 0; i < 3; i++) {
        tick(on, 'm1');
        settle(on);
      }
    };
    change('add-learner', 'm4');
    put(on, 'm1');
    settle(on);
    expect(valuesOf(on, 'm4')).toEqual(valuesOf(on, 'm1'));
    expect(nodeOf(on, 'm4').raft.conf).toEqual(confState(['m1', 'm2', 'm3'], ['m4']));
    change('add-voter', 'm4');
    expect(nodeOf(on, 'm2').raft.conf.voters).toEqual(['m1', 'm2', 'm3', 'm4']);
    change('remove', 'm2');
    change('remove', 'm3');
    expect(nodeOf(on, 'm1').raft.conf.voters).toEqual(['m1', 'm4']);
    // A leader that removes itself is none any more.
    change('remove', 'm1');
    expect(nodeOf(on, 'm1').raft.role).toBe('follower');
  });

  test('one change at a time: a second one has no effect', () => {
    const on = group(3);
    elect(on, 'm1');
    const node = nodeOf(on, 'm1');
    propose(node, 'conf-change', Object.freeze({ kind: 'remove', member: 'm2' }));
    propose(node, 'conf-change', Object.freeze({ kind: 'remove', member: 'm3' }));
    goOn(on, 'm1');
    settle(on);
    expect(node.raft.conf.voters).toEqual(['m1', 'm3']);
  });
});

describe('reads', () => {
  const readsOf = (on: Group, id: string): readonly { read: number; index: number }[] =>
    nodeOf(on, id).raft.readStates;

  test('wait for a majority to confirm the leader, also through a follower', () => {
    const on = group(3);
    elect(on, 'm1');
    put(on, 'm1');
    settle(on);
    for (const id of ['m1', 'm3']) {
      requestRead(nodeOf(on, id), 7);
      goOn(on, id);
      expect(readsOf(on, id)).toEqual([]);
      settle(on);
      expect(readsOf(on, id)).toEqual([{ read: 7, index: 2 }]);
    }
  });

  test('are not served by a leader that was overthrown', () => {
    const on = group(3);
    elect(on, 'm1');
    on.cut.add('m1');
    requestRead(nodeOf(on, 'm1'), 7);
    goOn(on, 'm1');
    settle(on);
    expect(readsOf(on, 'm1')).toEqual([]);
  });
});

describe('under random schedules', () => {
  test.each([3, 5])('of %i members nothing that Raft promises is broken', (size) => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 10, 30), fc.boolean(), (seed, loss, crashes) => {
        const on = group(size, seed);
        for (let i = 0; i < 1200; i++) happen(on, { loss, crashes });
        expect(on.broken).toEqual([]);
        expect(logsMatch(on)).toBe(true);
        // And when the weather clears, they all agree.
        on.cut.clear();
        for (const id of on.ids) if (!on.rafts.has(id)) start(on, id);
        for (let i = 0; i < 80; i++) {
          settle(on);
          on.now += 100_000;
          for (const id of on.ids) tick(on, id);
        }
        settle(on);
        const leader = leaderOf(on);
        expect(leader).toBeDefined();
        if (leader !== undefined) put(on, leader);
        settle(on);
        tickLeader(nodeOf(on, leader ?? 'm1'));
        goOn(on, leader ?? 'm1');
        settle(on);
        const [first = '', ...others] = on.ids;
        for (const id of others) expect(valuesOf(on, id)).toEqual(valuesOf(on, first));
        expect(on.broken).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  const broken: readonly (readonly [name: string, variant: RaftVariant])[] = [
    ['a vote that is not written down', { skipVotePersist: true }],
    ['entries acknowledged before they are written down', { ackBeforeSave: true }],
  ];
  test.each(broken)('%s is found out', (_, variant) => {
    let found = 0;
    for (let seed = 1; seed <= 400 && found === 0; seed++) {
      const on = group(3, seed, variant);
      for (let i = 0; i < 3000 && on.broken.length === 0; i++)
        happen(on, { loss: 30, crashes: true });
      found += on.broken.length;
    }
    expect(found).toBeGreaterThan(0);
  });
});

describe('an old entry by count (the Raft paper, figure 8)', () => {
  const entry = (index: number, term: number): RaftEntry =>
    Object.freeze({ index, term, kind: 'normal', data: `${term}` });

  /** A leader of term 4 whose majority has an entry of term 2. */
  function leaderOfTerm4(variant?: RaftVariant): RaftNode {
    const storage = emptyStorage();
    const settings = variant === undefined ? RAFT_SETTINGS : { ...RAFT_SETTINGS, variant };
    const raft = startRaft(storage, {
      id: 'a',
      settings,
      conf: confState(['a', 'b', 'c', 'd', 'e'], []),
      applied: 0,
      random: forkStream(1, ''),
      now: 0,
    });
    const node: RaftNode = { storage, raft, now: 0 };
    placeEntries(node, [entry(1, 1), entry(2, 2)]);
    raft.term = 3;
    raft.role = 'candidate';
    raft.term = 4;
    for (const from of ['b', 'c', 'd']) {
      step(node, { type: 'etcd/raft', kind: 'MsgVoteResp', from, to: 'a', term: 4, reject: false });
    }
    for (const from of ['b', 'c', 'd']) {
      const answer = { index: 2, reject: false, rejectHint: 0, logTerm: 0 };
      step(node, { type: 'etcd/raft', kind: 'MsgAppResp', from, to: 'a', term: 4, ...answer });
    }
    return node;
  }

  test('is not committed before an entry of the leader’s own', () => {
    const node = leaderOfTerm4();
    expect(node.raft.role).toBe('leader');
    expect(node.raft.commit).toBe(0);
  });

  test('unless Raft is broken on purpose', () => {
    expect(leaderOfTerm4({ commitOldTermByCount: true }).raft.commit).toBe(2);
  });
});
