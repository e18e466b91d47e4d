import { inOnePiece } from '../../base/one-piece.ts';
import type { Micros } from '../../kernel/time.ts';

/**
 * client-go's event correlator as plain data: equal events become one with a count; more than ten similar ones within
 * ten minutes are combined; a source that floods one object is silenced (a burst of 25, then one in five minutes).
 *
 * What is remembered is filed by the object that the events are about, so that an event costs one look-up by a text
 * that is there already. Upstream has three caches by texts made for each event, each of the same size as this one.
 */
export type EventSubjects = Map<string, SaidOfSubject>;

/**
 * What a source has said of one object, kind by kind: events of one type and reason are similar. A chain, the kind that
 * was spoken of last in front; a new one is put before those that are there, which nobody need copy. Frozen: checkpoints
 * share it.
 */
interface SaidOfSubject {
  /** In front: since when the subject's bucket of tokens is not full, and how many were taken since. */
  readonly since: Micros;
  readonly taken: number;
  readonly type: string;
  readonly reason: string;
  /** Different messages within the interval, up to one more than may stay apart. */
  readonly messages: OneOrMore<string>;
  readonly lastAt: Micros;
  readonly known: OneOrMore<KnownEvent>;
  readonly others: SaidOfSubject | undefined;
}

/** Mostly there is one, which needs no list. */
type OneOrMore<T extends string | KnownEvent> = T | readonly T[];

/** An event that has been written. */
export interface KnownEvent {
  readonly fieldPath: string;
  /** Undefined: it stands for all messages of its kind. */
  readonly message: string | undefined;
  readonly name: string;
  readonly count: number;
  readonly firstTimestamp: string;
}

const INTERVAL: Micros = 600_000_000;
const SIMILAR_MAX = 10;
/** Upstream's caches hold as many entries. */
const SUBJECTS_MAX = 4096;
/** Of one kind about one object: in all intervals together. */
const KNOWN_MAX = 64;
const SPAM_BURST = 25;
/** A token comes every five minutes. */
const SPAM_TOKEN: Micros = 300_000_000;

interface NewEvent {
  /** What it is about; `fieldPath` names a part of it. */
  readonly about: { readonly fieldPath?: string };
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** Whether an event about a subject would be one too many: it is dropped as spam, before anything is made of it. */
export function isSpam(before: SaidOfSubject | undefined, now: Micros): boolean {
  // Nothing waits for a token: one that is not there is not taken.
  if (before === undefined || before.taken < SPAM_BURST) return false;
  return (before.taken + 1 - SPAM_BURST) * SPAM_TOKEN > now - before.since;
}

/**
 * Takes an event in that is no spam, `before` being what was said of its subject. The answer says under which name, how
 * often and since when it has been written by now, `name` and `timestamp` being those of a first one.
 */
export function correlate(
  subjects: EventSubjects,
  subject: string,
  before: SaidOfSubject | undefined,
  event: NewEvent,
  now: Micros,
  name: string,
  timestamp: string,
): KnownEvent {
  const { type, reason } = event;
  // It is kept here, in the event, and in all that know the event.
  const message = inOnePiece(event.message);
  const isFull = before === undefined || before.since + before.taken * SPAM_TOKEN <= now;
  const written: KnownEvent = {
    fieldPath: event.about.fieldPath ?? '',
    message,
    name,
    count: 1,
    firstTimestamp: timestamp,
  };
  const front: Draft<SaidOfSubject> = {
    since: isFull ? now : before.since,
    taken: isFull ? 1 : before.taken + 1,
    type,
    reason,
    messages: message,
    lastAt: now,
    known: written,
    others: before,
  };
  let kind = before;
  while (kind !== undefined && (kind.reason !== reason || kind.type !== type)) kind = kind.others;
  if (before === undefined && subjects.size >= SUBJECTS_MAX) makeRoom(subjects);
  const told = kind === undefined ? written : repeat(front, before, kind, message, written);
  subjects.set(subject, Object.freeze(front));
  return told;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Puts what is known of a kind that has been spoken of into the front of the chain. */
function repeat(
  front: Draft<SaidOfSubject>,
  before: SaidOfSubject | undefined,
  kind: SaidOfSubject,
  message: string,
  written: KnownEvent,
): KnownEvent {
  const messages = messagesWith(kind, message, front.lastAt);
  const isCombined = messages.length > SIMILAR_MAX;
  const told = counted(kind, isCombined ? { ...written, message: undefined } : written);
  front.messages = messages;
  front.known = knownWith(kind, told);
  front.others = without(before, kind);
  return told;
}

/** A chain without one of its kinds. */
function without(said: SaidOfSubject | undefined, kind: SaidOfSubject): SaidOfSubject | undefined {
  if (said === undefined || said === kind) return said?.others;
  return Object.freeze({ ...said, others: without(said.others, kind) });
}

function messagesWith(kind: SaidOfSubject, message: string, now: Micros): readonly string[] {
  if (now - kind.lastAt > INTERVAL) return [message];
  const messages = typeof kind.messages === 'string' ? [kind.messages] : kind.messages;
  if (messages.length > SIMILAR_MAX || messages.includes(message)) return messages;
  return [...messages, message];
}

function knownOf({ known }: SaidOfSubject): readonly KnownEvent[] {
  return 'name' in known ? [known] : known;
}

/** The event as it stands after one more. */
function counted(kind: SaidOfSubject, written: KnownEvent): KnownEvent {
  for (const each of knownOf(kind)) {
    if (each.message === written.message && each.fieldPath === written.fieldPath)
      return { ...each, count: each.count + 1 };
  }
  return written;
}

function knownWith(kind: SaidOfSubject, written: KnownEvent): readonly KnownEvent[] {
  const known = knownOf(kind);
  const at = known.findIndex(({ name }) => name === written.name);
  const next = at < 0 ? [...known, written] : known.with(at, written);
  return next.length > KNOWN_MAX ? next.slice(1) : next;
}

/**
 * The objects that were first spoken of longest ago are forgotten first. Several go at once, because the first key of a
 * Map lies behind the holes of all that were deleted before it.
 */
function makeRoom(subjects: EventSubjects): void {
  let left = SUBJECTS_MAX / 16;
  for (const key of subjects.keys()) {
    subjects.delete(key);
    left -= 1;
    if (left <= 0) return;
  }
}
