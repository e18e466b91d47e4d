import { describe, expect, test } from 'vitest';
import type { CronJob, CronJobSpec, Event, Job } from '../../../api/generated/types.ts';
import { MINUTE, SECOND } from '../../../kernel/time.ts';
import { controllerRef, seenCluster, summary, updated } from '../testing.ts';
import { ask, list, managerRig, run } from '../testing-rig.ts';
import { jobFor } from './cron-jobs.ts';
import { cronJobController } from './cronjob.ts';

const template = {
  spec: { containers: [{ name: 'c', image: 'busybox' }], restartPolicy: 'Never' as const },
};

function aCronJob(spec: Partial<CronJobSpec> = {}, status: CronJob['status'] = {}): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: {
      name: 'tick',
      namespace: 'default',
      uid: 'uid-tick',
      creationTimestamp: '2026-01-01T08:58:30Z',
    },
    spec: {
      schedule: '* * * * *',
      concurrencyPolicy: 'Allow',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: { template } },
      ...spec,
    },
    status,
  };
}

function aJob(cronJob: CronJob, at: string, end?: 'Complete' | 'Failed'): Job {
  const job = jobFor(cronJob, Date.parse(at));
  return {
    ...job,
    metadata: { ...job.metadata, uid: `uid-${at}`, ownerReferences: [controllerRef(cronJob)] },
    status: {
      startTime: at,
      ...(end === undefined ? {} : { conditions: [{ type: end, status: 'True' }] }),
      ...(end === 'Complete' ? { completionTime: at } : {}),
    },
  };
}

function look(cronJob: CronJob, jobs: readonly Job[] = [], now = 0) {
  const { view } = seenCluster({ cronjobs: [cronJob], jobs });
  return cronJobController.reconcile('default/tick', view, now, undefined);
}

/** Minutes since 1970 at nine o'clock, when the tests begin. */
const NINE = Date.parse('2026-01-01T09:00:00Z') / 60_000;

describe('CronJob', () => {
  test('starts the job that is due, and sleeps until the next', () => {
    const plan = look(aCronJob());
    expect(summary(plan)).toEqual([`create jobs tick-${NINE}`, 'update cronjobs/status tick']);
    expect(updated(plan, 'cronjobs', 'status')?.status).toEqual({
      lastScheduleTime: '2026-01-01T09:00:00Z',
    });
    expect(plan.after).toBe(MINUTE + SECOND / 10);
  });

  const last = { lastScheduleTime: '2026-01-01T08:59:00Z' };
  const cases: [string, CronJob, readonly string[], readonly string[]][] = [
    ['nothing before it is due', aCronJob({ schedule: '30 * * * *' }), [], []],
    ['nothing while suspended', aCronJob({ suspend: true }), [], []],
    ['nothing twice', aCronJob({}, { lastScheduleTime: '2026-01-01T09:00:00Z' }), [], []],
    [
      'one beside the other',
      aCronJob({}, last),
      ['2026-01-01T08:59:00Z'],
      [`create jobs tick-${NINE}`],
    ],
    [
      'none beside another where forbidden',
      aCronJob({ concurrencyPolicy: 'Forbid' }, last),
      ['2026-01-01T08:59:00Z'],
      [
        'event Normal JobAlreadyActive Not starting job because prior execution is running and concurrency policy is Forbid',
      ],
    ],
    [
      'in the place of the other',
      aCronJob({ concurrencyPolicy: 'Replace' }, last),
      ['2026-01-01T08:59:00Z'],
      [`delete jobs default/tick-${NINE - 1}`, `create jobs tick-${NINE}`],
    ],
    ['none that exists', aCronJob({}, last), ['2026-01-01T09:00:00Z'], []],
    [
      'an unknown zone',
      aCronJob({ timeZone: 'Nowhere' }),
      [],
      ['event Warning UnknownTimeZone invalid timeZone: "Nowhere": unknown time zone Nowhere'],
    ],
  ];
  test.each(cases)('%s', (_, cronJob, running, writes) => {
    const plan = look(
      cronJob,
      running.map((at) => aJob(cronJob, at)),
    );
    expect(summary(plan).filter((each) => !each.startsWith('update'))).toEqual(writes);
  });

  test('a start that is missed by too much is given up', () => {
    const late = aCronJob({ schedule: '59 8 * * *', startingDeadlineSeconds: 90 });
    expect(summary(look(late))[0]).toBe(`create jobs tick-${NINE - 1}`);
    const tooLate = look(late, [], 60 * SECOND);
    expect(summary(tooLate).filter((each) => each.startsWith('create'))).toEqual([]);
  });

  test('the time zone decides when, and the job says so', () => {
    const cronJob = aCronJob({ schedule: '0 10 * * *', timeZone: 'Europe/Berlin' });
    const plan = look(cronJob);
    const [write] = plan.writes;
    expect(write?.verb === 'create' && write.object.metadata.annotations).toEqual({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T10:00:00+01:00',
    });
  });

  test('old jobs go, a finished one is seen', () => {
    const cronJob = aCronJob({ suspend: true });
    const jobs = ['08:51', '08:52', '08:53', '08:54'].map((at) =>
      aJob(cronJob, `2026-01-01T${at}:00Z`, 'Complete'),
    );
    const failed = ['08:55', '08:56'].map((at) => aJob(cronJob, `2026-01-01T${at}:00Z`, 'Failed'));
    const running = aJob(cronJob, '2026-01-01T08:57:00Z');
    const active = [jobs[3], running].map((job) => ({
      kind: 'Job',
      name: job?.metadata.name ?? '',
      uid: job?.metadata.uid ?? '',
    }));
    const plan = look(aCronJob({ suspend: true }, { active }), [...jobs, ...failed, running]);
    expect(summary(plan)).toEqual([
      'update cronjobs/status tick',
      `event Normal SawCompletedJob Saw completed job: tick-${NINE - 6}, condition: Complete`,
      `delete jobs default/tick-${NINE - 9}`,
      `delete jobs default/tick-${NINE - 5}`,
    ]);
    expect(updated(plan, 'cronjobs', 'status')?.status).toMatchObject({
      active: [active[1]],
      lastSuccessfulTime: '2026-01-01T08:54:00Z',
    });
  });

  test('on the API server: a job each minute', () => {
    const rig = managerRig({ nodes: 1 });
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    const cronJobs = '/apis/batch/v1/namespaces/default/cronjobs';
    const { apiVersion, kind, spec } = aCronJob({ concurrencyPolicy: 'Forbid' });
    ask(rig, 'POST', cronJobs, {
      apiVersion,
      kind,
      metadata: { name: 'tick', namespace: 'default' },
      spec,
    });
    run(rig, 90 * SECOND);
    expect(list<Job>(rig, jobs).map((each) => each.metadata.name)).toEqual([`tick-${NINE + 1}`]);
    const [cronJob] = list<CronJob>(rig, cronJobs);
    expect(cronJob?.status?.active?.[0]?.name).toBe(`tick-${NINE + 1}`);
    expect(cronJob?.status?.lastScheduleTime).toBe('2026-01-01T09:01:00Z');
    run(rig, 60 * SECOND);
    expect(list<Job>(rig, jobs)).toHaveLength(1);
    const [pod] = list(rig, '/api/v1/namespaces/default/pods');
    const path = `/api/v1/namespaces/default/pods/${pod?.metadata.name}/status`;
    ask(rig, 'PATCH', path, { status: { phase: 'Succeeded', conditions: [] } });
    run(rig, 60 * SECOND);
    expect(list<Job>(rig, jobs)).toHaveLength(2);
    const reasons = new Set(list<Event>(rig, '/api/v1/events').map((each) => each.reason));
    expect([...reasons]).toEqual(
      expect.arrayContaining(['SuccessfulCreate', 'JobAlreadyActive', 'SawCompletedJob']),
    );
    ask(rig, 'DELETE', `${cronJobs}/tick`);
    run(rig, 10 * SECOND);
    expect(list(rig, jobs)).toEqual([]);
  });
});
