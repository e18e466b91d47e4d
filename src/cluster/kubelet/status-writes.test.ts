import { describe, expect, test } from 'vitest';
import type { PodStatus } from '../../api/generated/types.ts';
import { statusPatch } from './status-writes.ts';

const condition = (type: string, status: string, reason?: string) => ({
  type,
  status,
  lastTransitionTime: '2026-01-01T09:00:00Z',
  ...(reason === undefined ? {} : { reason }),
});

describe('the patch from one status to the next', () => {
  test.each<readonly [string, PodStatus | undefined, PodStatus, unknown]>([
    [
      'nothing differs',
      { phase: 'Running', podIPs: [{ ip: 'a' }] },
      { phase: 'Running', podIPs: [{ ip: 'a' }] },
      undefined,
    ],
    [
      'a newer generation alone is no news',
      { phase: 'Running', observedGeneration: 1 },
      { phase: 'Running', observedGeneration: 2 },
      undefined,
    ],
    [
      'only what differs',
      { phase: 'Pending', hostIP: 'h' },
      { phase: 'Running', hostIP: 'h', observedGeneration: 1 },
      { phase: 'Running', observedGeneration: 1 },
    ],
    [
      'what is no longer said is taken back',
      { phase: 'Failed', reason: 'Evicted' },
      { phase: 'Failed' },
      { reason: null },
    ],
    [
      'an address that is gone',
      { podIPs: [{ ip: 'a' }] },
      { podIPs: [{ ip: 'b' }] },
      { podIPs: [{ ip: 'b' }, { $patch: 'delete', ip: 'a' }] },
    ],
    [
      'only changed conditions, and their reasons taken back',
      {
        conditions: [
          condition('Ready', 'False', 'ContainersNotReady'),
          condition('Initialized', 'True'),
        ],
      },
      { conditions: [condition('Ready', 'True'), condition('Initialized', 'True')] },
      { conditions: [{ ...condition('Ready', 'True'), reason: null, message: null }] },
    ],
    [
      'the first write says the order',
      { conditions: [condition('PodScheduled', 'True')] },
      { conditions: [condition('Ready', 'True'), condition('PodScheduled', 'True')] },
      {
        conditions: [condition('Ready', 'True')],
        '$setElementOrder/conditions': [{ type: 'Ready' }, { type: 'PodScheduled' }],
      },
    ],
  ])('%s', (_, before, after, want) => {
    expect(statusPatch(before, after)).toEqual(want);
  });
});
