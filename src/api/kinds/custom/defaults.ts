import { isList, isObject, setOwn, type JsonObject } from '../../patch/json.ts';
import { schemaAt } from './prune.ts';
import type { Structural } from './structural.ts';

/**
 * Fills in the schema's defaults (upstream: defaulting). Null where null is not allowed and there is a default counts
 * as absent. What needs nothing is shared with the argument.
 */
export function applyDefaults<T>(value: T, schema: Structural): T {
  return fill(value, schema) as T; // The shape stays, by the schema's own promise.
}

function fill(value: unknown, schema: Structural): unknown {
  if (!schema.hasDefaults) return value;
  if (isList(value)) return fillList(value, schema);
  return isObject(value) ? fillObject(value, schema) : value;
}

function fillList(value: readonly unknown[], { items }: Structural): unknown {
  if (items === undefined) return value;
  let copy: unknown[] | undefined;
  for (let i = 0; i < value.length; i += 1) {
    const before = value[i];
    const after =
      before === null && !items.isNullable && items.defaultValue !== undefined
        ? items.defaultValue
        : fill(before, items);
    if (after === before) continue;
    copy ??= [...value];
    copy[i] = after;
  }
  return copy ?? value;
}

function fillObject(value: JsonObject, schema: Structural): JsonObject {
  let copy: Record<string, unknown> | undefined;
  for (const [name, property] of schema.properties) {
    if (property.defaultValue === undefined) continue;
    const has = Object.hasOwn(value, name) && value[name] !== undefined;
    if (has && (value[name] !== null || property.isNullable)) continue;
    copy ??= { ...value };
    setOwn(copy, name, property.defaultValue);
  }
  const source = copy ?? value;
  for (const name of Object.keys(source)) {
    const child = schemaAt(schema, name);
    if (child === undefined || child === true) continue;
    const before = source[name];
    const after = fill(before, child);
    if (after === before) continue;
    copy ??= { ...value };
    setOwn(copy, name, after);
  }
  return copy ?? value;
}
