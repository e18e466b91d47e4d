import type { Job, JobCondition, JobStatus, Pod } from '../../../api/generated/types.ts';
import { findCondition } from '../../../api/conditions.ts';
import { controllerOf } from '../../../api/owner-references.ts';
import { labelSelectorMatcher } from '../../../api/selectors/label-selector.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { ClusterView } from '../cluster-view.ts';
import { itself, NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest, type Plan, type Write } from '../plan.ts';
import { claimPods, ownersOfPod } from '../pod-claims.ts';
import { create, event, remove, updateStatus } from '../writes.ts';
import { jobPods, TRACKING } from './job-pods.ts';
import { podPlan, type PodPlan } from './pod-plan.ts';
import { tallyJob, type JobTally } from './tally.ts';
import { releaseWrite, track, type Tracking } from './tracking.ts';
import {
  deadlineAfter,
  interimType,
  isFinished,
  jobCondition,
  verdictOn,
  type Verdict,
} from './verdict.ts';

/** Upstream's SyncJobBatchPeriod: pods that end together are counted together. */
const BATCH: Micros = SECOND;
/** Keys of pods that wait to be counted by a job that is gone. */
const ORPHAN = 'orphan:';

/** Runs a Job's pods until enough have succeeded, or too many failed. */
export const jobController: Controller = {
  name: 'job-controller',
  workers: 5,
  wokenBy: [
    itself('jobs'),
    { resource: 'jobs', keys: orphansOfJob },
    { resource: 'pods', ownedBy: 'Job', keys: jobsOfPod, batch: BATCH },
    { resource: 'pods', about: ['held'], keys: orphanedPod, batch: BATCH },
  ],

  reconcile(key, cluster, now) {
    if (key.startsWith(ORPHAN)) return letGo(key.slice(ORPHAN.length), cluster);
    const job = cluster.get('jobs', key);
    if (job === undefined) return rest('it is gone, and its pods are the garbage collector’s now');
    if (isFinished(job)) return rest('it is finished');
    const { managedBy = 'kubernetes.io/job-controller' } = job.spec;
    if (managedBy !== 'kubernetes.io/job-controller') return rest(`${managedBy} manages it`);
    const matches = labelSelectorMatcher(job.spec.selector);
    const claims =
      job.metadata.deletionTimestamp === undefined
        ? claimPods(job, matches, cluster, () => true)
        : undefined;
    return claims ?? sync(job, cluster, now);
  },
};

function jobsOfPod(change: InformerChange, cluster: ClusterView): readonly string[] {
  return ownersOfPod(change, 'Job', (namespace, orphan) => {
    const found: string[] = [];
    for (const [key, job] of cluster.filed('jobs', 'namespace', namespace)) {
      if (labelSelectorMatcher(job.spec.selector)(orphan.metadata.labels)) found.push(key);
    }
    return found;
  });
}

/** A pod that waits to be counted, though its job is gone. */
function orphanedPod({ key, next }: InformerChange, cluster: ClusterView): readonly string[] {
  const pod = next as Pod | undefined;
  return pod !== undefined && isTracked(pod) && !hasJob(pod, cluster) ? [ORPHAN + key] : NO_KEYS;
}

/** The pods that a job leaves behind uncounted. */
function orphansOfJob({ old, next }: InformerChange, cluster: ClusterView): readonly string[] {
  if (next !== undefined || old === undefined) return NO_KEYS;
  const keys: string[] = [];
  for (const [key, pod] of cluster.filed('pods', 'owner', old.metadata.uid ?? '')) {
    if (isTracked(pod)) keys.push(ORPHAN + key);
  }
  return keys;
}

function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING) === true;
}

/** Whether the job that is to count a pod is still there. */
function hasJob(pod: Pod, cluster: ClusterView): boolean {
  const owner = controllerOf(pod);
  if (owner === undefined) return false;
  const job = cluster.get('jobs', `${pod.metadata.namespace}/${owner.name}`);
  return job !== undefined && job.metadata.uid === owner.uid;
}

/** A pod whose job is gone waits for nobody. */
function letGo(key: string, cluster: ClusterView): Plan {
  const pod = cluster.get('pods', key);
  if (pod === undefined || !isTracked(pod)) return rest('it waits for nobody');
  if (hasJob(pod, cluster)) return rest('its job will count it');
  return inOrder(`pod ${key} is counted by no job any more: lets it go`, [
    releaseWrite({ key, uid: pod.metadata.uid ?? '' }),
  ]);
}

function sync(job: Job, cluster: ClusterView, now: Micros): Plan {
  const tally = tallyJob(job, jobPods(job, cluster));
  const isStopping = job.metadata.deletionTimestamp !== undefined;
  const verdict = verdictOn(job, tally, cluster, now);
  const isOver = verdict !== undefined || isStopping;
  const pods: PodPlan =
    verdict !== undefined
      ? { make: [], remove: tally.active, after: undefined }
      : isStopping
        ? { make: [], remove: [], after: undefined }
        : podPlan(job, tally, cluster, now);
  const tracking = track(job, tally, isOver);
  const timestamp = cluster.timestamp(now);
  const { status, news } = nextStatus(job, tally, tracking, verdict, timestamp);
  const writes: Write[] = [
    updateStatus('jobs', { ...job, status }),
    ...news,
    ...tracking.release.map(releaseWrite),
    ...podWrites(job, pods),
  ];
  const deadline =
    verdict === undefined ? deadlineAfter({ ...job, status }, cluster, now) : undefined;
  const after = soonest(pods.after, deadline);
  return {
    why: reasoning(job, tally, verdict, pods),
    writes,
    pace: 'slow start',
    ...(after === undefined ? undefined : { after: Math.max(0, after) }),
  };
}

function reasoning(job: Job, tally: JobTally, verdict: Verdict | undefined, pods: PodPlan): string {
  const { name } = job.metadata;
  const counts = `${tally.active.length} pods active, ${tally.succeeded} succeeded, ${tally.failed} failed`;
  const end = verdict === undefined ? '' : `; ${verdict.reason}`;
  return `Job ${name}: ${counts}${end}: creates ${pods.make.length}, deletes ${pods.remove.length}`;
}

function soonest(a: Micros | undefined, b: Micros | undefined): Micros | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function podWrites(job: Job, { make, remove: gone }: PodPlan): readonly Write[] {
  const about = referenceTo(job);
  const created = {
    about,
    done: { reason: 'SuccessfulCreate', message: 'Created pod: {name}' },
    failed: { reason: 'FailedCreate', message: 'Error creating: {error}' },
  };
  const deleted = {
    about,
    done: { reason: 'SuccessfulDelete', message: 'Deleted pod: {name}' },
    failed: { reason: 'FailedDelete', message: 'Error deleting: {error}' },
  };
  return [
    ...gone.map(({ pod }) => remove('pods', pod, { report: deleted })),
    ...make.map((pod) => create('pods', pod, created)),
  ];
}

/** The status with its counts and conditions, and the Events of what is new in it. */
function nextStatus(
  job: Job,
  tally: JobTally,
  tracking: Tracking,
  verdict: Verdict | undefined,
  timestamp: string,
): { readonly status: JobStatus; readonly news: readonly Write[] } {
  const before = job.status ?? {};
  const about = referenceTo(job);
  const news: Write[] = [];
  let conditions: readonly JobCondition[] = before.conditions ?? [];
  let { startTime, completionTime } = before;
  const suspended = job.spec.suspend === true;
  if (startTime === undefined && !suspended) startTime = timestamp;
  if (verdict !== undefined) {
    const interim = interimType[verdict.outcome];
    const isAnnounced = findCondition(conditions, interim) !== undefined;
    if (!isAnnounced) conditions = [...conditions, jobCondition(interim, verdict, timestamp)];
    const isAlone = tally.active.length === 0 && tally.terminating === 0;
    if (isAnnounced && isAlone && tracking.isSettled) {
      conditions = [...conditions, jobCondition(verdict.outcome, verdict, timestamp)];
      if (verdict.outcome === 'Complete') completionTime = timestamp;
      news.push(
        verdict.outcome === 'Complete'
          ? event(about, 'Normal', 'Completed', 'Job completed')
          : event(about, 'Warning', verdict.reason, verdict.message),
      );
    }
  } else {
    const was = findCondition(conditions, 'Suspended');
    if (suspended && was?.status !== 'True') {
      conditions = withSuspended(conditions, SUSPENDED, timestamp, 'True');
      news.push(event(about, 'Normal', 'Suspended', SUSPENDED.message));
    } else if (!suspended && was?.status === 'True') {
      conditions = withSuspended(conditions, RESUMED, timestamp, 'False');
      news.push(event(about, 'Normal', 'Resumed', RESUMED.message));
      startTime = timestamp;
    }
    if (suspended) startTime = undefined;
  }
  const active = tally.active.length;
  const status: JobStatus = {
    ...(conditions.length > 0 ? { conditions } : undefined),
    ...(startTime === undefined ? undefined : { startTime }),
    ...(completionTime === undefined ? undefined : { completionTime }),
    ...(active > 0 ? { active } : undefined),
    ready: tally.ready,
    terminating: tally.terminating,
    ...tracking.status,
  };
  return { status, news };
}

const SUSPENDED = { reason: 'JobSuspended', message: 'Job suspended' };
const RESUMED = { reason: 'JobResumed', message: 'Job resumed' };

function withSuspended(
  conditions: readonly JobCondition[],
  words: Pick<Verdict, 'reason' | 'message'>,
  timestamp: string,
  status: string,
): readonly JobCondition[] {
  return [
    ...conditions.filter((each) => each.type !== 'Suspended'),
    jobCondition('Suspended', words, timestamp, status),
  ];
}
