import { MILLISECOND, type Micros } from '../../../kernel/time.ts';
import { sendReply } from '../answers.ts';
import { interruptedEtcd, outOfTime } from '../etcd-errors.ts';
import { refuse, type Exchange } from '../exchange.ts';
import { NEVER, requestPatience } from '../patience.ts';
import { askEtcd, type Server } from '../server.ts';
import type { VerbStep } from '../verb.ts';

/**
 * Reads of the newest state. Another API server may have written what has not come here yet, and an etcd without a
 * quorum may not tell that it is behind; so etcd is asked for its revision by a linearizable read, and when it has
 * answered, the copies are as new as that, because the member tells its watches of a change before it answers
 * (upstream: consistent reads from cache). Requests that come while a question is under way share the next one.
 */
export interface Consultation {
  /** The number of the question under way; 0 for none. */
  call: number;
  /** Who waits for its answer, and who came after it was asked. Frozen entries. */
  asked: Consulted[];
  next: Consulted[];
}

export interface Consulted {
  readonly exchange: Exchange;
  /** Where the verb goes on. */
  readonly at: VerbStep;
  readonly deadline: Micros;
}

/** Any key will do: the revision of the store is what is asked for. */
const ANY_KEY = '/registry/health';

/** Lets a request wait until the copies are as new as etcd is now. */
export function consult(server: Server, exchange: Exchange, at: VerbStep): Micros {
  const { consultation } = server.memory;
  const deadline = exchange.receivedAt + requestPatience(exchange.request);
  const entry = Object.freeze({ exchange, at, deadline });
  if (consultation.call !== 0) consultation.next.push(entry);
  else {
    consultation.asked.push(entry);
    ask(server);
  }
  return deadline;
}

function ask(server: Server): void {
  server.memory.consultation.call = askEtcd(server, { kind: 'consult' }, (id) => ({
    type: 'etcd/range',
    id,
    key: ANY_KEY,
  }));
}

/** The connection to etcd is lost: nobody who waits will be answered. */
export function failConsultation(server: Server): void {
  const { consultation } = server.memory;
  consultation.call = 0;
  for (const list of [consultation.asked, consultation.next]) {
    for (const { exchange } of list.splice(0)) {
      server.env.resumeCause(exchange.cause);
      sendReply(server, exchange, refuse(interruptedEtcd()));
    }
  }
}

/** What etcd's client waits before it repeats a read. */
const RETRY_AFTER: Micros = 25 * MILLISECOND;

/** etcd cannot tell just now: it is asked once more, for all who wait. Their time goes on running. */
export function consultLater(server: Server): void {
  const { env, memory } = server;
  const { consultation } = memory;
  consultation.asked.push(...consultation.next.splice(0));
  env.resumeCause(undefined);
  env.after(RETRY_AFTER, { type: 'apiserver/consult', question: consultation.call });
}

/** The time to ask once more has come. */
export function consultAgain(server: Server, question: number): void {
  const { consultation } = server.memory;
  if (consultation.call !== question) return;
  if (consultation.asked.length > 0) ask(server);
  else consultation.call = 0;
}

/** Those whose question has been answered; whoever came after it was asked shares the next one. */
export function takeConsulted(server: Server): readonly Consulted[] {
  const { consultation } = server.memory;
  const { asked } = consultation;
  consultation.call = 0;
  consultation.asked = consultation.next;
  consultation.next = [];
  if (consultation.asked.length > 0) {
    server.env.resumeCause(consultation.asked[0]?.exchange.cause);
    ask(server);
  }
  return asked;
}

/** Answers those whose time is over; says when the next one's is. */
export function sweepConsultation(server: Server): Micros {
  const { memory, env } = server;
  const { consultation } = memory;
  let next = NEVER;
  for (const list of [consultation.asked, consultation.next]) {
    const overdue = list.filter(({ deadline }) => deadline <= env.now);
    if (overdue.length > 0) {
      const left = list.filter(({ deadline }) => deadline > env.now);
      list.splice(0, list.length, ...left);
    }
    for (const { exchange } of overdue) {
      env.resumeCause(exchange.cause);
      sendReply(server, exchange, refuse(outOfTime()));
    }
    for (const { deadline } of list) next = Math.min(next, deadline);
  }
  return next;
}
