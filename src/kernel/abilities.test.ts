import { describe, expect, test } from 'vitest';
import { checkpoint, restore } from './checkpoint.ts';
import { hashWorld } from './hash.ts';
import { fsyncLatencies } from './machine.ts';
import { createKernel, type Kernel } from './kernel.ts';
import { ignore, memoryOf, prod, say, toy, twoToys } from './testing.ts';
import { MILLISECOND, SECOND } from './time.ts';
import type { World } from './world.ts';

const NOTHING = Object.freeze({});

function run(world: World, kernel: Kernel, micros: number): void {
  kernel.runUntil(world, world.now + micros, ignore);
}

function isUp(world: World, name: string): boolean {
  return world.processes.get(name)?.memory !== undefined;
}

describe('supervision', () => {
  function family() {
    const { world, kernel } = twoToys();
    const child = { name: 'child', kind: 'toy', machine: 'left', config: NOTHING, supervisor: 'a' };
    kernel.addProcess(world, child, ignore);
    return { world, kernel };
  }

  test('a supervised process starts when it is told to, and not with its machine', () => {
    const { world, kernel } = family();
    run(world, kernel, SECOND);
    expect(isUp(world, 'child')).toBe(false);
    prod(world, kernel, 'a', { type: 'toy/start', process: 'child' });
    run(world, kernel, SECOND);
    expect(isUp(world, 'child')).toBe(true);
    kernel.powerOff(world, 'left');
    kernel.powerOn(world, 'left', undefined, ignore);
    run(world, kernel, SECOND);
    expect([isUp(world, 'a'), isUp(world, 'child')]).toEqual([true, false]);
  });

  test.each([
    ['by its supervisor', { type: 'toy/stop', process: 'child' }, 'child 137 signal: killed'],
    ['by itself', { type: 'toy/die' }, 'child 2 out of luck'],
  ] as const)('that it ends %s is told', (_how, message, said) => {
    const { world, kernel } = family();
    prod(world, kernel, 'a', { type: 'toy/start', process: 'child' });
    run(world, kernel, SECOND);
    prod(world, kernel, message.type === 'toy/die' ? 'child' : 'a', message);
    run(world, kernel, SECOND);
    expect(isUp(world, 'child')).toBe(false);
    expect(memoryOf(world, 'a').exits).toEqual([said]);
  });

  test('a crash is told as well, also of a process that hangs', () => {
    const { world, kernel } = family();
    prod(world, kernel, 'a', { type: 'toy/start', process: 'child' });
    run(world, kernel, SECOND);
    kernel.suspendProcess(world, 'child');
    kernel.killProcess(world, 'child', undefined);
    run(world, kernel, SECOND);
    expect(memoryOf(world, 'a').exits).toEqual(['child 137 signal: killed']);
    prod(world, kernel, 'a', { type: 'toy/start', process: 'child' });
    run(world, kernel, SECOND);
    prod(world, kernel, 'child', { type: 'toy/count', value: 1 });
    run(world, kernel, SECOND);
    expect(memoryOf(world, 'child').heard).toEqual([1]);
  });

  test('systemd starts again what crashed, after its pause, and not what was stopped', () => {
    const { world, kernel } = twoToys();
    const unit = { name: 'unit', kind: 'toy', machine: 'left', config: NOTHING };
    kernel.addProcess(world, { ...unit, restartMicros: 5 * SECOND }, ignore);
    kernel.killProcess(world, 'unit', undefined);
    run(world, kernel, 4 * SECOND);
    expect(isUp(world, 'unit')).toBe(false);
    run(world, kernel, 2 * SECOND);
    expect(isUp(world, 'unit')).toBe(true);
    kernel.stopProcess(world, 'unit', undefined);
    run(world, kernel, 60 * SECOND);
    expect(isUp(world, 'unit')).toBe(false);
  });
});

describe('hang', () => {
  test('keeps what comes, in order, and takes it up when it goes on', () => {
    const { world, kernel } = twoToys();
    kernel.suspendProcess(world, 'b');
    say(world, kernel, 1);
    say(world, kernel, 2);
    run(world, kernel, 20 * SECOND);
    expect(memoryOf(world, 'b').heard).toEqual([]);
    expect(memoryOf(world, 'a').lost).toEqual([]);
    kernel.resumeProcess(world, 'b');
    say(world, kernel, 3);
    run(world, kernel, SECOND);
    expect(memoryOf(world, 'b').heard).toEqual([1, 2, 3]);
    expect(world.processes.get('b')?.strain).toBeUndefined();
  });

  test('a peer gives up after 45 s without an answer, and what it sent is not read later', () => {
    const { world, kernel } = twoToys();
    kernel.suspendProcess(world, 'b');
    say(world, kernel, 1);
    run(world, kernel, 44 * SECOND);
    expect(memoryOf(world, 'a').lost).toEqual([]);
    run(world, kernel, 2 * SECOND);
    expect(memoryOf(world, 'a').lost).toEqual(['b']);
    kernel.resumeProcess(world, 'b');
    run(world, kernel, SECOND);
    expect(memoryOf(world, 'b').heard).toEqual([]);
    expect(memoryOf(world, 'b').lost).toEqual(['a']);
  });

  test('is part of a checkpoint', () => {
    const { world, kernel } = twoToys({ chatty: true });
    run(world, kernel, SECOND);
    kernel.suspendProcess(world, 'b');
    run(world, kernel, SECOND);
    const copy = restore(checkpoint(world));
    expect(hashWorld(copy)).toBe(hashWorld(world));
    for (const each of [world, copy]) {
      kernel.resumeProcess(each, 'b');
      run(each, kernel, SECOND);
    }
    expect(hashWorld(copy)).toBe(hashWorld(world));
    expect(memoryOf(copy, 'b').heard.length).toBeGreaterThan(200);
  });
});

describe('slow', () => {
  test('each step takes its time, in order, and none is lost', () => {
    const { world, kernel } = twoToys();
    kernel.slowProcess(world, 'b', 100 * MILLISECOND);
    for (let value = 1; value <= 4; value++) say(world, kernel, value);
    run(world, kernel, 10 * SECOND);
    const { heard, at } = memoryOf(world, 'b');
    expect(heard).toEqual([1, 2, 3, 4]);
    for (let i = 1; i < at.length; i++)
      expect((at[i] ?? 0) - (at[i - 1] ?? 0)).toBeGreaterThanOrEqual(100 * MILLISECOND);
    kernel.slowProcess(world, 'b', 0);
    expect(world.processes.get('b')?.strain).toBeUndefined();
  });
});

test.each([2, 10, 100, 1000])('a disk of p99 %i ms has that p99, and a quick half', (p99) => {
  const latencies = fsyncLatencies(p99 * MILLISECOND);
  expect(latencies).toHaveLength(100);
  expect(latencies.toSorted((a, b) => a - b)[98]).toBe(p99 * MILLISECOND);
  expect(latencies[49] ?? 0).toBeLessThan((p99 * MILLISECOND) / 4);
});

test('what is put on the agenda from outside is done at its time', () => {
  const kept: string[] = [];
  const { world } = twoToys();
  const kernel = createKernel([toy], {
    keep: (at, message) => {
      kept.push(`${at.now} ${message.type}`);
    },
  });
  kernel.appoint(world, 3 * SECOND, { type: 'lab/act' });
  run(world, kernel, 5 * SECOND);
  expect(kept).toEqual(['3000000 lab/act']);
});
