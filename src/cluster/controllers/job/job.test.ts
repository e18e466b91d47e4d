import { describe, expect, test } from 'vitest';
import type { Event, Job, JobSpec, Pod } from '../../../api/generated/types.ts';
import { MINUTE, SECOND } from '../../../kernel/time.ts';
import type { Plan } from '../plan.ts';
import { aPod, seenCluster, summary, updated } from '../testing.ts';
import { ask, list, managerRig, run, type ManagerRig } from '../testing-rig.ts';
import { jobController } from './job.ts';
import { INDEX, INDEX_FAILURES, TRACKING } from './job-pods.ts';
import { ttlAfterFinishedController } from './ttl-after-finished.ts';

const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const PODS = '/api/v1/namespaces/default/pods';
const labels = { 'batch.kubernetes.io/controller-uid': 'uid-job' };
const EARLIER = '2026-01-01T08:59:00Z';

/** In place of a number of completions: the job has none. */
const NONE = -1;

function aJob(spec: Partial<JobSpec> = {}, status?: Job['status']): Job {
  const job = aJobWith(spec, status);
  if (job.spec.completions !== NONE) return job;
  const { completions: _, ...queue } = job.spec;
  return { ...job, spec: queue };
}

function aJobWith(spec: Partial<JobSpec>, status: Job['status']): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default', uid: 'uid-job', generation: 1 },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      podReplacementPolicy: 'TerminatingOrFailed',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'c', image: 'busybox' }], restartPolicy: 'Never' },
      },
      ...spec,
    },
    status: { startTime: EARLIER, ...status },
  };
}

interface PodMore {
  readonly index?: number;
  readonly failures?: number;
  readonly code?: number;
  readonly tracked?: boolean;
  readonly leaving?: boolean;
  readonly endedAt?: string;
}

function jobPod(
  job: Job,
  name: string,
  phase: 'Running' | 'Succeeded' | 'Failed',
  more: PodMore = {},
): Pod {
  const pod = aPod(name, { owner: job, labels, phase, deleting: more.leaving === true });
  const annotations = {
    ...(more.index === undefined ? {} : { [INDEX]: String(more.index) }),
    ...(more.failures === undefined ? {} : { [INDEX_FAILURES]: String(more.failures) }),
  };
  const finishedAt = more.endedAt ?? EARLIER;
  const state = { terminated: { exitCode: more.code ?? 1, finishedAt } };
  const ended = { name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations,
      ...(more.tracked === false ? {} : { finalizers: [TRACKING] }),
    },
    status: {
      ...pod.status,
      ...(phase === 'Running' ? {} : { containerStatuses: [ended] }),
    },
  };
}

function look(job: Job, pods: readonly Pod[] = [], now = 0): Plan {
  const { view } = seenCluster({ jobs: [job], pods });
  return jobController.reconcile('default/work', view, now, undefined);
}

/** The pods that a plan makes, by index where they have one. */
function made(plan: Plan): readonly string[] {
  return plan.writes.flatMap((each) =>
    each.verb === 'create' ? [each.object.metadata.annotations?.[INDEX] ?? 'pod'] : [],
  );
}

function removed(plan: Plan): readonly string[] {
  return plan.writes.flatMap((each) => (each.verb === 'delete' ? [each.key.slice(8)] : []));
}

function statusOf(plan: Plan) {
  return updated(plan, 'jobs', 'status')?.status;
}

const reasons = (plan: Plan) =>
  (statusOf(plan)?.conditions ?? []).map((each) => `${each.type} ${each.reason}`);

describe('how many pods a Job has made', () => {
  const running = (job: Job, count: number) =>
    Array.from({ length: count }, (_, at) => jobPod(job, `p${at}`, 'Running'));
  const cases: [string, Partial<JobSpec>, number, Job['status'], number, number][] = [
    ['one of one', {}, 0, {}, 1, 0],
    ['as many as may run', { completions: 5, parallelism: 3 }, 0, {}, 3, 0],
    ['no more than are left', { completions: 5, parallelism: 3 }, 0, { succeeded: 4 }, 1, 0],
    ['what is missing', { completions: 5, parallelism: 3 }, 2, {}, 1, 0],
    ['fewer when it shrinks', { completions: 5, parallelism: 1 }, 3, {}, 0, 2],
    ['a queue of workers', { completions: NONE, parallelism: 2 }, 1, {}, 1, 0],
    [
      'no more workers after a success',
      { completions: NONE, parallelism: 2 },
      1,
      { succeeded: 1 },
      0,
      0,
    ],
    ['none while suspended', { suspend: true, parallelism: 2, completions: 2 }, 2, {}, 0, 2],
  ];
  test.each(cases)('%s', (_, spec, active, status, makes, loses) => {
    const job = aJob(spec, status);
    const plan = look(job, running(job, active));
    expect([made(plan).length, removed(plan).length]).toEqual([makes, loses]);
  });

  test('indexes: the lowest that are not done; each pod knows its own', () => {
    const job = aJob(
      { completionMode: 'Indexed', completions: 6, parallelism: 3 },
      { completedIndexes: '0,2', succeeded: 2 },
    );
    const plan = look(job, [jobPod(job, 'p', 'Running', { index: 3 })]);
    expect(made(plan)).toEqual(['1', '4']);
    const [write] = plan.writes.filter((each) => each.verb === 'create');
    const pod = write?.verb === 'create' ? (write.object as Pod) : undefined;
    expect(pod?.metadata.generateName).toBe('work-1-');
    expect(pod?.metadata.finalizers).toEqual([TRACKING]);
    expect(pod?.metadata.labels?.[INDEX]).toBe('1');
    expect(pod?.spec.hostname).toBe('work-1');
    expect(pod?.spec.containers[0]?.env?.[0]).toMatchObject({ name: 'JOB_COMPLETION_INDEX' });
  });

  test('of two pods for an index one goes', () => {
    const job = aJob({ completionMode: 'Indexed', completions: 2, parallelism: 2 });
    const pods = [0, 0, 1].map((index, at) => jobPod(job, `p${at}`, 'Running', { index }));
    expect(removed(look(job, pods))).toHaveLength(1);
  });
});

describe('pauses after failures', () => {
  const failures = (job: Job, count: number) =>
    Array.from({ length: count }, (_, at) => jobPod(job, `p${at}`, 'Failed', { tracked: false }));
  test.each([
    [1, 10 * SECOND],
    [2, 20 * SECOND],
    [4, 80 * SECOND],
    [10, 10 * MINUTE],
  ])('%i failures', (count, pause) => {
    const job = aJob({ backoffLimit: 20 }, { failed: count });
    const plan = look(job, failures(job, count), -60 * SECOND);
    expect([made(plan).length, plan.after]).toEqual([0, pause]);
    expect(made(look(job, failures(job, count), -60 * SECOND + pause))).toHaveLength(1);
  });

  test('a success in between forgets them', () => {
    const job = aJob({ completions: 3, backoffLimit: 20 }, { failed: 2, succeeded: 1 });
    const success = jobPod(job, 's', 'Succeeded', {
      tracked: false,
      endedAt: '2026-01-01T08:59:30Z',
    });
    expect(made(look(job, [...failures(job, 2), success], -30 * SECOND))).toHaveLength(1);
  });

  test('with a limit for each index only the index waits', () => {
    const job = aJob({
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 2,
      backoffLimitPerIndex: 2,
      backoffLimit: 100,
    });
    const failed = jobPod(job, 'p', 'Failed', { index: 0, failures: 0 });
    const early = look(job, [failed], -55 * SECOND);
    expect([made(early), early.after]).toEqual([['1'], 5 * SECOND]);
    const late = look(job, [failed], -50 * SECOND);
    expect(made(late)).toEqual(['0', '1']);
    const [again] = late.writes.filter((each) => each.verb === 'create');
    expect(again?.verb === 'create' && again.object.metadata.annotations?.[INDEX_FAILURES]).toBe(
      '1',
    );
    // It is held until its successor knows of it.
    expect(statusOf(late)?.uncountedTerminatedPods).toEqual({});
    const successor = jobPod(job, 'q', 'Running', { index: 0, failures: 1 });
    expect(statusOf(look(job, [failed, successor]))?.uncountedTerminatedPods?.failed).toEqual([
      'uid-p',
    ]);
  });
});

describe('counting', () => {
  test('first the uid, then the finalizer, then the number', () => {
    const job = aJob({ completions: 2 });
    const pod = jobPod(job, 'p', 'Succeeded');
    const first = look(job, [pod]);
    expect(statusOf(first)?.uncountedTerminatedPods).toEqual({ succeeded: ['uid-p'] });
    expect(statusOf(first)?.succeeded).toBeUndefined();
    expect(summary(first)).toEqual(['update jobs/status work', 'create pods work-*']);
    const noted = aJob({ completions: 2 }, statusOf(first));
    const second = look(noted, [pod, jobPod(noted, 'q', 'Running')]);
    expect(summary(second)).toContain('patch pods default/p');
    expect(statusOf(second)?.succeeded).toBeUndefined();
    const third = look(noted, [jobPod(noted, 'p', 'Succeeded', { tracked: false })]);
    expect(statusOf(third)).toMatchObject({ succeeded: 1, uncountedTerminatedPods: {} });
  });

  test('a pod deleted while it runs has failed, unless the replacement waits for its end', () => {
    const policies = ['TerminatingOrFailed', 'Failed'] as const;
    const [counts, waits] = policies.map((podReplacementPolicy) => {
      const job = aJob({ podReplacementPolicy });
      return look(job, [jobPod(job, 'p', 'Running', { leaving: true })], 0);
    });
    expect(counts && statusOf(counts)?.uncountedTerminatedPods).toEqual({ failed: ['uid-p'] });
    expect(waits && statusOf(waits)).toMatchObject({ uncountedTerminatedPods: {}, terminating: 1 });
    expect(waits && made(waits)).toEqual([]);
  });
});

describe('verdicts', () => {
  const cases: [string, Partial<JobSpec>, Job['status'], (job: Job) => Pod[], string][] = [
    [
      'enough successes',
      { completions: 2 },
      { succeeded: 1 },
      (job) => [jobPod(job, 'p', 'Succeeded')],
      'SuccessCriteriaMet CompletionsReached',
    ],
    [
      'too many failures',
      { backoffLimit: 0 },
      {},
      (job) => [jobPod(job, 'p', 'Failed')],
      'FailureTarget BackoffLimitExceeded',
    ],
    [
      'too late',
      { activeDeadlineSeconds: 60 },
      {},
      (job) => [jobPod(job, 'p', 'Running')],
      'FailureTarget DeadlineExceeded',
    ],
    [
      'a rule that fails the job',
      {
        podFailurePolicy: {
          rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }],
        },
      },
      {},
      (job) => [jobPod(job, 'p', 'Failed', { code: 42 })],
      'FailureTarget PodFailurePolicy',
    ],
    [
      'a rule of success',
      {
        completionMode: 'Indexed',
        completions: 4,
        parallelism: 4,
        successPolicy: { rules: [{ succeededIndexes: '2' }] },
      },
      {},
      (job) => [
        jobPod(job, 'p', 'Succeeded', { index: 2 }),
        jobPod(job, 'q', 'Running', { index: 1 }),
      ],
      'SuccessCriteriaMet SuccessPolicy',
    ],
    [
      'all indexes done, some failed',
      { completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 0, backoffLimit: 100 },
      { completedIndexes: '1', succeeded: 1 },
      (job) => [jobPod(job, 'p', 'Failed', { index: 0, failures: 0 })],
      'FailureTarget FailedIndexes',
    ],
    [
      'too many failed indexes',
      {
        completionMode: 'Indexed',
        completions: 5,
        backoffLimitPerIndex: 0,
        maxFailedIndexes: 1,
        backoffLimit: 100,
      },
      { failedIndexes: '3' },
      (job) => [jobPod(job, 'p', 'Failed', { index: 0, failures: 0 })],
      'FailureTarget MaxFailedIndexesExceeded',
    ],
  ];
  test.each(cases)('%s', (_, spec, status, pods, verdict) => {
    const job = aJob(spec, status);
    const plan = look(job, pods(job));
    expect(reasons(plan)).toEqual([verdict]);
    expect(made(plan)).toEqual([]);
    expect(removed(plan)).toEqual(
      pods(job)
        .filter((each) => each.status?.phase === 'Running')
        .map((each) => each.metadata.name),
    );
  });

  test('it is final once the last pod is gone and counted', () => {
    const announced = statusOf(look(aJob({ backoffLimit: 0 }), [jobPod(aJob(), 'p', 'Failed')]));
    const job = aJob({ backoffLimit: 0 }, announced);
    expect(reasons(look(job, [jobPod(job, 'p', 'Failed')]))).toHaveLength(1);
    const plan = look(job, [jobPod(job, 'p', 'Failed', { tracked: false })]);
    expect(reasons(plan)).toEqual([
      'FailureTarget BackoffLimitExceeded',
      'Failed BackoffLimitExceeded',
    ]);
    expect(statusOf(plan)?.failed).toBe(1);
    expect(summary(plan)).toContain(
      'event Warning BackoffLimitExceeded Job has reached the specified backoff limit',
    );
  });

  test('a deadline is looked at when it is due', () => {
    const job = aJob({ activeDeadlineSeconds: 100 });
    expect(look(job, [jobPod(job, 'p', 'Running')]).after).toBe(40 * SECOND);
  });

  test('suspended and resumed', () => {
    const suspended = look(aJob({ suspend: true }));
    expect(reasons(suspended)).toEqual(['Suspended JobSuspended']);
    expect(statusOf(suspended)?.startTime).toBeUndefined();
    const resumed = look(aJob({}, statusOf(suspended)));
    expect(reasons(resumed)).toEqual(['Suspended JobResumed']);
    expect(statusOf(resumed)?.startTime).toBe('2026-01-01T09:00:00Z');
  });
});

describe('time to live', () => {
  const finished = (seconds: number) =>
    aJob(
      { ttlSecondsAfterFinished: seconds },
      { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: EARLIER }] },
    );
  test('waits for it, then deletes', () => {
    const at = (job: Job) =>
      ttlAfterFinishedController.reconcile(
        'default/work',
        seenCluster({ jobs: [job] }).view,
        0,
        undefined,
      );
    expect(at(finished(100)).after).toBe(40 * SECOND);
    expect(summary(at(finished(60)))).toEqual(['delete jobs default/work']);
    expect(summary(at(aJob({ ttlSecondsAfterFinished: 0 })))).toEqual([]);
  });
});

describe('Job on the API server', () => {
  const body = (spec: Partial<JobSpec>) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default' },
    spec: {
      template: {
        spec: { containers: [{ name: 'c', image: 'busybox' }], restartPolicy: 'Never' },
      },
      ...spec,
    },
  });
  const read = (rig: ManagerRig) => list<Job>(rig, JOBS)[0];
  const endPods = (rig: ManagerRig, phase: 'Succeeded' | 'Failed') => {
    for (const pod of list<Pod>(rig, PODS)) {
      if (pod.status?.phase !== 'Running') continue;
      const path = `${PODS}/${pod.metadata.name}/status`;
      ask(rig, 'PATCH', path, { status: { phase, conditions: [] } });
    }
  };

  test('runs to completion, each success counted once, also across a crash', () => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', JOBS, body({ completions: 5, parallelism: 2 }));
    for (let round = 0; round < 4; round++) {
      run(rig, 5 * SECOND);
      expect(
        list<Pod>(rig, PODS).filter((pod) => pod.status?.phase === 'Running').length,
      ).toBeLessThanOrEqual(2);
      endPods(rig, 'Succeeded');
      if (round === 1) {
        rig.kernel.stopProcess(rig.world, 'kube-controller-manager-cp-1', undefined);
        run(rig, SECOND);
        rig.kernel.startProcess(rig.world, 'kube-controller-manager-cp-1', undefined, () => {});
        run(rig, 25 * SECOND);
      }
    }
    run(rig, 5 * SECOND);
    expect(read(rig)?.status).toMatchObject({ succeeded: 5, uncountedTerminatedPods: {} });
    const conditions = read(rig)?.status?.conditions?.map((each) => each.type);
    expect(conditions).toEqual(['SuccessCriteriaMet', 'Complete']);
    expect(list<Pod>(rig, PODS)).toHaveLength(5);
    expect(list<Pod>(rig, PODS).every((pod) => (pod.metadata.finalizers ?? []).length === 0)).toBe(
      true,
    );
    const told = list<Event>(rig, '/api/v1/events').filter((each) => each.reason === 'Completed');
    expect(told[0]?.message).toBe('Job completed');
    ask(rig, 'DELETE', `${JOBS}/work?propagationPolicy=Background`);
    run(rig, 10 * SECOND);
    expect(list(rig, PODS)).toEqual([]);
  });

  test('fails for good after its limit, with pauses between', () => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', JOBS, body({ backoffLimit: 1 }));
    run(rig, 3 * SECOND);
    endPods(rig, 'Failed');
    run(rig, 6 * SECOND);
    expect(list<Pod>(rig, PODS)).toHaveLength(1);
    run(rig, 8 * SECOND);
    expect(list<Pod>(rig, PODS)).toHaveLength(2);
    endPods(rig, 'Failed');
    run(rig, 5 * SECOND);
    expect(read(rig)?.status).toMatchObject({ failed: 2 });
    expect(read(rig)?.status?.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'BackoffLimitExceeded',
    });
  });

  test('deleted while it runs, its pods are let go', () => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', JOBS, body({ completions: 3, parallelism: 3 }));
    run(rig, 5 * SECOND);
    expect(list(rig, PODS)).toHaveLength(3);
    ask(rig, 'DELETE', `${JOBS}/work?propagationPolicy=Background`);
    run(rig, 10 * SECOND);
    expect(list(rig, PODS)).toEqual([]);
  });

  test.each(['Orphan', 'namespace'])('nothing is left held: %s', (how) => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'own' },
    });
    const jobs = '/apis/batch/v1/namespaces/own/jobs';
    const job = body({ completions: 2, parallelism: 2 });
    ask(rig, 'POST', jobs, { ...job, metadata: { name: 'work', namespace: 'own' } });
    run(rig, 5 * SECOND);
    const pods = () => list<Pod>(rig, '/api/v1/namespaces/own/pods');
    expect(pods()).toHaveLength(2);
    if (how === 'Orphan') {
      ask(rig, 'DELETE', `${jobs}/work?propagationPolicy=Orphan`);
      run(rig, 10 * SECOND);
      expect(pods().map((each) => each.metadata.finalizers ?? [])).toEqual([[], []]);
      expect(pods().map((each) => each.metadata.ownerReferences ?? [])).toEqual([[], []]);
    } else {
      ask(rig, 'DELETE', '/api/v1/namespaces/own');
      run(rig, 60 * SECOND);
      const names = list(rig, '/api/v1/namespaces').map((each) => each.metadata.name);
      expect(names).not.toContain('own');
    }
  });
});
