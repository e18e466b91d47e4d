import { expect, test } from 'vitest';
import type { Pod } from './generated/types.ts';
import { grantedRequestAmounts } from './granted-resources.ts';

const aPod = (wants: string, has: string | undefined, generation = 2): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', generation },
  spec: { containers: [{ name: 'c', resources: { requests: { cpu: wants } } }] },
  status: {
    containerStatuses: [
      {
        name: 'c',
        ready: true,
        restartCount: 0,
        image: '',
        imageID: '',
        ...(has === undefined ? {} : { allocatedResources: { cpu: has } }),
      },
    ],
  },
});

test.each([
  ['what is asked for', aPod('1', undefined), 1000],
  ['the same', aPod('1', '1'), 1000],
  ['less than is asked for', aPod('900', '1'), 1000],
  ['more, until the kubelet takes it', aPod('1', '2'), 2000],
  ['a Pod that was never changed', aPod('1', '2', 1), 1000],
])('%s', (_what, pod, milli) => {
  expect(grantedRequestAmounts(pod).get('cpu')).toBe(milli);
});
