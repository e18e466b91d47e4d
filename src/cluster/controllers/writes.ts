import type { ObjectReference } from '../../api/generated/types.ts';
import type { EventType } from '../client/event-recorder.ts';
import { keyOf, type KubeObject } from '../client/kube-object.ts';
import type { Announcement, ObjectWrite, Removal, Report } from './plan.ts';

/** A new object, with Events on what became of it where asked for. */
export function create<T extends KubeObject>(
  resource: string,
  object: T,
  report?: Report,
): ObjectWrite {
  return { verb: 'create', resource, object, ...(report === undefined ? undefined : { report }) };
}

/** The object as a whole, if it is still at its resourceVersion. */
export function update<T extends KubeObject>(
  resource: string,
  object: T,
  report?: Report,
): ObjectWrite {
  return { verb: 'update', resource, object, ...(report === undefined ? undefined : { report }) };
}

/** The object's status, if it is still at its resourceVersion. */
export function updateStatus<T extends KubeObject>(resource: string, object: T): ObjectWrite {
  return { verb: 'update', resource, subresource: 'status', object };
}

/** A strategic merge patch of an object, or of its status. */
export function patch(
  resource: string,
  key: string,
  body: unknown,
  more?: { readonly subresource?: 'status'; readonly report?: Report },
): ObjectWrite {
  return { verb: 'patch', resource, key, patch: 'strategic', body, ...more };
}

/** What a manager says of an object's status, by server-side apply: it takes the fields over from whoever has them. */
export function applyStatus(
  resource: string,
  key: string,
  manager: string,
  body: unknown,
): ObjectWrite {
  return { verb: 'apply', resource, subresource: 'status', key, manager, body };
}

/** Deletes this very object. */
export function remove(
  resource: string,
  object: KubeObject,
  more?: Omit<Removal, 'verb' | 'resource' | 'key' | 'uid'>,
): Removal {
  const uid = object.metadata.uid ?? '';
  return { verb: 'delete', resource, key: keyOf(object), uid, ...more };
}

/** An Event about an object. */
export function event(
  about: ObjectReference,
  type: EventType,
  reason: string,
  message: string,
): Announcement {
  return { verb: 'event', about, type, reason, message };
}
