import type { Pod } from '../../api/generated/types.ts';
import { grantedRequestAmounts } from '../../api/granted-resources.ts';

import { podSummary } from '../../api/printers/pod.ts';
import { parseTime } from '../../api/time.ts';
import type { PodCard, StatusClass } from '../../bridge/cards.ts';

/** What the scheduler says of a Pod without a node. */
export interface WaitingPod {
  readonly queue: PodCard['queue'];
  readonly message: string;
}

/** The row that the canvas and the lists draw for a Pod. */
export function podCard(
  pod: Pod,
  context: {
    readonly workload: string;
    readonly waiting: WaitingPod | undefined;
    /** It has begun so lately that it cannot be Ready yet. */
    readonly comingUp: boolean;
  },
): PodCard {
  const { metadata, spec, status } = pod;
  const summary = podSummary(pod);
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true);
  const requests = grantedRequestAmounts(pod);
  const ready = isReady(pod);
  return {
    id: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    node: spec?.nodeName ?? '',
    status: summary.reason,
    // Nothing will happen by itself to a Pod that fits on no node.
    statusClass:
      context.waiting?.queue === 'unschedulable'
        ? 'attention'
        : context.comingUp && summary.reason === 'Running'
          ? 'moving'
          : statusClassOf(summary.reason, ready),
    phase: status?.phase ?? 'Pending',
    ready,
    containersReady: summary.readyCount,
    containers: summary.totalCount,
    restarts: summary.restarts,
    ip: status?.podIP ?? '',
    ownerKind: owner?.kind ?? '',
    ownerName: owner?.name ?? '',
    ownerId: owner?.uid ?? '',
    workload: context.workload,
    cpuRequestMilli: requests.get('cpu') ?? 0,
    memoryRequestBytes: requests.get('memory') ?? 0,
    createdAt: parseTime(metadata.creationTimestamp ?? '') ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    queue: context.waiting?.queue ?? '',
    message: context.waiting?.message ?? unschedulableMessage(pod),
    containerNames: (spec?.containers ?? []).map((container) => container.name),
    resourceVersion: metadata.resourceVersion ?? '',
  };
}

function isReady(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false
  );
}

function unschedulableMessage(pod: Pod): string {
  const scheduled = pod.status?.conditions?.find((each) => each.type === 'PodScheduled');
  return scheduled?.status === 'False' ? (scheduled.message ?? '') : '';
}

const MOVING = new Set(['ContainerCreating', 'PodInitializing', 'Pending']);
const FAILED = new Set([
  'CrashLoopBackOff',
  'Error',
  'OOMKilled',
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
  'ContainerCannotRun',
  'Failed',
  'DeadlineExceeded',
  'Init:Error',
  'Init:CrashLoopBackOff',
]);
const INERT = new Set([
  'Terminating',
  'Unknown',
  'Evicted',
  'NodeLost',
  'NodeAffinity',
  'Preempting',
]);

/** The colour class of a STATUS text. */
export function statusClassOf(status: string, ready: boolean): StatusClass {
  if (status === 'Running') return ready ? 'good' : 'attention';
  if (status === 'Completed' || status === 'Succeeded') return 'good';
  if (INERT.has(status)) return 'inert';
  if (FAILED.has(status) || status.startsWith('OutOf') || status.startsWith('ExitCode:'))
    return 'failed';
  if (MOVING.has(status)) return 'moving';
  if (status.startsWith('Init:')) {
    const rest = status.slice('Init:'.length);
    return FAILED.has(rest) || rest.startsWith('ExitCode') || rest.startsWith('Signal')
      ? 'failed'
      : 'moving';
  }
  if (status.startsWith('Signal:')) return 'failed';
  return 'attention';
}
