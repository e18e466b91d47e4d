import { expect, test } from 'vitest';
import type { Pod } from '../../../api/generated/types.ts';
import { countsAlike, nextPodInfo, podInfoAfter, podInfoOf } from './pod-info.ts';

const old: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u-1', labels: { app: 'web' } },
  spec: {
    containers: [
      {
        name: 'c',
        image: 'nginx',
        ports: [{ containerPort: 80, hostPort: 8080 }],
        resources: { requests: { cpu: '100m', 'example.com/gpu': '1' } },
      },
    ],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    priority: 5,
  },
};
podInfoOf(old);

const resized = {
  name: 'c',
  image: 'nginx',
  imageID: '',
  ready: true,
  restartCount: 0,
  resources: { requests: { cpu: '200m', 'example.com/gpu': '1' } },
};

/** The next state of the Pod, and whether it counts as the one before. */
const STATES: readonly (readonly [string, Pod, boolean])[] = [
  ['nothing', { ...old }, true],
  ['status', { ...old, status: { phase: 'Running', startTime: '2026-01-01T00:00:00Z' } }, true],
  ['bound', { ...old, spec: { ...old.spec, nodeName: 'node-1' } }, true],
  [
    'leaves',
    { ...old, metadata: { ...old.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
    false,
  ],
  ['labels', { ...old, metadata: { ...old.metadata, labels: { app: 'db' } } }, false],
  ['resize', { ...old, status: { containerStatuses: [resized] } }, false],
  ['priority', { ...old, spec: { ...old.spec, priority: 6 } }, false],
  ['volumes', { ...old, spec: { ...old.spec, volumes: [] } }, false],
  ['affinity', { ...old, spec: { ...old.spec, affinity: { podAffinity: {} } } }, false],
];

test.each(STATES)(
  'the next state of a Pod is seen as if it were new: %s',
  (_what, next, isAlike) => {
    const info = podInfoAfter(old, next);
    const { pod, ...rest } = info;
    const { pod: _copy, ...afresh } = podInfoOf(structuredClone(next));
    expect(rest).toEqual(afresh);
    expect(pod).toBe(next);
    expect(podInfoOf(next)).toBe(info);
    expect(countsAlike(podInfoOf(old), info)).toBe(isAlike);
  },
);

test('a resize that is over leaves nothing behind', () => {
  const during = { ...old, status: { containerStatuses: [resized] } };
  const granted = { ...resized, resources: { requests: { cpu: '100m', 'example.com/gpu': '1' } } };
  const after = { ...old, status: { containerStatuses: [granted] } };
  const before = podInfoOf(old);
  const info = nextPodInfo(nextPodInfo(nextPodInfo(before, during), { ...during }), after);
  expect(info).toEqual(podInfoOf(structuredClone(after)));
  expect(nextPodInfo(before, after).amounts).toBe(before.amounts);
});

test('overhead that comes is counted', () => {
  const next = { ...old, spec: { ...old.spec, overhead: { cpu: '50m' } } };
  expect(nextPodInfo(podInfoOf(old), next).amounts.cpuMilli).toBe(150);
});
