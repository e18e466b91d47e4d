import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { ApiRequest } from '../../messages.ts';
import { sendReply } from '../answers.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { handle } from '../handle.ts';
import type { Server } from '../server.ts';
import { NEVER, requestPatience } from '../patience.ts';
import { withoutWatchPath } from '../watch-path.ts';
import { findPassage, passageOf, type Passage } from '../passage.ts';
import { flowOf } from './classify.ts';
import type { FlowConfiguration } from './configuration.ts';
import { costOf, widthOf } from './cost.ts';
import { advance, dequeue, enqueue, shortest, takeOut } from './fair-queues.ts';
import { currentConfiguration, gateOf, sharedSeat, type Gate } from './gate.ts';
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
export function admit(server: Server, sent: ApiRequest, client: string | undefined): void {
  const { now: receivedAt, cause } = server.env;
  let request = sent;
  let passage = findPassage(server, request);
  if (passage.kind === undefined) {
    request = withoutWatchPath(request);
    passage = passageOf(server, request);
  }
  Object.freeze(request);
  // Nobody in particular is refused before this gate.
  if (passage.isNobody) {
    const exchange = Object.freeze({ request, client, receivedAt, cause, group: 0 });
    handle(server, exchange, passage);
    return;
  }
  const gate = passage.gate ?? gateOf(server, passage, request);
  const { level } = gate;
  let width = 1;
  if (!gate.isExempt) {
    if (passage.cost === undefined) width = widthOf(server, request, passage);
    const wanted = level.inUse + level.seatsWaiting + width;
    if (wanted > level.wanted) level.wanted = wanted;
    const isFree = level.waiting === 0 && (level.inUse === 0 || level.inUse + width <= level.limit);
    if (!isFree) {
      lend(server, currentConfiguration(server));
      if (level.waiting > 0 || level.inUse + width > level.limit) {
        const exchange = { request, client, receivedAt, cause, group: 0 };
        wait(server, gate, { exchange, width });
        return;
      }
    }
    if (level.queues.size > 0) advance(level, receivedAt);
  }
  const seat = width === 1 ? gate.seat : sharedSeat(level.name, width, gate.seat.mutating);
  const exchange = Object.freeze({ request, client, receivedAt, cause, group: 0, seat });
  run(server, level, exchange, passage);
}

/** Queues a request, or refuses it. */
function wait(
  server: Server,
  { level, verdict }: Gate,
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
      flow.waiting -= 1;
      noteWait(level, env.now - waiting.since);
      const mutating = exchange.request.method !== 'GET';
      const seat = Object.freeze({ level: level.name, width, mutating, queue, since: env.now });
      env.resumeCause(exchange.cause);
      const seated = Object.freeze({ ...exchange, seat });
      run(server, level, seated, passageOf(server, exchange.request, exchange.receivedAt));
    }
  }
}

function noteWait(level: LevelState, waited: Micros): void {
  level.waits[level.waited % WAITS_KEPT] = waited;
  level.waited += 1;
}

/** Seats a request, which runs at once or when the processors have done what came before it. */
function run(
  server: Server,
  level: LevelState,
  exchange: Exchange & { readonly seat: Seat },
  passage: Passage,
): void {
  const { width, mutating } = exchange.seat;
  level.inUse += width;
  level.executing += 1;
  level.dispatched += 1;
  const { flow } = server.memory;
  if (mutating) flow.inflight.mutating += 1;
  else flow.inflight.readOnly += 1;
  if (flow.running.length > 0 || flow.busyUntil - server.env.now > SLACK) {
    flow.running.push(exchange);
    armRun(server);
  } else {
    begin(server, exchange, passage);
  }
}

/** Runs a request, which makes the processors busy for a while. */
function begin(server: Server, exchange: Exchange, passage: Passage): void {
  const { env, memory, config } = server;
  const { flow } = memory;
  const { now } = env;
  const cost = passage.cost ?? costOf(server, exchange.request, passage);
  flow.busyUntil =
    (flow.busyUntil > now ? flow.busyUntil : now) + Math.ceil(cost / config.cpuCores);
  handle(server, exchange, passage);
}

function armRun({ memory, env }: Server): void {
  const { flow } = memory;
  if (flow.runArmed) return;
  flow.runArmed = true;
  env.after(Math.max(flow.busyUntil - env.now, 1), { type: 'apiserver/run' });
}

/** The processors are free again: the next requests run. */
export function runNext(server: Server): void {
  const { memory, env } = server;
  const { flow } = memory;
  flow.runArmed = false;
  let done = 0;
  while (done < flow.running.length && flow.busyUntil - env.now <= SLACK) {
    const exchange = flow.running[done++] as Exchange; // In range by the condition.
    env.resumeCause(exchange.cause);
    begin(server, exchange, passageOf(server, exchange.request, exchange.receivedAt));
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
