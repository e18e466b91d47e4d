import { compareStrings } from '../../../base/compare.ts';
import { humanDuration } from '../../../api/human-duration.ts';
import { at, fieldsAt, isFields, listAt, numberAt, textAt, type ApiObject } from '../objects.ts';
import type { DescribeContext, Describer } from './describer.ts';
import { selectorText, writePodTemplate } from './pod-template.ts';
import {
  longTime,
  orNone,
  writeAnnotations,
  writeController,
  writeEvents,
  writeHead,
  writeLabels,
  type DescribeWriter,
} from './writer.ts';

/** The Pods that an object controls, counted by phase. */
async function podCounts(
  object: ApiObject,
  selector: string,
  context: DescribeContext,
): Promise<string> {
  const namespace = object.metadata.namespace ?? '';
  const pods = await context.list(`/api/v1/namespaces/${namespace}/pods`, {
    labelSelector: selector,
    limit: context.chunkSize,
  });
  const counts: Record<string, number> = { Running: 0, Pending: 0, Succeeded: 0, Failed: 0 };
  for (const pod of pods) {
    const owner = listAt(pod, 'metadata', 'ownerReferences').find(
      (each) => at(each, 'controller') === true,
    );
    if (textAt(owner, 'uid') !== object.metadata.uid) continue;
    const phase = textAt(pod, 'status', 'phase');
    counts[phase] = (counts[phase] ?? 0) + 1;
  }
  return `${counts['Running']} Running / ${counts['Pending']} Waiting / ${counts['Succeeded']} Succeeded / ${counts['Failed']} Failed`;
}

export const describeDeployment: Describer = async (deployment, context) => {
  const namespace = deployment.metadata.namespace ?? '';
  const selector = selectorText(at(deployment, 'spec', 'selector'));
  const sets = (
    await context.list(`/apis/apps/v1/namespaces/${namespace}/replicasets`, {
      labelSelector: selector,
      limit: context.chunkSize,
    })
  ).filter((set) =>
    listAt(set, 'metadata', 'ownerReferences').some(
      (each) => textAt(each, 'uid') === deployment.metadata.uid,
    ),
  );
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', textAt(deployment, 'metadata', 'name'));
    writer.field(0, 'Namespace', namespace);
    writer.field(
      0,
      'CreationTimestamp',
      longTime(textAt(deployment, 'metadata', 'creationTimestamp')),
    );
    writeLabels(writer, 'Labels', deployment.metadata.labels);
    writeAnnotations(writer, 'Annotations', deployment.metadata.annotations);
    writer.field(0, 'Selector', selector);
    const status = at(deployment, 'status');
    writer.field(
      0,
      'Replicas',
      `${numberAt(deployment, 'spec', 'replicas')} desired | ${numberAt(status, 'updatedReplicas')} updated | ${numberAt(status, 'replicas')} total | ${numberAt(status, 'availableReplicas')} available | ${numberAt(status, 'unavailableReplicas')} unavailable`,
    );
    writer.field(0, 'StrategyType', textAt(deployment, 'spec', 'strategy', 'type'));
    writer.field(0, 'MinReadySeconds', numberAt(deployment, 'spec', 'minReadySeconds'));
    const rolling = at(deployment, 'spec', 'strategy', 'rollingUpdate');
    if (rolling !== undefined) {
      writer.field(
        0,
        'RollingUpdateStrategy',
        `${textAt(rolling, 'maxUnavailable')} max unavailable, ${textAt(rolling, 'maxSurge')} max surge`,
      );
    }
    writePodTemplate(writer, at(deployment, 'spec', 'template'));
    const conditions = listAt(status, 'conditions');
    if (conditions.length > 0) {
      writer.write(0, 'Conditions:\n  Type\tStatus\tReason\n');
      writer.write(1, '----\t------\t------\n');
      for (const each of conditions) {
        writer.write(
          1,
          `${textAt(each, 'type')} \t${textAt(each, 'status')}\t${textAt(each, 'reason')}\n`,
        );
      }
    }
    const fresh = newReplicaSet(deployment, sets);
    const madeAt = (set: unknown): string => textAt(set, 'metadata', 'creationTimestamp');
    const nameAt = (set: unknown): string => textAt(set, 'metadata', 'name');
    const old = sets
      .filter((set) => set !== fresh)
      .sort((a, b) => compareStrings(madeAt(a), madeAt(b)) || compareStrings(nameAt(a), nameAt(b)));
    if (sets.length > 0) {
      writer.field(0, 'OldReplicaSets', setsText(old));
      writer.field(0, 'NewReplicaSet', setsText(fresh === undefined ? [] : [fresh]));
    }
    writeEvents(writer, events);
  };
};

/** The ReplicaSet of the Deployment's present template. */
export function newReplicaSet(deployment: unknown, sets: readonly unknown[]): unknown {
  const wanted = templateText(at(deployment, 'spec', 'template'));
  return [...sets]
    .sort(
      (a, b) =>
        Date.parse(textAt(a, 'metadata', 'creationTimestamp')) -
        Date.parse(textAt(b, 'metadata', 'creationTimestamp')),
    )
    .find((set) => templateText(at(set, 'spec', 'template')) === wanted);
}

/** A template for comparison: without the hash that its ReplicaSet adds. */
function templateText(template: unknown): string {
  const labels = { ...fieldsAt(template, 'metadata', 'labels') };
  delete (labels as Record<string, unknown>)['pod-template-hash'];
  const metadata = { ...fieldsAt(template, 'metadata'), labels };
  return JSON.stringify(sortedValue({ ...fieldsAt(template), metadata }));
}

function sortedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedValue);
  if (!isFields(value)) return value;
  return Object.keys(value)
    .sort()
    .map((key) => [key, sortedValue(value[key])]);
}

function setsText(sets: readonly unknown[]): string {
  if (sets.length === 0) return '<none>';
  return sets
    .map(
      (set) =>
        `${textAt(set, 'metadata', 'name')} (${numberAt(set, 'status', 'replicas')}/${numberAt(set, 'spec', 'replicas')} replicas created)`,
    )
    .join(', ');
}

export const describeReplicaSet: Describer = async (set, context) => {
  const isOld = set.kind === 'ReplicationController';
  const selector = isOld
    ? Object.entries(fieldsAt(set, 'spec', 'selector'))
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(',')
    : selectorText(at(set, 'spec', 'selector'));
  const counts = await podCounts(set, selector, context);
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', set.metadata.name ?? '');
    writer.field(0, 'Namespace', set.metadata.namespace ?? '');
    writer.field(0, 'Selector', selector);
    writeLabels(writer, 'Labels', set.metadata.labels);
    writeAnnotations(writer, 'Annotations', set.metadata.annotations);
    writeController(writer, set);
    writer.field(
      0,
      'Replicas',
      `${numberAt(set, 'status', 'replicas')} current / ${numberAt(set, 'spec', 'replicas')} desired`,
    );
    writer.field(0, 'Pods Status', counts);
    writePodTemplate(writer, at(set, 'spec', 'template'));
    const conditions = listAt(set, 'status', 'conditions');
    if (conditions.length > 0) {
      writer.write(0, 'Conditions:\n  Type\tStatus\tReason\n');
      writer.write(1, '----\t------\t------\n');
      for (const each of conditions) {
        writer.write(
          1,
          `${textAt(each, 'type')} \t${textAt(each, 'status')}\t${textAt(each, 'reason')}\n`,
        );
      }
    }
    writeEvents(writer, events);
  };
};

export const describeDaemonSet: Describer = async (set, context) => {
  const selector = selectorText(at(set, 'spec', 'selector'));
  const counts = await podCounts(set, selector, context);
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', set.metadata.name ?? '');
    writer.field(0, 'Namespace', set.metadata.namespace ?? '');
    writer.field(0, 'Selector', selector);
    writeLabels(writer, 'Node-Selector', at(set, 'spec', 'template', 'spec', 'nodeSelector'));
    writeLabels(writer, 'Labels', set.metadata.labels);
    writeAnnotations(writer, 'Annotations', set.metadata.annotations);
    const status = at(set, 'status');
    writer.write(
      0,
      `Desired Number of Nodes Scheduled: ${numberAt(status, 'desiredNumberScheduled')}\n`,
    );
    writer.write(
      0,
      `Current Number of Nodes Scheduled: ${numberAt(status, 'currentNumberScheduled')}\n`,
    );
    writer.write(
      0,
      `Number of Nodes Scheduled with Up-to-date Pods: ${numberAt(status, 'updatedNumberScheduled')}\n`,
    );
    writer.write(
      0,
      `Number of Nodes Scheduled with Available Pods: ${numberAt(status, 'numberAvailable')}\n`,
    );
    writer.write(0, `Number of Nodes Misscheduled: ${numberAt(status, 'numberMisscheduled')}\n`);
    writer.field(0, 'Pods Status', counts);
    writePodTemplate(writer, at(set, 'spec', 'template'));
    writeEvents(writer, events);
  };
};

export const describeStatefulSet: Describer = async (set, context) => {
  const selector = selectorText(at(set, 'spec', 'selector'));
  const counts = await podCounts(set, selector, context);
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', set.metadata.name ?? '');
    writer.field(0, 'Namespace', set.metadata.namespace ?? '');
    writer.field(0, 'CreationTimestamp', longTime(textAt(set, 'metadata', 'creationTimestamp')));
    writer.field(0, 'Selector', selector);
    writeLabels(writer, 'Labels', set.metadata.labels);
    writeAnnotations(writer, 'Annotations', set.metadata.annotations);
    writer.field(
      0,
      'Replicas',
      `${numberAt(set, 'spec', 'replicas')} desired | ${numberAt(set, 'status', 'replicas')} total`,
    );
    const strategy = textAt(set, 'spec', 'updateStrategy', 'type');
    writer.field(0, 'Update Strategy', strategy);
    const rolling = at(set, 'spec', 'updateStrategy', 'rollingUpdate');
    if (rolling !== undefined) {
      writer.field(1, 'Partition', numberAt(rolling, 'partition'));
      if (at(rolling, 'maxUnavailable') !== undefined) {
        writer.field(1, 'MaxUnavailable', textAt(rolling, 'maxUnavailable'));
      }
    }
    writer.field(0, 'Pods Status', counts);
    writePodTemplate(writer, at(set, 'spec', 'template'));
    writeClaimTemplates(writer, listAt(set, 'spec', 'volumeClaimTemplates'));
    writeEvents(writer, events);
  };
};

function writeClaimTemplates(writer: DescribeWriter, claims: readonly unknown[]): void {
  if (claims.length === 0) {
    writer.field(0, 'Volume Claims', '<none>');
    return;
  }
  writer.write(0, 'Volume Claims:\n');
  for (const claim of claims) {
    writer.field(1, 'Name', textAt(claim, 'metadata', 'name'));
    writer.field(1, 'StorageClass', textAt(claim, 'spec', 'storageClassName'));
    writeLabels(writer, '  Labels', at(claim, 'metadata', 'labels'));
    writeLabels(writer, '  Annotations', at(claim, 'metadata', 'annotations'));
    writer.field(
      1,
      'Capacity',
      textAt(claim, 'spec', 'resources', 'requests', 'storage') || '<default>',
    );
    writer.field(
      1,
      'Access Modes',
      `[${listAt(claim, 'spec', 'accessModes').map(String).join(' ')}]`,
    );
  }
}

export const describeJob: Describer = async (job, context) => {
  const events = await context.events();
  return (writer) => {
    const spec = at(job, 'spec');
    const status = at(job, 'status');
    writer.field(0, 'Name', job.metadata.name ?? '');
    writer.field(0, 'Namespace', job.metadata.namespace ?? '');
    if (at(spec, 'selector') !== undefined)
      writer.field(0, 'Selector', selectorText(at(spec, 'selector')));
    writeLabels(writer, 'Labels', job.metadata.labels);
    writeAnnotations(writer, 'Annotations', job.metadata.annotations);
    writeController(writer, job);
    writer.field(0, 'Parallelism', numberAt(spec, 'parallelism'));
    writer.field(
      0,
      'Completions',
      at(spec, 'completions') === undefined ? '<unset>' : numberAt(spec, 'completions'),
    );
    for (const [label, field] of [
      ['Completion Mode', 'completionMode'],
      ['Suspend', 'suspend'],
      ['Backoff Limit', 'backoffLimit'],
      ['TTL Seconds After Finished', 'ttlSecondsAfterFinished'],
    ] as const) {
      const text = textAt(spec, field);
      if (text !== '') writer.field(0, label, text);
    }
    const started = textAt(status, 'startTime');
    const ended = textAt(status, 'completionTime');
    if (started !== '') writer.field(0, 'Start Time', longTime(started));
    if (ended !== '') writer.field(0, 'Completed At', longTime(ended));
    if (started !== '' && ended !== '') {
      writer.field(0, 'Duration', humanDuration(Date.parse(ended) - Date.parse(started)));
    }
    if (at(spec, 'activeDeadlineSeconds') !== undefined) {
      writer.field(0, 'Active Deadline Seconds', `${numberAt(spec, 'activeDeadlineSeconds')}s`);
    }
    const ready = at(status, 'ready');
    const active =
      ready === undefined
        ? `${numberAt(status, 'active')} Active`
        : `${numberAt(status, 'active')} Active (${Number(ready)} Ready)`;
    writer.field(
      0,
      'Pods Statuses',
      `${active} / ${numberAt(status, 'succeeded')} Succeeded / ${numberAt(status, 'failed')} Failed`,
    );
    if (textAt(spec, 'completionMode') === 'Indexed') {
      writer.field(0, 'Completed Indexes', orNone(textAt(status, 'completedIndexes')));
    }
    writePodTemplate(writer, at(spec, 'template'));
    writeEvents(writer, events);
  };
};

export const describeCronJob: Describer = async (cronJob, context) => {
  const events = await context.events();
  return (writer) => {
    const spec = at(cronJob, 'spec');
    const jobSpec = at(spec, 'jobTemplate', 'spec');
    writeHead(writer, cronJob);
    writer.field(0, 'Schedule', textAt(spec, 'schedule'));
    writer.field(0, 'Concurrency Policy', textAt(spec, 'concurrencyPolicy'));
    writer.field(
      0,
      'Suspend',
      at(spec, 'suspend') === true
        ? 'True'
        : at(spec, 'suspend') === undefined
          ? '<unset>'
          : 'False',
    );
    for (const [label, field] of [
      ['Successful Job History Limit', 'successfulJobsHistoryLimit'],
      ['Failed Job History Limit', 'failedJobsHistoryLimit'],
    ] as const) {
      writer.field(0, label, at(spec, field) === undefined ? '<unset>' : numberAt(spec, field));
    }
    const deadline = at(spec, 'startingDeadlineSeconds');
    writer.field(
      0,
      'Starting Deadline Seconds',
      deadline === undefined ? '<unset>' : `${Number(deadline)}s`,
    );
    if (at(jobSpec, 'selector') !== undefined)
      writer.field(0, 'Selector', selectorText(at(jobSpec, 'selector')));
    else writer.field(0, 'Selector', '<unset>');
    writer.field(
      0,
      'Parallelism',
      at(jobSpec, 'parallelism') === undefined ? '<unset>' : numberAt(jobSpec, 'parallelism'),
    );
    writer.field(
      0,
      'Completions',
      at(jobSpec, 'completions') === undefined ? '<unset>' : numberAt(jobSpec, 'completions'),
    );
    if (at(jobSpec, 'activeDeadlineSeconds') !== undefined) {
      writer.field(0, 'Active Deadline Seconds', `${numberAt(jobSpec, 'activeDeadlineSeconds')}s`);
    }
    writePodTemplate(writer, at(jobSpec, 'template'));
    const last = textAt(cronJob, 'status', 'lastScheduleTime');
    writer.field(0, 'Last Schedule Time', last === '' ? '<unset>' : longTime(last));
    const active = listAt(cronJob, 'status', 'active').map((each) => textAt(each, 'name'));
    writer.field(0, 'Active Jobs', active.length === 0 ? '<none>' : active.join(', '));
    writeEvents(writer, events);
  };
};

export const describeBudget: Describer = async (budget, context) => {
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', budget.metadata.name ?? '');
    writer.field(0, 'Namespace', budget.metadata.namespace ?? '');
    const spec = at(budget, 'spec');
    if (at(spec, 'minAvailable') !== undefined)
      writer.field(0, 'Min available', textAt(spec, 'minAvailable'));
    else if (at(spec, 'maxUnavailable') !== undefined) {
      writer.field(0, 'Max unavailable', textAt(spec, 'maxUnavailable'));
    }
    writer.field(
      0,
      'Selector',
      at(spec, 'selector') === undefined ? '<unset>' : selectorText(at(spec, 'selector')),
    );
    const status = at(budget, 'status');
    writer.write(0, 'Status:\n');
    writer.write(2, `Allowed disruptions:\t${numberAt(status, 'disruptionsAllowed')}\n`);
    writer.write(2, `Current:\t${numberAt(status, 'currentHealthy')}\n`);
    writer.write(2, `Desired:\t${numberAt(status, 'desiredHealthy')}\n`);
    writer.write(2, `Total:\t${numberAt(status, 'expectedPods')}\n`);
    writeEvents(writer, events);
  };
};
