import type { Event, EventSource, ObjectReference } from '../../api/generated/types.ts';
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
import { correlate, isSpam, type EventSubjects } from './event-correlator.ts';
import { eventName } from './event-name.ts';
import type { KubeObject } from './kube-object.ts';

/** client-go's event recorder. What becomes of each event its correlator decides (event-correlator.ts). */
export interface EventRecorder {
  /** `source.component` and `reportingComponent`. */
  readonly component: string;
  /** `source.host`: set by kubelets. */
  readonly host: string;
  /** The same two as all its events carry them. */
  readonly source: EventSource;
  readonly epochMillis: number;
  readonly subjects: EventSubjects;
  /** Counts events, so that two of one microsecond have different names; each source begins elsewhere. */
  sequence: number;
}

export type EventType = 'Normal' | 'Warning';

/** What a recorder's requests wait for; part of its process's `Then`. */
export type EventThen = {
  readonly type: 'event/written';
  /** The event that was counted up; undefined: it was new. */
  readonly counted: Event | undefined;
};

const CREATED: EventThen = Object.freeze({ type: 'event/written', counted: undefined });

export function createEventRecorder(options: {
  readonly component: string;
  readonly host?: string;
  readonly epochMillis: number;
}): EventRecorder {
  const { component, host = '' } = options;
  return {
    component,
    host,
    source: Object.freeze(host === '' ? { component } : { component, host }),
    epochMillis: options.epochMillis,
    subjects: new Map(),
    sequence: firstNumber(component),
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

/** What a component has to say of an object. */
export interface SaidEvent {
  readonly about: ObjectReference;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
}

/** Writes an event, or counts it up, or drops it as spam. Fire and forget: no caller waits for it. */
export function recordEvent<Then>(
  recorder: EventRecorder,
  client: ApiClient<Then | EventThen>,
  env: Env<ApiClientMessage>,
  event: SaidEvent,
): void {
  const { about } = event;
  const { subjects, epochMillis } = recorder;
  const { now } = env;
  const { uid = '' } = about;
  // What events are equal by, of the object that they are about. A uid says it all, but for a node's, which is its name.
  const subject =
    uid !== '' && uid !== about.name
      ? uid
      : `${about.kind}/${about.namespace ?? ''}/${about.name}/${uid}`;
  const before = subjects.get(subject);
  if (isSpam(before, now)) return;
  const local = now + env.clockSkewMicros();
  const timestamp = formatTime(epochMillis + local / 1000);
  const micros = Math.floor(epochMillis * 1000 + local);
  const name = eventName(about.name ?? '', micros, recorder.sequence % 1000);
  const written = correlate(subjects, subject, before, event, now, name, timestamp);
  // Cluster-scoped objects' events live in `default`.
  const namespace = about.namespace || 'default';
  const body: Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: written.name, namespace },
    involvedObject: about,
    reason: event.reason,
    message: written.message ?? `(combined from similar events): ${event.message}`,
    source: recorder.source,
    firstTimestamp: written.firstTimestamp,
    lastTimestamp: timestamp,
    count: written.count,
    type: event.type,
    reportingComponent: recorder.component,
    reportingInstance: recorder.host,
  };
  const path = eventsPath(namespace);
  if (written.count > 1) patchCount(client, env, path, body);
  else {
    recorder.sequence += 1;
    call(client, env, { method: 'POST', path, body, then: CREATED });
  }
}

// The text for the namespace that was last spoken of: one put together anew would be hashed anew at every request. A
// memo only.
let lastNamespace = '';
let lastPath = '';

function eventsPath(namespace: string): string {
  if (namespace !== lastNamespace) {
    lastNamespace = namespace;
    lastPath = `/api/v1/namespaces/${namespace}/events`;
  }
  return lastPath;
}

/** An answer to a recorder's request: an event that has meanwhile expired is written anew. */
export function eventOutcome<Then>(
  { counted }: EventThen,
  outcome: ApiOutcome,
  client: ApiClient<Then | EventThen>,
  env: Env<ApiClientMessage>,
): void {
  if (counted === undefined || reasonOf(outcome) !== 'NotFound') return;
  const path = eventsPath(counted.metadata.namespace ?? '');
  call(client, env, { method: 'POST', path, body: counted, then: CREATED });
}

function patchCount<Then>(
  client: ApiClient<Then | EventThen>,
  env: Env<ApiClientMessage>,
  path: string,
  event: Event,
): void {
  const { count, lastTimestamp, message } = event;
  call(client, env, {
    method: 'PATCH',
    path: `${path}/${event.metadata.name}`,
    contentType: 'application/strategic-merge-patch+json',
    body: { count, lastTimestamp, message },
    then: { type: 'event/written', counted: event },
  });
}

/** A `MicroTime` of now, for events.k8s.io recorders. */
export function eventTime(recorder: EventRecorder, now: Micros): string {
  return formatMicroTime(recorder.epochMillis * 1000 + now);
}
