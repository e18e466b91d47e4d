import { describe, expect, test } from 'vitest';
import type { Taint, Toleration } from './generated/types.ts';
import {
  firstUntoleratedTaint,
  formatTaint,
  preventsScheduling,
  tolerationSeconds,
} from './taints-and-tolerations.ts';

const notReady: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' };
const gpu: Taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
const old: Taint = { key: 'old', effect: 'PreferNoSchedule' };

function toleration(key: string, seconds?: number): Toleration {
  const always: Toleration = { key, operator: 'Exists' };
  return seconds === undefined ? always : { ...always, tolerationSeconds: seconds };
}

describe('taints and tolerations', () => {
  test('only the taints that concern are looked at', () => {
    expect(firstUntoleratedTaint([old, gpu], undefined, preventsScheduling)).toBe(gpu);
    expect(firstUntoleratedTaint([old, gpu], [toleration('gpu')], preventsScheduling)).toBe(
      undefined,
    );
    expect(firstUntoleratedTaint([old, gpu], [toleration('gpu')])).toBe(old);
    expect(firstUntoleratedTaint(undefined, undefined)).toBe(undefined);
  });

  test.each([
    { name: 'not tolerated', tolerations: [], want: undefined },
    { name: 'for ever', tolerations: [toleration(notReady.key)], want: Number.POSITIVE_INFINITY },
    { name: 'for a while', tolerations: [toleration(notReady.key, 300)], want: 300 },
    { name: 'negative is none', tolerations: [toleration(notReady.key, -1)], want: 0 },
    {
      name: 'the first of several counts',
      tolerations: [toleration(notReady.key, 300), toleration('', 30)],
      want: 300,
    },
  ])('how long a Pod stays: $name', ({ tolerations, want }) => {
    expect(tolerationSeconds([notReady, gpu], tolerations)).toBe(want);
  });

  test('as kubectl writes them', () => {
    expect([notReady, gpu].map(formatTaint)).toEqual([
      'node.kubernetes.io/not-ready:NoExecute',
      'gpu=yes:NoSchedule',
    ]);
  });
});
