import { describe, expect, test } from 'vitest';
import type { Kernel } from './kernel.ts';
import { CUT, ignore, memoryOf, prod, say, twoToys } from './testing.ts';
import { SECOND } from './time.ts';
import type { World } from './world.ts';

function run(world: World, kernel: Kernel, seconds: number): void {
  kernel.runUntil(world, world.now + seconds * SECOND, ignore);
}

/** `b` has been spoken to once and only listens from then on. */
function listening(): { readonly world: World; readonly kernel: Kernel } {
  const made = twoToys();
  say(made.world, made.kernel, 1);
  run(made.world, made.kernel, 1);
  return made;
}

describe('who only listens', () => {
  test('misses a peer whose machine has lost its power, after 45 s', () => {
    const { world, kernel } = listening();
    kernel.powerOff(world, 'left');
    run(world, kernel, 44);
    expect(memoryOf(world, 'b').lost).toEqual([]);
    run(world, kernel, 2);
    expect(memoryOf(world, 'b').lost).toEqual(['a']);
  });

  test('also one that is back meanwhile: it knows of no connection', () => {
    const { world, kernel } = listening();
    kernel.powerOff(world, 'left');
    run(world, kernel, 5);
    kernel.powerOn(world, 'left', undefined, ignore);
    run(world, kernel, 41);
    expect(memoryOf(world, 'b').lost).toEqual(['a']);
  });

  test('learns at once that a connection is an old one when the peer opens a new one, and keeps the new one', () => {
    const { world, kernel } = listening();
    kernel.powerOff(world, 'left');
    run(world, kernel, 5);
    kernel.powerOn(world, 'left', undefined, ignore);
    say(world, kernel, 2);
    run(world, kernel, 1);
    expect(memoryOf(world, 'b')).toMatchObject({ lost: ['a'], heard: [1, 2] });
    run(world, kernel, 60);
    expect(memoryOf(world, 'b').lost).toEqual(['a']);
  });

  test('misses one that ended, or hung up, behind a cut', () => {
    for (const how of ['ends', 'hangs up'] as const) {
      const { world, kernel } = listening();
      world.wire.rules = [CUT];
      if (how === 'ends') kernel.stopProcess(world, 'a', undefined);
      else prod(world, kernel, 'a', { type: 'toy/hang-up', peer: 'b' });
      run(world, kernel, 10);
      expect(memoryOf(world, 'b').lost).toEqual([]);
      run(world, kernel, 36);
      expect(memoryOf(world, 'b').lost).toEqual(['a']);
    }
  });

  test('misses one that hangs; not one that goes on in time', () => {
    const { world, kernel } = listening();
    kernel.suspendProcess(world, 'a');
    run(world, kernel, 20);
    kernel.resumeProcess(world, 'a');
    run(world, kernel, 60);
    expect(memoryOf(world, 'b').lost).toEqual([]);
    kernel.suspendProcess(world, 'a');
    run(world, kernel, 46);
    expect(memoryOf(world, 'b').lost).toEqual(['a']);
  });

  test('an answer of one that was coming up when it was asked ends nothing', () => {
    const { world, kernel } = twoToys();
    kernel.stopProcess(world, 'b', undefined);
    say(world, kernel, 1);
    kernel.startProcess(world, 'b', undefined, ignore);
    run(world, kernel, 1);
    const message = { type: 'toy/count', value: 3 };
    kernel.inject(world, { from: 'b', to: 'a', message, cause: undefined });
    run(world, kernel, 60);
    expect(memoryOf(world, 'a')).toMatchObject({ lost: [], heard: [3] });
    expect(memoryOf(world, 'b')).toMatchObject({ lost: [], heard: [1] });
  });
});
