import type { Status } from '../../api/generated/types.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { Env } from '../../kernel/process.ts';
import { SECOND } from '../../kernel/time.ts';
import {
  call,
  messageOf,
  reasonOf,
  succeeded,
  type ApiClientMessage,
  type ApiOutcome,
} from '../client/api-client.ts';
import { recordEvent } from '../client/event-recorder.ts';
import type { KubeObject } from '../client/kube-object.ts';
import type { Announcement, Failure, Pace, Plan, Write } from './plan.ts';
import { requestFor } from './requests.ts';
import { noteAnswer } from './settle.ts';
import type { Loop, Running, Work } from './state.ts';

type ClientEnv = Env<ApiClientMessage>;

/** Upstream's burstReplicas bounds a plan already; a wave is bounded by what is left of it. */
const FIRST_WAVE = 1;

/** Begins to carry a plan's writes out. */
export function beginWork(
  loop: Loop,
  key: string,
  plan: Plan,
  writes: readonly Write[],
  cause: Cause | undefined,
): Work {
  const work: Work = {
    key,
    cause,
    phase: 'writing',
    writes: Object.freeze(writes),
    pace: plan.pace,
    concludes: plan.concludes === true,
    retry: plan.retry === true,
    next: 0,
    outstanding: 0,
    wave: FIRST_WAVE,
    failure: undefined,
    revisions: new Map(),
    removals: [],
  };
  loop.works.set(key, work);
  return work;
}

/** Continues a work with the writes of its concluding plan. */
export function concludeWork(work: Work, plan: Plan, writes: readonly Write[]): void {
  work.phase = 'concluding';
  work.writes = Object.freeze(writes);
  work.pace = plan.pace;
  work.next = 0;
  work.wave = FIRST_WAVE;
}

/** Sends the next wave. False when nothing is left to wait for. */
export function sendWave(loop: Loop, work: Work, env: ClientEnv): boolean {
  const size = waveSize(work.pace, work);
  while (work.next < work.writes.length && work.outstanding < size) sendNext(loop, work, env);
  if (work.pace === 'slow start') work.wave *= 2;
  return work.outstanding > 0;
}

function sendNext(loop: Loop, work: Work, env: ClientEnv): void {
  const index = work.next;
  work.next += 1;
  const write = work.writes[index] as Write; // In range: asked before.
  if (write.verb === 'event') {
    announce(loop, write, env);
    return;
  }
  work.outstanding += 1;
  loop.requests += 1;
  call(loop.client, env, requestFor(write, { type: 'write', key: work.key, index }));
}

/** Writes an Event; nobody waits for it. */
export function announce(loop: Loop, event: Announcement, env: ClientEnv): void {
  recordEvent(loop.recorder, loop.client, env, event);
}

/** Takes the answer to one write. True when the wave is over. */
export function takeAnswer(
  running: Running,
  loop: Loop,
  work: Work,
  index: number,
  outcome: ApiOutcome,
  env: ClientEnv,
): boolean {
  const write = work.writes[index] as Write; // Indexes come from `sendWave`.
  work.outstanding -= 1;
  if (write.verb === 'read') {
    work.read = outcome.kind === 'answered' ? outcome.body : undefined;
    return work.outstanding === 0;
  }
  if (succeeded(outcome)) {
    noteAnswer(work, write, outcome.body, running.derived);
    report(loop, write, outcome, env);
  } else if (isHarmless(write, outcome)) {
    if (write.verb === 'get') noteAnswer(work, write, undefined, running.derived);
  } else {
    work.failure ??= failureOf(write, outcome);
    report(loop, write, outcome, env);
  }
  return work.outstanding === 0;
}

/** Whether the work has writes left that may still be sent. */
export function hasMore(work: Work): boolean {
  return work.failure === undefined && work.next < work.writes.length;
}

function waveSize(pace: Pace, work: Work): number {
  switch (pace) {
    case 'in order':
      return 1;
    case 'slow start':
      return work.wave;
    case 'at once':
      return work.writes.length;
  }
}

/** Refusals that leave nothing to be done: what should change or go is gone, or its namespace is going. */
function isHarmless(write: Write, outcome: ApiOutcome): boolean {
  if (outcome.kind === 'failed') return false;
  if (outcome.code === 404) return write.verb !== 'create';
  return write.verb === 'create' && hasCause(outcome.body, 'NamespaceTerminating');
}

function hasCause(body: unknown, reason: string): boolean {
  // A refusal's body is a Status by the API's contract.
  const causes = (body as Status | undefined)?.details?.causes;
  return causes?.some((cause) => cause.reason === reason) === true;
}

function failureOf(write: Write, outcome: ApiOutcome): Failure {
  return Object.freeze({
    verb: write.verb,
    reason: reasonOf(outcome),
    message: messageOf(outcome),
    ...(outcome.kind === 'answered' && outcome.retryAfterSeconds !== undefined
      ? { retryAfterSeconds: outcome.retryAfterSeconds }
      : undefined),
  });
}

/** The least pause that a refusal demands, in microseconds. */
export function demandedPause(failure: Failure): number {
  return (failure.retryAfterSeconds ?? 0) * SECOND;
}

function report(loop: Loop, write: Write, outcome: ApiOutcome, env: ClientEnv): void {
  const told = 'report' in write ? write.report : undefined;
  if (told === undefined) return;
  const done = succeeded(outcome);
  const words = done ? told.done : told.failed;
  if (words === undefined) return;
  recordEvent(loop.recorder, loop.client, env, {
    about: told.about,
    type: done ? 'Normal' : 'Warning',
    reason: words.reason,
    message: done
      ? filled(words.message, '{name}', nameIn(write, outcome.body))
      : filled(words.message, '{error}', messageOf(outcome)),
  });
}

/** A text with another in place of a mark. */
function filled(text: string, mark: string, part: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at) + part + text.slice(at + mark.length);
}

/** The name a server gave, or the one that was asked for. */
function nameIn(write: Write, body: unknown): string {
  if (write.verb === 'create' || write.verb === 'update') {
    const object = body as Partial<KubeObject> | undefined;
    return object?.metadata?.name ?? write.object.metadata.name ?? '';
  }
  return 'key' in write ? write.key.slice(write.key.indexOf('/') + 1) : '';
}
