import type { Env } from '../../kernel/process.ts';
import { MINUTE, type Micros } from '../../kernel/time.ts';
import { createApiClient, type ApiOutcome } from '../client/api-client.ts';
import type { ClientEnv } from '../client/client-env.ts';
import { createEventRecorder } from '../client/event-recorder.ts';
import { requestNumbers } from '../client/request-numbers.ts';
import {
  backOff,
  createWorkQueue,
  delayKey,
  enqueue,
  finishKey,
  forgetFailures,
  holdKey,
  keyIsDue,
  takeKey,
} from '../client/work-queue.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Controller } from './controller.ts';
import type { Plan } from './plan.ts';
import { isInCache } from './settle.ts';
import {
  CLIENTS_MAX,
  FIRST_LOOP_CLIENT,
  type ControllerManagerConfig,
  type ControllerManagerMessage,
  type Loop,
  type Running,
  type Then,
  type Work,
} from './state.ts';
import { effectiveWrites } from './unchanged.ts';
import { beginWork, concludeWork, demandedPause, hasMore, sendWave, takeAnswer } from './work.ts';

/** Upstream's expectations hold as long: a cache that never shows a write must not stop a key for ever. */
const SETTLE_MAX: Micros = 5 * MINUTE;

/** What every function here is about: the loops of one process and what they read and run. */
export interface LoopContext {
  readonly running: Running;
  readonly controllers: readonly Controller[];
  readonly cluster: ClusterView;
  readonly env: Env<ControllerManagerMessage>;
  /** The Env as each loop's client sees it. */
  readonly clients: readonly ClientEnv[];
}

/** A controller's own part of the memory, at the start of a term; its requests are numbered `above`. */
export function createLoop(
  controller: Controller,
  index: number,
  above: number,
  config: ControllerManagerConfig,
): Loop {
  const factor = controller.qpsFactor ?? 1;
  const user = `system:serviceaccount:kube-system:${controller.account ?? controller.name}`;
  const client = createApiClient<Then>({
    server: config.apiServer,
    user,
    userAgent: `kube-controller-manager/v1.35.0 (linux/amd64) kubernetes/${user}`,
    qps: config.flags.controllerManagerQps * factor,
    burst: config.flags.controllerManagerBurst * factor,
    isCounted: true,
    numbers: requestNumbers(FIRST_LOOP_CLIENT + index, CLIENTS_MAX, above),
  });
  return {
    client,
    recorder: createEventRecorder({
      component: controller.component ?? controller.name,
      epochMillis: config.epochMillis,
    }),
    queue: createWorkQueue(),
    arrivals: new Map(),
    busy: 0,
    works: new Map(),
    memos: new Map(),
    reconciles: 0,
    retries: 0,
    requests: 0,
  };
}

/** Adds a key to a loop's queue; with `after`, once this much time has passed: several changes meanwhile are one. */
export function wakeKey(
  context: LoopContext,
  index: number,
  key: string,
  after: Micros | undefined,
): void {
  if (after !== undefined) {
    lookAgain(context, index, key, after);
    return;
  }
  const { running, env } = context;
  const { arrivals, queue } = running.loops[index] as Loop; // Indexes are those of the list of controllers.
  // A key that has arrived and was not taken waits already, or will when the work on it ends.
  if (arrivals.has(key)) return;
  arrivals.set(key, env.now);
  enqueue(queue, key, env.cause);
  if (queue.waiting.size > 0) noteAwake(running.awake, index);
}

/** Adds several keys to a loop's queue. */
export function wakeKeys(
  context: LoopContext,
  index: number,
  keys: readonly string[],
  after: Micros | undefined,
): void {
  for (let at = 0; at < keys.length; at += 1) wakeKey(context, index, keys[at] as string, after); // In range.
}

function noteAwake(awake: number[], index: number): void {
  let at = awake.length;
  while (at > 0 && (awake[at - 1] as number) > index) at -= 1; // In range.
  if (at > 0 && awake[at - 1] === index) return;
  if (at === awake.length) awake.push(index);
  else awake.splice(at, 0, index);
}

/** Gives every idle worker a key, until keys or workers run out. The first loops come first. */
export function pump(context: LoopContext): void {
  const { awake } = context.running;
  let left = 0;
  for (let at = 0; at < awake.length; at += 1) {
    const index = awake[at] as number; // In range.
    if (!pumpLoop(context, index)) continue;
    awake[left] = index;
    left += 1;
  }
  while (awake.length > left) awake.pop();
}

/** Whether keys are left, for which no worker is free. */
function pumpLoop(context: LoopContext, index: number): boolean {
  const { running, controllers, env } = context;
  const loop = running.loops[index] as Loop; // Parallel lists.
  const { workers } = controllers[index] as Controller;
  const { queue } = loop;
  while (loop.busy < workers && queue.waiting.size > 0) {
    const taken = takeKey(queue);
    if (taken === undefined) break;
    loop.arrivals.delete(taken.key);
    env.resumeCause(taken.cause);
    reconcileKey(context, index, taken.key);
  }
  return queue.waiting.size > 0;
}

/** A delayed key's timer rang. */
export function dueKey(context: LoopContext, index: number, key: string): void {
  const loop = context.running.loops[index];
  if (loop === undefined || !keyIsDue(loop.queue, key, context.env.now)) return;
  wakeKey(context, index, key, undefined);
}

/** An answer to one of a work's writes. */
export function answerToWrite(
  context: LoopContext,
  index: number,
  then: { readonly key: string; readonly index: number },
  outcome: ApiOutcome,
): void {
  const { running, env } = context;
  const loop = running.loops[index] as Loop; // The client that heard the answer is this loop's.
  const work = loop.works.get(then.key);
  if (work === undefined) return;
  env.resumeCause(work.cause);
  const client = context.clients[index] as ClientEnv; // Parallel lists.
  if (!takeAnswer(running, loop, work, then.index, outcome, client)) return;
  if (hasMore(work) && sendWave(loop, work, client)) return;
  endWaves(context, index, work);
}

/** Ends works whose writes the cache now shows. */
export function settleWorks(context: LoopContext): void {
  const { running, env } = context;
  for (const [id, { loop: index, key, since }] of running.settling) {
    const loop = running.loops[index] as Loop;
    const work = loop.works.get(key);
    const isOver = env.now - since > SETTLE_MAX || work === undefined;
    if (!isOver && !isInCache(work, running.informers)) continue;
    running.settling.delete(id);
    endWork(context, index, key);
  }
}

function reconcileKey(context: LoopContext, index: number, key: string): void {
  const { running, controllers, cluster, env } = context;
  const loop = running.loops[index] as Loop;
  const controller = controllers[index] as Controller;
  loop.reconciles += 1;
  const plan = controller.reconcile(key, cluster, env.now, loop.memos.get(key));
  remember(context, index, key, plan);
  const writes = effectiveWrites(plan.writes, cluster);
  if (writes.length === 0) {
    if (plan.retry === true) pauseAndRetry(context, index, key, 0);
    else forgetFailures(loop.queue, key);
    return;
  }
  holdKey(loop.queue, key);
  env.note(plan.why);
  loop.busy += 1;
  const work = beginWork(loop, key, plan, writes, env.cause);
  const client = context.clients[index] as ClientEnv;
  if (!sendWave(loop, work, client)) endWaves(context, index, work);
}

/** What of a plan is not a write: the memo for the next look, and when that is to be. */
function remember(context: LoopContext, index: number, key: string, plan: Plan): void {
  const { memos } = context.running.loops[index] as Loop;
  if (plan.remember === null) memos.delete(key);
  else if (plan.remember !== undefined) memos.set(key, Object.freeze(plan.remember));
  if (plan.after !== undefined) lookAgain(context, index, key, plan.after);
}

/** All writes of a plan were answered, or the rest was given up. */
function endWaves(context: LoopContext, index: number, work: Work): void {
  const { running, controllers, cluster, env } = context;
  const loop = running.loops[index] as Loop;
  const controller = controllers[index] as Controller;
  if (work.phase === 'writing' && work.concludes && controller.conclude !== undefined) {
    const { key, failure, read } = work;
    const memo = loop.memos.get(key);
    const plan = controller.conclude(key, cluster, env.now, failure, read, memo);
    remember(context, index, work.key, plan);
    const writes = effectiveWrites(plan.writes, cluster);
    concludeWork(work, plan, writes);
    const client = context.clients[index] as ClientEnv;
    if (writes.length > 0 && sendWave(loop, work, client)) return;
  }
  work.phase = 'settling';
  const { failure, key } = work;
  if (failure !== undefined) pauseAndRetry(context, index, key, demandedPause(failure));
  else if (work.retry) pauseAndRetry(context, index, key, 0);
  else forgetFailures(loop.queue, key);
  if (controller.waitsForCache !== true) loop.busy -= 1;
  if (isInCache(work, running.informers)) endWork(context, index, key);
  else running.settling.set(`${index}/${key}`, Object.freeze({ loop: index, key, since: env.now }));
}

function endWork(context: LoopContext, index: number, key: string): void {
  const loop = context.running.loops[index] as Loop;
  if (context.controllers[index]?.waitsForCache === true) loop.busy -= 1;
  loop.works.delete(key);
  finishKey(loop.queue, key);
  // It may wait again at once.
  if (loop.queue.waiting.size > 0) noteAwake(context.running.awake, index);
}

/** Client-go's growing pauses after failures, never shorter than the server demands. */
function pauseAndRetry(context: LoopContext, index: number, key: string, atLeast: Micros): void {
  const loop = context.running.loops[index] as Loop;
  loop.retries += 1;
  lookAgain(context, index, key, Math.max(backOff(loop.queue, key), atLeast));
}

function lookAgain(context: LoopContext, index: number, key: string, after: Micros): void {
  const { running, env } = context;
  const { queue } = running.loops[index] as Loop;
  if (!delayKey(queue, key, env.now + after)) return;
  env.after(after, { type: 'controllers/due', term: running.term, loop: index, key });
}
