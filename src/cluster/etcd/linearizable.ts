import { zap } from '../client/component-log.ts';
import { LEADER_CHANGED, TIMED_OUT } from './errors.ts';
import { answerHealth } from './health.ts';
import { isAlone, requestTimeout, type Member, type Reader } from './member.ts';
import { answerRange } from './range.ts';
import { pledge } from './pledges.ts';
import { termAt } from './raft/log.ts';
import { requestRead } from './raft/step.ts';

const SLOW_READ_INDEX = 'waiting for ReadIndex response took too long, retrying';

/**
 * Reads that must see everything that was acknowledged before they began. One question for the read index is on its
 * way at a time; reads that come meanwhile share the next one.
 */

/** After this pause the question is sent again. */
const RETRY_MICROS = 500_000;

/** Takes a read; it is answered at once where nobody has to be asked. */
export function read(member: Member, reader: Reader): void {
  const { memory } = member;
  const { raft, reads } = memory;
  if (memory.defrag !== undefined) {
    memory.defrag.readers.push(reader);
    return;
  }
  // The leader of one member that has applied all that it has committed needs no round of messages.
  if (
    raft.role === 'leader' &&
    raft.applied === raft.commit &&
    isAlone(member) &&
    termAt(member, raft.commit) === raft.term
  ) {
    serve(member, reader);
    return;
  }
  reads.gathered.push(Object.freeze(reader));
  ask(member);
}

function ask(member: Member): void {
  const { memory, env } = member;
  const { reads } = memory;
  if (reads.asked !== undefined || reads.gathered.length === 0) return;
  const number = reads.next++;
  reads.asked = { read: number, at: env.now, readers: reads.gathered };
  reads.gathered = [];
  requestRead(member, number);
  if (reads.retryArmed) return;
  reads.retryArmed = true;
  env.after(RETRY_MICROS, { type: 'etcd/read-retry' });
}

/** The question may have been lost; after a while those who wait are told so. */
export function retryRead(member: Member): void {
  const { memory, env } = member;
  const { reads } = memory;
  const { asked } = reads;
  reads.retryArmed = false;
  if (asked === undefined) return;
  reads.retryArmed = true;
  const waited = env.now - asked.at;
  // One timer serves one question after the other.
  env.after(waited < RETRY_MICROS ? RETRY_MICROS - waited : RETRY_MICROS, {
    type: 'etcd/read-retry',
  });
  if (waited < RETRY_MICROS) return;
  if (env.now - asked.at >= requestTimeout(member)) {
    failAsked(member, TIMED_OUT);
    return;
  }
  memory.stats.slowReadIndexes += 1;
  zap(env, 'warn', 'etcdserver/v3_server.go:931', SLOW_READ_INDEX, { 'retry-timeout': '500ms' });
  requestRead(member, asked.read);
}

/** The answers that the leader has given. */
export function takeReadStates(member: Member): void {
  const { raft, reads } = member.memory;
  if (raft.readStates.length === 0) return;
  const states = raft.readStates;
  raft.readStates = [];
  for (const { read: number, index } of states) {
    if (reads.asked?.read !== number) continue;
    reads.confirmed.push({ index, readers: reads.asked.readers });
    reads.asked = undefined;
  }
  serveConfirmed(member);
  ask(member);
}

/** The first leader since the start is there: whoever waited for it has not been asked in vain. */
export function askFirstLeader(member: Member): void {
  const { asked } = member.memory.reads;
  if (asked !== undefined) requestRead(member, asked.read);
}

/** Serves the reads whose index is applied. */
export function serveConfirmed(member: Member): void {
  const { raft, reads, defrag } = member.memory;
  if (reads.confirmed.length === 0 || defrag !== undefined) return;
  const ready = reads.confirmed.filter(({ index }) => index <= raft.applied);
  if (ready.length === 0) return;
  reads.confirmed = reads.confirmed.filter(({ index }) => index > raft.applied);
  for (const { readers } of ready) for (const reader of readers) serve(member, reader);
}

/** Another leader has come: what the former one was asked will not be answered. */
export function failOnLeaderChange(member: Member): void {
  failAsked(member, LEADER_CHANGED);
}

function failAsked(member: Member, error: string): void {
  const { memory } = member;
  const { asked } = memory.reads;
  if (asked !== undefined) {
    memory.reads.asked = undefined;
    memory.stats.readIndexesFailed += 1;
    for (const reader of asked.readers) refuseRead(member, reader, error);
  }
  ask(member);
}

function refuseRead(member: Member, { client, message, cause }: Reader, error: string): void {
  member.env.resumeCause(cause);
  if (message.type === 'health/check') answerHealth(member, { client, message, error });
  else member.env.send(client, { type: 'etcd/error', id: message.id, error });
}

/** Answers from what is applied now. */
export function serve(member: Member, { client, message, cause }: Reader): void {
  const { env, disk } = member;
  if (env.cause !== cause) env.resumeCause(cause);
  if (message.type === 'health/check') answerHealth(member, { client, message, error: undefined });
  else {
    const answer = answerRange(disk, message);
    const stands =
      message.again === true && answer.type === 'etcd/range-result' && pledge(member, client);
    env.send(client, stands ? { ...answer, stands } : answer);
  }
}

/** A client is gone, and its reads with it. */
export function forgetReader({ memory }: Member, client: string): void {
  const { reads, defrag } = memory;
  const stays = (each: Reader): boolean => each.client !== client;
  memory.earlyWatches = memory.earlyWatches.filter((each) => each.client !== client);
  reads.gathered = reads.gathered.filter(stays);
  if (reads.asked !== undefined) {
    reads.asked = { ...reads.asked, readers: reads.asked.readers.filter(stays) };
  }
  reads.confirmed = reads.confirmed.map(({ index, readers }) => ({
    index,
    readers: readers.filter(stays),
  }));
  if (defrag !== undefined) {
    const readers = defrag.readers.filter(stays);
    defrag.readers.splice(0, Infinity, ...readers);
  }
}
