import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { availableAt, nextAvailableAt, tallyOf, type ReplicaTally } from './replica-tallies.ts';
import { aPod, aReplicaSet, EPOCH_MILLIS, seenCluster } from './testing.ts';
import { formatTime } from '../../api/time.ts';
import type { ReplicaSet } from '../../api/generated/types.ts';

/** One change of a world of six pods and two sets. */
const operation = fc.oneof(
  fc.record({
    kind: fc.constant('pod' as const),
    name: fc.integer({ min: 0, max: 5 }),
    owner: fc.constantFrom('web', 'old', 'none'),
    labels: fc.constantFrom({ app: 'web' }, { app: 'web', tier: 'x' }, { app: 'other' }),
    phase: fc.constantFrom('Pending' as const, 'Running' as const, 'Failed' as const),
    readySince: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
    deleting: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('pod gone' as const), name: fc.integer({ min: 0, max: 5 }) }),
  fc.record({
    kind: fc.constant('set' as const),
    name: fc.constantFrom('web', 'old'),
    minReadySeconds: fc.constantFrom(0, 10),
  }),
  fc.record({ kind: fc.constant('set gone' as const), name: fc.constantFrom('web', 'old') }),
  fc.record({ kind: fc.constant('look' as const), at: fc.integer({ min: 0, max: 60 }) }),
);

function numbers(tally: ReplicaTally) {
  const { active, fullyLabeled, ready, terminating } = tally;
  return { active, fullyLabeled, ready, terminating, strays: [...tally.strays].sort() };
}

describe('tallies of ReplicaSets', () => {
  test('kept up to date, they equal the count from scratch', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const cluster = seenCluster();
        const { view, derived } = cluster;
        let now = 0;
        for (const each of operations) {
          switch (each.kind) {
            case 'pod': {
              const owner = each.owner === 'none' ? undefined : aReplicaSet({ name: each.owner });
              const { readySince } = each;
              cluster.put(
                'pods',
                aPod(`pod-${each.name}`, {
                  labels: each.labels,
                  phase: each.phase,
                  deleting: each.deleting,
                  ...(owner === undefined ? {} : { owner }),
                  ...(readySince === undefined
                    ? {}
                    : { readySince: formatTime(EPOCH_MILLIS + readySince * 1000) }),
                }),
              );
              break;
            }
            case 'pod gone': {
              const pod = view.get('pods', `default/pod-${each.name}`);
              if (pod !== undefined) cluster.remove('pods', pod);
              break;
            }
            case 'set':
              cluster.put('replicasets', aReplicaSet(each));
              break;
            case 'set gone': {
              const set = view.get('replicasets', `default/${each.name}`);
              if (set !== undefined) cluster.remove('replicasets', set);
              break;
            }
            case 'look':
              now = Math.max(now, each.at);
          }
          const sets: ReplicaSet[] = [...view.all('replicasets').values()];
          expect(derived.replicas.size).toBe(sets.length);
          for (const set of sets) {
            const kept = derived.replicas.get(set.metadata.uid ?? '') as ReplicaTally;
            const fresh = tallyOf(set, view.all('pods'), EPOCH_MILLIS);
            const podAt = (key: string) => view.get('pods', key);
            expect(numbers(kept)).toEqual(numbers(fresh));
            expect(availableAt(kept, podAt, now * 1e6)).toBe(availableAt(fresh, podAt, now * 1e6));
            expect(nextAvailableAt(kept, podAt)).toBe(nextAvailableAt(fresh, podAt));
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
