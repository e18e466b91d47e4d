import type { Pod, PodCondition } from '../../api/generated/types.ts';
import { formatTime } from '../../api/time.ts';
import { call } from '../client/api-client.ts';
import { recordEvent, referenceTo } from '../client/event-recorder.ts';
import type { Attempt } from './algorithm/schedule-pod.ts';
import { clearNomination, nominate } from './changes.ts';
import { clientEnv } from './client-env.ts';
import type { Profile } from './framework/profile.ts';
import { makeRoom } from './make-room.ts';
import { dropEntry, type QueuedEntry } from './queue/queue.ts';
import { countAttempt } from './metrics.ts';
import { putBack } from './queue/requeue.ts';
import { podInfoOf } from './snapshot/pod-info.ts';
import { requeueContext, type Step } from './step.ts';

/** Longer notes are cut off, as upstream's recorder does. */
const NOTE_LENGTH_MAX = 1024;
const NOTE_SUFFIX = ' ...';

/** Puts a Pod back that found no node, says why, and makes room where preemption decided so. */
export function failPod(
  step: Step,
  entry: QueuedEntry,
  profile: Profile,
  { failure }: Pick<Attempt, 'failure' | 'nodeName'>,
  /** When the try began. */
  since = step.memory.tryBegan,
): void {
  const { memory, env } = step;
  if (failure === undefined) return;
  const result = failure.isError ? 'error' : 'unschedulable';
  countAttempt(memory, profile.schedulerName, result, env.now - since);
  if (failure.isError) memory.counters.errors += 1;
  else memory.counters.unschedulable += 1;
  env.note(`could not place Pod ${entry.key}: ${failure.message}`);

  // A Pod that has gone while it was tried is not put back.
  const current = memory.informers.get('pods')?.items.get(entry.key) as Pod | undefined;
  if (current === undefined || (current.spec.nodeName ?? '') !== '') {
    dropEntry(memory.queue, entry.key);
    return;
  }
  entry.pod = current;
  const { postFilter } = failure;
  const nominated = applyNomination(step, current, postFilter?.nominatedNode);
  if (postFilter?.preemption?.chosen !== undefined) {
    makeRoom(step, profile, podInfoOf(current), postFilter.preemption);
  }
  putBack(requeueContext(step), entry, {
    rejectedBy: [...failure.rejectedBy].sort(),
    pendingOn: [...failure.pendingOn].sort(),
  });
  recordEvent(memory.recorder, memory.eventClient, clientEnv(env, 'event'), {
    about: referenceTo(current),
    type: 'Warning',
    reason: 'FailedScheduling',
    message: truncated(failure.message),
  });
  writeStatus(step, current, {
    reason: failure.isError ? 'SchedulerError' : 'Unschedulable',
    message: failure.message,
    nominated,
  });
}

/** What becomes of the Pod's nomination: the new node, '' for none, undefined where it stays as it is. */
function applyNomination(
  step: Step,
  pod: Pod,
  nominatedNode: string | undefined,
): string | undefined {
  if (nominatedNode === undefined) return undefined;
  const { uid } = podInfoOf(pod);
  if (nominatedNode !== '') nominate(step, pod, nominatedNode);
  else clearNomination(step, uid);
  return nominatedNode === (pod.status?.nominatedNodeName ?? '') ? undefined : nominatedNode;
}

/** Writes the condition PodScheduled (and a changed nomination) to the Pod, unless it says so already. */
function writeStatus(
  step: Step,
  pod: Pod,
  status: {
    readonly reason: string;
    readonly message: string;
    readonly nominated: string | undefined;
  },
): void {
  const { memory, config, env } = step;
  const known = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const isSame =
    known?.status === 'False' && known.reason === status.reason && known.message === status.message;
  if (isSame && status.nominated === undefined) return;
  const { generation } = pod.metadata;
  const condition: PodCondition & { lastProbeTime: null } = {
    type: 'PodScheduled',
    status: 'False',
    reason: status.reason,
    message: status.message,
    lastProbeTime: null,
    ...(generation === undefined ? undefined : { observedGeneration: generation }),
    lastTransitionTime:
      known?.status === 'False' && known.lastTransitionTime !== undefined
        ? known.lastTransitionTime
        : formatTime(config.epochMillis + (env.now + env.clockSkewMicros()) / 1000),
  } as never; // A patch may hold null where the object has no value.
  call(memory.client, env, {
    method: 'PATCH',
    path: `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/status`,
    contentType: 'application/strategic-merge-patch+json',
    body: {
      metadata: { uid: pod.metadata.uid },
      status: {
        conditions: [condition],
        ...(status.nominated === undefined
          ? undefined
          : { nominatedNodeName: status.nominated === '' ? null : status.nominated }),
      },
    },
    then: { type: 'status-written', key: podInfoOf(pod).key },
  });
}

function truncated(message: string): string {
  if (message.length <= NOTE_LENGTH_MAX) return message;
  return message.slice(0, NOTE_LENGTH_MAX - NOTE_SUFFIX.length) + NOTE_SUFFIX;
}
