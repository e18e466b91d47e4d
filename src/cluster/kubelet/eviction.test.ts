import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../../api/generated/types.ts';
import { evictionMessage, rankForEviction, type RankedPod } from './eviction-rank.ts';
import { isMet, observe } from './eviction-signals.ts';
import {
  aPod,
  createPod,
  eventsOf,
  get,
  kubeletRig,
  later,
  statusOf,
  type KubeletRig,
} from './testing-rig.ts';

const GIBIBYTE = 2 ** 30;
const MEBIBYTE = 2 ** 20;

function press(rig: KubeletRig, taken: Record<string, number>): void {
  const machine = rig.world.machines.get('node-1');
  if (machine !== undefined) machine.taken = Object.freeze(taken);
  rig.kernel.prod(rig.world, {
    to: 'kubelet-node-1',
    message: { type: 'kubelet/pressure' },
    cause: undefined,
  });
}

function condition(rig: KubeletRig, type: string): string | undefined {
  const node = get<Node>(rig, '/api/v1/nodes/node-1');
  const found = node.status?.conditions?.find((each) => each.type === type);
  return `${found?.status} ${found?.reason}`;
}

function ranked(
  name: string,
  sketch: { readonly priority?: number; readonly request?: string; readonly uses: number },
): RankedPod {
  const resources = sketch.request === undefined ? {} : { requests: { memory: sketch.request } };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name },
    spec: {
      containers: [{ name: 'c', image: 'nginx', resources }],
      ...(sketch.priority === undefined ? {} : { priority: sketch.priority }),
    },
  };
  const use = { podUid: name, container: 'c', cpuMilli: 0, memoryBytes: sketch.uses * MEBIBYTE };
  return { uid: name, pod, uses: [use] };
}

describe('signals', () => {
  const NOTHING = { memory: 0, disk: 0, pids: 0 };
  const facts = { memoryBytes: 16 * GIBIBYTE, taken: NOTHING, imageBytes: 0, uses: [] };

  test.each([
    ['nothing', NOTHING, []],
    ['nearly all memory', { ...NOTHING, memory: 0.99 }, ['memory.available']],
    ['86 % of the disk', { ...NOTHING, disk: 0.86 }, ['nodefs.available', 'imagefs.available']],
    ['80 % of the disk', { ...NOTHING, disk: 0.8 }, ['imagefs.available']],
    ['nearly all process ids', { ...NOTHING, pids: 0.95 }, ['pid.available']],
  ])('%s', (_what, taken, met) => {
    const signals = observe({ ...facts, taken }).filter(isMet);
    expect(signals.map(({ signal }) => signal)).toEqual(met);
  });
});

describe('ranking', () => {
  test('who exceeds their request comes first, then the lower priority, then the greater excess', () => {
    const pods = [
      ranked('within', { request: '200Mi', uses: 100 }),
      ranked('important', { uses: 900, priority: 1000 }),
      ranked('little', { uses: 50 }),
      ranked('much', { request: '10Mi', uses: 500 }),
    ];
    expect(rankForEviction(pods, 'memory').map(({ uid }) => uid)).toEqual([
      'much',
      'little',
      'important',
      'within',
    ]);
  });

  test('the message says what ran out and who used it', () => {
    const observation = {
      signal: 'memory.available',
      condition: 'MemoryPressure',
      resource: 'memory',
      available: 50 * MEBIBYTE,
      threshold: 100 * MEBIBYTE,
    } as const;
    expect(evictionMessage(ranked('p', { uses: 20 }), observation)).toBe(
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container c was using 20480Ki, request is 0, has larger consumption of memory. ',
    );
  });
});

describe('under memory pressure', () => {
  function pressed(): KubeletRig {
    const rig = kubeletRig();
    const requests = { memory: '1Gi', cpu: '100m' };
    createPod(
      rig,
      aPod('steady', { containers: [{ name: 'c', image: 'nginx', resources: { requests } }] }),
    );
    createPod(rig, aPod('greedy', { containers: [{ name: 'c', image: 'redis' }] }));
    later(rig, 30);
    press(rig, { memory: 0.999 });
    later(rig, 3);
    return rig;
  }

  test('the node says so, and the Pod that exceeds its request most is evicted', () => {
    const rig = pressed();
    expect(condition(rig, 'MemoryPressure')).toBe('True KubeletHasInsufficientMemory');
    const status = statusOf(rig, 'greedy');
    expect(status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    expect(status.message).toMatch(
      /^The node was low on resource: memory\. Threshold quantity: 100Mi, available: .*\. Container c was using /,
    );
    expect(status.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'TerminationByKubelet',
    });
    expect(statusOf(rig, 'steady').phase).toBe('Running');
    expect(eventsOf(rig, 'node-1').join('\n')).toMatch(
      /EvictionThresholdMet Attempting to reclaim memory/,
    );
    const node = get<Node>(rig, '/api/v1/nodes/node-1');
    expect(node.spec.taints?.map(({ key }) => key)).toContain('node.kubernetes.io/memory-pressure');
  });

  test('it takes on no BestEffort Pod, and takes them again five minutes after the pressure', () => {
    const rig = pressed();
    createPod(rig, aPod('late', { containers: [{ name: 'c', image: 'nginx' }] }));
    later(rig, 2);
    expect(statusOf(rig, 'late')).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Pod was rejected: The node had condition: [MemoryPressure]. ',
    });
    press(rig, {});
    later(rig, 240);
    expect(condition(rig, 'MemoryPressure')).toBe('True KubeletHasInsufficientMemory');
    later(rig, 90);
    expect(condition(rig, 'MemoryPressure')).toBe('False KubeletHasSufficientMemory');
    createPod(rig, aPod('later', { containers: [{ name: 'c', image: 'nginx' }] }));
    later(rig, 30);
    expect(statusOf(rig, 'later').phase).toBe('Running');
  });
});

test('a full disk first costs the images that nothing runs', () => {
  const rig = kubeletRig();
  createPod(
    rig,
    aPod('gone', {
      restartPolicy: 'Never',
      containers: [{ name: 'c', image: 'busybox', command: ['true'] }],
    }),
  );
  createPod(rig, aPod('web', { containers: [{ name: 'c', image: 'nginx' }] }));
  later(rig, 30);
  rig.kernel.prod(rig.world, {
    to: 'kubelet-node-1',
    message: { type: 'kubelet/pressure' },
    cause: undefined,
  });
  expect(condition(rig, 'DiskPressure')).toBe('False KubeletHasNoDiskPressure');
  press(rig, { disk: 0.95 });
  later(rig, 3);
  expect(condition(rig, 'DiskPressure')).toBe('True KubeletHasDiskPressure');
  later(rig, 20);
  expect(statusOf(rig, 'web')).toMatchObject({
    phase: 'Failed',
    reason: 'Evicted',
    message: expect.stringMatching(
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: /,
    ),
  });
});

test('a node at rest is not looked at', () => {
  const rig = kubeletRig();
  createPod(rig, aPod('web', { containers: [{ name: 'c', image: 'nginx' }] }));
  later(rig, 120);
  const memory = rig.world.processes.get('kubelet-node-1')?.memory as
    | { readonly pressure: { readonly lookAt: number | undefined } }
    | undefined;
  expect(memory).toBeDefined();
  expect(memory?.pressure.lookAt).toBeUndefined();
});
