import type { World } from '../../kernel/world.ts';
import type { KubeObject } from '../client/kube-object.ts';
import { storedObjects } from '../observe.ts';

/** All stored objects of a kind. */
export function objectsOf<T extends KubeObject>(world: World, kind: T['kind']): readonly T[] {
  const found: T[] = [];
  for (const { value } of storedObjects(world)) {
    const object = value as KubeObject;
    if (object.kind === kind) found.push(object as T);
  }
  return found;
}
