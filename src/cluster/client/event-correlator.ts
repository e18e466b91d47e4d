import { roomFor } from '../../base/room.ts';
import type { Micros } from '../../kernel/time.ts';

/**
 * client-go's event correlator as plain data: equal events become one with a count; more than ten similar ones within
 * ten minutes are combined; a source that floods one object is silenced (a burst of 25, then one in five minutes).
 *
 * What is remembered is filed by the object that the events are about, so that an event costs one look-up by a text
 * that is there already. Upstream has three caches by texts made for each event, each of the same size as this one.
 */
export type EventSubjects = Map<string, SubjectEvents>;

/** What a source has said of one object. Frozen, and replaced when it changes: checkpoints share it. */
interface SubjectEvents {
  /** When its bucket of tokens would be empty (see rate-limiter.ts). */
  readonly emptyAt: Micros;
  readonly kinds: readonly KindOfEvents[];
}

/** Events of one type and reason: they are similar. */
interface KindOfEvents {
  readonly type: string;
  readonly reason: string;
  /** Different messages within the interval, up to one more than may stay apart. */
  readonly messages: readonly string[];
  readonly lastAt: Micros;
  readonly known: readonly KnownEvent[];
}

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
export function isSpam(subjects: EventSubjects, subject: string, now: Micros): boolean {
  // Nothing waits for a token: one that is not there is not taken.
  return emptyAfter(subjects.get(subject), now) > now;
}

/** When the bucket would be empty after one more event. */
function emptyAfter(before: SubjectEvents | undefined, now: Micros): Micros {
  const fullSince = now - SPAM_BURST * SPAM_TOKEN;
  const emptyAt = before === undefined ? fullSince : Math.max(before.emptyAt, fullSince);
  return emptyAt + SPAM_TOKEN;
}

/**
 * Takes an event in that is no spam. The answer says under which name, how often and since when it has been written by
 * now, `name` and `timestamp` being those of a first one.
 */
export function correlate(
  subjects: EventSubjects,
  subject: string,
  event: NewEvent,
  now: Micros,
  name: string,
  timestamp: string,
): KnownEvent {
  const before = subjects.get(subject);
  const kinds = before === undefined ? NO_KINDS : before.kinds;
  const { type, reason, message } = event;
  const fieldPath = event.about.fieldPath ?? '';
  const at = positionOf(kinds, type, reason);
  const kind = kinds[at];
  let written: KnownEvent;
  let next: KindOfEvents;
  if (kind === undefined) {
    written = { fieldPath, message, name, count: 1, firstTimestamp: timestamp };
    const messages = [message];
    const known = [written];
    next = { type, reason, messages, lastAt: now, known };
  } else {
    const messages = messagesWith(kind, message, now);
    const told = messages.length > SIMILAR_MAX ? undefined : message;
    written = counted(kind, fieldPath, told, name, timestamp);
    next = { type, reason, messages, lastAt: now, known: knownWith(kind, written) };
  }
  if (before === undefined && subjects.size >= SUBJECTS_MAX) makeRoom(subjects);
  const emptyAt = emptyAfter(before, now);
  const all = kinds.length === 0 ? [next] : replaced(kinds, at, next);
  subjects.set(subject, Object.freeze({ emptyAt, kinds: all }));
  return written;
}

const NO_KINDS: readonly KindOfEvents[] = Object.freeze([]);

function positionOf(kinds: readonly KindOfEvents[], type: string, reason: string): number {
  for (let at = 0; at < kinds.length; at++)
    if (kinds[at]?.reason === reason && kinds[at]?.type === type) return at;
  return kinds.length;
}

function messagesWith(kind: KindOfEvents, message: string, now: Micros): readonly string[] {
  if (now - kind.lastAt > INTERVAL) return [message];
  const { messages } = kind;
  if (messages.length > SIMILAR_MAX || messages.includes(message)) return messages;
  return [...messages, message];
}

/** The event as it stands after one more. */
function counted(
  kind: KindOfEvents,
  fieldPath: string,
  message: string | undefined,
  name: string,
  timestamp: string,
): KnownEvent {
  for (const each of kind.known) {
    if (each.message !== message || each.fieldPath !== fieldPath) continue;
    const { firstTimestamp, count } = each;
    return { fieldPath, message, name: each.name, count: count + 1, firstTimestamp };
  }
  return { fieldPath, message, name, count: 1, firstTimestamp: timestamp };
}

function knownWith({ known }: KindOfEvents, written: KnownEvent): readonly KnownEvent[] {
  const at = known.findIndex(({ name }) => name === written.name);
  const next = replaced(known, at < 0 ? known.length : at, written);
  return next.length > KNOWN_MAX ? next.slice(1) : next;
}

/** The list with another element at a position, which may be its end. */
function replaced<T>(list: readonly T[], at: number, element: T): readonly T[] {
  const { length } = list;
  const copy = roomFor<T>(at < length ? length : at + 1);
  for (let i = 0; i < length; i++) copy[i] = list[i] as T; // In range.
  copy[at] = element;
  return copy;
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
