import type { FlowSchema, PriorityLevelConfiguration } from '../../../api/generated/types.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { ApiRequest } from '../../messages.ts';
import { sendReply } from '../answers.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { handle } from '../handle.ts';
import type { Server } from '../server.ts';
import { NEVER, requestPatience } from '../patience.ts';
import { verbOf, type ApiVerb } from '../verb.ts';
import { bootstrapLevels, bootstrapSchemas } from './bootstrap.ts';
import { classify, flowOf, type Classification } from './classify.ts';
import { flowConfiguration, type FlowConfiguration } from './configuration.ts';
import { costOf, widthOf } from './cost.ts';
import { advance, dequeue, enqueue, shortest, takeOut } from './fair-queues.ts';
import { lendSeats } from './lending.ts';
import { dealHand, flowHash } from './shuffle-sharding.ts';
import { newLevel, type LevelState, type RejectReason, type Seat, type Waiting } from './state.ts';

/**
 * API Priority and Fairness: the gate between who a client is and what it wants. A request takes seats of its priority
 * level until it is answered, waits in a queue of that level when there are none, or is refused with 429. What has
 * seats shares the processors. Nothing of this costs a timer, or memory, as long as nobody waits.
 */

/** How far the processors may be behind before requests are told apart: shorter waits are nobody's concern. */
const SLACK: Micros = 5000;
/** How often levels may lend each other seats anew, as upstream. */
const LENDING_PERIOD: Micros = 10 * SECOND;
/** A request may spend this part of its time in a queue. */
const QUEUE_SHARE = 4;
const QUEUE_WAIT_MAX: Micros = 60 * SECOND;
const WAITS_KEPT = 64;

/** A request from the wire. */
export function admit(server: Server, request: ApiRequest, client: string | undefined): void {
  const { env, memory } = server;
  Object.freeze(request);
  const { now: receivedAt, cause } = env;
  // Nobody in particular is refused before this gate.
  if (request.user === '') {
    handle(server, Object.freeze({ request, client, receivedAt, cause, group: 0 }));
    return;
  }
  const configuration = currentConfiguration(server);
  const verdict = classify(configuration, request);
  const { name, isExempt, nominal } = verdict.level;
  const level = levelOf(server, name, nominal);
  const verb = verbOf(request);
  const width = isExempt ? 1 : widthOf(server, request, verb);
  if (!isExempt) {
    const wanted = level.inUse + level.seatsWaiting + width;
    if (wanted > level.wanted) level.wanted = wanted;
    const isFree = level.waiting === 0 && (level.inUse === 0 || level.inUse + width <= level.limit);
    if (!isFree) {
      lend(server, configuration);
      if (level.waiting > 0 || level.inUse + width > level.limit) {
        const exchange = { request, client, receivedAt, cause, group: 0 };
        wait(server, level, verdict, { exchange, width });
        return;
      }
    }
    if (level.queues.size > 0) advance(level, receivedAt);
  }
  const mutating = request.method !== 'GET';
  take(level, width);
  memory.flow.inflight[mutating ? 'mutating' : 'readOnly'] += 1;
  const seat = sharedSeat(name, width, mutating);
  run(server, Object.freeze({ request, client, receivedAt, cause, group: 0, seat }), verb);
}

/** Queues a request, or refuses it. */
function wait(
  server: Server,
  level: LevelState,
  verdict: Classification,
  { exchange, width }: { readonly exchange: Exchange; readonly width: number },
): void {
  const { env, memory } = server;
  const { queuing } = verdict.level;
  if (queuing === undefined) {
    reject(server, level, exchange, 'concurrency-limit');
    return;
  }
  advance(level, env.now);
  const { request } = exchange;
  const hash = flowHash(verdict.schema.metadata.name ?? '', flowOf(verdict, request));
  const number = shortest(level, dealHand(hash, queuing.queues, queuing.handSize));
  const queue = level.queues.get(number);
  if (queue !== undefined && queue.requests.length >= queuing.queueLengthLimit) {
    reject(server, level, exchange, 'queue-full');
    return;
  }
  const patience = Math.min(requestPatience(request) / QUEUE_SHARE, QUEUE_WAIT_MAX);
  const until = env.now + Math.round(patience);
  enqueue(level, number, { exchange: Object.freeze(exchange), width, since: env.now, until });
  memory.flow.waiting += 1;
  armSweep(server, until);
}

/** Gives free seats to those who wait, fairest first. Called at the end of each step in which somebody waits. */
export function dispatchWaiting(server: Server): void {
  const { env, memory } = server;
  const { flow } = memory;
  for (const level of flow.levels.values()) {
    if (level.waiting === 0) continue;
    advance(level, env.now);
    for (let next = dequeue(level); next !== undefined; next = dequeue(level)) {
      const { waiting, queue } = next;
      const { exchange, width } = waiting;
      const verb = verbOf(exchange.request);
      flow.waiting -= 1;
      noteWait(level, env.now - waiting.since);
      take(level, width);
      const mutating = exchange.request.method !== 'GET';
      flow.inflight[mutating ? 'mutating' : 'readOnly'] += 1;
      const seat = Object.freeze({ level: level.name, width, mutating, queue, since: env.now });
      env.resumeCause(exchange.cause);
      run(server, Object.freeze({ ...exchange, seat }), verb);
    }
  }
}

function noteWait(level: LevelState, waited: Micros): void {
  level.waits[level.waited % WAITS_KEPT] = waited;
  level.waited += 1;
}

function take(level: LevelState, width: number): void {
  level.inUse += width;
  level.executing += 1;
  level.dispatched += 1;
}

/** Lets a request run, at once or when the processors have done what came before it. */
function run(server: Server, exchange: Exchange, verb: ApiVerb): void {
  const { memory, env, config } = server;
  const { flow } = memory;
  if (flow.running.length > 0 || flow.busyUntil - env.now > SLACK) {
    flow.running.push(exchange);
    armRun(server);
    return;
  }
  charge(server, costOf(server, exchange.request, verb) / config.cpuCores);
  handle(server, exchange);
}

/** Makes the processors busy for a while. */
export function charge({ memory, env }: Server, micros: Micros): void {
  const { flow } = memory;
  flow.busyUntil = Math.max(flow.busyUntil, env.now) + Math.ceil(micros);
}

function armRun({ memory, env }: Server): void {
  const { flow } = memory;
  if (flow.runArmed) return;
  flow.runArmed = true;
  env.after(Math.max(flow.busyUntil - env.now, 1), { type: 'apiserver/run' });
}

/** The processors are free again: the next requests run. */
export function runNext(server: Server): void {
  const { memory, env, config } = server;
  const { flow } = memory;
  flow.runArmed = false;
  let done = 0;
  while (done < flow.running.length && flow.busyUntil - env.now <= SLACK) {
    const exchange = flow.running[done++] as Exchange; // In range by the condition.
    env.resumeCause(exchange.cause);
    const { request } = exchange;
    charge(server, costOf(server, request, verbOf(request)) / config.cpuCores);
    handle(server, exchange);
  }
  flow.running.splice(0, done);
  if (flow.running.length > 0) armRun(server);
}

/** A client has called a request off, or is gone: what waits in a queue is not run any more. */
export function forgetWaiting(server: Server, client: string, id?: number): void {
  const { memory, env } = server;
  const { flow } = memory;
  if (flow.waiting === 0) return;
  for (const level of flow.levels.values()) {
    if (level.waiting === 0) continue;
    advance(level, env.now);
    const out = takeOut(
      level,
      ({ exchange }) =>
        exchange.client === client && (id === undefined || exchange.request.id === id),
    );
    flow.waiting -= out.length;
    if (out.length > 0) count(level, 'cancelled', out.length);
  }
}

/** Refuses those who have waited too long. One timer serves all of them. */
export function sweepWaiting(server: Server): void {
  const { memory, env } = server;
  const { flow } = memory;
  if (env.now < flow.sweepAt) return;
  flow.sweepAt = NEVER;
  let next = NEVER;
  for (const level of flow.levels.values()) {
    if (level.waiting === 0) continue;
    advance(level, env.now);
    const isOver = ({ until }: Waiting): boolean => {
      if (until <= env.now) return true;
      if (until < next) next = until;
      return false;
    };
    for (const { exchange } of takeOut(level, isOver)) {
      flow.waiting -= 1;
      env.resumeCause(exchange.cause);
      reject(server, level, exchange, 'time-out');
    }
  }
  if (next < NEVER) armSweep(server, next);
}

function armSweep({ memory, env }: Server, at: Micros): void {
  const { flow } = memory;
  if (flow.sweepAt <= at) return;
  flow.sweepAt = at;
  env.after(Math.max(at - env.now, 0), { type: 'apiserver/flow-sweep' });
}

/** 429 in the words of the server's filter; it is no Status but plain text. */
const TOO_MANY: Reply = Object.freeze({
  kind: 'reply',
  code: 429,
  body: 'Too many requests, please try again later.\n',
  retryAfterSeconds: 1,
  contentType: 'text/plain; charset=utf-8',
});

function reject(server: Server, level: LevelState, exchange: Exchange, reason: RejectReason): void {
  count(level, reason, 1);
  server.env.note(
    `refused with 429 (${reason}): level ${level.name} has ${level.inUse} of ${level.limit} seats in use, ${level.waiting} requests wait`,
  );
  sendReply(server, Object.freeze(exchange), TOO_MANY);
}

function count(level: LevelState, reason: RejectReason, by: number): void {
  level.rejected.set(reason, (level.rejected.get(reason) ?? 0) + by);
}

/** Levels lend each other seats, when the last time is long enough ago. */
function lend({ memory, env }: Server, configuration: FlowConfiguration): void {
  const { flow } = memory;
  if (flow.lentAt > 0 && env.now - flow.lentAt < LENDING_PERIOD) return;
  flow.lentAt = env.now;
  for (const level of flow.levels.values()) {
    if (level.queues.size > 0) advance(level, env.now);
  }
  for (const { name, nominal } of configuration.levels.values()) {
    if (!flow.levels.has(name)) flow.levels.set(name, newLevel(name, nominal));
  }
  lendSeats(configuration, flow.levels);
}

function levelOf({ memory }: Server, name: string, nominal: number): LevelState {
  const { levels } = memory.flow;
  let level = levels.get(name);
  if (level === undefined) {
    level = newLevel(name, nominal);
    levels.set(name, level);
  }
  return level;
}

/** The configuration of the stored objects; before they are here, that of a new cluster. */
function currentConfiguration(server: Server): FlowConfiguration {
  const { configuration, configurationStamp } = server.memory.flow;
  return configuration !== undefined && configurationStamp >= 0
    ? configuration
    : renewedConfiguration(server);
}

function renewedConfiguration({ memory, config }: Server): FlowConfiguration {
  const { flow } = memory;
  const schemas = memory.caches.get('flowschemas');
  const levels = memory.caches.get('prioritylevelconfigurations');
  const isHere = schemas?.ready === true && levels?.ready === true && levels.objects.size > 0;
  const made = flowConfiguration(
    isHere
      ? {
          // Their folders hold nothing else.
          schemas: [...schemas.objects.values()].map((each) => each as FlowSchema),
          levels: [...levels.objects.values()].map((each) => each as PriorityLevelConfiguration),
        }
      : { schemas: bootstrapSchemas, levels: bootstrapLevels },
    config.maxRequestsInflight + config.maxMutatingRequestsInflight,
  );
  flow.configuration = made;
  flow.configurationStamp = 0;
  // Upstream divides the seats anew; what is lent is settled when somebody next waits.
  for (const { name, nominal } of made.levels.values()) {
    const level = flow.levels.get(name);
    if (level !== undefined) level.limit = nominal;
  }
  flow.lentAt = 0;
  return made;
}

const seats = new Map<string, readonly Seat[]>();

/** The seat of a request that was never queued: the same object for all of a level, width and kind. */
function sharedSeat(level: string, width: number, mutating: boolean): Seat {
  let made = seats.get(level);
  if (made === undefined) {
    made = Array.from({ length: 2 * (SHARED_WIDTH_MAX + 1) }, (_, index) =>
      Object.freeze({ level, width: index >> 1, mutating: index % 2 === 1, queue: -1, since: 0 }),
    );
    seats.set(level, made);
  }
  return made[2 * width + (mutating ? 1 : 0)] as Seat; // Widths are at most ten.
}

const SHARED_WIDTH_MAX = 10;
