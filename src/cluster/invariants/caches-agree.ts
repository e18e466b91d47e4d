import type { World } from '../../kernel/world.ts';
import type { Informer } from '../client/informer.ts';
import type { KubeObject } from '../client/kube-object.ts';
import type { Invariant } from './invariant.ts';
import { storedObjects } from '../observe.ts';

/** Every informer's copy is the truth again: no watch has lost or invented an event. */
export const cachesAgree: Invariant = {
  name: 'every cache holds what etcd holds',
  kind: 'liveness',
  check(world) {
    const truth = new Map<string, string>();
    for (const { value, modRevision } of storedObjects(world)) {
      const { metadata } = value as KubeObject;
      truth.set(metadata.uid ?? '', String(modRevision));
    }
    for (const [process, informer] of informersIn(world)) {
      for (const [key, object] of informer.items) {
        const { uid, resourceVersion } = object.metadata;
        const stored = truth.get(uid ?? '');
        if (stored !== resourceVersion) {
          return `${process}/${informer.name}: ${key} at ${resourceVersion}, in etcd ${stored ?? 'gone'}`;
        }
      }
    }
    return undefined;
  },
};

function* informersIn(world: World): Generator<readonly [string, Informer]> {
  for (const process of world.processes.values()) {
    const informers = (process.memory as { informers?: unknown } | undefined)?.informers;
    if (!(informers instanceof Map)) continue;
    // By convention a component keeps its informers under this name.
    for (const informer of (informers as Map<string, Informer>).values())
      yield [process.name, informer];
  }
}
