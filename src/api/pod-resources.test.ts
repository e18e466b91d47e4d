import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Container } from './generated/types.ts';
import {
  podLimits,
  podRequestAmounts,
  podRequestAmountsWith,
  podRequests,
  resourceAmounts,
} from './pod-resources.ts';
import { qosClass } from './qos.ts';

const whole = fc.constantFrom('0', '1', '64Mi', '1Gi', '5');
const resources = fc.record({
  requests: fc.record(
    { cpu: fc.constantFrom('1', '250m', '1500m'), memory: whole, 'example.com/gpu': whole },
    { requiredKeys: [] },
  ),
});
const container: fc.Arbitrary<Container> = fc.record({ name: fc.constant('c'), resources });
const initContainer: fc.Arbitrary<Container> = fc.oneof(
  container,
  container.map((each) => ({ ...each, restartPolicy: 'Always' })),
);

describe('what a Pod requests', () => {
  test('numbers and texts say the same', () => {
    fc.assert(
      fc.property(fc.array(container), fc.array(initContainer), (containers, initContainers) => {
        const pod = { spec: { containers, initContainers, overhead: { cpu: '10m' } } };
        const numbers = Object.fromEntries(podRequestAmounts(pod));
        expect(numbers).toEqual(Object.fromEntries(resourceAmounts(podRequests(pod))));
      }),
    );
  });

  test('an answer is not kept when other parts of the spec differ', () => {
    const containers = [{ name: 'c', resources: { requests: { cpu: '1' } } }];
    expect(podRequestAmounts({ spec: { containers } }).get('cpu')).toBe(1000);
    const withOverhead = { spec: { containers, overhead: { cpu: '1' } } };
    expect(podRequestAmounts(withOverhead).get('cpu')).toBe(2000);
    expect(podRequestAmounts({ spec: { containers } }).get('cpu')).toBe(1000);
    expect(qosClass({ containers })).toBe('Burstable');
    expect(qosClass({ containers, resources: { limits: { cpu: '1', memory: '1' } } })).toBe(
      'Burstable',
    );
    expect(qosClass({ containers: [{ name: 'c' }] })).toBe('BestEffort');
  });

  test('stand-ins count only where nothing is requested', () => {
    const containers = [{ name: 'a', resources: { requests: { cpu: '1' } } }, { name: 'b' }];
    const amounts = podRequestAmountsWith(
      { spec: { containers } },
      { nonMissingContainerRequests: { cpu: '100m', memory: '200M' } },
    );
    expect(Object.fromEntries(amounts)).toEqual({ cpu: 1100, memory: 400_000_000 });
  });

  test('overhead widens limits but sets none', () => {
    const containers = [{ name: 'a', resources: { limits: { cpu: '1' } } }];
    const spec = { containers, overhead: { cpu: '1', memory: '1Gi' } };
    expect({ ...podLimits({ spec }) }).toEqual({ cpu: '2' });
  });
});
