import type { KubernetesObject, ManagedFieldsEntry } from '../../../api/generated/types.ts';
import { managersOfNew, trackUpdate, type FieldWriter } from '../../../api/managed-fields/track.ts';
import { equalJson } from '../../../api/patch/json.ts';
import type { ApiRequest } from '../../messages.ts';
import { timestamp } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { writtenKind, type WrittenKind } from './written-kind.ts';

/** Upstream keeps so much of a manager's name. */
const MANAGER_LENGTH_MAX = 128;

/** Files the fields that an update sets under its writer. Comes before admission, whose fields nobody owns. */
export function ownFields(
  call: VerbCall,
  next: KubernetesObject,
  old: KubernetesObject,
  written = writtenKind(call.target.kind),
): KubernetesObject {
  return trackUpdate(old, next, written.schema, writerOf(call, written));
}

/** The managers of a new object, for `withNewMetadata`. */
export function ownersOfNew(
  call: VerbCall,
  next: KubernetesObject,
  written: WrittenKind,
): readonly ManagedFieldsEntry[] {
  return managersOfNew(next, written.schema, writerOf(call, written));
}

/** Who writes, as field management knows him. */
export function writerOf(
  { server, exchange, target }: VerbCall,
  { views }: WrittenKind,
): FieldWriter {
  const { kind, subresource } = target;
  return {
    manager: managerOf(exchange.request),
    apiVersion: kind.apiVersion,
    subresource,
    now: timestamp(server),
    views,
  };
}

/** `fieldManager` of the query, or the user agent up to its first slash. */
export function managerOf({ query, userAgent }: ApiRequest): string {
  const asked = query['fieldManager'];
  if (asked !== undefined && asked !== '') return asked;
  let manager = managers.get(userAgent);
  if (manager === undefined) {
    const slash = userAgent.indexOf('/');
    manager = (slash < 0 ? userAgent : userAgent.slice(0, slash)).slice(0, MANAGER_LENGTH_MAX);
    if (managers.size >= MANAGERS_MAX) managers.clear();
    managers.set(userAgent, manager);
  }
  return manager;
}

// One text for each client program: texts that are one are compared in no time. A memo only.
const managers = new Map<string, string>();
const MANAGERS_MAX = 1000;

/** Whether two objects have the same managers of the same fields, whenever these last wrote. */
export function hasSameManagers(a: KubernetesObject, b: KubernetesObject): boolean {
  const left = a.metadata.managedFields ?? [];
  const right = b.metadata.managedFields ?? [];
  if (left === right) return true;
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i += 1) {
    // In range.
    const entry = left[i] as ManagedFieldsEntry;
    const other = right[i] as ManagedFieldsEntry;
    if (entry !== other && !isSameEntry(entry, other)) return false;
  }
  return true;
}

/** Whenever the two were written. */
function isSameEntry(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.apiVersion === b.apiVersion &&
    a.subresource === b.subresource &&
    a.fieldsType === b.fieldsType &&
    equalJson(a.fieldsV1, b.fieldsV1)
  );
}
