import { describe, expect, test } from 'vitest';
import type { Pod } from '../../api/generated/types.ts';
import {
  aPod,
  ask,
  createPod,
  eventsOf,
  kubeletOf,
  kubeletRig,
  later,
  podOf,
  row,
  sh,
  statusOf,
  type KubeletRig,
} from './testing-rig.ts';

const PODS = '/api/v1/namespaces/default/pods';

interface Amounts {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

function resize(rig: KubeletRig, name: string, resources: Amounts): number {
  const pod = podOf(rig, name);
  const [first, ...others] = pod.spec.containers;
  const containers = [{ ...first, resources }, ...others];
  return ask(rig, 'PUT', `${PODS}/${name}/resize`, { ...pod, spec: { ...pod.spec, containers } })
    .code;
}

function aSleeper(name: string, resources: Amounts, more: object = {}): object {
  return aPod(name, { containers: [{ name: 'app', ...sh('sleep 9999'), resources, ...more }] });
}

const condition = (rig: KubeletRig, name: string, type: string) =>
  statusOf(rig, name).conditions?.find((each) => each.type === type);

const small: Amounts = {
  requests: { cpu: '100m', memory: '64Mi' },
  limits: { cpu: '200m', memory: '128Mi' },
};
const large: Amounts = {
  requests: { cpu: '300m', memory: '96Mi' },
  limits: { cpu: '500m', memory: '256Mi' },
};

describe('resize in place', () => {
  test('a running container gets its new limits without a restart', () => {
    const rig = kubeletRig();
    createPod(rig, aSleeper('p', small));
    later(rig, 10);
    const before = kubeletOf(rig).admitted.amounts.get('cpu');
    expect(resize(rig, 'p', large)).toBe(200);
    later(rig, 5);
    const pod = podOf(rig, 'p');
    expect(pod.metadata.generation).toBe(2);
    expect(pod.status?.observedGeneration).toBe(2);
    expect(pod.status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 0,
      resources: large,
      allocatedResources: large.requests,
    });
    expect(pod.status?.conditions?.map(({ type }) => type)).not.toContain('PodResizeInProgress');
    expect(kubeletOf(rig).admitted.amounts.get('cpu')).toBe((before ?? 0) + 200);
    const text =
      '{"containers":[{"name":"app","resources":{"limits":{"cpu":"500m","memory":"256Mi"},"requests":{"cpu":"300m","memory":"96Mi"}}}],"generation":2}';
    expect(eventsOf(rig, 'p').filter((each) => each.startsWith('Resize'))).toEqual([
      `ResizeStarted Pod resize started: ${text}`,
      `ResizeCompleted Pod resize completed: ${text}`,
    ]);
  });

  test('is in progress while the runtime is at it', () => {
    const rig = kubeletRig();
    createPod(rig, aSleeper('p', small));
    later(rig, 10);
    resize(rig, 'p', large);
    later(rig, 0.03);
    expect(statusOf(rig, 'p').conditions?.[0]).toMatchObject({
      type: 'PodResizeInProgress',
      status: 'True',
      observedGeneration: 2,
    });
    expect(statusOf(rig, 'p').containerStatuses?.[0]).toMatchObject({
      resources: small,
      allocatedResources: large.requests,
    });
  });

  test('what a node can never give is infeasible, and may be taken back', () => {
    const rig = kubeletRig();
    createPod(rig, aSleeper('p', small));
    later(rig, 10);
    resize(rig, 'p', {
      requests: { cpu: '1000', memory: '64Mi' },
      limits: { cpu: '1000', memory: '128Mi' },
    });
    later(rig, 2);
    const capacity = kubeletOf(rig).node.object?.status?.allocatable?.['cpu'] ?? '';
    expect(condition(rig, 'p', 'PodResizePending')).toMatchObject({
      status: 'True',
      reason: 'Infeasible',
      message: `Node didn't have enough capacity: cpu, requested: 1000000, capacity: ${Number(capacity) * 1000}`,
    });
    expect(statusOf(rig, 'p').containerStatuses?.[0]).toMatchObject({
      resources: small,
      allocatedResources: small.requests,
    });
    expect(eventsOf(rig, 'p').at(-1)).toContain(
      'ResizeInfeasible Pod resize Infeasible: {"containers"',
    );
    resize(rig, 'p', small);
    later(rig, 2);
    expect(condition(rig, 'p', 'PodResizePending')).toBeUndefined();
  });

  test('what others have is waited for', () => {
    const rig = kubeletRig();
    const cpu = Number(kubeletOf(rig).node.object?.status?.allocatable?.['cpu'] ?? '4');
    createPod(rig, aSleeper('other', { requests: { cpu: `${cpu - 1}` } }));
    createPod(rig, aSleeper('p', { requests: { cpu: '100m' } }));
    later(rig, 15);
    resize(rig, 'p', { requests: { cpu: '2' } });
    later(rig, 2);
    expect(condition(rig, 'p', 'PodResizePending')).toMatchObject({
      reason: 'Deferred',
      message: `Node didn't have enough resource: cpu, requested: 2000, used: ${(cpu - 1) * 1000}, capacity: ${cpu * 1000}`,
    });
    ask(rig, 'DELETE', `${PODS}/other`, { gracePeriodSeconds: 0 });
    later(rig, 40);
    expect(condition(rig, 'p', 'PodResizePending')).toBeUndefined();
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.resources).toEqual({
      requests: { cpu: '2' },
    });
  });

  test('a container that wants a restart is started anew, once', () => {
    const rig = kubeletRig();
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    createPod(rig, aSleeper('p', small, { resizePolicy }));
    later(rig, 10);
    resize(rig, 'p', { ...small, limits: { cpu: '400m', memory: '128Mi' } });
    later(rig, 5);
    expect(row(rig, 'p')).toBe('1/1 Running 0');
    resize(rig, 'p', { ...large, limits: { cpu: '400m', memory: '256Mi' } });
    later(rig, 60);
    expect(row(rig, 'p')).toBe('1/1 Running 1');
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.resources?.limits?.['memory']).toBe('256Mi');
    expect(eventsOf(rig, 'p')).toContain('Killing Container app resize requires restart');
    expect(condition(rig, 'p', 'PodResizeInProgress')).toBeUndefined();
  });

  test('more memory saves a program that would be killed, less does not go below what is used', () => {
    const rig = kubeletRig();
    createPod(
      rig,
      aPod('p', {
        containers: [
          {
            name: 'app',
            image: 'polinux/stress',
            command: ['stress'],
            args: ['--vm', '1', '--vm-bytes', '100M', '--vm-hang', '1'],
            resources: { limits: { memory: '200Mi' }, requests: { memory: '50Mi' } },
          },
        ],
      }),
    );
    later(rig, 20);
    expect(row(rig, 'p')).toBe('1/1 Running 0');
    resize(rig, 'p', { limits: { memory: '60Mi' }, requests: { memory: '50Mi' } });
    later(rig, 3);
    expect(condition(rig, 'p', 'PodResizeInProgress')).toMatchObject({
      reason: 'Error',
      message: expect.stringMatching(
        /^cannot decrease memory limits: \[attempting to set pod memory limit \(62914560\) below current usage \(\d+\), attempting to set container "app" memory limit \(62914560\) below current usage \(\d+\)\]$/,
      ) as unknown,
    });
    expect(row(rig, 'p')).toBe('1/1 Running 0');
    resize(rig, 'p', { limits: { memory: '150Mi' }, requests: { memory: '50Mi' } });
    later(rig, 15);
    expect(condition(rig, 'p', 'PodResizeInProgress')).toBeUndefined();
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.resources?.limits?.['memory']).toBe('150Mi');
  });

  test.each([
    ['as it is', undefined, 'OOMKilled'],
    ['raised in time', '400Mi', undefined],
  ])('a program that grows, with its limit %s', (_what, limit, reason) => {
    const rig = kubeletRig();
    createPod(
      rig,
      aPod('p', {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'app',
            image: 'vish/stress',
            args: ['-mem-total', '250Mi', '-cpus', '1'],
            resources: { limits: { memory: '200Mi' }, requests: { memory: '50Mi' } },
          },
        ],
      }),
    );
    later(rig, 8);
    if (limit !== undefined)
      resize(rig, 'p', { limits: { memory: limit }, requests: { memory: '50Mi' } });
    later(rig, 20);
    const state = statusOf(rig, 'p').containerStatuses?.[0]?.state;
    expect(state?.terminated?.reason).toBe(reason);
  });

  test('survives a restart of the kubelet', () => {
    const rig = kubeletRig();
    const cpu = Number(kubeletOf(rig).node.object?.status?.allocatable?.['cpu'] ?? '4');
    createPod(rig, aSleeper('other', { requests: { cpu: `${cpu - 1}` } }));
    createPod(rig, aSleeper('p', { requests: { cpu: '100m' } }));
    later(rig, 15);
    resize(rig, 'p', { requests: { cpu: '2' } });
    later(rig, 2);
    rig.kernel.stopProcess(rig.world, 'kubelet-node-1', undefined);
    rig.kernel.startProcess(rig.world, 'kubelet-node-1', undefined, () => undefined);
    later(rig, 10);
    expect(kubeletOf(rig).admitted.amounts.get('cpu')).toBe((cpu - 1) * 1000 + 100);
    expect(condition(rig, 'p', 'PodResizePending')?.reason).toBe('Deferred');
    ask(rig, 'DELETE', `${PODS}/other`, { gracePeriodSeconds: 0 });
    later(rig, 40);
    expect(condition(rig, 'p', 'PodResizePending')).toBeUndefined();
  });
});

describe('containers for debugging', () => {
  const debug = (rig: KubeletRig, name: string, container: object) => {
    const pod = podOf(rig, name);
    const ephemeralContainers = [...(pod.spec.ephemeralContainers ?? []), container];
    const spec = { ...pod.spec, ephemeralContainers } as Pod['spec'];
    return ask(rig, 'PUT', `${PODS}/${name}/ephemeralcontainers`, { ...pod, spec });
  };

  test('are started once beside the others, whatever becomes of them', () => {
    const rig = kubeletRig();
    createPod(rig, aSleeper('p', {}));
    later(rig, 10);
    expect(debug(rig, 'p', { name: 'debugger', ...sh('echo hi; sleep 5; exit 3') }).code).toBe(200);
    later(rig, 3);
    const [status] = statusOf(rig, 'p').ephemeralContainerStatuses ?? [];
    expect(status).toMatchObject({
      name: 'debugger',
      ready: false,
      restartCount: 0,
      state: { running: {} },
      lastState: {},
    });
    expect(status).not.toHaveProperty('started');
    later(rig, 60);
    expect(statusOf(rig, 'p').ephemeralContainerStatuses?.[0]).toMatchObject({
      restartCount: 0,
      state: { terminated: { exitCode: 3, reason: 'Error' } },
    });
    expect(row(rig, 'p')).toBe('1/1 Running 0');
    const { items } = ask(rig, 'GET', '/api/v1/namespaces/default/events').body as {
      items: readonly { involvedObject: { fieldPath?: string }; reason: string }[];
    };
    const own = items.filter(
      ({ involvedObject }) => involvedObject.fieldPath === 'spec.ephemeralContainers{debugger}',
    );
    expect(own.map(({ reason }) => reason)).toEqual(['Pulled', 'Created', 'Started']);
  });

  test('an image that cannot be had makes nobody else wait', () => {
    const rig = kubeletRig();
    createPod(rig, aSleeper('p', {}));
    later(rig, 10);
    debug(rig, 'p', { name: 'debugger', image: 'nosuch/image:1' });
    later(rig, 20);
    expect(statusOf(rig, 'p').ephemeralContainerStatuses?.[0]?.state?.waiting?.reason).toMatch(
      /ImagePullBackOff|ErrImagePull/,
    );
    expect(row(rig, 'p')).toBe('1/1 Running 0');
  });

  test('refusals', () => {
    const rig = kubeletRig();
    createPod(rig, aSleeper('p', {}));
    later(rig, 10);
    const refused = (container: object) =>
      (debug(rig, 'p', container).body as { message: string }).message;
    expect(refused({ name: 'app', image: 'busybox' })).toBe(
      'Pod "p" is invalid: spec.ephemeralContainers[0].name: Duplicate value: "app"',
    );
    expect(refused({ name: 'd', image: 'busybox', ports: [{ containerPort: 1 }] })).toBe(
      'Pod "p" is invalid: spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
    );
    expect(refused({ name: 'd', image: 'busybox', targetContainerName: 'none' })).toBe(
      'Pod "p" is invalid: spec.ephemeralContainers[0].targetContainerName: Not found: "none"',
    );
    expect(debug(rig, 'p', { name: 'd', image: 'busybox' }).code).toBe(200);
    const pod = podOf(rig, 'p');
    const { ephemeralContainers: _, ...spec } = pod.spec;
    expect(
      (
        ask(rig, 'PUT', `${PODS}/p/ephemeralcontainers`, { ...pod, spec }).body as {
          message: string;
        }
      ).message,
    ).toBe(
      'Pod "p" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers "d" may not be removed\n',
    );
  });
});

describe('changes at the wrong moment', () => {
  test('what is asked of a Pod that is ending is neither granted nor counted', () => {
    const rig = kubeletRig();
    const before = kubeletOf(rig).admitted.amounts.get('cpu');
    createPod(rig, aSleeper('p', small));
    later(rig, 10);
    ask(rig, 'DELETE', `${PODS}/p`, { gracePeriodSeconds: 20 });
    later(rig, 2);
    resize(rig, 'p', large);
    const pod = podOf(rig, 'p');
    const ephemeralContainers = [{ name: 'd', image: 'busybox' }];
    const spec = { ...pod.spec, ephemeralContainers };
    expect(ask(rig, 'PUT', `${PODS}/p/ephemeralcontainers`, { ...pod, spec }).code).toBe(200);
    later(rig, 40);
    expect(row(rig, 'p')).toBe('gone');
    expect(kubeletOf(rig).admitted.amounts.get('cpu')).toBe(before);
  });

  test('a resize that came while there was no kubelet is made up for', () => {
    const rig = kubeletRig();
    createPod(rig, aSleeper('p', small));
    later(rig, 10);
    rig.kernel.stopProcess(rig.world, 'kubelet-node-1', undefined);
    resize(rig, 'p', large);
    later(rig, 5);
    rig.kernel.startProcess(rig.world, 'kubelet-node-1', undefined, () => undefined);
    later(rig, 10);
    expect(statusOf(rig, 'p').containerStatuses?.[0]).toMatchObject({
      restartCount: 0,
      resources: large,
    });
    expect(eventsOf(rig, 'p').at(-1)).toContain('ResizeCompleted');
  });

  test('a container that ends well when it is restarted for a resize comes back all the same', () => {
    const rig = kubeletRig();
    const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }];
    createPod(
      rig,
      aPod('p', {
        restartPolicy: 'OnFailure',
        containers: [{ name: 'app', image: 'nginx', resources: small, resizePolicy }],
      }),
    );
    later(rig, 20);
    resize(rig, 'p', large);
    later(rig, 30);
    expect(row(rig, 'p')).toBe('1/1 Running 1');
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.resources).toEqual(large);
  });
});
