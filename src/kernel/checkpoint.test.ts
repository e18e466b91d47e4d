import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeWorld, encodeWorld, type Archive } from './archive.ts';
import { checkpoint, restore, type Checkpoint } from './checkpoint.ts';
import { hashWorld } from './hash.ts';
import type { ProcessRecord } from './process.ts';
import { ignore, twoToys } from './testing.ts';
import { MINUTE, SECOND } from './time.ts';
import type { World } from './world.ts';

interface Disk {
  readonly table: Map<string, unknown>;
}

describe('the same seed and the same acts give the same world', () => {
  const run = (seed: number): string => {
    const { world, kernel } = twoToys({ seed, chatty: true });
    kernel.runUntil(world, 10 * SECOND, ignore);
    kernel.powerOff(world, 'right');
    kernel.runUntil(world, 2 * MINUTE, ignore);
    kernel.powerOn(world, 'right', undefined, ignore);
    kernel.runUntil(world, 3 * MINUTE, ignore);
    return hashWorld(world);
  };

  test('twice', () => {
    expect(run(5)).toBe(run(5));
  });

  test('and another seed another one', () => {
    expect(run(5)).not.toBe(run(6));
  });
});

describe('checkpoint', () => {
  /** A world with one process that holds a table, which the test changes between steps. */
  const tableOf = (world: World): Map<string, unknown> =>
    (world.processes.get('a') as { disk: Disk }).disk.table;

  test('any history of a table, kept and restored at any time, is that of a Map', () => {
    const keys = fc.constantFrom(...Array.from({ length: 40 }, (_, index) => `key-${index}`));
    const act = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('set' as const), key: keys, value: fc.nat(5) }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key: keys }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('nest' as const), key: keys, value: fc.nat(5) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('keep' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(act, { minLength: 60, maxLength: 200 }), (acts) => {
        let { world } = twoToys();
        (world.processes.get('a') as { disk: Disk }).disk = { table: new Map() };
        const plain = new Map<string, unknown>();
        const kept: { readonly checkpoint: Checkpoint; readonly was: string }[] = [];
        for (const each of acts) {
          const table = tableOf(world);
          const process = world.processes.get('a') as ProcessRecord;
          process.steps += 1;
          if (each.do === 'set') {
            const value = each.value < 3 ? each.value : Object.freeze({ value: each.value });
            table.set(each.key, value);
            plain.set(each.key, value);
          } else if (each.do === 'delete') {
            table.delete(each.key);
            plain.delete(each.key);
          } else if (each.do === 'nest') {
            // What is not frozen is changed where it lies.
            for (const map of [table, plain]) {
              const found = map.get(each.key);
              if (Array.isArray(found)) found.push(each.value);
              else map.set(each.key, [each.value]);
            }
          } else {
            const made = checkpoint(world);
            kept.push({ checkpoint: made, was: JSON.stringify([...plain]) });
            if (each.do === 'restore') world = restore(made);
          }
          expect(JSON.stringify([...tableOf(world)])).toBe(JSON.stringify([...plain]));
        }
        for (const { checkpoint: made, was } of kept)
          expect(JSON.stringify([...tableOf(restore(made))])).toBe(was);
      }),
      { numRuns: 60 },
    );
  });

  test('the original goes on without touching the copy, and the copy can go the same way', () => {
    const { world, kernel } = twoToys({ chatty: true });
    kernel.runUntil(world, 10 * SECOND, ignore);
    const copy = restore(checkpoint(world));
    const before = hashWorld(copy);
    expect(before).toBe(hashWorld(world));
    kernel.runUntil(world, 60 * SECOND, ignore);
    expect(hashWorld(copy)).toBe(before);
    kernel.runUntil(copy, 60 * SECOND, ignore);
    expect(hashWorld(copy)).toBe(hashWorld(world));
  });

  test('an archive gives back the same world, through text', () => {
    const { world, kernel } = twoToys({ chatty: true });
    kernel.runUntil(world, 10 * SECOND, ignore);
    const text = JSON.stringify(encodeWorld(world));
    const read = decodeWorld(JSON.parse(text) as Archive);
    expect(hashWorld(read)).toBe(hashWorld(world));
    kernel.runUntil(world, 60 * SECOND, ignore);
    kernel.runUntil(read, 60 * SECOND, ignore);
    expect(hashWorld(read)).toBe(hashWorld(world));
  });

  test('what is not an archive is refused with a sentence', () => {
    expect(() => decodeWorld({ format: 1, table: [], root: null } as unknown as Archive)).toThrow(
      'not a saved world',
    );
  });
});
