import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRegister, type RegisterCall, type RegisterOperation } from './linearizability.ts';

function op(client: string, from: number, to: number, what: RegisterCall): RegisterOperation {
  return { client, calledAt: from, returnedAt: to, what };
}
const read = (found: string | undefined): RegisterCall => ({ kind: 'read', found });
const swap = (
  expected: string | undefined,
  next: string,
  outcome: 'done' | 'unknown' = 'done',
): RegisterCall => ({ kind: 'swap', expected, next, outcome });
const refused = (expected: string, next: string, found: string | undefined): RegisterCall => ({
  kind: 'swap',
  expected,
  next,
  outcome: 'refused',
  found,
});

describe('a history is linearizable when', () => {
  test.each<[string, readonly RegisterOperation[], boolean]>([
    ['nothing happened', [], true],
    [
      'reads see the last write',
      [op('a', 0, 1, swap(undefined, 'x')), op('b', 2, 3, read('x'))],
      true,
    ],
    [
      'a read is not stale',
      [op('a', 0, 1, swap(undefined, 'x')), op('b', 2, 3, read(undefined))],
      false,
    ],
    [
      'a read during a write may see either',
      [
        op('a', 0, 9, swap(undefined, 'x')),
        op('b', 2, 3, read(undefined)),
        op('b', 4, 5, read('x')),
      ],
      true,
    ],
    [
      'but not the new and then the old',
      [
        op('a', 0, 9, swap(undefined, 'x')),
        op('b', 2, 3, read('x')),
        op('b', 4, 5, read(undefined)),
      ],
      false,
    ],
    [
      'a lost answer may have taken effect',
      [op('a', 0, Infinity, swap(undefined, 'x', 'unknown')), op('b', 5, 6, read('x'))],
      true,
    ],
    [
      'or not',
      [op('a', 0, Infinity, swap(undefined, 'x', 'unknown')), op('b', 5, 6, read(undefined))],
      true,
    ],
    [
      'or late',
      [
        op('a', 0, Infinity, swap(undefined, 'x', 'unknown')),
        op('b', 5, 6, read(undefined)),
        op('b', 7, 8, read('x')),
      ],
      true,
    ],
    [
      'but not before it was asked',
      [op('b', 0, 1, read('x')), op('a', 2, Infinity, swap(undefined, 'x', 'unknown'))],
      false,
    ],
    [
      'an acknowledged write is not lost',
      [op('a', 0, 1, swap(undefined, 'x')), op('b', 2, 3, swap(undefined, 'y'))],
      false,
    ],
    [
      'two writes on one condition: one wins',
      [op('a', 0, 5, swap(undefined, 'x')), op('b', 0, 5, swap(undefined, 'y'))],
      false,
    ],
    [
      'and the other is refused with what it met',
      [op('a', 0, 5, swap(undefined, 'x')), op('b', 0, 5, refused('q', 'y', 'x'))],
      true,
    ],
    [
      'a refusal met what was there',
      [op('a', 0, 1, swap(undefined, 'x')), op('b', 2, 3, refused('q', 'y', undefined))],
      false,
    ],
  ])('%s', (_, history, expected) => {
    expect(checkRegister(history, undefined).linearizable).toBe(expected);
  });

  test('a refusal says how far the history could be explained', () => {
    const good = op('a', 0, 1, swap(undefined, 'x'));
    const stale = op('b', 2, 3, read(undefined));
    expect(checkRegister([good, stale], undefined)).toEqual({
      linearizable: false,
      explained: [good],
      stuck: [stale],
    });
  });
});

/** A register that is one: each operation takes effect at a random instant inside its interval. */
const trueHistory = fc
  .array(
    fc.record({
      client: fc.integer({ min: 0, max: 5 }),
      begin: fc.integer({ min: 0, max: 200 }),
      length: fc.integer({ min: 1, max: 40 }),
      effect: fc.double({ min: 0, max: 1, noNaN: true }),
      isRead: fc.boolean(),
      guess: fc.boolean(),
      forgets: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((plans) => {
    let value: string | undefined;
    let previous: string | undefined;
    const history: RegisterOperation[] = [];
    const byEffect = plans
      .map((plan) => ({ ...plan, at: plan.begin + plan.effect * plan.length }))
      .toSorted((a, b) => a.at - b.at);
    for (const [index, plan] of byEffect.entries()) {
      const { begin, length, client } = plan;
      if (plan.isRead) {
        history.push(op(`c${client}`, begin, begin + length, read(value)));
        continue;
      }
      const expected = plan.guess ? value : previous;
      const next = `v${index}`;
      const wins = expected === value;
      const what: RegisterCall = plan.forgets
        ? { kind: 'swap', expected, next, outcome: 'unknown' }
        : wins
          ? { kind: 'swap', expected, next, outcome: 'done' }
          : { kind: 'swap', expected, next, outcome: 'refused', found: value };
      history.push(op(`c${client}`, begin, plan.forgets ? Infinity : begin + length, what));
      if (wins) {
        previous = value;
        value = next;
      }
    }
    return history;
  });

test('every history of a true register is accepted', () => {
  fc.assert(
    fc.property(trueHistory, (history) => checkRegister(history, undefined).linearizable),
    { numRuns: 300 },
  );
});

test('a read of a value that was never written is refused in any of them', () => {
  fc.assert(
    fc.property(trueHistory, fc.integer({ min: 0, max: 250 }), (history, at) => {
      const lie = op('liar', at, at + 1, read('never written'));
      return !checkRegister([...history, lie], undefined).linearizable;
    }),
    { numRuns: 200 },
  );
});
