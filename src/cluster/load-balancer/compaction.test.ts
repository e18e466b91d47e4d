import { expect, test } from 'vitest';
import { MINUTE } from '../../kernel/time.ts';
import { balancedRig, etcdOf, run, serverOf } from './testing.ts';

test('of three servers one compacts in each round, and five to ten minutes of history remain', () => {
  const rig = balancedRig();
  run(rig, 4 * MINUTE);
  expect(etcdOf(rig).compactedRevision).toBe(0);
  const revisions: number[] = [];
  for (let minute = 0; minute < 26; minute++) {
    run(rig, MINUTE);
    revisions.push(etcdOf(rig).revision);
  }
  const { compactedRevision } = etcdOf(rig);
  const history = revisions.length - revisions.findLastIndex((each) => each < compactedRevision);
  expect(history).toBeGreaterThanOrEqual(5);
  expect(history).toBeLessThanOrEqual(11);
  const keys = new Set([1, 2, 3].map((index) => serverOf(rig, index).compactKey));
  expect(keys.size).toBeLessThanOrEqual(2);
  // Each of six rounds changed the key once.
  expect(etcdOf(rig).keys.get('compact_rev_key')?.version).toBeLessThanOrEqual(7);
});
