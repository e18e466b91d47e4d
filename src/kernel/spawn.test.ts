import { expect, test } from 'vitest';
import { checkpoint, restore } from './checkpoint.ts';
import { createKernel } from './kernel.ts';
import { defineBehaviour } from './process.ts';
import { ignore, prod } from './testing.ts';
import { SECOND } from './time.ts';
import { createWorld } from './world.ts';

type Message = { readonly type: 'spawn' | 'reap' | 'tell'; readonly name?: string };

/** Spawns children of its own kind; each counts what it is told. */
const parent = defineBehaviour<object, { told: number }, object, Message>({
  kind: 'parent',
  initialDisk: () => ({ told: 0 }),
  start: () => Object.freeze({}),
  step({ disk }, message, env) {
    const { name = '' } = message;
    if (message.type === 'spawn') env.spawnProcess?.({ name, kind: 'parent', config: {} });
    else if (message.type === 'reap') env.reapProcess?.(name);
    else disk.told += 1;
  },
});

test('a spawned process runs on its parent’s machine, is part of a checkpoint, and leaves nothing when it is reaped', () => {
  const kernel = createKernel([parent]);
  let world = createWorld({ seed: 1, epochMillis: 0 });
  const run = () => kernel.runUntil(world, world.now + SECOND, ignore);
  kernel.addMachine(world, { name: 'm', power: 'on', fsyncMicros: [1] });
  kernel.addProcess(world, { name: 'p', kind: 'parent', machine: 'm', config: {} }, ignore);
  prod(world, kernel, 'p', { type: 'spawn', name: 'c' });
  run();
  world = restore(checkpoint(world));
  prod(world, kernel, 'c', { type: 'tell' });
  run();
  expect(world.processes.get('c')).toMatchObject({
    machine: 'm',
    supervisor: 'p',
    disk: { told: 1 },
  });
  prod(world, kernel, 'p', { type: 'reap', name: 'c' });
  // Asked again, or of one that is not there, it does nothing.
  prod(world, kernel, 'p', { type: 'reap', name: 'c' });
  run();
  expect([...world.processes.keys()]).toEqual(['p']);
  prod(world, kernel, 'p', { type: 'spawn', name: 'c' });
  run();
  expect(world.processes.get('c')).toMatchObject({ disk: { told: 0 } });
});
