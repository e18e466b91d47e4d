import { expect, test } from 'vitest';
import { MINUTE } from '../../kernel/time.ts';
import { API_SERVER, apiServerRig, CLIENT, ETCD, etcdOf, memoryOf, run } from './testing.ts';

test('however much is written between two compactions, history and windows have a bound', () => {
  const rig = apiServerRig();
  run(rig);
  const value = Object.freeze({ metadata: Object.freeze({ name: 'a', namespace: 'default' }) });
  const write = (): void =>
    rig.kernel.inject(rig.world, {
      from: CLIENT,
      to: ETCD,
      message: {
        type: 'etcd/txn',
        id: 1,
        key: '/registry/configmaps/default/a',
        expectedModRevision: -1,
        op: { kind: 'put', value },
      } as { type: string },
      cause: undefined,
    });
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 12_000; i++) write();
    run(rig, (30 * MINUTE) / 60);
  }
  run(rig, 2 * MINUTE);
  const { history, revision } = etcdOf(rig);
  expect(revision).toBeGreaterThan(72_000);
  expect(history.next - history.first).toBeLessThan(30_000);
  const { window } = memoryOf(rig).caches.get('configmaps') ?? {};
  expect((window?.next ?? 0) - (window?.first ?? 0)).toBeLessThanOrEqual(25_600);
  expect(rig.world.processes.get(API_SERVER)?.memory).toBeDefined();
}, 60_000);
