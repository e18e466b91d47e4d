import { expect, test } from 'vitest';
import {
  diskOf,
  etcdRig,
  followersOf,
  heal,
  leaderOf,
  memoryOf,
  putOf,
  restart,
  send,
  stop,
} from '../../../../cluster/etcd/testing.ts';
import { SECOND } from '../../../../kernel/time.ts';
import type { WireRule } from '../../../../kernel/wire.ts';
import { watchRaft } from './raft-safety.ts';

/**
 * Figure 8 of the Raft paper with three members, played by hand, since no weather hits it: an old entry reaches a
 * majority under a new leader and must not count as committed before an entry of that leader's own term does.
 */
function figureEight(commitOldTermByCount: boolean): readonly string[] {
  const rig = etcdRig(3, { flags: { variant: { commitOldTermByCount, appendOneByOne: true } } });
  const { world, kernel } = rig;
  const safety = watchRaft(
    world,
    rig.machines.map(({ process }) => process),
  );
  const until = (what: string, holds: () => boolean): void => {
    const deadline = world.now + 30 * SECOND;
    while (!holds()) {
      if (world.now > deadline) throw new Error(`it did not come to this: ${what}`);
      kernel.step(world, () => undefined);
      safety.afterStep();
    }
  };
  const cut = (from: string, ...to: readonly string[]): void => {
    const machine = (name: string): string => name.replace('etcd-', '');
    const rule: WireRule = Object.freeze({
      id: `cut-${world.nextSeq++}`,
      from: [machine(from)],
      to: to.map(machine),
      bothWays: false,
      effect: { kind: 'cut' as const },
    });
    world.wire.rules = [...world.wire.rules, rule];
  };
  const stored = (name: string): number => diskOf(rig, name).raft.log.next;
  const leads = (name: string): boolean => memoryOf(rig, name)?.raft.role === 'leader';

  // The first leader writes an entry to its own disk alone, and ends.
  const first = leaderOf(rig) ?? '';
  const rest = followersOf(rig);
  cut(first, ...rest);
  const old = stored(first);
  send(rig, first, putOf('/chaos/x', 'old'));
  until('the entry is on its disk', () => stored(first) > old);
  stop(rig, first);
  heal(rig);

  // Another one is elected and writes an entry of its own there, to its own disk alone, and ends.
  const voteOf = (name: string): string => diskOf(rig, name).raft.vote;
  const idOf = (name: string): string => diskOf(rig, name).memberId;
  const term = diskOf(rig, rest[0]).raft.term;
  until('one has the vote of the other', () =>
    rest.some((name) =>
      rest.some(
        (other) =>
          other !== name && voteOf(other) === idOf(name) && diskOf(rig, other).raft.term > term,
      ),
    ),
  );
  const second =
    rest.find((name) => rest.every((each) => each === name || voteOf(each) === idOf(name))) ?? '';
  const third = rest.find((name) => name !== second) ?? '';
  cut(second, third);
  until('it leads and has its entry', () => leads(second) && stored(second) > old);
  stop(rig, second);
  heal(rig);

  // The first leads again, and its old entry reaches the third: a majority has it.
  restart(rig, first);
  until('the third has the old entry', () => leads(first) && stored(third) > old);
  cut(first, third);
  const deadline = world.now + SECOND / 2;
  until('the answer is there', () => world.now > deadline);
  stop(rig, first);
  heal(rig);

  // The second is more up to date than the third, is elected, and overrules it.
  restart(rig, second);
  until('the second leads', () => leads(second));
  return safety.violations;
}

test('an old entry that a majority has is not committed by that', () => {
  expect(figureEight(false)).toEqual([]);
});

test('where Raft is broken so that it is, the check says so', () => {
  expect(figureEight(true).join('\n')).toMatch(/leader completeness/);
});
