import { refusal, success, type Result } from '../../base/result.ts';
import { decodeValue } from '../decode/decode.ts';
import type { KubernetesObject } from '../generated/types.ts';
import { equalJson, isObject, ownValue, withoutKey, type JsonObject } from '../patch/json.ts';
import type { StructSchema } from '../schema/schema.ts';
import { badRequestError, statusError, type StatusError } from '../status-error.ts';
import { configurationProblem } from './check-configuration.ts';
import { compareObjects, compareWithNothing } from './compare.ts';
import { conflictStatus, type Conflict, conflictsWith } from './conflicts.ts';
import type { Difference } from './difference.ts';
import { fieldSetOf, withNamedFields } from './field-set.ts';
import {
  difference,
  type Fields,
  intersection,
  isEmptySet,
  leaf,
  recursiveDifference,
  union,
} from './fields.ts';
import { allowedByLastApplied, withLastApplied } from './last-applied.ts';
import {
  isSameManager,
  type OwnedFields,
  readManagers,
  withoutFields,
  writeManagers,
} from './managers.ts';
import { mergeConfiguration } from './merge.ts';
import { removeFields } from './remove.ts';
import { backFrom, seenIn } from './versions.ts';
import {
  bare,
  changesIn,
  type FieldWriter,
  resetFieldsOf,
  withManagers,
  withoutUnmanaged,
  writerOf,
} from './track.ts';

/**
 * Server-side apply (upstream: apimachinery's managedfields and structured-merge-diff). The configuration is merged
 * into the live object; its fields become the applier's own, and fields that the applier owned, dropped from its
 * configuration, and nobody else owns, are removed.
 */
export interface ApplyRequest extends FieldWriter {
  readonly kind: string;
  /** Takes fields that other managers own with other values, instead of refusing. */
  readonly force: boolean;
}

export interface Applied {
  /** Decoded, with its managedFields; the caller still sets defaults, admits and validates. */
  readonly object: KubernetesObject;
  /** False when nothing but managedFields may differ from the live object. */
  readonly changed: boolean;
}

/**
 * Applies a configuration, as the request's body has it, to the live object, or to nothing. Refusals: 400 for a body of
 * another kind, 409 for conflicts with other managers, 500 (as upstream) for a body that does not fit the schema.
 */
export function applyConfiguration(
  live: KubernetesObject | undefined,
  configuration: unknown,
  schema: StructSchema,
  request: ApplyRequest,
): Result<Applied, StatusError> {
  if (!isObject(configuration)) {
    return refusal(badRequestError('error decoding YAML: the body is not an object'));
  }
  const problem = requestProblem(configuration, request) ?? shapeProblem(configuration, schema);
  if (problem !== undefined) return refusal(problem);
  const attempt = applyOnce(live, configuration, schema, request, request.force);
  if (attempt.conflicts.length === 0) return finish(live, configuration, schema, request, attempt);
  // An object managed by client-side apply so far: what kubectl itself applied last is no conflict for kubectl.
  const allowed =
    request.manager === 'kubectl' && live !== undefined
      ? allowedByLastApplied(live, schema, request.apiVersion)
      : undefined;
  if (allowed === undefined) return refusal(conflictStatus(attempt.conflicts));
  const others = attempt.conflicts
    .map(({ manager, fields }) => ({ manager, fields: difference(fields, allowed) }))
    .filter(({ fields }) => !isEmptySet(fields));
  if (others.length > 0) return refusal(conflictStatus(others));
  return finish(
    live,
    configuration,
    schema,
    request,
    applyOnce(live, configuration, schema, request, true),
  );
}

function requestProblem(configuration: JsonObject, request: ApplyRequest): StatusError | undefined {
  const apiVersion = textOf(configuration, 'apiVersion');
  const kind = textOf(configuration, 'kind');
  if (apiVersion !== request.apiVersion || kind !== request.kind) {
    return badRequestError(`invalid object type: ${groupVersionKind(apiVersion, kind)}`);
  }
  const metadata = ownValue(configuration, 'metadata');
  if (isObject(metadata) && (ownValue(metadata, 'managedFields') ?? null) !== null) {
    return badRequestError('metadata.managedFields must be nil');
  }
  return undefined;
}

function shapeProblem(configuration: JsonObject, schema: StructSchema): StatusError | undefined {
  const problem = configurationProblem(configuration, schema);
  if (problem === undefined) return undefined;
  return statusError(
    500,
    '',
    `failed to create typed patch object (${nameOf(configuration)}): ${problem}`,
  );
}

function textOf(object: JsonObject, key: string): string {
  const value = ownValue(object, key);
  return typeof value === 'string' ? value : '';
}

function groupVersionKind(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind}`;
}

function nameOf(configuration: JsonObject): string {
  const metadata = ownValue(configuration, 'metadata');
  const [namespace, name] = isObject(metadata)
    ? [textOf(metadata, 'namespace'), textOf(metadata, 'name')]
    : ['', ''];
  const kind = groupVersionKind(textOf(configuration, 'apiVersion'), textOf(configuration, 'kind'));
  return `${namespace}/${name}; ${kind}`;
}

interface Attempt {
  readonly merged: JsonObject;
  readonly changed: boolean;
  readonly managers: readonly OwnedFields[];
  readonly conflicts: readonly Conflict[];
}

function applyOnce(
  live: KubernetesObject | undefined,
  configuration: JsonObject,
  schema: StructSchema,
  request: ApplyRequest,
  force: boolean,
): Attempt {
  const base = live === undefined ? undefined : withoutManagedFields(bare(live));
  const before = managersBefore(live, schema, request);
  const self = writerOf(request, 'Apply');
  const last = before.find((each) => isSameManager(each.manager, self));
  const others = before.filter((each) => each !== last);

  const reset = request.resetFields ?? resetFieldsOf(request.subresource);
  const applied = fieldSetOf(configuration, schema);
  const set = reset === undefined ? applied : recursiveDifference(applied, reset);
  const merged = mergeConfiguration(base ?? {}, configuration, schema);
  const object =
    last === undefined ? merged : prunedOf(merged, last, { others, set }, schema, request);

  const diff =
    base === undefined ? compareWithNothing(object, schema) : compareObjects(base, object, schema);
  const change = filteredChange(diff, reset);
  const changeIn = changesIn({ live: base ?? {}, next: object, change: diff }, request);
  const of = (apiVersion: string): Difference | undefined =>
    request.views === undefined ? change : changeIn(apiVersion)?.change;
  const conflicts = force ? [] : conflictsWith(others, (each) => of(each)?.changed ?? leaf);
  const changed = base === undefined || !isSameStored(base, object, schema);
  const own: OwnedFields = {
    manager: self,
    fields: withoutUnmanaged(set),
    time: changed ? request.now : last?.time,
    entry: last?.entry,
  };
  const rest = others.map((each) => {
    const found = of(each.manager.apiVersion);
    return withoutFields(each, found?.changed, found?.removed);
  });
  return { merged: object, changed, managers: [...rest, own], conflicts };
}

function withoutManagedFields(object: JsonObject): JsonObject {
  const metadata = object['metadata'];
  if (!isObject(metadata) || !Object.hasOwn(metadata, 'managedFields')) return object;
  return { ...object, metadata: withoutKey(metadata, 'managedFields') };
}

/** The live object's managers; an object that nobody has managed so far belongs to `before-first-apply`. */
function managersBefore(
  live: KubernetesObject | undefined,
  schema: StructSchema,
  request: ApplyRequest,
): readonly OwnedFields[] {
  if (live === undefined) return [];
  const owned = readManagers(live.metadata.managedFields ?? []) ?? [];
  if (owned.length > 0) return owned;
  const reset = request.resetFields ?? resetFieldsOf(request.subresource);
  const all = filteredChange(compareWithNothing(bare(live), schema), reset)?.changed;
  if (all === undefined) return [];
  const writer = { ...request, manager: 'before-first-apply' };
  return [
    { manager: writerOf(writer, 'Update'), fields: all, time: request.now, entry: undefined },
  ];
}

function filteredChange(
  change: Difference | undefined,
  reset: Fields | undefined,
): Difference | undefined {
  if (change === undefined || reset === undefined) return change;
  const keep = (fields: Fields | undefined): Fields | undefined =>
    fields === undefined ? undefined : recursiveDifference(fields, reset);
  return { changed: keep(change.changed), removed: keep(change.removed) };
}

function ownedBy(others: readonly OwnedFields[], set: Fields): Fields {
  return others.reduce((all, each) => union(all, each.fields), set);
}

/** The merged object without what its applier dropped, which may have been applied in another version. */
function prunedOf(
  merged: JsonObject,
  last: OwnedFields,
  { others, set }: { readonly others: readonly OwnedFields[]; readonly set: Fields },
  schema: StructSchema,
  { apiVersion, views }: ApplyRequest,
): JsonObject {
  const then = last.manager.apiVersion;
  const view = then === apiVersion ? undefined : views?.get(then);
  if (view === undefined) return pruned(merged, last.fields, ownedBy(others, set), schema);
  const ofThen = others.filter(({ manager }) => manager.apiVersion === then);
  const seen = seenIn(view, merged);
  // What is applied now, as that version has it, stays.
  const now = seenIn(view, mergeConfiguration({}, appliedOnly(merged, set, schema), schema));
  const kept = ownedBy(ofThen, withoutUnmanaged(fieldSetOf(now, view.schema)));
  return backFrom(view, pruned(seen, last.fields, kept, view.schema));
}

/** The parts of an object that a set names. */
function appliedOnly(object: JsonObject, set: Fields, schema: StructSchema): JsonObject {
  const all = withNamedFields(fieldSetOf(object, schema), schema);
  return removeFields(object, difference(all, withNamedFields(set, schema)), schema);
}

/**
 * Takes out of the merged object what the applier owned and no longer applies, unless somebody owns it still. Done in
 * three steps as upstream does, because a container may go only together with everything in it.
 */
function pruned(merged: JsonObject, last: Fields, owned: Fields, schema: StructSchema): JsonObject {
  if (isEmptySet(last)) return merged;
  const named = (fields: Fields): Fields => withNamedFields(fields, schema);
  const all = named(fieldSetOf(merged, schema));
  const lastNamed = named(last);
  const withoutLast = removeFields(merged, lastNamed, schema);
  const kept = union(named(fieldSetOf(withoutLast, schema)), named(owned));
  const withOwned = removeFields(merged, difference(all, kept), schema);
  const gone = difference(all, named(fieldSetOf(withOwned, schema)));
  // A struct whose members all went, but which is itself still applied (`spec: {}`), stays.
  return removeFields(merged, difference(intersection(gone, lastNamed), named(owned)), schema);
}

/** Equal once decoded: zero values that Go's types leave out of an object do not change it. */
function isSameStored(base: JsonObject, object: JsonObject, schema: StructSchema): boolean {
  if (equalJson(base, object)) return true;
  const decoded = decodeValue(object, schema, { fieldValidation: 'Ignore' });
  return decoded.ok && equalJson(base, decoded.value.value);
}

function finish(
  live: KubernetesObject | undefined,
  configuration: JsonObject,
  schema: StructSchema,
  request: ApplyRequest,
  { merged, changed, managers }: Attempt,
): Result<Applied, StatusError> {
  const result = withKind(merged, request);
  const decoded = decodeValue(result, schema, { fieldValidation: 'Ignore' });
  if (!decoded.ok) {
    return refusal(
      statusError(
        500,
        '',
        `failed to convert new typed object (${nameOf(configuration)}) to object: ${decoded.error.message}`,
      ),
    );
  }
  // Checked against the schema just now.
  let object = decoded.value.value as unknown as KubernetesObject;
  if (request.manager === 'kubectl') object = withLastApplied(object, configuration);
  object = withManagers(object, writeManagers(managers));
  return success({ object, changed: live === undefined || changed });
}

function withKind(object: JsonObject, { apiVersion, kind }: ApplyRequest): JsonObject {
  return object['apiVersion'] === apiVersion && object['kind'] === kind
    ? object
    : { ...object, apiVersion, kind };
}
