import type {
  ControllerRevision,
  CronJob,
  DaemonSet,
  Job,
  PodTemplate,
  ReplicationController,
  StatefulSet,
} from '../generated/types.ts';
import { humanDuration } from '../human-duration.ts';
import type { KindTable } from '../kinds/kind.ts';
import { formatLabelSelector } from '../selectors/label-selector.ts';
import {
  ageColumn,
  ageOf,
  booleanColumn,
  containerCells,
  containerColumns,
  labelsText,
  nameColumn,
  numberColumn,
  textColumn,
  timeSince,
} from './columns.ts';

/** The controllers of pods other than Deployments and ReplicaSets. */

export const daemonSetTable: KindTable<DaemonSet> = {
  columns: [
    nameColumn,
    numberColumn('Desired', 'How many nodes should run the pod.'),
    numberColumn('Current', 'How many nodes do run it.'),
    numberColumn('Ready', 'On how many of them it is ready.'),
    numberColumn('Up-to-date', 'On how many it is of the newest template.'),
    numberColumn('Available', 'On how many it has been ready long enough.'),
    textColumn('Node Selector', 'The labels of the nodes it is for.'),
    ageColumn,
    ...containerColumns,
  ],
  cells: (set, now) => [
    set.metadata.name ?? '',
    set.status?.desiredNumberScheduled ?? 0,
    set.status?.currentNumberScheduled ?? 0,
    set.status?.numberReady ?? 0,
    set.status?.updatedNumberScheduled ?? 0,
    set.status?.numberAvailable ?? 0,
    labelsText(set.spec.template.spec.nodeSelector),
    ageOf(set, now),
    ...containerCells(set.spec.template.spec, formatLabelSelector(set.spec.selector)),
  ],
};

export const statefulSetTable: KindTable<StatefulSet> = {
  columns: [
    nameColumn,
    textColumn('Ready', 'How many of the wanted pods are ready.'),
    ageColumn,
    ...containerColumns.slice(0, 2),
  ],
  cells: (set, now) => [
    set.metadata.name ?? '',
    `${set.status?.readyReplicas ?? 0}/${set.spec.replicas ?? 0}`,
    ageOf(set, now),
    ...containerCells(set.spec.template.spec, '').slice(0, 2),
  ],
};

export const replicationControllerTable: KindTable<ReplicationController> = {
  columns: [
    nameColumn,
    numberColumn('Desired', 'How many pods are wanted.'),
    numberColumn('Current', 'How many pods there are.'),
    numberColumn('Ready', 'How many of them are ready.'),
    ageColumn,
    ...containerColumns,
  ],
  cells: (controller, now) => [
    controller.metadata.name ?? '',
    controller.spec?.replicas ?? 0,
    controller.status?.replicas ?? 0,
    controller.status?.readyReplicas ?? 0,
    ageOf(controller, now),
    ...containerCells(controller.spec?.template?.spec, labelsText(controller.spec?.selector)),
  ],
};

export const jobTable: KindTable<Job> = {
  columns: [
    nameColumn,
    textColumn('Status', 'How far the job has come.'),
    textColumn('Completions', 'How many of its pods have succeeded.'),
    textColumn('Duration', 'How long it took, or has been running.'),
    ageColumn,
    ...containerColumns,
  ],
  cells: (job, now) => [
    job.metadata.name ?? '',
    jobStatusText(job),
    completionsText(job),
    durationText(job, now),
    ageOf(job, now),
    ...containerCells(job.spec.template?.spec, formatLabelSelector(job.spec.selector)),
  ],
};

// The first condition in this order that is true tells the status; a deletion comes in between.
const lastConditions = ['Complete', 'Failed'];
const earlyConditions = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'];

/** kubectl's STATUS of a job. */
export function jobStatusText({ metadata, status }: Job): string {
  const has = (type: string): boolean =>
    status?.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;
  const last = lastConditions.find(has);
  if (last !== undefined) return last;
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return earlyConditions.find(has) ?? 'Running';
}

function completionsText({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Job, now: number): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}

export const cronJobTable: KindTable<CronJob> = {
  columns: [
    nameColumn,
    textColumn('Schedule', 'When it runs.'),
    textColumn('Timezone', 'The time zone of the schedule.'),
    booleanColumn('Suspend', 'Whether no more jobs are started.'),
    numberColumn('Active', 'How many of its jobs run now.'),
    textColumn('Last Schedule', 'How long ago a job was last started.'),
    ageColumn,
    ...containerColumns,
  ],
  cells: (cronJob, now) => {
    const { spec, status } = cronJob;
    const job = spec.jobTemplate?.spec;
    return [
      cronJob.metadata.name ?? '',
      spec.schedule ?? '',
      spec.timeZone ?? '<none>',
      spec.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False',
      (status?.active ?? []).length,
      status?.lastScheduleTime === undefined ? '<none>' : timeSince(status.lastScheduleTime, now),
      ageOf(cronJob, now),
      ...containerCells(job?.template?.spec, formatLabelSelector(job?.selector)),
    ];
  },
};

export const controllerRevisionTable: KindTable<ControllerRevision> = {
  columns: [
    nameColumn,
    textColumn('Controller', 'Whose history it is a part of.'),
    textColumn('Revision', 'Its number in that history.'),
    ageColumn,
  ],
  cells: (revision, now) => {
    const controller = revision.metadata.ownerReferences?.find((each) => each.controller === true);
    return [
      revision.metadata.name ?? '',
      controller === undefined ? '<none>' : ownerText(controller),
      revision.revision ?? 0,
      ageOf(revision, now),
    ];
  },
};

function ownerText(owner: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}): string {
  const slash = owner.apiVersion.indexOf('/');
  const group = slash === -1 ? '' : `.${owner.apiVersion.slice(0, slash)}`;
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

export const podTemplateTable: KindTable<PodTemplate> = {
  columns: [
    nameColumn,
    textColumn('Containers', 'The names of the containers in the template.'),
    textColumn('Images', 'The images of the containers in the template.'),
    textColumn('Pod Labels', 'The labels of pods made from it.'),
  ],
  cells: ({ metadata, template }) => [
    metadata.name ?? '',
    ...containerCells(template?.spec, labelsText(template?.metadata?.labels)),
  ],
};
