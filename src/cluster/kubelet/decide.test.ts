import { describe, expect, test } from 'vitest';
import type { Container, Pod, PodSpec } from '../../api/generated/types.ts';
import type { CriContainer } from '../messages.ts';
import { nextBackoff } from './backoff.ts';
import { decide, type Decision } from './decide.ts';
import type { PodWorker } from './state.ts';
import { createWorker } from './worker.ts';

const SECOND = 1_000_000;
const NOW = 1000 * SECOND;
const IMAGES = new Set(['docker.io/library/nginx:1', 'docker.io/library/busybox:1']);

type State = string;

/**
 * A Pod's worker from a sketch: `web=running`, `web=exited 1 30s` (seconds ago), `web=absent`; init containers
 * begin with `i`, sidecars with `s`.
 */
function aWorker(sketch: {
  readonly containers: readonly State[];
  readonly spec?: Partial<PodSpec>;
  readonly sandbox?: boolean;
}): PodWorker {
  const all = sketch.containers.map((text) => {
    const [name = '', ...words] = text.split(/[= ]/);
    return { name, words };
  });
  const container = ({ name }: { name: string }): Container => ({
    name,
    image: 'nginx:1',
    ...(name.startsWith('s') ? { restartPolicy: 'Always' } : {}),
  });
  const isInit = ({ name }: { name: string }) => name.startsWith('i') || name.startsWith('s');
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', uid: 'u' },
    spec: {
      containers: all.filter((each) => !isInit(each)).map(container),
      initContainers: all.filter(isInit).map(container),
      ...sketch.spec,
    },
  };
  const worker = createWorker(pod, { now: NOW - 500 * SECOND, epochMillis: 0, source: 'api' });
  worker.references = { ...worker.references, state: 'ready' };
  if (sketch.sandbox !== false) {
    worker.sandbox = {
      podUid: 'u',
      podNamespace: 'n',
      podName: 'p',
      hostNetwork: false,
      ip: '10.244.0.2',
      state: 'ready',
      createdAt: NOW - 400 * SECOND,
    };
  }
  for (const { name, words } of all) {
    const work = worker.containers.get(name);
    if (work !== undefined) work.current = aContainer(name, words);
  }
  return worker;
}

function aContainer(name: string, [state, code, ago]: readonly string[]): CriContainer | undefined {
  if (state === undefined || state === 'absent') return undefined;
  return {
    id: `${name}-id`,
    podUid: 'u',
    name,
    attempt: 0,
    image: 'docker.io/library/nginx:1',
    imageId: '',
    state: state === 'running' ? 'running' : 'exited',
    startedAt: NOW - 300 * SECOND,
    finishedAt: state === 'running' ? undefined : NOW - Number.parseInt(ago ?? '0', 10) * SECOND,
    exitCode: state === 'running' ? undefined : Number(code),
    reason: undefined,
    message: undefined,
  };
}

function say({ step, holds, wakeAt }: Decision): string {
  const target = 'container' in step ? ` ${step.container}` : '';
  const held = holds.map(({ container, reason }) => ` ${container}:${reason}`).join('');
  const wake = wakeAt === undefined ? '' : ` in ${(wakeAt - NOW) / SECOND}s`;
  return `${step.kind}${target}${held}${wake}`;
}

describe('what is done next for a Pod', () => {
  const cases: readonly (readonly [string, Parameters<typeof aWorker>[0], string])[] = [
    ['nothing is there', { containers: ['web=absent'], sandbox: false }, 'sandbox'],
    ['a sandbox is there', { containers: ['web=absent'] }, 'start web'],
    [
      'an image has to be pulled',
      { containers: ['web=absent'], spec: { containers: [{ name: 'web', image: 'redis:7' }] } },
      'pull web',
    ],
    [
      'an image must be pulled each time',
      {
        containers: ['web=absent'],
        spec: { containers: [{ name: 'web', image: 'nginx:1', imagePullPolicy: 'Always' }] },
      },
      'pull web',
    ],
    [
      'an image may not be pulled',
      {
        containers: ['web=absent'],
        spec: { containers: [{ name: 'web', image: 'redis:7', imagePullPolicy: 'Never' }] },
      },
      'rest web:ErrImageNeverPull in 30s',
    ],
    [
      'a name that is none',
      { containers: ['web=absent'], spec: { containers: [{ name: 'web', image: 'Nginx' }] } },
      'rest web:InvalidImageName',
    ],
    ['all runs', { containers: ['web=running'] }, 'rest'],
    ['the second of two', { containers: ['web=running', 'log=absent'] }, 'start log'],
    ['a crash', { containers: ['web=exited 1 0s'] }, 'start web'],
    ['a success is restarted too', { containers: ['web=exited 0 0s'] }, 'start web'],
    [
      'a success under OnFailure',
      { containers: ['web=exited 0 0s'], spec: { restartPolicy: 'OnFailure' } },
      'finish',
    ],
    [
      'a failure under OnFailure',
      { containers: ['web=exited 2 0s'], spec: { restartPolicy: 'OnFailure' } },
      'start web',
    ],
    [
      'a failure under Never',
      { containers: ['web=exited 2 0s'], spec: { restartPolicy: 'Never' } },
      'finish',
    ],
    [
      'one of two has ended under Never',
      { containers: ['web=exited 2 0s', 'log=running'], spec: { restartPolicy: 'Never' } },
      'rest',
    ],
    ['init comes first', { containers: ['i1=absent', 'web=absent'] }, 'start i1'],
    ['init runs', { containers: ['i1=running', 'web=absent'] }, 'rest'],
    ['the next init', { containers: ['i1=exited 0 9s', 'i2=absent', 'web=absent'] }, 'start i2'],
    ['init is done', { containers: ['i1=exited 0 9s', 'web=absent'] }, 'start web'],
    ['init failed', { containers: ['i1=exited 1 9s', 'web=absent'] }, 'start i1'],
    [
      'init failed under Never',
      { containers: ['i1=exited 1 9s', 'web=absent'], spec: { restartPolicy: 'Never' } },
      'finish',
    ],
    ['a sidecar before main', { containers: ['s1=absent', 'web=absent'] }, 'start s1'],
    ['a started sidecar', { containers: ['s1=running', 'web=absent'] }, 'start web'],
    [
      'a sidecar that crashed beside main',
      { containers: ['s1=exited 1 0s', 'web=running'] },
      'start s1',
    ],
    [
      'a sidecar ends with its Pod',
      { containers: ['s1=running', 'web=exited 0 0s'], spec: { restartPolicy: 'Never' } },
      'finish',
    ],
    [
      'over its deadline',
      { containers: ['web=running'], spec: { activeDeadlineSeconds: 500 } },
      'deadline',
    ],
    [
      'before its deadline',
      { containers: ['web=running'], spec: { activeDeadlineSeconds: 600 } },
      'rest in 100s',
    ],
    [
      'another image',
      { containers: ['web=running'], spec: { containers: [{ name: 'web', image: 'nginx:2' }] } },
      'replace web',
    ],
    ['the sandbox has gone', { containers: ['web=exited 255 1s'], sandbox: false }, 'sandbox'],
    [
      'the sandbox of an ended Pod has gone',
      { containers: ['web=exited 1 1s'], sandbox: false, spec: { restartPolicy: 'Never' } },
      'finish',
    ],
  ];
  test.each(cases)('%s', (_, sketch, want) => {
    expect(say(decide(aWorker(sketch), IMAGES, NOW))).toBe(want);
  });

  test('init containers run again in a new sandbox', () => {
    const worker = aWorker({ containers: ['i1=exited 0 9s', 'web=exited 255 1s'] });
    if (worker.sandbox !== undefined) worker.sandbox = { ...worker.sandbox, createdAt: NOW - 1 };
    expect(say(decide(worker, IMAGES, NOW))).toBe('start i1');
  });

  test('a sidecar is waited for until its startup probe has passed', () => {
    const worker = aWorker({ containers: ['s1=running', 'web=absent'] });
    const work = worker.containers.get('s1');
    if (work === undefined) throw new TypeError('no s1');
    const startup = { containerId: 's1-id', result: 'unknown' as const, run: 0, last: undefined };
    worker.containers.set('s1', {
      ...work,
      probes: { liveness: undefined, readiness: undefined, startup },
    });
    expect(say(decide(worker, IMAGES, NOW))).toBe('rest');
  });

  test.each([
    [10, 0, 'rest in 2s'],
    [10, 1, 'rest in 1s'],
    [10, 2, 'rest web:CrashLoopBackOff in 8s'],
    [10, 10, 'start web'],
    [300, 100, 'rest web:CrashLoopBackOff in 200s'],
  ])('with a back-off of %i s, %i s after a crash: %s', (delay, ago, want) => {
    const worker = aWorker({ containers: [`web=exited 1 ${ago}s`] });
    const work = worker.containers.get('web');
    if (work !== undefined)
      work.crashBackoff = { delay: delay * SECOND, since: NOW - 200 * SECOND };
    expect(say(decide(worker, IMAGES, NOW))).toBe(want);
  });

  test('a failed pull is shown, then waited for, then tried again', () => {
    const worker = aWorker({
      containers: ['web=absent'],
      spec: { containers: [{ name: 'web', image: 'redis:7' }] },
    });
    const work = worker.containers.get('web');
    if (work === undefined) throw new TypeError('no web');
    const at = (seconds: number) => {
      work.pullBackoff = { delay: 10 * SECOND, since: NOW - seconds * SECOND };
      return say(decide(worker, IMAGES, NOW));
    };
    expect([at(0), at(2), at(9), at(10)]).toEqual([
      'rest in 2s',
      'rest web:ImagePullBackOff in 8s',
      'rest web:ImagePullBackOff in 1s',
      'pull web',
    ]);
  });
});

test('delays double from ten seconds to five minutes, and are forgotten after ten quiet minutes', () => {
  const delays: number[] = [];
  let backoff = nextBackoff(undefined, 0, 0);
  let now = 0;
  for (let i = 0; i < 8; i++) {
    delays.push(backoff.delay / SECOND);
    now += backoff.delay;
    backoff = nextBackoff(backoff, now, now);
  }
  expect(delays).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  expect(nextBackoff(backoff, now + 601 * SECOND, now + 601 * SECOND).delay).toBe(10 * SECOND);
});
