import { forkStream, type RandomStream } from './random.ts';
import type { World } from './world.ts';

/** A world's random stream of that label, forked from its seed when it is first used. */
export function streamOf(world: World, label: string): RandomStream {
  let stream = world.streams.get(label);
  if (stream === undefined) {
    stream = forkStream(world.seed, label);
    world.streams.set(label, stream);
  }
  return stream;
}

/**
 * Labels of streams: a text that is put together at each use is hashed at each use, so each is made once. A memo
 * without influence on any world.
 */
const labels = new Map<string, Map<string, string>>();

/** The label of an owner's stream for a purpose. */
export function labelOf(owner: string, purpose: string): string {
  let own = labels.get(owner);
  if (own === undefined) {
    own = new Map();
    labels.set(owner, own);
  }
  let label = own.get(purpose);
  if (label === undefined) {
    label = `${owner}/${purpose}`;
    own.set(purpose, label);
  }
  return label;
}
