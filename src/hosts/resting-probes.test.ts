import { describe, expect, test } from 'vitest';
import type { Pod } from '../api/generated/types.ts';
import type { KubeletMemory } from '../cluster/kubelet/state.ts';
import { defaultSetUp } from '../cluster/set-up.ts';
import { createCluster, kernel } from '../cluster/world.ts';
import { earliest } from '../kernel/agenda.ts';
import { MINUTE, SECOND } from '../kernel/time.ts';
import type { World } from '../kernel/world.ts';
import { createDriver } from './headless/drive.ts';
import { createSession } from './session.ts';

const ignore = (): void => {};

/** A cut between machines that do not exist: nothing comes of it, but no probe is left out. */
const ELSEWHERE = Object.freeze({
  id: 'elsewhere',
  from: ['nowhere'],
  to: ['nobody'],
  bothWays: true,
  effect: { kind: 'cut' as const },
});

function cluster(given: { readonly controlPlanes: number; readonly rests: boolean }): World {
  const world = createCluster(defaultSetUp({ nodes: 1, controlPlanes: given.controlPlanes }));
  if (!given.rests) world.wire.rules = [ELSEWHERE];
  kernel.runUntil(world, 5 * MINUTE, ignore);
  return world;
}

const ASKING: ReadonlySet<string> = new Set(['health/check', 'cri/probe']);

/** Lets time pass and answers how often somebody was asked how it is. */
function checksIn(world: World, micros: number): number {
  const until = world.now + micros;
  let checks = 0;
  for (let due = earliest(world.agenda); due !== undefined && due.at <= until; ) {
    if (ASKING.has(due.message.type)) checks += 1;
    kernel.step(world, ignore);
    due = earliest(world.agenda);
  }
  return checks;
}

interface Change {
  readonly second: number;
  readonly what: string;
}

/** When the kubelets of the control plane change their minds about a component, and when they start one anew. */
function history(world: World, seconds: number): readonly Change[] {
  const changes: Change[] = [];
  const began = world.now;
  let before = beliefs(world);
  for (let second = 1; second <= seconds; second++) {
    kernel.runUntil(world, began + second * SECOND, ignore);
    const now = beliefs(world);
    for (const [name, belief] of now)
      if (before.get(name) !== belief) changes.push({ second, what: `${name} ${belief}` });
    before = now;
  }
  return changes;
}

function beliefs(world: World): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { kind, memory, machine } of world.processes.values()) {
    if (kind !== 'kubelet' || memory === undefined || !machine.startsWith('cp-')) continue;
    for (const { containers, source } of (memory as KubeletMemory).workers.values()) {
      if (source !== 'file') continue;
      for (const { name, probes, restartCount } of containers.values()) {
        const results = [probes?.readiness?.result, probes?.liveness?.result];
        found.set(`${machine} ${name}`, [...results, restartCount].join(' '));
      }
    }
  }
  return found;
}

describe('probes of the control plane', () => {
  test('nobody is asked what it has just said, until somebody acts on the world', () => {
    const world = cluster({ controlPlanes: 1, rests: true });
    expect(checksIn(world, 10 * MINUTE)).toBe(0);
    kernel.killProcess(world, 'kubelet-node-1', undefined);
    expect(checksIn(world, 20 * SECOND)).toBeGreaterThan(5);
    expect(checksIn(world, 10 * MINUTE)).toBe(0);
    world.wire.rules = [ELSEWHERE];
    kernel.runUntil(world, world.now, ignore);
    expect(checksIn(world, 100 * SECOND)).toBeGreaterThan(300);
  });

  test('a server that waits for requests is not asked either, until something happens in its Pod', () => {
    const world = cluster({ controlPlanes: 1, rests: true });
    const driver = createDriver(createSession(world));
    driver.request({
      method: 'POST',
      path: '/api/v1/namespaces/default/pods',
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web' },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'nginx:1.27',
              readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 },
              livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 5 },
            },
          ],
        },
      },
    });
    driver.run(2 * MINUTE);
    expect(checksIn(world, 10 * MINUTE)).toBe(0);
    const pod = (): Pod =>
      driver.request({ method: 'GET', path: '/api/v1/namespaces/default/pods/web' }).body as Pod;
    const { uid = '' } = pod().metadata;
    kernel.prod(world, {
      to: 'containerd-node-1',
      message: {
        type: 'containerd/kill-container',
        podUid: uid,
        container: 'web',
        how: 'crash',
      } as never, // One of the runtime's messages.
      cause: undefined,
    });
    driver.run(30 * SECOND);
    expect(pod().status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, ready: true });
    driver.run(MINUTE);
    expect(checksIn(world, 10 * MINUTE)).toBe(0);
  });

  const troubles: readonly {
    readonly name: string;
    readonly controlPlanes: number;
    act(world: World): void;
  }[] = [
    ...['kube-apiserver', 'etcd', 'kube-scheduler'].map((program) => ({
      name: `a ${program} that hangs`,
      controlPlanes: 1,
      act: (world: World) => kernel.suspendProcess(world, `${program}-cp-1`),
    })),
    {
      name: 'an etcd that is killed',
      controlPlanes: 1,
      act: (world) => kernel.killProcess(world, 'etcd-cp-1', undefined),
    },
    {
      name: 'a lost quorum',
      controlPlanes: 3,
      act(world) {
        for (const machine of ['cp-2', 'cp-3']) kernel.powerOff(world, machine);
      },
    },
    {
      name: 'a slow API server',
      controlPlanes: 1,
      act: (world) => kernel.slowProcess(world, 'kube-apiserver-cp-1', 900_000),
    },
  ];
  test.each(troubles)('$name is seen as if every probe had been sent', ({ controlPlanes, act }) => {
    const [resting, asking] = [true, false].map((rests) => {
      const world = cluster({ controlPlanes, rests });
      kernel.runUntil(world, world.now + 10 * MINUTE + 400_000, ignore);
      act(world);
      return history(world, 200);
    });
    const words = (changes: readonly Change[] = []) => changes.map(({ what }) => what).toSorted();
    expect(words(resting)).toEqual(words(asking));
    // What is drawn by lot differs between the two (latencies, jitter). An API server tells an answer of etcd's again for
    // two seconds, which can put the last of a probe's failures off by one period.
    for (const { second, what } of resting ?? []) {
      const others = (asking ?? []).filter((each) => each.what === what);
      expect(others.some((each) => Math.abs(each.second - second) <= 11)).toBe(true);
    }
  });
});
