import { describe, expect, test } from 'vitest';
import {
  aPod,
  ask,
  createPod,
  eventsOf,
  kubeletRig,
  later,
  podOf,
  row,
  statusOf,
  workerOf,
  sh,
  watch,
  live,
  withoutUid,
} from './testing-rig.ts';

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
