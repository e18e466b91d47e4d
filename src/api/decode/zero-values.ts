import { structOf } from '../schema/lookup.ts';
import type { FieldSchema, StructSchema, TypeSchema } from '../schema/schema.ts';

/**
 * Zero values, as Go has them. A field that the API server always holds is filled with one when nobody set it
 * (`FieldSchema.emitted`): so a decoded object has every field that its TypeScript type promises, and looks like the
 * server's own (`resources: {}`, `status: {}`). The values are shared and frozen.
 */

const emptyList: readonly unknown[] = Object.freeze([]);
const emptyMap: Readonly<Record<string, unknown>> = Object.freeze({});
const structs = new WeakMap<StructSchema, Readonly<Record<string, unknown>>>();

/** The value of an emitted field that nobody set; undefined for the few types without one. */
export function zeroOf(field: FieldSchema): unknown {
  return zeroOfType(field.type, field.name);
}

function zeroOfType(type: TypeSchema, fieldName: string): unknown {
  switch (type.kind) {
    case 'struct':
      return zeroStruct(structOf(type));
    case 'list':
      return emptyList;
    case 'map':
      return emptyMap;
    case 'scalar':
      switch (type.scalar) {
        case 'string':
          // A kind nested in another (volumeClaimTemplates) is told what it is.
          return fieldName === 'apiVersion' || fieldName === 'kind' ? (type.enum?.[0] ?? '') : '';
        case 'bytes':
          return '';
        case 'boolean':
          return false;
        case 'quantity':
          return '0';
        case 'time':
        case 'microTime':
        case 'json':
          return undefined;
        default:
          return 0;
      }
  }
}

/** An empty object of a type, always the same one. */
export function zeroStruct(struct: StructSchema): Readonly<Record<string, unknown>> {
  const known = structs.get(struct);
  if (known !== undefined) return known;
  const value: Record<string, unknown> = {};
  for (const field of struct.emittedFields) {
    const zero = zeroOf(field);
    if (zero !== undefined) value[field.name] = zero;
  }
  Object.freeze(value);
  structs.set(struct, value);
  return value;
}
