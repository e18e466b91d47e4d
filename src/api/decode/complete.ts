import { isList, isObject } from '../patch/json.ts';
import { structOf } from '../schema/lookup.ts';
import type { FieldSchema, StructSchema, TypeSchema } from '../schema/schema.ts';
import { zeroOf } from './zero-values.ts';
import { draftOf } from '../../base/copy.ts';

/**
 * Fills the fields that the API server always holds into an object that was not decoded, as objects of the cluster's
 * own components are not. Upstream has them by construction; without this, a later update by a client, which is
 * decoded, would seem to add `resources: {}` to every container. The very same object comes back when nothing is
 * missing. The object's fields must have the types of the schema.
 */
export function completeObject<T>(object: T, schema: StructSchema): T {
  return isObject(object) ? (completeStruct(object, schema) as T) : object;
}

type Fields = Readonly<Record<string, unknown>>;

function completeStruct(object: Fields, struct: StructSchema): Fields {
  let changed: Record<string, unknown> | undefined;
  for (const field of struct.emittedFields) {
    if (object[field.name] !== undefined) continue;
    const zero = zeroOf(field);
    if (zero === undefined) continue;
    changed ??= draftOf(object);
    changed[field.name] = zero;
  }
  const way = wayDown(struct);
  for (let i = 0; i < way.length; i += 1) {
    const { name, type } = way[i] as FieldSchema; // In range by the loop.
    const value = object[name];
    if (value === undefined) continue;
    const completed = completeValue(value, type);
    if (completed === value) continue;
    changed ??= draftOf(object);
    changed[name] = completed;
  }
  return changed ?? object;
}

function completeValue(value: unknown, type: TypeSchema): unknown {
  if (type.kind === 'struct')
    return isObject(value) ? completeStruct(value, structOf(type)) : value;
  if (type.kind === 'list' && isList(value)) return completeList(value, type.element);
  if (type.kind === 'map' && isObject(value)) {
    let changed: Record<string, unknown> | undefined;
    for (const key of Object.keys(value)) {
      const completed = completeValue(value[key], type.value);
      if (completed === value[key]) continue;
      changed ??= { ...value };
      changed[key] = completed;
    }
    return changed ?? value;
  }
  return value;
}

function completeList(list: readonly unknown[], element: TypeSchema): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let i = 0; i < list.length; i += 1) {
    const completed = completeValue(list[i], element);
    if (completed === list[i]) continue;
    changed ??= [...list];
    changed[i] = completed;
  }
  return changed ?? list;
}

const ways = new WeakMap<StructSchema, readonly FieldSchema[]>();

/** The fields below which there is anything to fill, worked out once a struct. */
function wayDown(struct: StructSchema): readonly FieldSchema[] {
  let way = ways.get(struct);
  if (way === undefined) {
    way = [...struct.fields.values()].filter((field) =>
      reachesEmitted(field.type, new Set([struct])),
    );
    ways.set(struct, way);
  }
  return way;
}

function reachesEmitted(type: TypeSchema, seen: Set<StructSchema>): boolean {
  if (type.kind === 'list') return reachesEmitted(type.element, seen);
  if (type.kind === 'map') return reachesEmitted(type.value, seen);
  if (type.kind === 'scalar') return false;
  const struct = structOf(type);
  if (struct.emittedFields.length > 0) return true;
  if (seen.has(struct)) return false;
  seen.add(struct);
  return [...struct.fields.values()].some((field) => reachesEmitted(field.type, seen));
}
