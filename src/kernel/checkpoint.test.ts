import { describe, expect, test } from 'vitest';
import { decodeWorld, encodeWorld, type Archive } from './archive.ts';
import { checkpoint } from './checkpoint.ts';
import { hashWorld } from './hash.ts';
import { ignore, twoToys } from './testing.ts';
import { MINUTE, SECOND } from './time.ts';

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
  test('the original goes on without touching the copy, and the copy can go the same way', () => {
    const { world, kernel } = twoToys({ chatty: true });
    kernel.runUntil(world, 10 * SECOND, ignore);
    const copy = checkpoint(world);
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
    expect(() => decodeWorld({ format: 2 } as unknown as Archive)).toThrow('not a saved world');
  });
});
