import type { Container, EnvVar, Job, Pod, PodSpec } from '../../../api/generated/types.ts';
import { findCondition } from '../../../api/conditions.ts';
import { parseTime } from '../../../api/time.ts';
import type { ClusterView } from '../cluster-view.ts';
import { podFromTemplate } from '../pod-from-template.ts';
import { podsOf } from '../pod-claims.ts';

/** Holds a pod until its end has been counted. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
export const INDEX = 'batch.kubernetes.io/job-completion-index';
/** How often pods of the same index had failed before this one. */
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count';

const HOST_NAME_MAX = 63;
const GENERATED_NAME_MAX = 58;

/** A job's pod with what the controller asks of it again and again. */
export interface JobPod {
  readonly key: string;
  readonly pod: Pod;
  readonly uid: string;
  /** Neither ended nor leaving. */
  readonly active: boolean;
  readonly leaving: boolean;
  readonly succeeded: boolean;
  /** Counts as failed: it has failed or, where the replacement need not wait for that, is leaving. */
  readonly failed: boolean;
  /** Its end has not been counted for good. */
  readonly tracked: boolean;
  /** Undefined for pods of jobs without indexes. */
  readonly index: number | undefined;
}

/** The pods that the job controls. */
export function jobPods(job: Job, cluster: ClusterView): readonly JobPod[] {
  const waits = job.spec.podReplacementPolicy === 'Failed';
  const indexed = isIndexed(job);
  return podsOf(job, cluster).map(([key, pod]) => {
    const phase = pod.status?.phase;
    const leaving = pod.metadata.deletionTimestamp !== undefined;
    const ended = phase === 'Succeeded' || phase === 'Failed';
    return {
      key,
      pod,
      uid: pod.metadata.uid ?? '',
      active: !ended && !leaving,
      leaving: leaving && !ended,
      succeeded: phase === 'Succeeded',
      failed: phase === 'Failed' || (!waits && leaving && phase !== 'Succeeded'),
      tracked: pod.metadata.finalizers?.includes(TRACKING) === true,
      index: indexed ? indexOf(pod) : undefined,
    };
  });
}

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}

/** The completion index a pod was made for; -1 when it says nothing usable. */
function indexOf({ metadata }: Pod): number {
  const text = metadata.annotations?.[INDEX] ?? metadata.labels?.[INDEX] ?? '';
  return /^[0-9]{1,7}$/.test(text) ? Number(text) : -1;
}

/** How many pods of its index had failed before a pod, those included that a policy told to ignore. */
export function failuresBefore({ metadata }: Pod): {
  readonly counted: number;
  readonly ignored: number;
} {
  const number = (key: string) => Number(metadata.annotations?.[key] ?? 0) || 0;
  return { counted: number(INDEX_FAILURES), ignored: number(INDEX_IGNORED) };
}

/** When a pod ended, in milliseconds since 1970: its last container's end, or the next best thing. */
export function endedAtMillis(pod: Pod): number {
  let last: number | undefined;
  for (const each of pod.status?.containerStatuses ?? []) {
    const at = parseTime(each.state?.terminated?.finishedAt ?? '');
    if (at !== undefined) last = Math.max(last ?? at, at);
  }
  if (last !== undefined) return last;
  const { deletionTimestamp, creationTimestamp } = pod.metadata;
  const since = findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime;
  return parseTime(since ?? deletionTimestamp ?? creationTimestamp ?? '') ?? 0;
}

/** A pod as the job's template describes it, held until it is counted. */
export function podForJob(job: Job): Pod {
  const pod = podFromTemplate(job, job.spec.template);
  const finalizers = [...(pod.metadata.finalizers ?? []), TRACKING];
  return { ...pod, metadata: { ...pod.metadata, finalizers } };
}

/** A pod for an index: it has the index as annotation, label, environment variable and end of its host name. */
export function podForIndex(
  job: Job,
  index: number,
  failures: { readonly counted: number; readonly ignored: number } | undefined,
): Pod {
  const pod = podForJob(job);
  const { name = '' } = job.metadata;
  const suffix = `-${index}`;
  const counts =
    failures === undefined
      ? undefined
      : {
          [INDEX_FAILURES]: String(failures.counted),
          ...(failures.ignored > 0 ? { [INDEX_IGNORED]: String(failures.ignored) } : undefined),
        };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${name.slice(0, GENERATED_NAME_MAX - suffix.length - 1)}${suffix}-`,
      labels: { ...pod.metadata.labels, [INDEX]: String(index) },
      annotations: { ...pod.metadata.annotations, [INDEX]: String(index), ...counts },
    },
    spec: {
      ...withIndexEnvironment(pod.spec),
      hostname: `${name.slice(0, HOST_NAME_MAX - suffix.length)}${suffix}`,
    },
  };
}

const indexVariable: EnvVar = Object.freeze({
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: Object.freeze({
    fieldRef: Object.freeze({ apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` }),
  }),
});

function withIndexEnvironment(spec: PodSpec): PodSpec {
  const withIndex = (container: Container): Container =>
    container.env?.some((each) => each.name === indexVariable.name) === true
      ? container
      : { ...container, env: [...(container.env ?? []), indexVariable] };
  return {
    ...spec,
    containers: spec.containers.map(withIndex),
    ...(spec.initContainers === undefined
      ? undefined
      : { initContainers: spec.initContainers.map(withIndex) }),
  };
}
