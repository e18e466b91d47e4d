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
