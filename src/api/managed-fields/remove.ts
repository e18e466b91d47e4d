import { isList, isObject, setOwn, type JsonList, type JsonObject } from '../patch/json.ts';
import { structOf } from '../schema/lookup.ts';
import type { ListType, StructSchema, TypeSchema } from '../schema/schema.ts';
import { type Fields, isEmptySet, isMember } from './fields.ts';
import { isOneValue } from './one-value.ts';
import { listElement } from './path-element.ts';

/**
 * The object without the members of a set (upstream: structured-merge-diff's RemoveItems). What is left empty goes too.
 * Parts that lose nothing are shared with the object.
 */
export function removeFields(object: JsonObject, fields: Fields, schema: StructSchema): JsonObject {
  if (isEmptySet(fields)) return object;
  return removeFromEntries(object, fields, (name) => schema.fields.get(name)?.type) ?? {};
}

/** What is left of a value; undefined when that is nothing. */
function removeBelow(value: unknown, fields: Fields, type: TypeSchema | undefined): unknown {
  if (type === undefined) return value;
  if (isOneValue(type)) return type.kind === 'scalar' ? value : undefined;
  if (type.kind === 'list') return isList(value) ? removeFromList(value, fields, type) : undefined;
  if (!isObject(value)) return undefined;
  return type.kind === 'struct'
    ? removeFromEntries(value, fields, (name) => structOf(type).fields.get(name)?.type)
    : removeFromEntries(value, fields, () => (type.kind === 'map' ? type.value : undefined));
}

function removeFromEntries(
  object: JsonObject,
  fields: Fields,
  typeOf: (name: string) => TypeSchema | undefined,
): JsonObject | undefined {
  const kept: Record<string, unknown> = {};
  let same = true;
  for (const key of Object.keys(object)) {
    const node = fields[`f:${key}`];
    const value = object[key];
    if (node === undefined) {
      setOwn(kept, key, value);
      continue;
    }
    const rest = isMember(node) ? undefined : removeBelow(value, node, typeOf(key));
    if (rest !== undefined) setOwn(kept, key, rest);
    if (rest !== value) same = false;
  }
  if (same && Object.keys(object).length > 0) return object;
  return Object.keys(kept).length > 0 ? kept : undefined;
}

function removeFromList(list: JsonList, fields: Fields, type: ListType): JsonList | undefined {
  const kept: unknown[] = [];
  let same = true;
  for (const item of list) {
    const element = listElement(item, type);
    const node = typeof element === 'string' ? fields[element] : undefined;
    if (node === undefined) {
      kept.push(item);
      continue;
    }
    const rest = isMember(node) ? undefined : removeBelow(item, node, type.element);
    if (rest !== undefined) kept.push(rest);
    if (rest !== item) same = false;
  }
  if (same && list.length > 0) return list;
  return kept.length > 0 ? kept : undefined;
}
