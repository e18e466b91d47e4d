import type { ManagedFieldsEntry } from '../generated/types.ts';
import { type Fields, isEmptySet, isFields, leaf } from './fields.ts';
import { internFields, isInterned, patternOf } from './interned.ts';
import { internedDifference, internedUnion } from './set-memo.ts';

/** The managers of an object: its `metadata.managedFields`, read and written. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  /** For an applier, the version it applied last; an updater is another manager for every version. */
  readonly apiVersion: string;
  readonly subresource: string;
}

/** One entry under work; a manager with an empty set is dropped when the entries are written. */
export interface OwnedFields {
  readonly manager: Manager;
  readonly fields: Fields;
  readonly time: string | undefined;
  /** The entry this was read from, kept as it is when nothing changes. */
  readonly entry: ManagedFieldsEntry | undefined;
}

export type ManagedFields = readonly ManagedFieldsEntry[];

/** Beyond this many entries of updates, the oldest are joined under the name `ancient-changes`. */
export const updateManagersMax = 10;

/** What tells managers apart, in upstream's form: messages sort by it. */
export function managerId(manager: Manager): string {
  return JSON.stringify({
    manager: manager.name,
    operation: manager.operation,
    ...(manager.operation === 'Apply' ? {} : { apiVersion: manager.apiVersion }),
    ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
  });
}

/** True for the same manager, be it in another version when it applies. */
export function isSameManager(a: Manager, b: Manager): boolean {
  return (
    a.name === b.name &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

/** True for managedFields of the form that the API server writes. The answer is cheap for those it has seen before. */
export function areManagers(entries: ManagedFields): boolean {
  for (let i = 0; i < entries.length; i += 1) {
    // In range.
    const { operation, apiVersion, fieldsType, fieldsV1 } = entries[i] as ManagedFieldsEntry;
    if (operation !== 'Apply' && operation !== 'Update') return false;
    if (apiVersion === undefined || apiVersion === '' || fieldsType !== 'FieldsV1') return false;
    // What is shared, or has a pattern, has been made here.
    if (fieldsV1 === undefined || patternOf(fieldsV1 as Fields) !== undefined) continue;
    if (!isKnown(fieldsV1)) return false;
  }
  return true;
}

/** The set of an entry, which `areManagers` must have found to be of the right form. */
export function fieldsOfEntry(entry: ManagedFieldsEntry): Fields {
  return (entry.fieldsV1 ?? leaf) as Fields;
}

/** Reads `managedFields`; undefined when they are not of the form that the API server writes. */
export function readManagers(entries: ManagedFields): readonly OwnedFields[] | undefined {
  if (!areManagers(entries)) return undefined;
  return entries.map(ownedOf);
}

// By identity: the managers of an object are read at every write of it, and pods share theirs.
const ownedByEntry = new WeakMap<ManagedFieldsEntry, OwnedFields>();

function ownedOf(entry: ManagedFieldsEntry): OwnedFields {
  const known = ownedByEntry.get(entry);
  if (known !== undefined) return known;
  const fields = fieldsOfEntry(entry);
  const owned: OwnedFields = {
    manager: {
      name: entry.manager ?? '',
      operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: entry.apiVersion ?? '',
      subresource: entry.subresource ?? '',
    },
    fields,
    time: entry.time,
    entry,
  };
  // An entry of a set that nobody shares is one object's alone, and read too seldom for a note of it.
  if (isInterned(fields)) ownedByEntry.set(entry, owned);
  return owned;
}

// Trees that were found to be field sets, by identity: nearly all entries are read again and again.
const checked = new WeakSet<object>([leaf]);

function isKnown(fields: unknown): fields is Fields {
  if (typeof fields !== 'object' || fields === null) return false;
  if (checked.has(fields)) return true;
  if (!isFields(fields)) return false;
  checked.add(fields);
  return true;
}

/** Writes the entries in the API server's order: by operation, time, name, version and subresource. */
export function writeManagers(owned: readonly OwnedFields[]): ManagedFields {
  const entries: ManagedFieldsEntry[] = [];
  for (const each of owned) if (!isEmptySet(each.fields)) entries.push(writtenEntry(each));
  return sortedEntries(entries);
}

function writtenEntry({ manager, fields, time, entry }: OwnedFields): ManagedFieldsEntry {
  const { name, operation, apiVersion, subresource } = manager;
  return entry !== undefined &&
    entry.fieldsV1 === fields &&
    entry.time === time &&
    entry.apiVersion === apiVersion
    ? entry
    : entryOf(name, operation, apiVersion, subresource, internFields(fields), time);
}

/** The entries in the API server's order; the list handed in is put into that order itself. */
export function sortedEntries(entries: ManagedFieldsEntry[]): ManagedFields {
  for (let i = 1; i < entries.length; i += 1) {
    // In range. Mostly they are in order already: who wrote last comes last.
    const before = entries[i - 1] as ManagedFieldsEntry;
    const entry = entries[i] as ManagedFieldsEntry;
    if (before.operation === entry.operation && (before.time ?? '') < (entry.time ?? '')) continue;
    if (compareEntries(before, entry) > 0) return entries.sort(compareEntries);
  }
  return entries;
}

/**
 * The entry of a manager, whose set is interned or in its proper form. What one manager writes within a second shares
 * one entry. Its parameters are loose, because nearly every write asks for one.
 */
export function entryOf(
  name: string,
  operation: 'Apply' | 'Update',
  apiVersion: string,
  subresource: string,
  fields: Fields,
  time: string | undefined,
): ManagedFieldsEntry {
  const pattern = patternOf(fields);
  if (pattern !== fields) {
    if (pattern === undefined) checked.add(fields);
    return newEntry(name, operation, apiVersion, subresource, fields, time);
  }
  const last = lastEntries.get(fields);
  if (last !== undefined && isEntryOf(last, name, operation, apiVersion, subresource, time)) {
    return last;
  }
  const made = newEntry(name, operation, apiVersion, subresource, fields, time);
  lastEntries.set(fields, made);
  return made;
}

const lastEntries = new WeakMap<Fields, ManagedFieldsEntry>();

/** True for the entry that a manager has made at a time, with loose parameters as well. */
export function isEntryOf(
  entry: ManagedFieldsEntry | undefined,
  name: string,
  operation: string,
  apiVersion: string,
  subresource: string,
  time: string | undefined,
): boolean {
  return (
    entry !== undefined &&
    entry.time === time &&
    entry.manager === name &&
    entry.operation === operation &&
    entry.apiVersion === apiVersion &&
    (entry.subresource ?? '') === subresource
  );
}

/** Written out for each case: an object that is put together from parts costs several times as much. */
function newEntry(
  manager: string,
  operation: 'Apply' | 'Update',
  apiVersion: string,
  subresource: string,
  fieldsV1: Fields,
  time: string | undefined,
): ManagedFieldsEntry {
  const fieldsType = 'FieldsV1';
  if (time === undefined) {
    return subresource === ''
      ? { manager, operation, apiVersion, fieldsType, fieldsV1 }
      : { manager, operation, apiVersion, fieldsType, fieldsV1, subresource };
  }
  return subresource === ''
    ? { manager, operation, apiVersion, fieldsType, fieldsV1, time }
    : { manager, operation, apiVersion, fieldsType, fieldsV1, time, subresource };
}

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    (a.operation === b.operation ? 0 : compareTexts(a.operation, b.operation)) ||
    compareTexts(a.time, b.time) ||
    compareTexts(a.manager, b.manager) ||
    compareTexts(a.apiVersion, b.apiVersion) ||
    compareTexts(a.subresource, b.subresource)
  );
}

function compareTexts(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a write leaves to everybody but its own manager: fields it changed or removed have another owner now, or none. */
export function withoutFields(
  owned: OwnedFields,
  changed: Fields | undefined,
  removed: Fields | undefined,
): OwnedFields {
  let { fields } = owned;
  if (changed !== undefined) fields = internedDifference(fields, changed);
  if (removed !== undefined) fields = internedDifference(fields, removed);
  const { manager, time, entry } = owned;
  return fields === owned.fields ? owned : { manager, fields, time, entry };
}

/** Joins the oldest updaters of each version when there are too many. */
export function capUpdateManagers(owned: readonly OwnedFields[]): readonly OwnedFields[] {
  if (owned.length <= updateManagersMax) return owned;
  const updaters = owned.filter((each) => each.manager.operation === 'Update');
  let count = updaters.length;
  if (count <= updateManagersMax) return owned;
  const oldestFirst = updaters.toSorted(
    (a, b) =>
      compareTexts(a.time, b.time) || compareTexts(managerId(a.manager), managerId(b.manager)),
  );
  let result = [...owned];
  const firstOfVersion = new Map<string, OwnedFields>();
  const buckets = new Map<string, OwnedFields>();
  for (const updater of oldestFirst) {
    if (count <= updateManagersMax) break;
    const { apiVersion } = updater.manager;
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, updater);
      continue;
    }
    const bucket = buckets.get(apiVersion) ?? first;
    const joined: OwnedFields = {
      manager: { name: 'ancient-changes', operation: 'Update', apiVersion, subresource: '' },
      fields: internedUnion(bucket.fields, updater.fields),
      time: updater.time,
      entry: undefined,
    };
    buckets.set(apiVersion, joined);
    result = result.filter((each) => each !== updater && each !== bucket);
    result.push(joined);
    count -= 1;
  }
  return result;
}
