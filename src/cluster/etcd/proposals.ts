import type { Cause } from '../../kernel/cause.ts';
import type { Env } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/time.ts';
import type { Asker, Entry } from './apply.ts';

/**
 * From a wish to a committed entry. A single member commits what its own disk has flushed; with more members Raft
 * takes this file's place, and nothing else changes: entries go in through `propose` and come out of
 * `takeCommitted` in the order in which they are to be applied.
 */
export interface Proposals {
  /** Arrived while a flush was under way; the next flush takes them all (group commit). */
  waiting: Proposal[];
  /** Being flushed. */
  flushing: Proposal[];
  flushStartedAt: Micros;
}

/** An entry on its way, with who asked for it and why. Frozen. */
export interface Proposal {
  readonly entry: Entry;
  /** Undefined for what the member does by itself. */
  readonly asker: Asker | undefined;
  readonly cause: Cause | undefined;
}

/** The disk has what was being flushed. */
export interface Flushed {
  readonly type: 'etcd/flushed';
}

const flushed: Flushed = Object.freeze({ type: 'etcd/flushed' });

export function noProposals(): Proposals {
  return { waiting: [], flushing: [], flushStartedAt: 0 };
}

/** Begins to agree on an entry, filed under the step's cause. */
export function propose(
  proposals: Proposals,
  entry: Entry,
  { asker, env }: { readonly asker: Asker | undefined; readonly env: Env<Flushed> },
): void {
  proposals.waiting.push(Object.freeze({ entry: Object.freeze(entry), asker, cause: env.cause }));
  if (proposals.flushing.length === 0) flush(proposals, env);
}

/** What the finished flush has committed, in order. Flushes next what has gathered meanwhile. */
export function takeCommitted(proposals: Proposals, env: Env<Flushed>): readonly Proposal[] {
  const committed = proposals.flushing;
  proposals.flushing = [];
  if (proposals.waiting.length > 0) flush(proposals, env);
  return committed;
}

function flush(proposals: Proposals, env: Env<Flushed>): void {
  proposals.flushing = proposals.waiting;
  proposals.waiting = [];
  proposals.flushStartedAt = env.now;
  env.fsync(flushed);
}
