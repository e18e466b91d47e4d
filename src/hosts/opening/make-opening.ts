import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster, kernel } from '../../cluster/world.ts';
import { earliest } from '../../kernel/agenda.ts';
import { encodeWorld } from '../../kernel/archive.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type { World } from '../../kernel/world.ts';

/**
 * The cluster that a first visitor meets: the default one, with everything that a fresh cluster has to do behind it. It is
 * made when the site is built, by this engine, and is the very world that the same seed and set-up come to by themselves.
 */
export function openingWorld(): World {
  const world = createCluster(defaultSetUp());
  // By then every Pod is Ready, and the kubelets have said all there is to say about it.
  kernel.runUntil(world, SETTLED, () => {});
  while (pauseAhead(world) < PAUSE && world.now < LATEST) kernel.step(world, () => {});
  return world;
}

/** The text of its archive. */
export function openingArchive(): string {
  return JSON.stringify(encodeWorld(openingWorld()));
}

const SETTLED: Micros = 12 * SECOND;
const LATEST: Micros = 20 * SECOND;
/** It begins where nothing happens for a while, so that its clock can go before the engine has come. */
const PAUSE: Micros = 0.7 * SECOND;

function pauseAhead({ agenda, now }: World): Micros {
  return (earliest(agenda)?.at ?? now) - now;
}
