import { fail } from '../failure.ts';
import { isTree, setField, type Tree } from './tree.ts';

/** What Go's decoder expects of a value of JSON. */
export type Shape =
  | { readonly type: 'string' | 'bool' | 'int64' | 'int' }
  | { readonly type: 'list'; readonly of: Shape; readonly goName: string }
  | { readonly type: 'map'; readonly of: Shape; readonly goName: string }
  | StructShape;

export interface StructShape {
  readonly type: 'struct';
  readonly name: string;
  /** By JSON name. `via` are the embedded structs in which the field stands. */
  readonly fields: Readonly<Record<string, FieldShape>>;
}

export interface FieldShape {
  readonly shape: Shape;
  readonly via?: readonly string[];
}

export const text: Shape = { type: 'string' };
export const flag: Shape = { type: 'bool' };
export const texts: Shape = { type: 'list', of: text, goName: '[]string' };
export const textMap: Shape = { type: 'map', of: text, goName: 'map[string]string' };

export function struct(name: string, fields: StructShape['fields']): StructShape {
  return { type: 'struct', name, fields };
}

export function listOf(of: StructShape): Shape {
  return { type: 'list', of, goName: `[]types.${of.name}` };
}

interface Decoding {
  first: string | undefined;
  struct: string;
  path: string[];
}

/**
 * A value as Go's strict JSON decoder takes it into a struct: names of fields in any case, unknown fields and other types
 * refused with Go's words (`json: unknown field "x"`), the first mistake in the order of the keys.
 */
export function decodeStrict(value: unknown, shape: StructShape): Tree {
  const decoding: Decoding = { first: undefined, struct: '', path: [] };
  const result = decode(value, shape, decoding);
  if (decoding.first !== undefined) fail(decoding.first);
  return isTree(result) ? result : {};
}

function decode(value: unknown, shape: Shape, decoding: Decoding): unknown {
  if (value === null || value === undefined) return undefined;
  switch (shape.type) {
    case 'struct':
      return isTree(value) ? decodeStruct(value, shape, decoding) : wrong(value, shape, decoding);
    case 'list':
      return Array.isArray(value)
        ? value.map((each) => decode(each, shape.of, decoding) ?? emptyOf(shape.of))
        : wrong(value, shape, decoding);
    case 'map': {
      if (!isTree(value)) return wrong(value, shape, decoding);
      const result: Tree = {};
      for (const key of Object.keys(value).sort()) {
        setField(result, key, decode(value[key], shape.of, decoding) ?? emptyOf(shape.of));
      }
      return result;
    }
    case 'string':
      return typeof value === 'string' ? value : wrong(value, shape, decoding);
    case 'bool':
      return typeof value === 'boolean' ? value : wrong(value, shape, decoding);
    default:
      return typeof value === 'number' && Number.isInteger(value)
        ? value
        : wrong(value, shape, decoding);
  }
}

function emptyOf(shape: Shape): unknown {
  return shape.type === 'string' ? '' : shape.type === 'bool' ? false : {};
}

function decodeStruct(value: Tree, shape: StructShape, decoding: Decoding): Tree {
  const result: Tree = {};
  const { struct: outer, path } = decoding;
  for (const key of Object.keys(value).sort()) {
    const name = Object.hasOwn(shape.fields, key)
      ? key
      : Object.keys(shape.fields).find((each) => each.toLowerCase() === key.toLowerCase());
    const field = name === undefined ? undefined : shape.fields[name];
    if (name === undefined || field === undefined) {
      decoding.first ??= `json: unknown field ${JSON.stringify(key)}`;
      continue;
    }
    decoding.struct = shape.name;
    decoding.path = [...path, ...(field.via ?? []), name];
    const decoded = decode(value[key], field.shape, decoding);
    if (decoded !== undefined) setField(result, name, decoded);
    decoding.struct = outer;
    decoding.path = path;
  }
  return result;
}

function wrong(value: unknown, shape: Shape, decoding: Decoding): undefined {
  const got = Array.isArray(value)
    ? 'array'
    : isTree(value)
      ? 'object'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value === 'number' && !Number.isInteger(value)
          ? `number ${value}`
          : typeof value;
  const want =
    shape.type === 'struct'
      ? `types.${shape.name}`
      : shape.type === 'list' || shape.type === 'map'
        ? shape.goName
        : shape.type;
  decoding.first ??=
    decoding.path.length === 0
      ? `json: cannot unmarshal ${got} into Go value of type ${want}`
      : `json: cannot unmarshal ${got} into Go struct field ${decoding.struct}.${decoding.path.join('.')} of type ${want}`;
  return undefined;
}
