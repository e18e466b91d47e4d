import { describe, expect, test } from 'vitest';
import { podGlyph, workloadHue } from './pod-glyph.ts';
import { problemsOf } from './problems.ts';
import { aFrame, aNode, aPod } from './testing/cards.ts';
import { createView } from './view.ts';

describe('problems', () => {
  test('forty Pods with one cause are one line, and the worst comes first', () => {
    const view = createView({ onWanted: () => undefined });
    const waiting = Array.from({ length: 40 }, (_, at) =>
      aPod({
        id: `w${at}`,
        workload: 'big',
        queue: 'unschedulable',
        message: '0/3 nodes are available: 3 Insufficient cpu.',
      }),
    );
    const crashing = aPod({
      id: 'c',
      workload: 'worker',
      node: 'node-1',
      status: 'CrashLoopBackOff',
      statusClass: 'failed',
    });
    const well = aPod({ id: 'ok', node: 'node-1', status: 'Running', statusClass: 'good' });
    view.take({
      type: 'frame',
      frame: aFrame({
        full: true,
        nodes: {
          upsert: [
            aNode({ id: 'n1', name: 'node-1', ready: 'Unknown' }),
            aNode({ id: 'n2', name: 'node-2' }),
          ],
          remove: [],
        },
        pods: { upsert: [...waiting, crashing, well], remove: [] },
      }),
    });
    expect(problemsOf(view).map(({ title, count }) => [title, count])).toEqual([
      ['node-1 is NotReady', 1],
      ['worker: CrashLoopBackOff', 1],
      ['big: Pending', 40],
    ]);
  });
});

test('a Pod that runs and is not ready yet is wrong only after half a minute', () => {
  const view = createView({ onWanted: () => undefined });
  const coming = aPod({
    id: 'p',
    workload: 'web',
    node: 'node-1',
    status: 'Running',
    statusClass: 'attention',
    createdAt: 1000,
  });
  const at = (now: number, upsert: readonly (typeof coming)[]): void => {
    const frame = aFrame({ now, epochMillis: 0, pods: { upsert, remove: [] } });
    view.take({ type: 'frame', frame });
  };
  at(2_000_000, [coming]);
  expect(problemsOf(view)).toEqual([]);
  at(32_000_000, []);
  expect(problemsOf(view).map(({ title }) => title)).toEqual(['web: Running, not ready']);
});

describe('the sign of a Pod', () => {
  const on = { id: 'p', node: 'node-1', queue: '' } as const;
  const cases = [
    ['ready', aPod({ ...on, status: 'Running', statusClass: 'good', phase: 'Running' })],
    ['not-ready', aPod({ ...on, status: 'Running', statusClass: 'attention', phase: 'Running' })],
    ['succeeded', aPod({ ...on, status: 'Completed', statusClass: 'good', phase: 'Succeeded' })],
    ['creating', aPod({ ...on, status: 'ContainerCreating', statusClass: 'moving' })],
    ['init', aPod({ ...on, status: 'Init:0/2', statusClass: 'moving' })],
    ['crash', aPod({ ...on, status: 'CrashLoopBackOff', statusClass: 'failed' })],
    ['image', aPod({ ...on, status: 'ImagePullBackOff', statusClass: 'failed' })],
    ['oom', aPod({ ...on, status: 'OOMKilled', statusClass: 'failed' })],
    ['error', aPod({ ...on, status: 'Error', statusClass: 'failed' })],
    ['terminating', aPod({ ...on, status: 'Running', statusClass: 'good', deleting: true })],
    ['unschedulable', aPod({ id: 'p', queue: 'unschedulable' })],
    ['pending', aPod({ id: 'p', queue: 'active', statusClass: 'moving' })],
    // A key of Object's own is no status.
    ['error', aPod({ ...on, status: 'constructor', statusClass: 'failed' })],
  ] as const;
  test.each(cases)('%s', (want, pod) => expect(podGlyph(pod, { pulling: false })).toBe(want));

  test('a pull is told apart from a start', () => {
    const pod = aPod({ ...on, status: 'ContainerCreating', statusClass: 'moving' });
    expect(podGlyph(pod, { pulling: true })).toBe('pulling');
  });

  test('a workload keeps its hue', () => {
    expect(workloadHue('default/web')).toBe(workloadHue('default/web'));
    expect(workloadHue('default/web')).not.toBe(workloadHue('default/shop'));
  });
});

describe('a machine that is broken and a cluster that may not know it', () => {
  test.each([
    [
      'no power, not noticed',
      { power: 'off', cut: true, kubelet: 'down' },
      'n has no power',
      'The cluster does not know yet: last heartbeat 12 s ago · 0 Pods',
    ],
    [
      'no power, noticed',
      { power: 'off', ready: 'Unknown' },
      'n has no power',
      'The cluster has noticed: NotReady · 0 Pods',
    ],
    [
      'cut off',
      { cut: true },
      'n is cut off from the network',
      'The cluster does not know yet: last heartbeat 12 s ago · 0 Pods',
    ],
    [
      'kube-proxy',
      { kubeProxy: 'down' },
      'n: kube-proxy does not run',
      'Services lead where they led before · 0 Pods',
    ],
    ['only the cluster says so', { ready: 'False' }, 'n is NotReady', '0 Pods'],
  ] as const)('%s', (_, over, title, detail) => {
    const view = createView({ onWanted: () => undefined });
    const node = aNode({ id: 'u', name: 'n', heartbeatAt: 30_000_000, ...over });
    const nodes = { upsert: [node], remove: [] };
    view.take({ type: 'frame', frame: aFrame({ full: true, now: 42_900_000, nodes }) });
    expect(problemsOf(view).map((each) => [each.title, each.detail])).toEqual([[title, detail]]);
  });
});
