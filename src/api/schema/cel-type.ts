import { escapedName } from '../cel/escape.ts';
import { celTypes, listType, mapType, structType, type CelType } from '../cel/types.ts';
import { schemaOf, structOf, structSchema } from './lookup.ts';
import type { ScalarType, StructSchema, TypeSchema } from './schema.ts';

/**
 * The type that objects of a built-in kind have in expressions (upstream: `cel/common.SchemaDeclType` of the OpenAPI
 * definitions); undefined for kinds that are not built in.
 */
export function builtInType(apiVersion: string, kind: string): CelType | undefined {
  const schema = schemaOf(apiVersion, kind);
  return schema && structOfFields(schema, typeNameOf(kind));
}

/** The type of `metadata`. */
export function metadataType(name: string): CelType {
  return structOfFields(structSchema('ObjectMeta'), name);
}

/** What an object's type is called: a real cluster puts nanoseconds behind it, so that nobody writes the name. */
export function typeNameOf(kind: string): string {
  return `${kind}1`;
}

function structOfFields(schema: StructSchema, name: string): CelType {
  return structType(name, () => {
    const fields = new Map<string, CelType>();
    for (const field of schema.fields.values()) {
      const written = escapedName(field.name);
      if (written === undefined) continue;
      const type = typeOf(field.type, `${name}.${written}`);
      if (type !== undefined) fields.set(written, type);
    }
    return fields;
  });
}

/** Undefined for what OpenAPI gives no type, such as quantities: expressions do not see it, nor lists and maps of it. */
function typeOf(type: TypeSchema, name: string): CelType | undefined {
  switch (type.kind) {
    case 'scalar':
      return scalarType(type, name);
    case 'struct':
      return structOfFields(structOf(type), name);
    case 'list': {
      const element = typeOf(type.element, `${name}.@idx`);
      return element && listType(element);
    }
    case 'map': {
      const value = typeOf(type.value, `${name}.@elem`);
      return value && mapType(celTypes.string, value);
    }
  }
}

const NOTHING: ReadonlyMap<string, CelType> = new Map();

function scalarType({ scalar, goType }: ScalarType, name: string): CelType | undefined {
  switch (scalar) {
    case 'string':
      return celTypes.string;
    case 'boolean':
      return celTypes.bool;
    case 'int32':
    case 'int64':
      return celTypes.int;
    case 'double':
      return celTypes.double;
    case 'time':
    case 'microTime':
      return celTypes.timestamp;
    case 'bytes':
      return celTypes.bytes;
    case 'intOrString':
      return celTypes.dyn;
    case 'quantity':
      return undefined;
    case 'json':
      // Objects of which no field is declared.
      return /RawExtension|FieldsV1/.test(goType) ? structType(name, () => NOTHING) : undefined;
  }
}
