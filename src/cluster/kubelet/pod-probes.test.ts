import { describe, expect, test } from 'vitest';
import { ask, eventsOf, later, row, statusOf, sh, live } from './testing-rig.ts';

describe('probes', () => {
  test('the documentation’s exec liveness example restarts', () => {
    const { rig, lines } = live(
      {
        terminationGracePeriodSeconds: 5,
        containers: [
          {
            name: 'liveness',
            image: 'registry.k8s.io/busybox:1.27.2',
            args: ['/bin/sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600'],
            livenessProbe: {
              exec: { command: ['cat', '/tmp/healthy'] },
              initialDelaySeconds: 5,
              periodSeconds: 5,
            },
          },
        ],
      },
      60,
    );
    expect(lines.at(-1)).toMatch(/1\/1 Running 1$/);
    expect(eventsOf(rig, 'p')).toContain(
      "Unhealthy Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory\n (x3)",
    );
    expect(eventsOf(rig, 'p')).toContain(
      'Killing Container liveness failed liveness probe, will be restarted',
    );
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 137,
      reason: 'Error',
    });
  });

  test('the documentation’s HTTP liveness example restarts', () => {
    const { rig } = live(
      {
        containers: [
          {
            name: 'liveness',
            image: 'registry.k8s.io/e2e-test-images/agnhost:2.40',
            args: ['liveness'],
            livenessProbe: {
              httpGet: { path: '/healthz', port: 8080 },
              initialDelaySeconds: 3,
              periodSeconds: 3,
            },
          },
        ],
      },
      30,
    );
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.restartCount).toBe(1);
    expect(eventsOf(rig, 'p')).toContain(
      'Unhealthy Liveness probe failed: HTTP probe failed with statuscode: 500 (x3)',
    );
  });

  test('not ready until the probe passes, and not again when it fails three times', () => {
    const script = 'sleep 10; touch /tmp/ready; sleep 20; rm /tmp/ready; sleep 1000';
    const { lines } = live(
      {
        containers: [
          {
            name: 'c',
            ...sh(script),
            readinessProbe: { exec: { command: ['cat', '/tmp/ready'] }, periodSeconds: 2 },
          },
        ],
      },
      60,
    );
    expect(lines.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      '0/1 ContainerCreating 0',
      '0/1 Running 0',
      '1/1 Running 0',
      '0/1 Running 0',
    ]);
    const notReady = Number(lines.at(-1)?.split(' ')[0]);
    expect(notReady).toBeGreaterThan(34);
    expect(notReady).toBeLessThan(40);
  });

  test('a startup probe holds the others back; one that never passes kills', () => {
    const startupProbe = {
      exec: { command: ['cat', '/tmp/started'] },
      periodSeconds: 5,
      failureThreshold: 3,
    };
    const livenessProbe = { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 1 };
    const slow = live(
      {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'c',
            ...sh('sleep 8; touch /tmp/started; sleep 1000'),
            startupProbe,
            livenessProbe,
          },
        ],
      },
      11,
    );
    expect(slow.lines.at(-1)).toMatch(/0\/1 Running 0$/);
    expect(eventsOf(slow.rig, 'p').filter((line) => line.startsWith('Unhealthy Liveness'))).toEqual(
      [],
    );
    const never = live(
      {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'c', ...sh('sleep 1000'), startupProbe }],
      },
      20,
    );
    expect(eventsOf(never.rig, 'p')).toContain(
      'Killing Container c failed startup probe, will be restarted',
    );
    expect(statusOf(never.rig, 'p').containerStatuses?.[0]?.restartCount).toBe(1);
  });

  test('nginx asked for a path or port it does not serve', () => {
    const { rig, lines } = live(
      {
        containers: [
          {
            name: 'c',
            image: 'nginx',
            readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
          },
        ],
      },
      8,
    );
    expect(lines.at(-1)).toMatch(/0\/1 Running 0$/);
    expect(eventsOf(rig, 'p').at(-1)).toMatch(
      /^Unhealthy Readiness probe failed: Get "http:\/\/10\.244\.0\.2:8080\/healthz": dial tcp 10\.244\.0\.2:8080: connect: connection refused \(x\d\)$/,
    );
  });

  test('a probe whose command is not there says nothing about the container', () => {
    const { rig } = live(
      {
        containers: [
          {
            name: 'c',
            image: 'nginx',
            livenessProbe: { exec: { command: ['nosuchprobe'] }, periodSeconds: 1 },
          },
        ],
      },
      12,
    );
    expect(row(rig, 'p')).toBe('1/1 Running 0');
    expect(eventsOf(rig, 'p').at(-1)).toMatch(
      /^Unhealthy Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: /,
    );
  });

  test('readiness gates', () => {
    const { rig } = live(
      {
        readinessGates: [{ conditionType: 'example.com/ok' }],
        containers: [{ name: 'c', image: 'nginx' }],
      },
      5,
    );
    const ready = () => statusOf(rig, 'p').conditions?.find(({ type }) => type === 'Ready');
    expect(ready()).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "example.com/ok" does not exist.',
    });
    ask(rig, 'PATCH', '/api/v1/namespaces/default/pods/p/status', {
      status: {
        conditions: [
          ...(statusOf(rig, 'p').conditions ?? []),
          { type: 'example.com/ok', status: 'True' },
        ],
      },
    });
    later(rig, 1);
    expect(ready()).toMatchObject({ status: 'True' });
  });
});
