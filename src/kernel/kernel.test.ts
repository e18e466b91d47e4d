import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createAgenda,
  earliest,
  fillNear,
  schedule,
  type Agenda,
  type Appointment,
} from './agenda.ts';
import { chainOf } from './cause.ts';
import { hashWorld } from './hash.ts';
import { HOUR, SECOND } from './time.ts';
import { CUT, ignore, memoryOf, prod, say, twoToys } from './testing.ts';

/** Takes the earliest appointment off, as the kernel does. */
function popDue(agenda: Agenda, until: number): Appointment | undefined {
  if (agenda.near.length === 0 && !fillNear(agenda, until)) return undefined;
  return (agenda.near[0]?.at ?? 0) > until ? undefined : agenda.near.shift();
}

describe('agenda', () => {
  test('gives appointments in the order of (at, seq), whatever the order of insertion', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (instants) => {
        const agenda = createAgenda();
        instants.forEach((at, seq) => {
          schedule(agenda, {
            at,
            seq,
            to: 'p',
            from: undefined,
            life: 0,
            message: { type: 'x' },
            cause: undefined,
          });
        });
        const order: { at: number; seq: number }[] = [];
        for (let due = popDue(agenda, 20); due !== undefined; due = popDue(agenda, 20))
          order.push(due);
        const expected = instants
          .map((at, seq) => ({ at, seq }))
          .sort((a, b) => a.at - b.at || a.seq - b.seq);
        expect(order.map(({ at, seq }) => ({ at, seq }))).toEqual(expected);
      }),
    );
  });

  test('and whatever is taken off in between, also of a crowd at one instant', () => {
    const step = fc.record({
      ahead: fc.oneof(fc.nat(300), fc.nat(30_000), fc.nat(50_000_000)),
      crowd: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 60 })),
      taken: fc.nat(50),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const agenda = createAgenda();
        const model: { readonly at: number; readonly seq: number }[] = [];
        let now = 0;
        let seq = 0;
        for (const { ahead, crowd, taken } of steps) {
          for (let index = 0; index < crowd; index++) {
            const at = now + ((ahead * (index + 1)) % (ahead + 7));
            const due = { at, seq: seq++, to: 'p', from: 'q', life: 1, cause: undefined };
            schedule(agenda, { ...due, message: { type: 'x' } });
            model.push({ at, seq: due.seq });
          }
          model.sort((a, b) => a.at - b.at || a.seq - b.seq);
          for (let index = 0; index < taken; index++) {
            const expected = model[0];
            expect(earliest(agenda)?.seq).toBe(expected?.seq);
            const due = popDue(agenda, now + 1_000_000);
            if (expected === undefined || expected.at > now + 1_000_000) {
              expect(due).toBeUndefined();
              break;
            }
            expect(due?.seq).toBe(expected.seq);
            model.shift();
            now = expected.at;
          }
        }
      }),
    );
  });
});

describe('wire', () => {
  test('what passes at once passes as what is looked at more closely: weather elsewhere changes nothing', () => {
    const acts = fc.array(
      fc.record({
        pause: fc.nat(40_000),
        act: fc.constantFrom('kill', 'stop', 'start', 'hang up', 'power off', 'power on', 'say'),
        name: fc.constantFrom('a', 'b'),
      }),
      { maxLength: 30 },
    );
    const ELSEWHERE = { ...CUT, from: ['nowhere'], to: ['nowhere'] };
    fc.assert(
      fc.property(acts, (list) => {
        const ends = [[], [ELSEWHERE]].map((rules) => {
          const { world, kernel } = twoToys({ chatty: true });
          world.wire.rules = rules;
          for (const { pause, act, name } of list) {
            kernel.runUntil(world, world.now + pause, ignore);
            const peer = name === 'a' ? 'b' : 'a';
            const machine = name === 'a' ? 'left' : 'right';
            if (act === 'kill') kernel.killProcess(world, name, undefined);
            else if (act === 'stop') kernel.stopProcess(world, name, undefined);
            else if (act === 'start') kernel.startProcess(world, name, undefined, ignore);
            else if (act === 'hang up') prod(world, kernel, name, { type: 'toy/hang-up', peer });
            else if (act === 'power off') kernel.powerOff(world, machine);
            else if (act === 'power on') kernel.powerOn(world, machine, undefined, ignore);
            else say(world, kernel, 7);
          }
          kernel.runUntil(world, world.now + 60 * SECOND, ignore);
          return hashWorld({ ...world, wire: { rules: [] } });
        });
        expect(ends[1]).toBe(ends[0]);
      }),
    );
  });

  test('keeps the order of messages between two processes', () => {
    const { world, kernel } = twoToys();
    for (let value = 1; value <= 50; value++) say(world, kernel, value);
    kernel.runUntil(world, SECOND, ignore);
    expect(memoryOf(world, 'b').heard).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  test('a short cut delays messages and loses none', () => {
    const { world, kernel } = twoToys();
    say(world, kernel, 1);
    kernel.runUntil(world, SECOND, ignore);
    world.wire.rules = [CUT];
    say(world, kernel, 2);
    say(world, kernel, 3);
    kernel.runUntil(world, 20 * SECOND, ignore);
    expect(memoryOf(world, 'b').heard).toEqual([1]);
    world.wire.rules = [];
    kernel.runUntil(world, 30 * SECOND, ignore);
    expect(memoryOf(world, 'b').heard).toEqual([1, 2, 3]);
    expect(memoryOf(world, 'a').lost).toEqual([]);
  });

  test('a connection that one side closes is lost to the other at once, and opens again with the next packet', () => {
    const { world, kernel } = twoToys();
    say(world, kernel, 1);
    kernel.runUntil(world, SECOND, ignore);
    kernel.prod(world, {
      to: 'b',
      message: { type: 'toy/hang-up', peer: 'a' } as { type: string },
      cause: undefined,
    });
    kernel.runUntil(world, SECOND, ignore);
    expect(memoryOf(world, 'a').lost).toEqual(['b']);
    expect(memoryOf(world, 'b').lost).toEqual([]);
    say(world, kernel, 2);
    kernel.runUntil(world, 2 * SECOND, ignore);
    expect(memoryOf(world, 'b').heard).toEqual([1, 2]);
  });

  test('a long cut ends the connection on both sides after 45 s of silence', () => {
    const { world, kernel } = twoToys();
    say(world, kernel, 1);
    kernel.runUntil(world, SECOND, ignore);
    world.wire.rules = [CUT];
    say(world, kernel, 2);
    kernel.runUntil(world, 44 * SECOND, ignore);
    expect(memoryOf(world, 'a').lost).toEqual([]);
    kernel.runUntil(world, 60 * SECOND, ignore);
    expect(memoryOf(world, 'a').lost).toEqual(['b']);
    expect(memoryOf(world, 'b').lost).toEqual(['a']);
  });

  test('a lossy link delays but keeps order', () => {
    const { world, kernel } = twoToys();
    world.wire.rules = [{ ...CUT, id: 'loss', effect: { kind: 'loss', percent: 40 } }];
    for (let value = 1; value <= 30; value++) say(world, kernel, value);
    kernel.runUntil(world, HOUR, ignore);
    expect(memoryOf(world, 'b').heard).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });
});

describe('processes', () => {
  test('a crash drops memory, keeps the disk and closes connections at once', () => {
    const { world, kernel } = twoToys();
    say(world, kernel, 7);
    kernel.runUntil(world, SECOND, ignore);
    kernel.stopProcess(world, 'b', undefined);
    kernel.runUntil(world, 2 * SECOND, ignore);
    expect(memoryOf(world, 'a').lost).toEqual(['b']);
    kernel.startProcess(world, 'b', undefined, ignore);
    expect(memoryOf(world, 'b').heard).toEqual([]);
    expect(world.processes.get('b')?.disk).toEqual({ safe: 7 });
  });

  test('a message to a stopped process is refused', () => {
    const { world, kernel } = twoToys();
    kernel.stopProcess(world, 'b', undefined);
    say(world, kernel, 1);
    kernel.runUntil(world, SECOND, ignore);
    expect(memoryOf(world, 'a').lost).toEqual(['b']);
  });

  test('a machine without power is silent; nobody is told before 45 s', () => {
    const { world, kernel } = twoToys();
    say(world, kernel, 1);
    kernel.runUntil(world, SECOND, ignore);
    kernel.powerOff(world, 'right');
    say(world, kernel, 2);
    kernel.runUntil(world, 40 * SECOND, ignore);
    expect(memoryOf(world, 'a').lost).toEqual([]);
    kernel.runUntil(world, 60 * SECOND, ignore);
    expect(memoryOf(world, 'a').lost).toEqual(['b']);
  });

  test('a timer dies with the life in which it was set', () => {
    const { world, kernel } = twoToys({ chatty: true });
    kernel.runUntil(world, SECOND, ignore);
    kernel.stopProcess(world, 'a', undefined);
    const before = memoryOf(world, 'b').heard.length;
    kernel.runUntil(world, 2 * SECOND, ignore);
    expect(memoryOf(world, 'b').heard.length).toBe(before);
    kernel.startProcess(world, 'a', undefined, ignore);
    kernel.runUntil(world, 3 * SECOND, ignore);
    expect(memoryOf(world, 'a').ticks).toBeGreaterThan(0);
    // One chain of ticks, not two: at most one tick a millisecond.
    expect(memoryOf(world, 'a').ticks).toBeLessThan(1001);
  });
});

describe('causes', () => {
  test('a message carries the chain it was sent under', () => {
    const { world, kernel } = twoToys();
    const act = kernel.note(world, { by: 'you', what: 'pressed a key' });
    kernel.inject(world, { from: 'a', to: 'b', message: { type: 'toy/count' }, cause: act });
    const due = earliest(world.agenda);
    expect(due?.cause === undefined ? [] : chainOf(due.cause)).toEqual([act]);
  });
});
