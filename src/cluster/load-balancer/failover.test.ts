import { describe, expect, test } from 'vitest';
import { below, forkStream } from '../../kernel/random.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import {
  apiServer,
  balancedRig,
  etcdOf,
  followerOf,
  run,
  send,
  start,
  stop,
  type BalancedRig,
} from './testing.ts';

/**
 * The law of an informer behind a balancer: whatever servers die while objects change, its copy ends equal to etcd, and
 * no object is ever seen in an older state than before.
 */

const maps = '/api/v1/namespaces/default/configmaps';

function storedMaps(rig: BalancedRig): readonly string[] {
  const prefix = '/registry/configmaps/';
  return [...etcdOf(rig).keys]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, { modRevision }]) => `${key.slice(prefix.length)}@${modRevision}`)
    .toSorted();
}

function followedMaps(rig: BalancedRig): readonly string[] {
  const items = followerOf(rig).informers.get('configmaps')?.items ?? new Map();
  return [...items]
    .map(([key, object]) => `${key}@${object.metadata.resourceVersion ?? ''}`)
    .toSorted();
}

/** Changes that came in an order in which they did not happen. */
function outOfOrder(seen: readonly string[]): readonly string[] {
  const last = new Map<string, number>();
  return seen.filter((each) => {
    const [key = '', revision] = each.split('@');
    if (revision === undefined) {
      // A deletion; the object may come back with any later revision.
      return false;
    }
    const isOld = Number(revision) <= (last.get(key) ?? 0);
    last.set(key, Number(revision));
    return isOld;
  });
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %d', (seed) => {
  test('servers die and come back while objects change', () => {
    const rig = balancedRig({ seed });
    const stream = forkStream(seed, 'failover');
    const down = new Set<number>();
    for (let step = 0; step < 150; step++) {
      const index = 1 + below(stream, 3);
      switch (below(stream, 8)) {
        case 0:
          if (down.size < 2 && !down.has(index)) {
            stop(rig, apiServer(index));
            down.add(index);
          }
          break;
        case 1:
          if (down.has(index)) {
            start(rig, apiServer(index));
            down.delete(index);
          }
          break;
        default: {
          const name = `m${below(stream, 12)}`;
          const alive = [1, 2, 3].find((each) => !down.has(each)) ?? 1;
          const to = apiServer(down.has(index) ? alive : index);
          const body = {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name },
            data: { step: String(step) },
          };
          const method = (['POST', 'PUT', 'DELETE', 'POST'] as const)[below(stream, 4)] ?? 'POST';
          const path = method === 'POST' ? maps : `${maps}/${name}`;
          send(rig, method === 'DELETE' ? { method, path } : { method, path, body }, to);
        }
      }
      run(rig, below(stream, 800) * MILLISECOND);
    }
    for (const index of down) start(rig, apiServer(index));
    run(rig, 90 * SECOND);
    expect(followedMaps(rig)).toEqual(storedMaps(rig));
    expect(storedMaps(rig).length).toBeGreaterThan(0);
    expect(outOfOrder(followerOf(rig).seen)).toEqual([]);
    expect(followerOf(rig).lost).toBeGreaterThan(0);
  });
});
