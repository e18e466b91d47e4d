import { describe, expect, test } from 'vitest';
import type { Container, PodSpec } from '../../api/generated/types.ts';
import {
  aPod,
  ask,
  createPod,
  eventsOf,
  kubeletRig,
  later,
  podOf,
  row,
  run,
  statusOf,
  workerOf,
  type KubeletRig,
} from './testing-rig.ts';

const sh = (script: string): Pick<Container, 'image' | 'imagePullPolicy' | 'command'> => ({
  image: 'busybox:1.28',
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
});

/** What one sees of a Pod over time, as `seconds row`, a line for each change. */
function watch(rig: KubeletRig, name: string, seconds: number): readonly string[] {
  const lines: string[] = [];
  const since = rig.world.now;
  run(rig, 20_000);
  for (let last = ''; rig.world.now < since + seconds * 1_000_000; run(rig, 500_000)) {
    const now = row(rig, name);
    if (now !== last) lines.push(`${Math.round((rig.world.now - since) / 1_000_000)} ${now}`);
    last = now;
  }
  return lines;
}

function live(
  spec: Partial<PodSpec> & Pick<PodSpec, 'containers'>,
  seconds: number,
): { rig: KubeletRig; lines: readonly string[] } {
  const rig = kubeletRig();
  createPod(rig, aPod('p', spec));
  return { rig, lines: watch(rig, 'p', seconds) };
}

const withoutUid = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/\([0-9a-f-]{36}\)/, '(uid)'));

describe('from bound to ready', () => {
  test('three writes of the status at most, and upstream’s events', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('p', { containers: [{ name: 'web', image: 'nginx' }] }));
    const before = Number(podOf(rig, 'p').metadata.resourceVersion);
    expect(watch(rig, 'p', 5)).toEqual(['0 0/1 ContainerCreating 0', '3 1/1 Running 0']);
    expect(eventsOf(rig, 'p')).toEqual([
      'Pulling Pulling image "nginx"',
      'Pulled Successfully pulled image "nginx" in 2.45s (2.45s including waiting). Image size: 72012947 bytes.',
      'Created Container created',
      'Started Container started',
    ]);
    const pod = podOf(rig, 'p');
    expect(Number(pod.metadata.resourceVersion)).toBeGreaterThan(before);
    const writes = pod.metadata.managedFields?.filter((entry) => entry.manager === 'kubelet') ?? [];
    expect(writes.length).toBe(1);
    expect(statusOf(rig, 'p')).toMatchObject({
      phase: 'Running',
      hostIP: '192.168.64.11',
      podIP: '10.244.0.2',
      podIPs: [{ ip: '10.244.0.2' }],
      qosClass: 'BestEffort',
      observedGeneration: 1,
      conditions: [
        { type: 'PodReadyToStartContainers', status: 'True' },
        { type: 'Initialized', status: 'True' },
        { type: 'Ready', status: 'True' },
        { type: 'ContainersReady', status: 'True' },
        { type: 'PodScheduled', status: 'True' },
      ],
      containerStatuses: [
        {
          name: 'web',
          ready: true,
          started: true,
          restartCount: 0,
          image: 'docker.io/library/nginx:latest',
          lastState: {},
        },
      ],
    });
    expect(statusOf(rig, 'p').conditions?.some((each) => 'reason' in each)).toBe(false);
  });

  test('pulls of one node go one after the other', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('a', { containers: [{ name: 'c', image: 'nginx:1.27' }] }));
    createPod(rig, aPod('b', { containers: [{ name: 'c', image: 'httpd:2.4' }] }));
    later(rig, 10);
    const second = [...eventsOf(rig, 'a'), ...eventsOf(rig, 'b')].filter((line) =>
      line.includes('(4.'),
    );
    expect(second).toEqual([
      expect.stringMatching(/^Pulled .* in 2\.\d+s \(4\.\d+s including waiting\)/),
    ]);
  });
});

describe('what goes wrong', () => {
  test('a crash loop: at once, then after 10, 20, 40 seconds', () => {
    const { rig, lines } = live({ containers: [{ name: 'c', ...sh('sleep 1; exit 3') }] }, 100);
    expect(lines).toEqual(
      [
        '0 0/1 ContainerCreating 0',
        '2 1/1 Running 0',
        '3 1/1 Running 1',
        '4 0/1 Error 1',
        '6 0/1 CrashLoopBackOff 1',
        '14 1/1 Running 2',
        '15 0/1 Error 2',
        '17 0/1 CrashLoopBackOff 2',
        '35 1/1 Running 3',
        '36 0/1 Error 3',
        '38 0/1 CrashLoopBackOff 3',
        '76 1/1 Running 4',
        '77 0/1 Error 4',
        '79 0/1 CrashLoopBackOff 4',
      ].map(
        (line) =>
          expect.stringMatching(new RegExp(`^\\d+${line.slice(line.indexOf(' '))}$`)) as string,
      ),
    );
    expect(withoutUid(eventsOf(rig, 'p'))).toContain(
      'BackOff Back-off restarting failed container c in pod p_default(uid) (x4)',
    );
    expect(statusOf(rig, 'p').phase).toBe('Running');
    expect(statusOf(rig, 'p').containerStatuses?.[0]).toMatchObject({
      state: {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: expect.stringMatching(
            /^back-off 1m20s restarting failed container=c pod=p_default\(/,
          ) as string,
        },
      },
      lastState: { terminated: { exitCode: 3, reason: 'Error' } },
    });
  });

  test('an image that does not exist', () => {
    const { rig, lines } = live({ containers: [{ name: 'c', image: 'nginx:nonexist' }] }, 30);
    expect(lines).toEqual(
      [
        '0 0/1 ContainerCreating 0',
        '1 0/1 ErrImagePull 0',
        '3 0/1 ImagePullBackOff 0',
        '12 0/1 ErrImagePull 0',
        '14 0/1 ImagePullBackOff 0',
      ].map((line) => expect.stringContaining(line.slice(line.indexOf(' '))) as string),
    );
    expect(eventsOf(rig, 'p')).toContain('Failed Error: ErrImagePull (x2)');
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.state?.waiting?.message).toBe(
      'Back-off pulling image "nginx:nonexist": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:nonexist": failed to resolve reference "docker.io/library/nginx:nonexist": docker.io/library/nginx:nonexist: not found',
    );
  });

  test.each([
    [
      'a private image without credentials',
      { image: 'imiell/bad-dockerfile-private' },
      'ImagePullBackOff',
    ],
    ['a name that is none', { image: '<your-private-image>' }, 'InvalidImageName'],
    [
      'an image that may not be pulled',
      { image: 'nginx', imagePullPolicy: 'Never' as const },
      'ErrImageNeverPull',
    ],
    [
      'a ConfigMap that is not there',
      {
        image: 'busybox',
        env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'special-config', key: 'k' } } }],
      },
      'CreateContainerConfigError',
    ],
    [
      'a command that is not there',
      { image: 'busybox', command: ['thiscommanddoesnotexist'] },
      'CrashLoopBackOff',
    ],
    [
      'too much memory',
      {
        image: 'polinux/stress',
        command: ['stress'],
        args: ['--vm', '1', '--vm-bytes', '250M'],
        resources: { limits: { memory: '100Mi' } },
      },
      'CrashLoopBackOff',
    ],
    [
      'an image that runs as root',
      { image: 'nginx', securityContext: { runAsNonRoot: true } },
      'CreateContainerConfigError',
    ],
  ])('%s', (_, container, want) => {
    const { rig } = live({ containers: [{ name: 'c', ...container }] }, 8);
    expect(row(rig, 'p').split(' ')[1]).toBe(want);
  });

  test('a missing volume object, until it is there', () => {
    const { rig } = live(
      {
        containers: [
          {
            name: 'c',
            image: 'busybox',
            command: ['sh', '-c', 'cat /etc/config/k; sleep 100'],
            volumeMounts: [{ name: 'v', mountPath: '/etc/config' }],
          },
        ],
        volumes: [{ name: 'v', configMap: { name: 'game-demo' } }],
      },
      5,
    );
    expect(row(rig, 'p')).toBe('0/1 ContainerCreating 0');
    expect(eventsOf(rig, 'p')).toEqual([
      'FailedMount MountVolume.SetUp failed for volume "v" : configmap "game-demo" not found (x4)',
    ]);
    ask(rig, 'POST', '/api/v1/namespaces/default/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'game-demo' },
      data: { k: 'v' },
    });
    later(rig, 10);
    expect(row(rig, 'p')).toBe('1/1 Running 0');
  });

  test('a key that is not there, until it is', () => {
    const rig = kubeletRig();
    ask(rig, 'POST', '/api/v1/namespaces/default/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'special-config' },
      data: { a: 'b' },
    });
    createPod(
      rig,
      aPod('p', {
        containers: [
          {
            name: 'c',
            image: 'busybox',
            command: ['sleep', '100'],
            env: [
              {
                name: 'X',
                valueFrom: { configMapKeyRef: { name: 'special-config', key: 'SPECIAL_LEVEL' } },
              },
            ],
          },
        ],
      }),
    );
    later(rig, 3);
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: "couldn't find key SPECIAL_LEVEL in ConfigMap default/special-config",
    });
    expect(eventsOf(rig, 'p')).toContain(
      "Failed Error: couldn't find key SPECIAL_LEVEL in ConfigMap default/special-config",
    );
    ask(rig, 'PATCH', '/api/v1/namespaces/default/configmaps/special-config', {
      data: { SPECIAL_LEVEL: 'very' },
    });
    later(rig, 20);
    expect(row(rig, 'p')).toBe('1/1 Running 0');
  });
});

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

describe('init containers, sidecars, hooks', () => {
  test('one after the other, then the sidecar that has started, then main', () => {
    const { rig } = live(
      {
        initContainers: [
          { name: 'i1', ...sh('sleep 2') },
          {
            name: 's1',
            ...sh('sleep 1000'),
            restartPolicy: 'Always',
            startupProbe: { exec: { command: ['true'] }, initialDelaySeconds: 2 },
          },
          { name: 'i2', ...sh('sleep 2') },
        ],
        containers: [{ name: 'c', image: 'nginx' }],
      },
      4,
    );
    expect(statusOf(rig, 'p').conditions?.find(({ type }) => type === 'Initialized')).toMatchObject(
      {
        status: 'False',
        reason: 'ContainersNotInitialized',
        message: 'containers with incomplete status: [s1 i2]',
      },
    );
    expect(statusOf(rig, 'p').phase).toBe('Pending');
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.state).toEqual({
      waiting: { reason: 'PodInitializing' },
    });
    later(rig, 10);
    expect(row(rig, 'p')).toBe('1/1 Running 0');
    expect(
      statusOf(rig, 'p').initContainerStatuses?.map(({ name, ready, started }) => [
        name,
        ready,
        started,
      ]),
    ).toEqual([
      ['i1', true, false],
      ['s1', true, true],
      ['i2', true, false],
    ]);
  });

  test('an init container that waits for a Service goes on when it is there', () => {
    const { rig } = live(
      {
        initContainers: [
          {
            name: 'i',
            ...sh(
              'until nslookup myservice.default.svc.cluster.local; do echo waiting for myservice; sleep 2; done',
            ),
          },
        ],
        containers: [{ name: 'c', image: 'nginx' }],
      },
      10,
    );
    expect(statusOf(rig, 'p').initContainerStatuses?.[0]?.state?.running).toBeDefined();
    ask(rig, 'POST', '/api/v1/namespaces/default/services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'myservice' },
      spec: { ports: [{ port: 80 }] },
    });
    later(rig, 10);
    expect(row(rig, 'p')).toBe('1/1 Running 0');
  });

  test('a failing init container under Never fails the Pod', () => {
    const { rig } = live(
      {
        restartPolicy: 'Never',
        initContainers: [{ name: 'i', ...sh('exit 1') }],
        containers: [{ name: 'c', image: 'nginx' }],
      },
      5,
    );
    expect(statusOf(rig, 'p').phase).toBe('Failed');
  });

  test('a failing postStart hook kills its container', () => {
    const { rig } = live(
      {
        containers: [
          {
            name: 'c',
            image: 'nginx',
            lifecycle: { postStart: { exec: { command: ['sh', '-c', 'sleep 1; exit 1'] } } },
          },
        ],
      },
      6,
    );
    expect(eventsOf(rig, 'p')).toContain('FailedPostStartHook PostStartHook failed (x2)');
    expect(eventsOf(rig, 'p')).toContain('Killing FailedPostStartHook (x2)');
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.restartCount).toBeGreaterThan(0);
  });
});

describe('the end of a Pod', () => {
  test.each([
    ['Never', 'exit 0', 'Succeeded', '0/1 Completed 0'],
    ['Never', 'exit 4', 'Failed', '0/1 Error 0'],
    ['OnFailure', 'exit 0', 'Succeeded', '0/1 Completed 0'],
  ] as const)('%s, %s: %s', (restartPolicy, script, phase, want) => {
    const { rig } = live(
      { restartPolicy, containers: [{ name: 'c', ...sh(`sleep 1; ${script}`) }] },
      5,
    );
    expect(statusOf(rig, 'p').phase).toBe(phase);
    expect(row(rig, 'p')).toBe(want);
  });

  test('the termination message of the documentation', () => {
    const { rig } = live(
      {
        containers: [
          {
            name: 'c',
            image: 'debian',
            command: ['/bin/sh'],
            args: ['-c', 'sleep 10 && echo Sleep expired > /dev/termination-log'],
          },
        ],
      },
      25,
    );
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 0,
      reason: 'Completed',
      message: 'Sleep expired\n',
    });
  });

  test.each([
    ['a server goes at once', { image: 'nginx' }, 1],
    ['a sleep goes after the grace', { image: 'busybox', command: ['sleep', '1000'] }, 4],
    [
      'a hook takes its time first',
      { image: 'nginx', lifecycle: { preStop: { exec: { command: ['sh', '-c', 'sleep 2'] } } } },
      3,
    ],
    ['a hook may sleep', { image: 'nginx', lifecycle: { preStop: { sleep: { seconds: 2 } } } }, 3],
    [
      'a hook that is too slow is given up',
      { image: 'nginx', lifecycle: { preStop: { exec: { command: ['sleep', '100'] } } } },
      5,
    ],
  ])('deleted: %s', (_, container, secondsMax) => {
    const { rig } = live(
      { terminationGracePeriodSeconds: 4, containers: [{ name: 'c', ...container }] },
      6,
    );
    expect(row(rig, 'p')).toBe('1/1 Running 0');
    ask(rig, 'DELETE', '/api/v1/namespaces/default/pods/p');
    const lines = watch(rig, 'p', 10);
    expect(lines.at(-1)).toMatch(/gone$/);
    const gone = Number(lines.at(-1)?.split(' ')[0]);
    expect(gone).toBeLessThanOrEqual(secondsMax);
    expect(gone).toBeGreaterThanOrEqual(secondsMax - 1);
    expect(eventsOf(rig, 'p')).toContain('Killing Stopping container c');
    expect(workerOf(rig, 'p')).toBeUndefined();
  });

  test('force-deleted: gone from the API at once, from the node after its grace', () => {
    const { rig } = live(
      {
        terminationGracePeriodSeconds: 4,
        containers: [{ name: 'c', image: 'busybox', command: ['sleep', '1000'] }],
      },
      5,
    );
    ask(rig, 'DELETE', '/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0');
    expect(row(rig, 'p')).toBe('gone');
    expect(workerOf(rig, 'p')?.stage).toBe('terminating');
    later(rig, 6);
    expect(workerOf(rig, 'p')).toBeUndefined();
  });

  test('over its deadline', () => {
    const { rig } = live(
      { activeDeadlineSeconds: 6, containers: [{ name: 'c', image: 'nginx' }] },
      10,
    );
    expect(statusOf(rig, 'p')).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });

  test('another image is put in place', () => {
    const { rig } = live({ containers: [{ name: 'c', image: 'nginx:1.26' }] }, 6);
    ask(rig, 'PATCH', '/api/v1/namespaces/default/pods/p', {
      spec: { containers: [{ ...podOf(rig, 'p').spec.containers[0], image: 'nginx:1.27' }] },
    });
    later(rig, 6);
    expect(eventsOf(rig, 'p')).toContain(
      'Killing Container c definition changed, will be restarted',
    );
    expect(statusOf(rig, 'p').containerStatuses?.[0]).toMatchObject({
      image: 'docker.io/library/nginx:1.27',
      restartCount: 1,
      ready: true,
    });
  });
});

describe('Pods bound by hand that do not fit', () => {
  test.each([
    [
      'cpu',
      { resources: { requests: { cpu: '5' } } },
      'OutOfcpu',
      "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000",
    ],
    [
      'memory',
      { resources: { requests: { memory: '20Gi' } } },
      'OutOfmemory',
      "Pod was rejected: Node didn't have enough resource: memory, requested: 21474836480, used: 0, capacity: 17075011584",
    ],
  ])('%s', (_, container, reason, message) => {
    const { rig } = live({ containers: [{ name: 'c', image: 'nginx', ...container }] }, 1);
    expect(statusOf(rig, 'p')).toMatchObject({ phase: 'Failed', reason, message });
    expect(eventsOf(rig, 'p')).toEqual([`${reason} ${message.replace('Pod was rejected: ', '')}`]);
  });

  test('a node selector that does not match', () => {
    const { rig } = live(
      { nodeSelector: { disktype: 'ssd' }, containers: [{ name: 'c', image: 'nginx' }] },
      1,
    );
    expect(statusOf(rig, 'p')).toMatchObject({ phase: 'Failed', reason: 'NodeAffinity' });
  });

  test('what ended Pods held is free again', () => {
    const rig = kubeletRig();
    const big = (name: string) =>
      aPod(name, {
        restartPolicy: 'Never',
        containers: [{ name: 'c', ...sh('sleep 3'), resources: { requests: { cpu: '3' } } }],
      });
    createPod(rig, big('a'));
    createPod(rig, big('b'));
    later(rig, 6);
    expect([statusOf(rig, 'a').phase, statusOf(rig, 'b').reason]).toEqual([
      'Succeeded',
      'OutOfcpu',
    ]);
    createPod(rig, big('c'));
    later(rig, 2);
    expect(statusOf(rig, 'c').phase).toBe('Running');
  });
});
