import { isList, isObject, setOwn } from '../patch/json.ts';
import { structOf } from '../schema/lookup.ts';
import type { ListType, MapType, ScalarType, StructSchema, TypeSchema } from '../schema/schema.ts';
import { DecodeError } from './failure.ts';
import {
  checkBase64,
  decodeIntOrString,
  decodeMicroTime,
  decodeQuantity,
  decodeTime,
  isInt32,
  jsonTypeName,
} from './scalars.ts';
import { zeroOf } from './zero-values.ts';

/** The recursion of the decoder. It throws `DecodeError` at the first value of a wrong type. */

type Fields = Readonly<Record<string, unknown>>;

interface Walk {
  /** The way to the value under inspection: fields by name, list elements by number, map entries by `Key`. */
  readonly path: (string | number | Key)[];
  /** The struct whose field is under inspection; messages name it. */
  struct: StructSchema;
  readonly unknownFields: string[];
}

/** A map's key; it shows in the paths of unknown fields, but not in those of type errors. */
interface Key {
  readonly key: string;
}

// Upstream keeps no more problems than this either.
const unknownFieldsMax = 100;

/** Decodes a struct and lists the paths of the fields it does not know. */
export function decodeFields(
  value: unknown,
  schema: StructSchema,
): { readonly decoded: Fields; readonly unknownFields: readonly string[] } {
  const walk: Walk = { path: [], struct: schema, unknownFields: [] };
  if (!isObject(value)) wrongType(walk, jsonTypeName(value), schema.goType);
  return { decoded: decodeStruct(walk, value, schema), unknownFields: walk.unknownFields };
}

function decodeStruct(walk: Walk, value: Fields, schema: StructSchema): Fields {
  const outer = walk.struct;
  walk.struct = schema;
  // Copied at the first difference only, so that a patch shares what it did not touch with the object before it.
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const before = value[name];
    const field = schema.fields.get(name);
    if (field === undefined) {
      reportUnknown(walk, name);
      copy ??= { ...value };
      delete copy[name];
    } else if (before === null || before === undefined) {
      copy ??= { ...value };
      delete copy[name];
    } else {
      walk.path.push(name);
      const after = decodeAny(walk, before, field.type);
      walk.path.pop();
      if (field.omitsZero && isZero(after)) {
        copy ??= { ...value };
        delete copy[name];
        continue;
      }
      if (after === before) continue;
      copy ??= { ...value };
      copy[name] = after;
    }
  }
  const { emittedFields } = schema;
  for (const field of emittedFields) {
    if (Object.hasOwn(copy ?? value, field.name)) continue;
    const zero = zeroOf(field);
    if (zero === undefined) continue;
    copy ??= { ...value };
    copy[field.name] = zero;
  }
  walk.struct = outer;
  return copy ?? value;
}

/** Go's zero value of a text, number, boolean, list or map. */
function isZero(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value === '';
    case 'number':
      return value === 0;
    case 'boolean':
      return !value;
    default:
      return Array.isArray(value) ? value.length === 0 : isObject(value) && isEmpty(value);
  }
}

function isEmpty(object: Fields): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return false;
  return true;
}

function decodeAny(walk: Walk, value: unknown, type: TypeSchema): unknown {
  switch (type.kind) {
    case 'scalar':
      return decodeScalar(walk, value, type);
    case 'struct': {
      const struct = structOf(type);
      if (!isObject(value)) wrongType(walk, jsonTypeName(value), struct.goType);
      return decodeStruct(walk, value, struct);
    }
    case 'list':
      return decodeList(walk, value, type);
    case 'map':
      return decodeMap(walk, value, type);
  }
}

function decodeList(walk: Walk, value: unknown, type: ListType): unknown {
  if (!isList(value)) wrongType(walk, jsonTypeName(value), goTypeOf(type));
  let copy: unknown[] | undefined;
  for (let i = 0; i < value.length; i += 1) {
    walk.path.push(i);
    const before = value[i];
    const after = decodeElement(walk, before, type.element);
    walk.path.pop();
    if (after === before) continue;
    copy ??= [...value];
    copy[i] = after;
  }
  return copy ?? value;
}

function decodeMap(walk: Walk, value: unknown, type: MapType): unknown {
  if (!isObject(value)) wrongType(walk, jsonTypeName(value), goTypeOf(type));
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    walk.path.push({ key });
    const before = value[key];
    const after = decodeElement(walk, before, type.value);
    walk.path.pop();
    if (after === before) continue;
    copy ??= { ...value };
    setOwn(copy, key, after);
  }
  return copy ?? value;
}

/** Elements of lists and maps cannot be absent: null is Go's zero value there. */
function decodeElement(walk: Walk, value: unknown, type: TypeSchema): unknown {
  if (value !== null && value !== undefined) return decodeAny(walk, value, type);
  if (type.kind === 'struct') return decodeStruct(walk, {}, structOf(type));
  if (type.kind !== 'scalar') return type.kind === 'list' ? [] : {};
  switch (type.scalar) {
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return 0;
    case 'boolean':
      return false;
    case 'quantity':
      return '0';
    case 'json':
      return null;
    default:
      return '';
  }
}

function decodeScalar(walk: Walk, value: unknown, type: ScalarType): unknown {
  switch (type.scalar) {
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'int32':
      if (isInt32(value)) return value;
      break;
    case 'int64':
      if (Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 63) return value;
      break;
    case 'double':
      if (typeof value === 'number') return value;
      break;
    case 'bytes':
      if (typeof value === 'string') return checkBase64(value);
      break;
    case 'quantity':
      return decodeQuantity(value);
    case 'intOrString':
      return decodeIntOrString(value);
    case 'time':
      return decodeTime(value);
    case 'microTime':
      return decodeMicroTime(value);
    case 'json':
      return value;
  }
  const isNumeral = type.scalar === 'int32' || type.scalar === 'int64';
  const what = isNumeral && typeof value === 'number' ? `number ${value}` : jsonTypeName(value);
  return wrongType(walk, what, type.goType);
}

/** Go's name of a type. */
function goTypeOf(type: TypeSchema): string {
  switch (type.kind) {
    case 'scalar':
      return type.goType;
    case 'struct':
      return structOf(type).goType;
    case 'list':
      return `[]${goTypeOf(type.element)}`;
    case 'map':
      // All maps of quantities are resource lists.
      return type.value.kind === 'scalar' && type.value.scalar === 'quantity'
        ? 'v1.ResourceList'
        : `map[string]${goTypeOf(type.value)}`;
  }
}

function wrongType(walk: Walk, what: string, goType: string): never {
  const names = walk.path.filter((step) => typeof step === 'string');
  const where =
    names.length === 0
      ? `Go value of type ${goType}`
      : `Go struct field ${walk.struct.goName}.${names.join('.')} of type ${goType}`;
  throw new DecodeError(`json: cannot unmarshal ${what} into ${where}`);
}

function reportUnknown(walk: Walk, name: string): void {
  if (walk.unknownFields.length >= unknownFieldsMax) return;
  let path = '';
  for (const step of walk.path) {
    if (typeof step === 'number') path += `[${step}]`;
    else {
      const text = typeof step === 'string' ? step : step.key;
      path += path === '' ? text : `.${text}`;
    }
  }
  walk.unknownFields.push(path === '' ? name : `${path}.${name}`);
}
