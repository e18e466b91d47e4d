import { describe, expect, test } from 'vitest';
import type { Node } from '../../../api/generated/types.ts';
import { seenCluster, summary } from '../testing.ts';
import { reconcileZones } from './zones.ts';

function nodes(zone: string, ready: number, notReady: number): readonly Node[] {
  return Array.from({ length: ready + notReady }, (_, index) => ({
    apiVersion: 'v1' as const,
    kind: 'Node' as const,
    metadata: {
      name: `${zone}-${index}`,
      labels: { 'topology.kubernetes.io/zone': zone },
    },
    spec: {},
    status: {
      conditions: [
        {
          type: 'Ready',
          status: index < ready ? 'True' : 'Unknown',
          lastTransitionTime: '2026-01-01T09:00:00Z',
        },
      ],
    },
  }));
}

describe('zones', () => {
  const now = 60_000_000;
  const cases = [
    {
      name: 'a healthy zone: the first at once, the next after 10 s',
      zones: nodes('a', 8, 2),
      taints: 1,
      after: 10_000_000,
    },
    {
      name: 'two of three are not too many',
      zones: nodes('a', 1, 2),
      taints: 1,
      after: 10_000_000,
    },
    {
      name: 'a small zone with more than half ill: nobody',
      zones: nodes('a', 2, 3),
      taints: 0,
      after: undefined,
    },
    { name: 'a large one: one in 100 s', zones: nodes('a', 20, 40), taints: 1, after: 100_000_000 },
    {
      name: 'a zone that is wholly ill beside a healthy one',
      zones: [...nodes('a', 0, 3), ...nodes('b', 3, 0)],
      taints: 1,
      after: 10_000_000,
    },
    {
      name: 'every zone wholly ill: nobody',
      zones: [...nodes('a', 0, 3), ...nodes('b', 0, 2)],
      taints: 0,
      after: undefined,
    },
  ];
  test.each(cases)('$name', ({ zones, taints, after }) => {
    const plan = reconcileZones(seenCluster({ nodes: zones }).view, now, undefined);
    expect(summary(plan)).toHaveLength(taints);
    expect(plan.after).toBe(after);
  });

  test('the rate holds from one look to the next', () => {
    const { view } = seenCluster({ nodes: nodes('a', 8, 2) });
    const memo = reconcileZones(view, now, undefined).remember ?? undefined;
    const early = reconcileZones(view, now + 4_000_000, memo);
    expect([early.writes.length, early.after]).toEqual([0, 6_000_000]);
    expect(reconcileZones(view, now + 10_000_000, memo).writes).toHaveLength(1);
  });
});
