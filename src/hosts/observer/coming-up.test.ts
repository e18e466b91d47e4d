import { describe, expect, test } from 'vitest';
import type { Container, ContainerStatus, Pod } from '../../api/generated/types.ts';
import { comingUpUntil } from './coming-up.ts';

const STARTED = Date.UTC(2026, 0, 1, 9, 0, 0);

function pod(
  container: Partial<Container>,
  status: Partial<ContainerStatus>,
  phase: 'Pending' | 'Running' = 'Running',
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'web', image: 'nginx', ...container }] },
    status: {
      phase,
      containerStatuses: [
        {
          name: 'web',
          image: 'nginx',
          imageID: '',
          restartCount: 0,
          ready: false,
          started: true,
          state: { running: { startedAt: '2026-01-01T09:00:00Z' } },
          ...status,
        },
      ],
    },
  };
}

const httpGet = { path: '/', port: 80 };

describe('a Pod that runs and is not Ready', () => {
  test.each([
    ['has just been started', {}, {}, 10],
    ['is asked every five seconds', { readinessProbe: { httpGet, periodSeconds: 5 } }, {}, 10],
    [
      'is asked late, and must answer twice',
      { readinessProbe: { httpGet, initialDelaySeconds: 30, successThreshold: 2 } },
      {},
      60,
    ],
  ] as const)('%s: on its way for a while', (_, container, status, seconds) => {
    expect(comingUpUntil(pod(container, status))).toBe(STARTED + seconds * 1000);
  });

  test('has not passed its startup probe: on its way for as long as the kubelet waits', () => {
    const container = { startupProbe: { httpGet }, readinessProbe: { httpGet } };
    expect(comingUpUntil(pod(container, { started: false }))).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    ['is Ready', pod({}, { ready: true })],
    ['does not run', pod({}, {}, 'Pending')],
    ['has a container that waits', pod({}, { state: { waiting: { reason: 'CrashLoopBackOff' } } })],
  ])('%s: nothing to wait for', (_, given) => {
    expect(comingUpUntil(given)).toBeUndefined();
  });
});
