import type { KubernetesObject, ManagedFieldsEntry } from '../generated/types.ts';
import type { StructSchema } from '../schema/schema.ts';
import { compareObjects, foundBetween, foundIn } from './compare.ts';
import { type Difference, differenceOf, type Found, NOTHING, resolved } from './difference.ts';
import { difference, type Fields, isEmptySet, leaf, recursiveDifference } from './fields.ts';
import { internFields } from './interned.ts';
import {
  areManagers,
  capUpdateManagers,
  entryOf,
  fieldsOfEntry,
  isEntryOf,
  isSameManager,
  type ManagedFields,
  type Manager,
  type OwnedFields,
  readManagers,
  sortedEntries,
  updateManagersMax,
  withoutFields,
  writeManagers,
} from './managers.ts';
import { internedUnion, setAfter } from './set-memo.ts';
import { copyWith } from '../../base/copy.ts';
import { roomFor } from '../../base/room.ts';
import type { JsonObject } from '../patch/json.ts';
import { seenIn, type Views } from './versions.ts';

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
  /** The other versions in which the kind is served, where there are any. */
  readonly views?: Views | undefined;
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
  return withManagers(object, managersOfNew(object, schema, writer));
}

/** The managers of a new object, without the object: for whom has more to say of its metadata. */
export function managersOfNew(
  object: KubernetesObject,
  schema: StructSchema,
  writer: FieldWriter,
): ManagedFields {
  const given = object.metadata.managedFields;
  const before = given !== undefined && areManagers(given) ? given : nobody;
  const found = foundIn(object, schema);
  return before.length === 0 ? entriesOfNew(found, writer) : changedEntries(before, found, writer);
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
  const found = foundBetween(live, next, schema);
  if (writer.views === undefined || before.every((each) => each.apiVersion === writer.apiVersion)) {
    return withManagers(next, changedEntries(before, found, writer));
  }
  const change = found === NOTHING ? undefined : resolved(found);
  const changeIn = changesIn({ live: bare(live), next: bare(next), change }, writer);
  return withManagers(next, entriesOfVersions(before, changeIn, writer));
}

/** What a write changed, as a version has it; undefined for a version that is not served any more. */
export type ChangeIn = (
  apiVersion: string,
) => { readonly change: Difference | undefined } | undefined;

/** Compares a write in every version that somebody asks for, once. */
export function changesIn(
  write: {
    readonly live: JsonObject;
    readonly next: JsonObject;
    readonly change: Difference | undefined;
  },
  writer: FieldWriter,
): ChangeIn {
  const reset = writer.resetFields ?? resetFieldsOf(writer.subresource);
  const keep = (change: Difference | undefined): { readonly change: Difference | undefined } => ({
    change: change && {
      changed: filtered(change.changed, reset),
      removed: filtered(change.removed, reset),
    },
  });
  const known = new Map([[writer.apiVersion, keep(write.change)]]);
  return (apiVersion) => {
    const found = known.get(apiVersion);
    const view = writer.views?.get(apiVersion);
    if (found !== undefined || view === undefined) return found;
    const { live, next } = write;
    const made = keep(compareObjects(seenIn(view, live), seenIn(view, next), view.schema));
    known.set(apiVersion, made);
    return made;
  };
}

/** Who owns what after a change of an object whose managers wrote in several versions. */
function entriesOfVersions(
  before: ManagedFields,
  changeIn: ChangeIn,
  writer: FieldWriter,
): ManagedFields {
  const change = changeIn(writer.apiVersion)?.change;
  if (change?.changed === undefined && change?.removed === undefined) return before;
  const self = writerOf(writer, 'Update');
  const after: OwnedFields[] = [];
  let own: OwnedFields | undefined;
  for (const each of readManagers(before) ?? []) {
    const found = changeIn(each.manager.apiVersion);
    if (found === undefined) continue;
    if (own === undefined && isSameManager(each.manager, self)) {
      own = withoutFields(each, undefined, found.change?.removed);
      if (change.changed === undefined) after.push(own);
    } else after.push(withoutFields(each, found.change?.changed, found.change?.removed));
  }
  if (change.changed !== undefined) {
    after.push({
      manager: self,
      fields: own === undefined ? change.changed : internedUnion(own.fields, change.changed),
      time: writer.now,
      entry: own?.entry,
    });
  }
  return writeManagers(capUpdateManagers(after));
}

const nobody: ManagedFields = [];

function managersOfUpdate(
  live: KubernetesObject,
  next: KubernetesObject,
  writer: FieldWriter,
): ManagedFields {
  const given = next.metadata.managedFields;
  if (writer.subresource === '' && given !== undefined) {
    if (isReset(given)) return nobody;
    if (areManagers(given)) return given;
  }
  const entries = live.metadata.managedFields;
  return entries !== undefined && areManagers(entries) ? entries : nobody;
}

function isReset(entries: ManagedFields): boolean {
  const [only] = entries;
  return (
    only === undefined ||
    (entries.length === 1 &&
      Object.values(only).every((value) => value === undefined || value === ''))
  );
}

/** Who owns what after a change by the writer; the very same list when that is who owned it before. */
function changedEntries(before: ManagedFields, found: Found, writer: FieldWriter): ManagedFields {
  const change = withoutReset(found, writer.resetFields ?? resetFieldsOf(writer.subresource));
  return change === NOTHING ? before : entriesAfter(before, change, writer);
}

/** What nobody owned is its creator's alone. Who makes many of a kind within a second makes one list of it. */
function entriesOfNew(found: Found, writer: FieldWriter): ManagedFields {
  const { apiVersion, subresource, now, resetFields } = writer;
  const name = writer.manager || NAMELESS;
  const last = resetFields === undefined ? found.created : undefined;
  if (last !== undefined && isEntryOf(last[0], name, 'Update', apiVersion, subresource, now)) {
    return last;
  }
  const { changed } = resolved(withoutReset(found, resetFields ?? resetFieldsOf(subresource)));
  if (changed === undefined) return nobody;
  const list = Object.freeze([entryOf(name, 'Update', apiVersion, subresource, changed, now)]);
  if (found.pattern === found) found.created = list;
  return list;
}

/** What a change comes to at an endpoint that does not write these fields. Mostly it touches none of them. */
function withoutReset(found: Found, reset: Fields | undefined): Found {
  if (reset === undefined) return found;
  if (reset === statusField || reset === specField) {
    const field = reset === statusField ? 'f:status' : 'f:spec';
    if (found.changed?.[field] === undefined && found.removed?.[field] === undefined) return found;
  }
  const { changed, removed } = resolved(found);
  return differenceOf(filtered(changed, reset), filtered(removed, reset));
}

function filtered(fields: Fields | undefined, reset: Fields | undefined): Fields | undefined {
  if (fields === undefined || reset === undefined) return fields;
  const rest = recursiveDifference(fields, reset);
  if (rest === fields) return fields;
  return isEmptySet(rest) ? undefined : internFields(rest);
}

/** The writer's own entry comes to have what changed, and the others lose it; everybody loses what was removed. */
function entriesAfter(before: ManagedFields, change: Found, writer: FieldWriter): ManagedFields {
  const { apiVersion, subresource, now } = writer;
  const name = writer.manager || NAMELESS;
  const isGain = change.changed !== undefined;
  const after = roomFor<ManagedFieldsEntry>(before.length + 1);
  let count = 0;
  let own: ManagedFieldsEntry | undefined;
  let owned: Fields | undefined;
  let isSame = true;
  for (let i = 0; i < before.length; i += 1) {
    const entry = before[i] as ManagedFieldsEntry; // In range.
    const had = fieldsOfEntry(entry);
    if (
      own === undefined &&
      entry.manager === name &&
      entry.operation === 'Update' &&
      entry.apiVersion === apiVersion &&
      (entry.subresource ?? '') === subresource
    ) {
      own = entry;
      if (isGain) {
        owned = setAfter(had, change, true);
        if (owned !== had || entry.time !== now) isSame = false;
        continue;
      }
    }
    const has = setAfter(had, change, false);
    if (isEmptySet(has)) isSame = false;
    else if (has === had) after[count++] = entry;
    else {
      isSame = false;
      after[count++] = withFields(entry, has);
    }
  }
  // As when a lease is renewed twice within a second.
  if (isSame && (own !== undefined || !isGain)) return before;
  if (isGain) {
    owned ??= resolved(change).changed ?? leaf;
    after[count++] = entryOf(name, 'Update', apiVersion, subresource, owned, now);
  }
  // Mostly one was too many. A length is set by the runtime, in more time.
  while (after.length > count) after.pop();
  return count > updateManagersMax ? capped(after) : sortedEntries(after);
}

function withFields(entry: ManagedFieldsEntry, fields: Fields): ManagedFieldsEntry {
  const { manager = '', operation, apiVersion = '', subresource = '', time } = entry;
  const kind = operation === 'Apply' ? 'Apply' : 'Update';
  return entryOf(manager, kind, apiVersion, subresource, fields, time);
}

function capped(entries: ManagedFields): ManagedFields {
  return writeManagers(capUpdateManagers(readManagers(entries) ?? []));
}

/** What a manager without a name is called. */
const NAMELESS = 'unknown';

/** The manager that a writer is. */
export function writerOf(writer: FieldWriter, operation: 'Apply' | 'Update'): Manager {
  return {
    name: writer.manager || NAMELESS,
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
  if (has === entries || sameEntries(has, entries)) return object;
  const metadata = copyWith(object.metadata, { managedFields: entries });
  return copyWith<KubernetesObject>(object, { metadata }) as T; // The rest is the object's own.
}

function sameEntries(a: ManagedFields | undefined, b: ManagedFields): boolean {
  if (a === undefined || a.length !== b.length) return false;
  for (let i = 0; i < b.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
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
