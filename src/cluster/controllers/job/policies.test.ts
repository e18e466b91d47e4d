import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../api/generated/types.ts';
import { aPod } from '../testing.ts';
import { policyAnswer } from './failure-policy.ts';
import { formatIndexes, parseIndexes } from './indexes.ts';
import { metSuccessRule } from './success-policy.ts';

const pod = aPod('p', { phase: 'Failed' });
const state = { terminated: { exitCode: 1 } };
/** Its only container has ended with 1. */
const failedPod: Pod = {
  ...pod,
  status: {
    ...pod.status,
    containerStatuses: [
      { name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state },
    ],
  },
};

describe('indexes', () => {
  test.each([
    ['', []],
    ['1', [1]],
    ['1,2', [1, 2]],
    ['0-2,4,6,7', [0, 1, 2, 4, 6, 7]],
    ['1,3-5,7', [1, 3, 4, 5, 7]],
  ] as [string, number[]][])('%s', (text, indexes) => {
    expect(formatIndexes(new Set(indexes))).toBe(text);
    expect([...parseIndexes(text, 10)]).toEqual(indexes);
  });

  test('beyond the completions there are none', () => {
    expect([...parseIndexes('0-5', 3)]).toEqual([0, 1, 2]);
  });
});

describe('policies', () => {
  test.each([
    [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }, 'Count'],
    [{ action: 'Ignore', onExitCodes: { operator: 'NotIn', values: [3] } }, 'Ignore'],
    [
      { action: 'FailJob', onExitCodes: { containerName: 'd', operator: 'In', values: [1] } },
      'Count',
    ],
    [
      { action: 'FailIndex', onExitCodes: { containerName: 'c', operator: 'In', values: [1] } },
      'FailIndex',
    ],
  ] as const)('%j', (rule, action) => {
    expect(policyAnswer({ rules: [rule] }, failedPod).action).toBe(action);
  });

  test('the message names container, code and rule', () => {
    const rule = { action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } } as const;
    expect(policyAnswer({ rules: [rule] }, failedPod).message).toBe(
      'Container c for pod default/p failed with exit code 1 matching FailJob rule at index 0',
    );
  });

  test.each([
    [{ succeededCount: 2 }, [1], undefined],
    [{ succeededCount: 1 }, [1], 'Matched rules at index 0'],
    [{ succeededIndexes: '0,2-3', succeededCount: 1 }, [1], undefined],
    [{ succeededIndexes: '0,2-3', succeededCount: 1 }, [3], 'Matched rules at index 0'],
    [{ succeededIndexes: '1-2' }, [1], undefined],
    [{ succeededIndexes: '1-2' }, [1, 2], 'Matched rules at index 0'],
  ] as const)('success: %j with %j', (rule, succeeded, message) => {
    expect(metSuccessRule({ rules: [rule] }, 5, new Set(succeeded))).toBe(message);
  });
});
