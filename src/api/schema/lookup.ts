import { assert } from '../../base/assert.ts';
import { kindStructs, structTexts } from '../generated/schemas.ts';
import { parseStruct } from './parse.ts';
import type { FieldSchema, StructSchema, StructType, TypeSchema } from './schema.ts';

const parsed = new Map<string, StructSchema>();
const byKind = new Map<string, Map<string, StructSchema>>();
const resolved = new WeakMap<StructType, StructSchema>();

/** The schema of a kind, or undefined for kinds that are not built in. O(1) after the first time. */
export function schemaOf(apiVersion: string, kind: string): StructSchema | undefined {
  let kinds = byKind.get(apiVersion);
  const known = kinds?.get(kind);
  if (known !== undefined) return known;
  const key = `${apiVersion}/${kind}`;
  const name = Object.hasOwn(kindStructs, key) ? kindStructs[key] : undefined;
  if (name === undefined) return undefined;
  if (kinds === undefined) {
    kinds = new Map();
    byKind.set(apiVersion, kinds);
  }
  const schema = structSchema(name);
  kinds.set(kind, schema);
  return schema;
}

/** The schema of a type by its name in `../generated/types.ts`, which must exist. */
export function structSchema(name: string): StructSchema {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  const text = Object.hasOwn(structTexts, name) ? structTexts[name] : undefined;
  assert(text !== undefined, `no schema of a type called ${name}`);
  const schema = parseStruct(name, text);
  parsed.set(name, schema);
  return schema;
}

/** The struct that a field's type refers to. */
export function structOf(type: StructType): StructSchema {
  let schema = resolved.get(type);
  if (schema === undefined) {
    schema = structSchema(type.name);
    resolved.set(type, schema);
  }
  return schema;
}

/** The fields of a struct in the order of their names, as documents about types list them. */
export function fieldsByName(struct: StructSchema): readonly FieldSchema[] {
  return [...struct.fields.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Says which struct a type made at run time refers to, as those of custom resources are. */
export function bindStruct(type: StructType, schema: StructSchema): StructType {
  resolved.set(type, schema);
  return type;
}

const typesOfStructs = new WeakMap<StructSchema, StructType>();

/** A type that refers to a struct, also to one that was made at run time. */
export function typeOfStruct(struct: StructSchema): StructType {
  let type = typesOfStructs.get(struct);
  if (type === undefined) {
    type = bindStruct(
      { kind: 'struct', name: struct.name, retainKeys: false, replace: false },
      struct,
    );
    typesOfStructs.set(struct, type);
  }
  return type;
}

/** One step of a field path: a field's name, a map's key, or a list's index. */
export type PathStep = string | number;

/**
 * The type at a path below a struct: names walk into structs and maps, numbers into lists. Undefined where the path
 * leaves the schema. The empty path is the struct itself.
 */
export function typeAt(struct: StructSchema, path: readonly PathStep[]): TypeSchema | undefined {
  let type: TypeSchema = typeOfStruct(struct);
  for (const step of path) {
    const next = stepInto(type, step);
    if (next === undefined) return undefined;
    type = next;
  }
  return type;
}

/** The type one step below another. */
export function stepInto(type: TypeSchema, step: PathStep): TypeSchema | undefined {
  switch (type.kind) {
    case 'struct':
      return typeof step === 'string' ? structOf(type).fields.get(step)?.type : undefined;
    case 'map':
      return typeof step === 'string' ? type.value : undefined;
    case 'list':
      return typeof step === 'number' ? type.element : undefined;
    case 'scalar':
      return undefined;
  }
}

/** All kinds that have a schema, as `[apiVersion, kind]`, in the order of the API groups. */
export function kindsWithSchema(): readonly (readonly [apiVersion: string, kind: string])[] {
  return Object.keys(kindStructs).map((key) => {
    const slash = key.lastIndexOf('/');
    return [key.slice(0, slash), key.slice(slash + 1)] as const;
  });
}
