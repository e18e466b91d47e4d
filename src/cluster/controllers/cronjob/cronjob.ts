import type { CronJob, Job } from '../../../api/generated/types.ts';
import { mostRecentTime, type CronJobTimes } from '../../../api/cron/most-recent.ts';
import { nextTime } from '../../../api/cron/next-time.ts';
import { parseCronSchedule } from '../../../api/cron/schedule.ts';
import { timeZone, utc } from '../../../api/cron/time-zones.ts';
import { parseTime } from '../../../api/time.ts';
import { MILLISECOND, type Micros } from '../../../kernel/time.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import { keyOf } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import { itself, NO_KEYS, type Controller } from '../controller.ts';
import { isFinished } from '../job/verdict.ts';
import { controllerKey } from '../owner-references.ts';
import { inOrder, rest, type Write } from '../plan.ts';
import { create, event, remove, updateStatus } from '../writes.ts';
import { jobFor, jobsOf } from './cron-jobs.ts';
import { historyWrites } from './history.ts';
import { currentStatus } from './status.ts';

/** Upstream looks this much after a start is due, so that clocks may differ a little. */
const DELTA: Micros = 100 * MILLISECOND;
const TOO_MANY =
  'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';

/** Starts Jobs by the clock (upstream: cronjob_controllerv2). It sleeps until the next start is due. */
export const cronJobController: Controller = {
  name: 'cronjob-controller',
  workers: 5,
  wokenBy: [
    itself('cronjobs'),
    {
      resource: 'jobs',
      keys: ({ old, next }) => {
        const key = controllerKey(next ?? old, 'CronJob');
        return key === undefined ? NO_KEYS : [key];
      },
    },
  ],

  reconcile(key, cluster, now) {
    const cronJob = cluster.get('cronjobs', key);
    if (cronJob === undefined) return rest('it is gone, and its jobs are the garbage collector’s');
    const jobs = jobsOf(cronJob, cluster);
    const { status, news } = currentStatus(cronJob, jobs);
    const writes = [...news, ...historyWrites(cronJob, jobs)];
    const isLeaving = cronJob.metadata.deletionTimestamp !== undefined;
    const start = isLeaving ? NOTHING : startPlan({ ...cronJob, status }, jobs, cluster, now);
    return inOrder(
      `CronJob ${cronJob.metadata.name}: ${start.why}`,
      [
        ...start.writes,
        updateStatus('cronjobs', { ...cronJob, status: { ...status, ...start.status } }),
        ...writes,
      ],
      start.after === undefined ? undefined : { after: start.after },
    );
  },
};

/** What is due now, and when to look again. */
interface Start {
  readonly why: string;
  readonly writes: readonly Write[];
  readonly status?: Pick<NonNullable<CronJob['status']>, 'lastScheduleTime'>;
  readonly after?: Micros;
}

const NOTHING: Start = Object.freeze({ why: 'it is being deleted', writes: Object.freeze([]) });

function startPlan(
  cronJob: CronJob,
  jobs: readonly Job[],
  cluster: ClusterView,
  now: Micros,
): Start {
  const about = referenceTo(cronJob);
  const warn = (reason: string, message: string, why = message): Start => ({
    why,
    writes: [event(about, 'Warning', reason, message)],
  });
  const { spec } = cronJob;
  const zone = spec.timeZone === undefined ? utc : timeZone(spec.timeZone);
  if (zone === undefined) {
    const message = `invalid timeZone: "${spec.timeZone}": unknown time zone ${spec.timeZone}`;
    return warn('UnknownTimeZone', message);
  }
  if (spec.suspend === true) return { why: 'it is suspended', writes: [] };
  const schedule = parseCronSchedule(spec.schedule);
  if (!schedule.ok) {
    return warn(
      'UnparseableSchedule',
      `unparseable schedule: "${spec.schedule}" : ${schedule.error}`,
    );
  }
  const nowMillis = cluster.epochMillis + now / 1000;
  const times: CronJobTimes = {
    schedule: schedule.value,
    zone,
    createdMillis: parseTime(cronJob.metadata.creationTimestamp ?? '') ?? nowMillis,
    lastScheduleMillis: parseTime(cronJob.status?.lastScheduleTime ?? ''),
    startingDeadlineSeconds: spec.startingDeadlineSeconds,
  };
  const next = nextTime(schedule.value, zone, nowMillis);
  const sleep = next === undefined ? undefined : { after: (next - nowMillis) * 1000 + DELTA };
  const due = mostRecentTime(times, nowMillis, true);
  if (!due.ok) return { ...warn('InvalidSchedule', `invalid schedule: ${due.error}`), ...sleep };
  const at = due.value.mostRecentMillis;
  if (at === undefined) return { why: 'no start is due', writes: [], ...sleep };
  const warned =
    due.value.missed === 'many' ? [event(about, 'Warning', 'TooManyMissedTimes', TOO_MANY)] : [];
  const started = startAt(cronJob, jobs, at, nowMillis, cluster);
  return { ...started, writes: [...warned, ...started.writes], ...sleep };
}

/** Starts the job that is due, unless it is too late or the one before is still running. */
function startAt(
  cronJob: CronJob,
  jobs: readonly Job[],
  at: number,
  nowMillis: number,
  cluster: ClusterView,
): Start {
  const { spec, status } = cronJob;
  const about = referenceTo(cronJob);
  const timestamp = new Date(at).toISOString().replace('.000Z', 'Z');
  const { startingDeadlineSeconds } = spec;
  if (startingDeadlineSeconds !== undefined && at + startingDeadlineSeconds * 1000 < nowMillis) {
    const message = `Missed scheduled time to start a job: ${rfc1123(at)}`;
    return { why: message, writes: [event(about, 'Warning', 'MissSchedule', message)] };
  }
  const job = jobFor(cronJob, at);
  const lastScheduleTime = { lastScheduleTime: timestamp };
  if (cluster.get('jobs', keyOf(job)) !== undefined) {
    // Made by this very look before a crash, or by hand.
    return { why: `job ${job.metadata.name} is there`, writes: [], status: lastScheduleTime };
  }
  const active = status?.active ?? [];
  if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message =
      'Not starting job because prior execution is running and concurrency policy is Forbid';
    return { why: message, writes: [event(about, 'Normal', 'JobAlreadyActive', message)] };
  }
  const replaced =
    spec.concurrencyPolicy === 'Replace' ? jobs.filter((each) => !isFinished(each)) : [];
  const deleted = {
    about,
    done: { reason: 'SuccessfulDelete', message: 'Deleted job {name}' },
    failed: { reason: 'FailedDelete', message: 'Deleted job: {error}' },
  };
  const created = {
    about,
    done: { reason: 'SuccessfulCreate', message: 'Created job {name}' },
    failed: { reason: 'FailedCreate', message: 'Error creating job: {error}' },
  };
  return {
    why: `the start of ${timestamp} is due: creates job ${job.metadata.name}`,
    writes: [
      ...replaced.map((each) =>
        remove('jobs', each, { propagation: 'Background', report: deleted }),
      ),
      create('jobs', job, created),
    ],
    status: lastScheduleTime,
  };
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `Mon, 02 Jan 2006 15:04:05 +0000`. */
function rfc1123(millis: number): string {
  const text = new Date(millis).toUTCString();
  const day = DAYS[new Date(millis).getUTCDay()] ?? '';
  return `${day}, ${text.slice(5, 25)} +0000`;
}
