import { formatTime } from '../../api/time.ts';
import { call } from '../client/api-client.ts';
import { recordEvent, referenceTo } from '../client/event-recorder.ts';
import { clearNomination } from './changes.ts';
import { clientEnv } from './client-env.ts';
import { EVENTS } from './framework/cluster-event.ts';
import type { PreemptionOutcome } from './framework/plugin.ts';
import type { Profile } from './framework/profile.ts';
import type { VictimReference } from './memory.ts';
import { wakeOne } from './queue/requeue.ts';
import type { PodInfo } from './snapshot/pod-info.ts';
import { requeueContext, type Step } from './step.ts';

/**
 * Carries out a preemption: marks and deletes the victims, and takes their nomination from Pods of lower
 * priority that counted on the node. The Pod itself is held back until every request is answered.
 */
export function makeRoom(
  step: Step,
  profile: Profile,
  pod: PodInfo,
  { chosen, clearedNominations }: PreemptionOutcome,
): void {
  if (chosen === undefined) return;
  const { memory, env } = step;
  memory.counters.preemptions += 1;
  env.note(
    `preempted ${chosen.victims.length} Pods of lower priority on ${chosen.nodeName} for Pod ${pod.key} (priority ${pod.priority})`,
  );
  for (const other of clearedNominations) {
    clearNomination(step, other.uid);
    clearNominationStatus(step, other);
  }
  for (const victim of chosen.victims) {
    recordEvent(memory.recorder, memory.eventClient, clientEnv(env, 'event'), {
      about: referenceTo(victim.pod),
      type: 'Normal',
      reason: 'Preempted',
      message: `Preempted by pod ${pod.uid} on node ${chosen.nodeName}`,
    });
    // One that is leaving already need not be told.
    if (victim.isTerminating) continue;
    memory.preempting.set(pod.key, (memory.preempting.get(pod.key) ?? 0) + 1);
    markVictim(step, profile, pod.key, victim);
  }
}

/** Says on the victim why it goes, so that its controller can tell. */
function markVictim(step: Step, profile: Profile, key: string, victim: PodInfo): void {
  const { memory, config, env } = step;
  const { namespace, name } = victim;
  call(memory.client, env, {
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
    contentType: 'application/strategic-merge-patch+json',
    body: {
      metadata: { uid: victim.pod.metadata.uid },
      status: {
        conditions: [
          {
            type: 'DisruptionTarget',
            status: 'True',
            reason: 'PreemptionByScheduler',
            message: `${profile.schedulerName}: preempting to accommodate a higher priority pod`,
            lastProbeTime: null,
            lastTransitionTime: formatTime(
              config.epochMillis + (env.now + env.clockSkewMicros()) / 1000,
            ),
          },
        ],
      },
    },
    then: { type: 'victim-marked', key, victim: { namespace, name } },
  });
}

/** The mark was written (or the victim is gone): deletes it. */
export function deleteVictim(step: Step, key: string, victim: VictimReference): void {
  const { memory, env } = step;
  call(memory.client, env, {
    method: 'DELETE',
    path: `/api/v1/namespaces/${victim.namespace}/pods/${victim.name}`,
    then: { type: 'victim-deleted', key },
  });
}

/** A deletion was answered. With the last one the Pod is free to be tried when its room is there. */
export function victimGone(step: Step, key: string, isDeleted: boolean): void {
  const { memory } = step;
  const left = (memory.preempting.get(key) ?? 1) - 1;
  if (left > 0) {
    memory.preempting.set(key, left);
    return;
  }
  memory.preempting.delete(key);
  const entry = memory.queue.entries.get(key);
  if (entry === undefined || entry.place !== 'setAside') return;
  // A victim that could not be deleted leaves no event that would wake the Pod; nor does one that was gone
  // before its room was asked for.
  const isHeld = entry.gatedBy === 'DefaultPreemption';
  if (isHeld || !isDeleted) {
    wakeOne(requeueContext(step), entry, EVENTS.forceActivate, { old: undefined, next: undefined });
  }
}

function clearNominationStatus(step: Step, { namespace, name, pod }: PodInfo): void {
  const { memory, env } = step;
  if ((pod.status?.nominatedNodeName ?? '') === '') return;
  call(memory.client, env, {
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
    contentType: 'application/strategic-merge-patch+json',
    body: { metadata: { uid: pod.metadata.uid }, status: { nominatedNodeName: null } },
    then: { type: 'status-written', key: `${namespace}/${name}` },
  });
}
