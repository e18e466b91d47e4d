import { expect, test } from 'vitest';
import { amountsWords } from './container-amounts.ts';

test.each([
  [{ cpu: '1' }, undefined, 'cpu 1'],
  [{ cpu: '1' }, { cpu: '1' }, 'cpu 1'],
  [
    { cpu: '2', memory: '1Gi' },
    { cpu: '1', memory: '1Gi' },
    'cpu 1, memory 1Gi → cpu 2, memory 1Gi',
  ],
  [undefined, undefined, ''],
])('%j asked for, %j there: %s', (wanted, has, text) => {
  const container = wanted === undefined ? {} : { resources: { requests: wanted } };
  const status = has === undefined ? undefined : { resources: { requests: has } };
  expect(amountsWords('requests', container, status)).toBe(text);
});
