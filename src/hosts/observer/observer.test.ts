import { expect, test } from 'vitest';
import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import { MINUTE } from '../../kernel/time.ts';
import { createSession } from '../session.ts';
import { createObserver } from './observer.ts';

test('what API servers note in etcd for themselves is looked at as well, and is no row', () => {
  const session = createSession(
    createCluster(defaultSetUp({ nodes: 1, seed: 1, controlPlanes: 3 })),
  );
  const observer = createObserver(session.world);
  let objects = 0;
  // Long enough for them to compact, and to renew who serves.
  for (let minute = 1; minute <= 7; minute++) {
    session.advance(minute * MINUTE, Number.MAX_SAFE_INTEGER);
    observer.look();
    const { upsert, remove } = observer.take().objects;
    objects += upsert.length - remove.length;
    expect(upsert.every(({ kind }) => kind !== '')).toBe(true);
  }
  expect(objects).toBeGreaterThan(20);
});
