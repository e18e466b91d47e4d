import { isList, isObject, setOwn, type JsonObject } from '../../patch/json.ts';
import type { Structural } from './structural.ts';

/** Upstream keeps no more problems than this. */
const UNKNOWN_FIELDS_MAX = 100;

/** An object without the fields that its schema does not know, and the paths of these. */
export interface Pruned {
  readonly value: JsonObject;
  readonly unknownFields: readonly string[];
}

/**
 * Drops what the schema does not specify (upstream: pruning). At the root and in embedded resources apiVersion, kind
 * and metadata stay. Parts without anything to drop are shared with the argument.
 */
export function pruneObject(value: JsonObject, schema: Structural): Pruned {
  const unknownFields: string[] = [];
  return {
    value: pruneFields(value, schema, { path: '', isResource: true, unknownFields }),
    unknownFields,
  };
}

interface Place {
  readonly path: string;
  readonly isResource: boolean;
  readonly unknownFields: string[];
}

function pruneValue(value: unknown, schema: Structural, place: Place): unknown {
  if (isList(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i += 1) {
      const after = pruneValue(value[i], items, below(place, `[${i}]`, items));
      if (after === value[i]) continue;
      copy ??= [...value];
      copy[i] = after;
    }
    return copy ?? value;
  }
  return isObject(value) ? pruneFields(value, schema, place) : value;
}

function pruneFields(value: JsonObject, schema: Structural, place: Place): JsonObject {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    if (place.isResource && isTypeMeta(name)) continue;
    const child = schemaAt(schema, name);
    if (child === undefined) {
      if (schema.preservesUnknown) continue;
      if (place.unknownFields.length < UNKNOWN_FIELDS_MAX) {
        place.unknownFields.push(place.path === '' ? name : `${place.path}.${name}`);
      }
      copy ??= { ...value };
      delete copy[name];
      continue;
    }
    if (child === true) continue;
    const step = place.path === '' ? name : `.${name}`;
    const after = pruneValue(value[name], child, below(place, step, child));
    if (after === value[name]) continue;
    copy ??= { ...value };
    setOwn(copy, name, after);
  }
  return copy ?? value;
}

function below(place: Place, step: string, schema: Structural): Place {
  return {
    path: place.path + step,
    isResource: schema.isEmbedded,
    unknownFields: place.unknownFields,
  };
}

export function isTypeMeta(name: string): boolean {
  return name === 'apiVersion' || name === 'kind' || name === 'metadata';
}

/** What a key of an object holds: a schema, true for anything, undefined for a key that is not specified. */
export function schemaAt(schema: Structural, name: string): Structural | true | undefined {
  const property = schema.properties.get(name);
  if (property !== undefined) return property;
  const { additional } = schema;
  return additional === false ? undefined : additional;
}
