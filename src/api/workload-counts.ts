import { findCondition } from './conditions.ts';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  KubernetesObject,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from './generated/types.ts';
import { jobStatusText } from './printers/workloads.ts';

/** Kinds that have pods made. */
export type Workload =
  | CronJob
  | DaemonSet
  | Deployment
  | Job
  | ReplicaSet
  | ReplicationController
  | StatefulSet;

/** How far a workload of any kind is, in the same words. */
export interface WorkloadCounts {
  readonly desired: number;
  readonly current: number;
  readonly ready: number;
  readonly updated: number;
  readonly available: number;
  /** Told to do nothing for now. */
  readonly paused: boolean;
  /** It has come to its end, and well. */
  readonly complete: boolean;
  /** What a condition says is wrong. */
  readonly failure: string | undefined;
  /** One line for a person. */
  readonly words: string;
}

const workloadKinds = new Set([
  'CronJob',
  'DaemonSet',
  'Deployment',
  'Job',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
]);

/** Whether the object is a workload. */
export function isWorkload(object: {
  readonly apiVersion?: string;
  readonly kind?: string;
}): object is Workload & KubernetesObject {
  const { apiVersion = '', kind = '' } = object;
  if (!workloadKinds.has(kind)) return false;
  return apiVersion === 'v1' || apiVersion === 'apps/v1' || apiVersion === 'batch/v1';
}

/** The counts of a workload, from its spec and status. */
export function workloadCounts(workload: Workload): WorkloadCounts {
  switch (workload.kind) {
    case 'DaemonSet':
      return daemonSetCounts(workload);
    case 'Job':
      return jobCounts(workload);
    case 'CronJob':
      return cronJobCounts(workload);
    default:
      return replicaCounts(workload);
  }
}

function replicaCounts(
  workload: Deployment | ReplicaSet | ReplicationController | StatefulSet,
): WorkloadCounts {
  const { spec, status } = workload;
  const desired = spec?.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  const current = status?.replicas ?? 0;
  const failing = (status?.conditions as readonly FailingCondition[] | undefined)?.find(
    (each) =>
      (each.type === 'ReplicaFailure' && each.status === 'True') ||
      (each.type === 'Progressing' && each.status === 'False'),
  );
  const updated =
    workload.kind === 'Deployment' || workload.kind === 'StatefulSet'
      ? (workload.status?.updatedReplicas ?? 0)
      : current;
  return {
    desired,
    current,
    ready,
    updated,
    available: status?.availableReplicas ?? 0,
    paused: workload.kind === 'Deployment' && workload.spec?.paused === true,
    complete: false,
    failure: failing === undefined ? undefined : (failing.message ?? failing.type),
    words: `${ready} of ${desired} ready`,
  };
}

interface FailingCondition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

function daemonSetCounts({ status }: DaemonSet): WorkloadCounts {
  const desired = status?.desiredNumberScheduled ?? 0;
  const ready = status?.numberReady ?? 0;
  return {
    desired,
    current: status?.currentNumberScheduled ?? 0,
    ready,
    updated: status?.updatedNumberScheduled ?? 0,
    available: status?.numberAvailable ?? 0,
    paused: false,
    complete: false,
    failure: undefined,
    words: `${ready} of ${desired} ready`,
  };
}

function jobCounts(job: Job): WorkloadCounts {
  const { spec, status } = job;
  const succeeded = status?.succeeded ?? 0;
  const text = jobStatusText(job);
  const failed = findCondition(status?.conditions, 'Failed');
  const desired = spec?.completions ?? spec?.parallelism ?? 1;
  const suspended = spec?.suspend === true;
  return {
    desired,
    current: status?.active ?? 0,
    ready: status?.ready ?? 0,
    updated: status?.active ?? 0,
    available: succeeded,
    paused: suspended,
    complete: text === 'Complete',
    failure: failed?.status === 'True' ? (failed.message ?? failed.reason ?? text) : undefined,
    words: `${text}: ${succeeded} of ${desired} succeeded`,
  };
}

function cronJobCounts({ spec, status }: CronJob): WorkloadCounts {
  const active = status?.active?.length ?? 0;
  const paused = spec?.suspend === true;
  return {
    desired: active,
    current: active,
    ready: active,
    updated: active,
    available: active,
    paused,
    complete: !paused,
    failure: undefined,
    words: paused ? 'suspended' : `${spec?.schedule ?? ''}: ${active} jobs active`,
  };
}
