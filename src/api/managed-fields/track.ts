import type { KubernetesObject, ObjectMeta } from '../generated/types.ts';
import type { StructSchema } from '../schema/schema.ts';
import { compareObjects, compareWithNothing, type Difference } from './compare.ts';
import { difference, type Fields, isEmptySet, leaf, recursiveDifference, union } from './fields.ts';
import {
  capUpdateManagers,
  isSameManager,
  type ManagedFields,
  type Manager,
  type OwnedFields,
  readManagers,
  withoutFields,
  writeManagers,
} from './managers.ts';

/**
 * Keeps `metadata.managedFields` of objects that are created, updated or patched (upstream: apimachinery's
 * managedfields): the writer comes to own the fields that it changed, and everybody else loses them.
 */
export interface FieldWriter {
  /** The request's fieldManager, or the first word of the client's user agent; '' is called `unknown`. */
  readonly manager: string;
  /** The version of the object's kind. */
  readonly apiVersion: string;
  /** '' for the object itself, else `status`, `scale` … */
  readonly subresource: string;
  /** The text of the write's time, RFC 3339 with whole seconds. */
  readonly now: string;
  /** Fields that this endpoint does not write, whatever the request says; by default those of `resetFieldsOf`. */
  readonly resetFields?: Fields;
}

const statusField: Fields = Object.freeze({ 'f:status': leaf });
const specField: Fields = Object.freeze({ 'f:spec': leaf });

/** What an endpoint of a kind with a status does not write: the object itself no status, its status no spec. */
export function resetFieldsOf(subresource: string): Fields | undefined {
  if (subresource === '') return statusField;
  return subresource === 'status' ? specField : undefined;
}

/** The new object, whose creator owns all that it set. */
export function trackCreate<T extends KubernetesObject>(
  object: T,
  schema: StructSchema,
  writer: FieldWriter,
): T {
  const given = readManagers(object.metadata.managedFields ?? []) ?? [];
  return withManagers(
    object,
    changedManagers(given, compareWithNothing(bare(object), schema), writer),
  );
}

/**
 * The updated object with its managers brought up to date. `next` is what is to be stored; its own managedFields count
 * when they are valid and not empty (so clients can edit them; `[]` or `[{}]` forgets all managers), else those of
 * `live`. An object that has none is not tracked. When nothing changed, `next` keeps the very managers of before.
 */
export function trackUpdate<T extends KubernetesObject>(
  live: T,
  next: T,
  schema: StructSchema,
  writer: FieldWriter,
): T {
  const before = managersOfUpdate(live, next, writer);
  if (before.length === 0) return withManagers(next, undefined);
  const change = compareObjects(bare(live), bare(next), schema);
  if (change === undefined && before === readKnown(next.metadata.managedFields)) return next;
  return withManagers(next, changedManagers(before, change, writer));
}

// What an object's own managedFields say, by their identity: an update usually brings back what it was given.
const known = new WeakMap<ManagedFields, readonly OwnedFields[]>();
const nobody: readonly OwnedFields[] = [];

function readKnown(entries: ManagedFields | undefined): readonly OwnedFields[] | undefined {
  if (entries === undefined || entries.length === 0) return undefined;
  let owned = known.get(entries);
  if (owned === undefined) {
    owned = readManagers(entries) ?? nobody;
    known.set(entries, owned);
  }
  return owned.length === 0 ? undefined : owned;
}

function managersOfUpdate(
  live: KubernetesObject,
  next: KubernetesObject,
  writer: FieldWriter,
): readonly OwnedFields[] {
  const given = next.metadata.managedFields;
  if (writer.subresource === '') {
    if (given !== undefined && isReset(given)) return nobody;
    const owned = readKnown(given);
    if (owned !== undefined) return owned;
  }
  return readKnown(live.metadata.managedFields) ?? nobody;
}

function isReset(entries: ManagedFields): boolean {
  const [only] = entries;
  return (
    only === undefined ||
    (entries.length === 1 &&
      Object.values(only).every((value) => value === undefined || value === ''))
  );
}

/** Who owns what after a change by the writer, written as managedFields. */
export function changedManagers(
  before: readonly OwnedFields[],
  change: Difference | undefined,
  writer: FieldWriter,
): ManagedFields {
  const reset = writer.resetFields ?? resetFieldsOf(writer.subresource);
  const changed = filtered(change?.changed, reset);
  const removed = filtered(change?.removed, reset);
  const self = writerOf(writer, 'Update');
  const after: OwnedFields[] = [];
  let own: OwnedFields | undefined;
  for (const each of before) {
    if (own === undefined && isSameManager(each.manager, self)) {
      own = withoutFields(each, undefined, removed);
      if (changed === undefined) after.push(own);
    } else after.push(withoutFields(each, changed, removed));
  }
  if (changed !== undefined) {
    after.push({
      manager: self,
      fields: own === undefined ? changed : union(own.fields, changed),
      time: writer.now,
      entry: own?.entry,
    });
  }
  return writeManagers(capUpdateManagers(after));
}

function filtered(fields: Fields | undefined, reset: Fields | undefined): Fields | undefined {
  if (fields === undefined || reset === undefined) return fields;
  const rest = recursiveDifference(fields, reset);
  return isEmptySet(rest) ? undefined : rest;
}

/** The manager that a writer is. */
export function writerOf(writer: FieldWriter, operation: 'Apply' | 'Update'): Manager {
  return {
    name: writer.manager === '' ? 'unknown' : writer.manager,
    operation,
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
  };
}

/** The object with these managers, or with none; the very same object when that is what it has. */
export function withManagers<T extends KubernetesObject>(
  object: T,
  entries: ManagedFields | undefined,
): T {
  const has = object.metadata.managedFields;
  if (entries === undefined || entries.length === 0) {
    if (has === undefined) return object;
    const { managedFields: _, ...metadata } = object.metadata;
    return { ...object, metadata };
  }
  if (has !== undefined && sameEntries(has, entries)) return object;
  const metadata: ObjectMeta = { ...object.metadata, managedFields: entries };
  return { ...object, metadata };
}

function sameEntries(a: ManagedFields, b: ManagedFields): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index]);
}

/** The object as comparing sees it: a plain tree of JSON values. */
export function bare(object: KubernetesObject): Readonly<Record<string, unknown>> {
  return object as unknown as Readonly<Record<string, unknown>>;
}

/** A set without metadata that nobody owns, for configurations; comparing leaves it out by itself. */
export function withoutUnmanaged(fields: Fields): Fields {
  return difference(fields, unmanaged);
}

const unmanaged: Fields = {
  'f:apiVersion': leaf,
  'f:kind': leaf,
  'f:metadata': {
    '.': leaf,
    'f:name': leaf,
    'f:namespace': leaf,
    'f:creationTimestamp': leaf,
    'f:selfLink': leaf,
    'f:uid': leaf,
    'f:clusterName': leaf,
    'f:generation': leaf,
    'f:managedFields': leaf,
    'f:resourceVersion': leaf,
  },
};
