import { describe, expect, test } from 'vitest';
import type { PageApiResponse } from '../../bridge/protocol.ts';
import type { ApiClient } from './api-client.ts';
import type { Pod } from '../../api/generated/types.ts';
import { onMachines, readChecks, readLamps } from './lamps.ts';

const now = Date.UTC(2026, 0, 1, 12);

/** Answers by the beginning of the path. */
function apiOf(answers: Readonly<Record<string, Partial<PageApiResponse>>>): ApiClient {
  return {
    request: async ({ path }) => ({
      code: 200,
      body: undefined,
      warnings: [],
      ...Object.entries(answers).find(([start]) => path.startsWith(start))?.[1],
    }),
    text: () => Promise.reject(new Error('not asked')),
    problem: async () => undefined,
    watch: async () => 'ended',
  };
}

const lease = (name: string, secondsAgo: number) => ({
  metadata: { namespace: 'kube-system', name },
  spec: {
    holderIdentity: 'cp-1_abc',
    renewTime: new Date(now - secondsAgo * 1000).toISOString().replace('Z', '000Z'),
  },
});

const READY = '[+]ping ok\n[+]etcd ok\n[+]informer-sync ok\nreadyz check passed\n';
const UNREADY = '[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed';

describe('lamps through the API alone', () => {
  test('checks of /readyz, plain or in a Status', () => {
    expect([...readChecks(READY)]).toEqual([
      ['ping', true],
      ['etcd', true],
      ['informer-sync', true],
    ]);
    expect(readChecks({ message: UNREADY }).get('etcd')).toBe(false);
    expect(readChecks(undefined).size).toBe(0);
  });

  test.each([
    {
      name: 'all is well',
      answers: {
        '/readyz': { body: READY },
        '/apis': {
          body: { items: [lease('kube-scheduler', 2), lease('kube-controller-manager', 3)] },
        },
      },
      want: ['good', 'good', 'good', 'good'],
    },
    {
      name: 'etcd fails, and the scheduler renews no more',
      answers: {
        '/readyz': { code: 500, body: { message: UNREADY } },
        '/apis': {
          body: { items: [lease('kube-scheduler', 60), lease('kube-controller-manager', 3)] },
        },
      },
      want: ['failed', 'failed', 'attention', 'good'],
    },
    {
      name: 'leases may not be read, as in a cluster that somebody else keeps',
      answers: { '/readyz': { body: READY }, '/apis': { code: 403 } },
      want: ['good', 'good', 'off', 'off'],
    },
    {
      name: 'nothing answers',
      answers: { '/': { code: 0 } },
      want: ['failed', 'off', 'off', 'off'],
    },
  ])('$name', async ({ answers, want }) => {
    const { components, isReachable } = await readLamps(apiOf(answers), now);
    expect(components.map(({ lamp }) => lamp)).toEqual(want);
    expect(isReachable).toBe(want.some((each) => each === 'good'));
  });
});

test('static Pods give each machine its lamps', async () => {
  const answers = {
    '/readyz': { body: READY },
    '/apis': { body: { items: [lease('kube-scheduler', 2), lease('kube-controller-manager', 3)] } },
  };
  const pod = (component: string, machine: string, ready: 'True' | 'False'): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${component}-${machine}`, labels: { component } },
    spec: { nodeName: machine, containers: [] },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  });
  const { components } = await readLamps(apiOf(answers), now);
  const lamps = onMachines(components, [
    pod('kube-scheduler', 'cp-2', 'False'),
    pod('kube-scheduler', 'cp-1', 'True'),
  ]);
  expect(lamps.map(({ process, lamp, role }) => `${process} ${lamp} ${role}`.trim())).toEqual([
    'kube-apiserver good',
    'etcd good',
    'kube-scheduler-cp-1 good holds the lease',
    'kube-scheduler-cp-2 failed stands by',
    'kube-controller-manager good',
  ]);
});
