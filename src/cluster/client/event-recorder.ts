import type { Event, ObjectReference } from '../../api/generated/types.ts';
import { formatMicroTime, formatTime } from '../../api/time.ts';
import type { Env } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/time.ts';
import {
  call,
  reasonOf,
  type ApiClient,
  type ApiClientMessage,
  type ApiOutcome,
} from './api-client.ts';
import type { KubeObject } from './kube-object.ts';

/**
 * client-go's event recorder with its correlator: equal events within the cache's memory become one
 * with a count; more than ten similar ones within ten minutes are combined; a source that floods one
 * object is silenced (a burst of 25, then one in five minutes).
 */
export interface EventRecorder {
  /** `source.component` and `reportingComponent`. */
  readonly component: string;
  /** `source.host`: set by kubelets. */
  readonly host: string;
  readonly epochMillis: number;
  /** Events already written, by the key of what is equal about them. */
  readonly known: Map<string, KnownEvent>;
  readonly aggregates: Map<string, Aggregate>;
  /** For each subject when its bucket would be empty (see RateLimiter). */
  readonly spam: Map<string, Micros>;
  /** Counts events, so that two of one microsecond have different names; each source begins elsewhere. */
  sequence: number;
}

/** Entries are frozen, and replaced when they change: there are several for each Pod, and checkpoints share them. */
interface KnownEvent {
  readonly name: string;
  readonly namespace: string;
  readonly count: number;
  readonly firstTimestamp: string;
}

interface Aggregate {
  readonly messages: readonly string[];
  readonly lastAt: Micros;
}

export type EventType = 'Normal' | 'Warning';

/** What a recorder's requests wait for; part of its process's `Then`. */
export type EventThen = {
  readonly type: 'event/written';
  readonly key: string;
  readonly event: Event;
  readonly patched: boolean;
};

const AGGREGATE_INTERVAL: Micros = 600_000_000;
const SIMILAR_MAX = 10;
const CACHE_MAX = 4096;
const SPAM_BURST = 25;
/** A token comes every five minutes. */
const SPAM_TOKEN: Micros = 300_000_000;

export function createEventRecorder(options: {
  readonly component: string;
  readonly host?: string;
  readonly epochMillis: number;
}): EventRecorder {
  return {
    component: options.component,
    host: options.host ?? '',
    epochMillis: options.epochMillis,
    known: new Map(),
    aggregates: new Map(),
    spam: new Map(),
    sequence: firstNumber(options.component),
  };
}

/** Sources may speak of one object in the same microsecond, and the second of two equal names would be refused. */
function firstNumber(component: string): number {
  let number = 0;
  for (let index = 0; index < component.length; index++)
    number = (number * 31 + component.charCodeAt(index)) % 1000;
  return number;
}

/** A reference to an object for `involvedObject`. `fieldPath` names a container: `spec.containers{web}`. */
export function referenceTo(object: KubeObject, fieldPath?: string): ObjectReference {
  const { kind, apiVersion } = object;
  const { namespace, name, uid, resourceVersion } = object.metadata;
  if (
    kind !== undefined &&
    namespace !== undefined &&
    name !== undefined &&
    uid !== undefined &&
    apiVersion !== undefined &&
    resourceVersion !== undefined
  ) {
    // Nearly every reference; putting one together from optional parts costs several times as much.
    return fieldPath === undefined
      ? { kind, namespace, name, uid, apiVersion, resourceVersion }
      : { kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath };
  }
  return {
    ...(object.kind === undefined ? undefined : { kind: object.kind }),
    ...(namespace === undefined ? undefined : { namespace }),
    ...(name === undefined ? undefined : { name }),
    ...(uid === undefined ? undefined : { uid }),
    ...(object.apiVersion === undefined ? undefined : { apiVersion: object.apiVersion }),
    ...(resourceVersion === undefined ? undefined : { resourceVersion }),
    ...(fieldPath === undefined ? undefined : { fieldPath }),
  };
}

/** Writes an event, or counts it up, or drops it as spam. Fire and forget: no caller waits for it. */
export function recordEvent<Then>(
  recorder: EventRecorder,
  client: ApiClient<Then | EventThen>,
  env: Env<ApiClientMessage>,
  event: {
    readonly about: ObjectReference;
    readonly type: EventType;
    readonly reason: string;
    readonly message: string;
  },
): void {
  const { about } = event;
  const subject = subjectOf(about);
  if (isSpam(recorder, subject, env.now)) return;
  const combined = isOneOfMany(recorder, subject, event, env.now);
  const message = combined ? `(combined from similar events): ${event.message}` : event.message;
  const similar = `${subject}/${about.fieldPath ?? ''}/${event.type}/${event.reason}`;
  const key = combined ? similar : `${similar}/${message}`;
  const nowMicros = env.now + env.clockSkewMicros();
  const nowMillis = recorder.epochMillis + nowMicros / 1000;
  const timestamp = formatTime(nowMillis);
  const known = recorder.known.get(key);
  if (known !== undefined) {
    const counted = Object.freeze({ ...known, count: known.count + 1 });
    recorder.known.set(key, counted);
    patchCount(recorder, client, env, key, counted, { ...event, message }, timestamp);
    return;
  }
  // Cluster-scoped objects' events live in `default`.
  const namespace =
    about.namespace === undefined || about.namespace === '' ? 'default' : about.namespace;
  const micros = Math.floor(recorder.epochMillis * 1000 + nowMicros);
  const name = `${about.name ?? ''}.${hexOfNanos(micros, recorder.sequence++ % 1000)}`;
  remember(recorder, key, Object.freeze({ name, namespace, count: 1, firstTimestamp: timestamp }));
  create(
    client,
    env,
    key,
    buildEvent(
      recorder,
      { about, type: event.type, reason: event.reason, message },
      name,
      namespace,
      timestamp,
      timestamp,
      1,
    ),
  );
}

/** What events are equal by, of the object that they are about. A uid says it all, but for a node's, which is its name. */
function subjectOf({ kind, namespace = '', name, uid = '' }: ObjectReference): string {
  return uid !== '' && uid !== name ? uid : `${kind}/${namespace}/${name}/${uid}`;
}

/** `micros` microseconds and `nanos` (below 1,000) nanoseconds as a hexadecimal count of nanoseconds. */
function hexOfNanos(micros: number, nanos: number): string {
  // The product has more bits than a number holds, so it is made in two halves; big integers are slow.
  const low = (micros % LOW_HALF) * 1000 + nanos;
  const high = Math.floor(micros / LOW_HALF) * 1000 + Math.floor(low / LOW_HALF);
  return high.toString(16) + (LOW_HALF + (low % LOW_HALF)).toString(16).slice(1);
}

const LOW_HALF = 0x1000000;

// One text for each namespace: a text put together anew would be hashed anew at every request. A memo only.
const eventsPaths = new Map<string, string>();
const EVENTS_PATHS_MAX = 1000;

function eventsPath(namespace: string): string {
  let path = eventsPaths.get(namespace);
  if (path === undefined) {
    if (eventsPaths.size >= EVENTS_PATHS_MAX) eventsPaths.clear();
    path = `/api/v1/namespaces/${namespace}/events`;
    eventsPaths.set(namespace, path);
  }
  return path;
}

/** An answer to a recorder's request: an event that has meanwhile expired is written anew. */
export function eventOutcome<Then>(
  then: EventThen,
  outcome: ApiOutcome,
  client: ApiClient<Then | EventThen>,
  env: Env<ApiClientMessage>,
): void {
  if (then.patched && reasonOf(outcome) === 'NotFound') create(client, env, then.key, then.event);
}

function create<Then>(
  client: ApiClient<Then | EventThen>,
  env: Env<ApiClientMessage>,
  key: string,
  event: Event,
): void {
  call(client, env, {
    method: 'POST',
    path: eventsPath(event.metadata.namespace ?? ''),
    body: event,
    then: { type: 'event/written', key, event, patched: false },
  });
}

function patchCount<Then>(
  recorder: EventRecorder,
  client: ApiClient<Then | EventThen>,
  env: Env<ApiClientMessage>,
  key: string,
  known: KnownEvent,
  event: { about: ObjectReference; type: EventType; reason: string; message: string },
  lastTimestamp: string,
): void {
  const whole = buildEvent(
    recorder,
    event,
    known.name,
    known.namespace,
    known.firstTimestamp,
    lastTimestamp,
    known.count,
  );
  call(client, env, {
    method: 'PATCH',
    path: `/api/v1/namespaces/${known.namespace}/events/${known.name}`,
    contentType: 'application/strategic-merge-patch+json',
    body: { count: known.count, lastTimestamp, message: event.message },
    then: { type: 'event/written', key, event: whole, patched: true },
  });
}

function buildEvent(
  recorder: EventRecorder,
  event: { about: ObjectReference; type: EventType; reason: string; message: string },
  name: string,
  namespace: string,
  firstTimestamp: string,
  lastTimestamp: string,
  count: number,
): Event {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: event.about,
    reason: event.reason,
    message: event.message,
    source:
      recorder.host === ''
        ? { component: recorder.component }
        : { component: recorder.component, host: recorder.host },
    firstTimestamp,
    lastTimestamp,
    count,
    type: event.type,
    reportingComponent: recorder.component,
    reportingInstance: recorder.host,
  };
}

/** A bucket of tokens for each subject, as in rate-limiter.ts; all that is kept of one is when it would be empty. */
function isSpam({ spam }: EventRecorder, subject: string, now: Micros): boolean {
  const emptyAt = spam.get(subject);
  if (emptyAt === undefined) bound(spam);
  const fullSince = now - SPAM_BURST * SPAM_TOKEN;
  const next = (emptyAt === undefined || emptyAt < fullSince ? fullSince : emptyAt) + SPAM_TOKEN;
  // Nothing waits for a token: one that is not there is not taken.
  if (next > now) return true;
  spam.set(subject, next);
  return false;
}

/** Whether more than ten different messages of this reason came within ten minutes. */
function isOneOfMany(
  recorder: EventRecorder,
  subject: string,
  event: { type: EventType; reason: string; message: string },
  now: Micros,
): boolean {
  const key = `${subject}/${event.type}/${event.reason}`;
  const before = recorder.aggregates.get(key);
  if (before === undefined) bound(recorder.aggregates);
  const isFirst = before === undefined || now - before.lastAt > AGGREGATE_INTERVAL;
  if (isFirst) {
    const messages = Object.freeze([event.message]);
    recorder.aggregates.set(key, Object.freeze({ messages, lastAt: now }));
    return false;
  }
  const old = before.messages;
  const isKnown = old.length > SIMILAR_MAX || old.includes(event.message);
  const messages = isKnown ? old : Object.freeze([...old, event.message]);
  recorder.aggregates.set(key, Object.freeze({ messages, lastAt: now }));
  return messages.length > SIMILAR_MAX;
}

function remember(recorder: EventRecorder, key: string, known: KnownEvent): void {
  bound(recorder.known);
  recorder.known.set(key, known);
}

/**
 * Least recently added goes first: the caches are bounded as upstream's. Several go at once, because the first
 * key of a Map lies behind the holes of all that were deleted before it.
 */
function bound<K, V>(cache: Map<K, V>): void {
  if (cache.size < CACHE_MAX) return;
  let left = CACHE_MAX / 16;
  for (const key of cache.keys()) {
    cache.delete(key);
    left -= 1;
    if (left <= 0) return;
  }
}

/** A `MicroTime` of now, for events.k8s.io recorders. */
export function eventTime(recorder: EventRecorder, now: Micros): string {
  return formatMicroTime(recorder.epochMillis * 1000 + now);
}
