import type { Pod } from '../../api/generated/types.ts';
import { below, pick } from '../../kernel/random.ts';
import type { Micros } from '../../kernel/time.ts';
import { type ApiOutcome, call, messageOf, succeeded } from '../client/api-client.ts';
import { recordEvent, referenceTo } from '../client/event-recorder.ts';
import { type Attempt, attemptPod } from './algorithm/schedule-pod.ts';
import { clearNomination } from './changes.ts';
import { clientEnv } from './client-env.ts';
import { isRecorded, keepRecord } from './explanation/explanations.ts';
import { recordAttempt } from './explanation/record-attempt.ts';
import { failPod } from './fail.ts';
import { EVENTS } from './framework/cluster-event.ts';
import { fitErrorMessage } from './algorithm/fit-error.ts';
import type { Profile } from './framework/profile.ts';
import { isRejected, type Status } from './framework/status.ts';
import { type Prepared, prepare, reserve, unreserve } from './prepare.ts';
import { dropEntry, newEntry, type QueuedEntry, takeNext } from './queue/queue.ts';
import { wake } from './queue/requeue.ts';
import { snapshotOf } from './snapshot-of.ts';
import type { AssumedPod, SchedulerThen } from './memory.ts';
import { countAttempt } from './metrics.ts';
import { type PodInfo, podInfoOf } from './snapshot/pod-info.ts';
import { addPod, removePod } from './snapshot/snapshot.ts';
import { profileFor, requeueContext, type Step } from './step.ts';

/** How long one try takes, drawn from this table: about what a real scheduler needs. */
const TRY_MICROS: readonly Micros[] = [900, 1100, 1200, 1400, 1600, 1900, 2300, 2900];

/** Begins the next try, if a Pod waits. One Pod at a time: none must be being tried. */
export function tryNext(step: Step): void {
  const { memory, env } = step;
  if (!memory.election.leading || !memory.synced) return;
  const entry = takeNext(memory.queue);
  if (entry === undefined) return;
  memory.trying = entry.key;
  memory.tryNumber += 1;
  memory.tryBegan = env.now;
  env.resumeCause(entry.cause);
  const takes = pick(env.random('cycle'), TRY_MICROS);
  env.after(takes, { type: 'scheduler/try-over', tryNumber: memory.tryNumber });
}

/** The try is over: decides, and acts on the decision. */
export function finishTry(step: Step): void {
  const { memory, env } = step;
  const key = memory.trying;
  memory.trying = undefined;
  const entry = key === undefined ? undefined : memory.queue.entries.get(key);
  // The Pod may have gone, or been bound by somebody else, meanwhile.
  if (entry === undefined || entry.place !== 'inCycle') return;
  const profile = profileFor(step, entry.pod);
  if (profile === undefined) {
    dropEntry(memory.queue, entry.key);
    return;
  }
  // A Pod that is being deleted is not placed any more.
  if (entry.pod.metadata.deletionTimestamp !== undefined) {
    dropEntry(memory.queue, entry.key);
    return;
  }
  env.resumeCause(entry.cause);
  const attempt = runAttempt(step, entry, profile);
  memory.nextStart = attempt.nextStart;
  if (attempt.nodeName === undefined) failPod(step, entry, profile, attempt);
  else bindPod(step, entry, profile, attempt, attempt.nodeName);
}

function runAttempt(step: Step, entry: QueuedEntry, profile: Profile): Attempt {
  const { memory, config, env } = step;
  const attempt = attemptPod(podInfoOf(entry.pod), {
    profile,
    snapshot: snapshotOf(memory),
    percentageOfNodesToScore: config.configuration?.percentageOfNodesToScore,
    start: memory.nextStart,
    drawBelow: (bound) => below(env.random('ties'), bound),
  });
  memory.counters.attempts += 1;
  if (isRecorded(memory.queue.entries.size, memory.counters.attempts)) {
    keepRecord(memory.explanations, recordAttempt(attempt, env.now, entry.attempts));
  }
  return attempt;
}

/** Counts the Pod as placed from now on, and asks the API server to bind it. */
function bindPod(
  step: Step,
  entry: QueuedEntry,
  profile: Profile,
  attempt: Attempt,
  nodeName: string,
): void {
  const { memory, env } = step;
  const { pod, cycle } = attempt;
  const slot = cycle.snapshot.table.slotOf.get(nodeName) as number; // It has just been chosen.
  const refusal = reserve(step, profile, cycle, slot);
  if (refusal !== undefined) {
    unreserve(step, pod.uid);
    failPod(step, entry, profile, reservationFailure(refusal));
    return;
  }
  dropEntry(memory.queue, entry.key);
  clearNomination(step, pod.uid);
  const { tryBegan: since } = memory;
  const assumed = { pod: entry.pod, nodeName, isBound: false, cause: env.cause, since };
  memory.assumed.set(pod.uid, assumed);
  addPod(cycle.snapshot, pod, nodeName);
  env.note(decisionText(attempt, nodeName));
  const prepared = prepare(step, profile, cycle, slot);
  if (prepared.kind === 'ready') bind(step, profile, pod, assumed);
  else proceed(step, pod.uid, prepared);
}

function reservationFailure(refusal: Status): Pick<Attempt, 'nodeName' | 'failure'> {
  const message = fitErrorMessage({
    nodeCount: 1,
    preFilterMessage: '',
    postFilterMessage: '',
    reasons: new Map(refusal.reasons.map((reason) => [reason, 1])),
  });
  const failure = {
    isError: !isRejected(refusal),
    message,
    rejectedBy: new Set(isRejected(refusal) ? [refusal.plugin] : []),
    pendingOn: new Set<string>(),
    postFilter: undefined,
  };
  return { nodeName: undefined, failure };
}

/** Goes on with the binding of an assumed Pod once what it waits for is there. */
export function proceed(step: Step, uid: string, prepared: Prepared): void {
  const { memory, env } = step;
  const assumed = memory.assumed.get(uid);
  if (prepared.kind === 'waiting' || assumed === undefined) return;
  if (prepared.kind === 'failed') {
    giveUp(step, uid, prepared.message);
    return;
  }
  const profile = profileFor(step, assumed.pod);
  if (profile === undefined) return;
  env.resumeCause(assumed.cause);
  bind(step, profile, podInfoOf(assumed.pod), assumed);
}

/** Asks the API server to bind a Pod, in the words of the first plugin that has any. */
function bind(
  { memory, env }: Step,
  { points }: Profile,
  pod: PodInfo,
  { nodeName, since }: AssumedPod,
): void {
  for (let index = 0; index < points.bind.length; index++) {
    const write = points.bind[index]?.bind?.(pod, nodeName);
    if (write === undefined) continue;
    const { method, path, body } = write;
    call(memory.client, env, { method, path, body, then: { type: 'bound', uid: pod.uid, since } });
    return;
  }
  // A profile without any bind plugin is refused when the configuration is taken in.
  throw new Error('no bind plugin');
}

/** The decision with the numbers that decided. */
function decisionText({ pod, found, scoring, best }: Attempt, nodeName: string): string {
  const what = `placed Pod ${pod.key} on ${nodeName}`;
  if (found === undefined) return `${what}: the node it was nominated for`;
  const { length } = found.feasible;
  if (scoring === undefined) return `${what}: the only feasible node of ${found.examined} examined`;
  const ties = best.length > 1 ? `, drawn from ${best.length} equal ones` : '';
  return `${what}: total score ${scoring.greatest}, highest of ${length} feasible nodes${ties}`;
}

/** The API server has answered a binding. */
export function bindingAnswered(
  step: Step,
  { uid, since }: Extract<SchedulerThen, { type: 'bound' }>,
  outcome: ApiOutcome,
): void {
  const { memory } = step;
  const assumed = memory.assumed.get(uid);
  if (succeeded(outcome)) {
    // Confirmed by the watch already, or about to be.
    if (assumed !== undefined) assumed.isBound = true;
    memory.counters.scheduled += 1;
    const pod = assumed?.pod ?? placedPod(step, uid);
    const profile = pod?.spec.schedulerName ?? 'default-scheduler';
    countAttempt(memory, profile, 'scheduled', step.env.now - since);
    announce(step, pod, assumed?.nodeName);
    return;
  }
  if (assumed === undefined) return;
  giveUp(step, uid, `binding rejected: running Bind plugin "DefaultBinder": ${messageOf(outcome)}`);
}

/** A Pod could not be bound: it is tried again, unless it has gone or was placed by somebody else. */
function giveUp(step: Step, uid: string, message: string): void {
  const { memory, env } = step;
  const assumed = memory.assumed.get(uid);
  if (assumed === undefined) return;
  forget(step, uid);
  const { key } = podInfoOf(assumed.pod);
  const current = memory.informers.get('pods')?.items.get(key) as Pod | undefined;
  if (current === undefined || (current.spec.nodeName ?? '') !== '') return;
  if (current.metadata.uid !== assumed.pod.metadata.uid) return;
  env.resumeCause(assumed.cause);
  const entry = newEntry(memory.queue, key, current, env.now, assumed.cause);
  failBinding(step, entry, { message, since: assumed.since });
}

function failBinding(
  step: Step,
  entry: QueuedEntry,
  { message, since }: { readonly message: string; readonly since: Micros },
): void {
  const profile = profileFor(step, entry.pod);
  if (profile === undefined) return;
  const failure = {
    isError: true,
    message,
    rejectedBy: new Set<string>(),
    pendingOn: new Set<string>(),
    postFilter: undefined,
  };
  failPod(step, entry, profile, { nodeName: undefined, failure }, since);
}

/** Takes back the assumption that a Pod stands on a node. */
function forget(step: Step, uid: string): void {
  const { memory } = step;
  const assumed = memory.assumed.get(uid);
  if (assumed === undefined) return;
  memory.assumed.delete(uid);
  unreserve(step, uid);
  removePod(snapshotOf(memory), uid);
  wake(requeueContext(step), EVENTS.assignedPodDelete, { old: assumed.pod, next: undefined });
}

function placedPod(step: Step, uid: string): Pod | undefined {
  return snapshotOf(step.memory).placements.get(uid)?.pod.pod;
}

function announce(step: Step, pod: Pod | undefined, nodeName: string | undefined): void {
  if (pod === undefined) return;
  const { memory, env } = step;
  const { namespace, name } = pod.metadata;
  recordEvent(memory.recorder, memory.eventClient, clientEnv(env, 'event'), {
    about: referenceTo(pod),
    type: 'Normal',
    reason: 'Scheduled',
    message: `Successfully assigned ${namespace}/${name} to ${nodeName ?? pod.spec.nodeName ?? ''}`,
  });
}
