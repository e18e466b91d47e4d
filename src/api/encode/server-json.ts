import { createGenerations } from '../../base/generations.ts';
import { isList, isObject, setOwn } from '../patch/json.ts';
import { schemaOf, structOf, structSchema } from '../schema/lookup.ts';
import type { FieldSchema, StructSchema, TypeSchema } from '../schema/schema.ts';

/**
 * What the API server's JSON looks like, which is Go's encoding of its types: fields in the order in which they are
 * declared, maps by their keys, a time that nobody set as null where its tag does not say omitzero, an empty list as
 * null where its tag does not say omitempty (upstream stores protobuf, which does not tell empty from none). Objects are
 * held without all this; it is put on where they leave the cluster.
 */

type Fields = Readonly<Record<string, unknown>>;

/**
 * What has lately been made of single objects; stored ones never change, and go to many readers. Old versions live on in
 * histories, where nobody reads them: what was made of them must not.
 */
const forms = createGenerations<object, object>(1024);

/**
 * An answer's body, or an event's object, as the server writes it: an object of any kind, a list, a Table or a Status.
 * Custom resources, which have no Go type, are ordered by name as a whole. The value itself comes back when it is none
 * of these. Objects must not change later: what was made of one is remembered.
 */
export function serverJson<T>(body: T): T {
  // The form differs from the value in order and in what is null, which no type of ours tells.
  return isObject(body) ? (formOf(body) as T) : body;
}

function formOf(body: Fields): Fields {
  const { apiVersion, kind } = body;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return body;
  if (apiVersion === 'meta.k8s.io/v1') return metaForm(body, kind) ?? body;
  if (apiVersion === 'v1' && kind === 'Status') return structForm(body, structSchema('Status'));
  const known = forms.get(body);
  if (known !== undefined) return known as Fields;
  const schema = schemaOf(apiVersion, kind);
  if (schema === undefined && isList(body['items'])) return listForm(body, body['items']);
  if (schema === undefined && !isObject(body['metadata'])) return body;
  const form = schema === undefined ? byName(body) : structForm(body, schema);
  forms.set(body, form);
  return form;
}

function listForm(body: Fields, items: readonly unknown[]): Fields {
  const { kind, apiVersion, metadata, items: _, ...rest } = body;
  return {
    kind,
    apiVersion,
    metadata: isObject(metadata) ? structForm(metadata, structSchema('ListMeta')) : metadata,
    items: items.map(serverJson),
    ...rest,
  };
}

function metaForm(body: Fields, kind: string): Fields | undefined {
  const { apiVersion, metadata } = body;
  if (kind === 'PartialObjectMetadata' && isObject(metadata)) {
    return { kind, apiVersion, metadata: structForm(metadata, structSchema('ObjectMeta')) };
  }
  if (kind === 'PartialObjectMetadataList' && isList(body['items'])) {
    return listForm(body, body['items']);
  }
  if (kind !== 'Table' || !isList(body['rows'])) return undefined;
  const rows = body['rows'].map((row) =>
    isObject(row) && isObject(row['object']) ? { ...row, object: formOf(row['object']) } : row,
  );
  return { ...body, rows };
}

/** Maps of any JSON, by name all the way down. */
function byName(value: Fields): Fields {
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) setOwn(sorted, key, anyByName(value[key]));
  return sorted;
}

function anyByName(value: unknown): unknown {
  if (isList(value)) return value.map(anyByName);
  return isObject(value) ? byName(value) : value;
}

function structForm(object: Fields, struct: StructSchema): Fields {
  const form: Record<string, unknown> = {};
  let left = 0;
  for (const key in object) if (Object.hasOwn(object, key)) left += 1;
  for (const field of struct.fields.values()) {
    const value = Object.hasOwn(object, field.name) ? object[field.name] : undefined;
    if (value === undefined || value === null) {
      if (value === null) left -= 1;
      if (field.written) form[field.name] = nothingOf(field);
      continue;
    }
    left -= 1;
    if (isEmpty(value)) {
      if (field.written && isEmptyable(field.type)) {
        form[field.name] = null;
        continue;
      }
      if (field.omitsZero) continue;
    }
    form[field.name] = typeForm(value, field.type);
  }
  // What the schema does not know is rare, and is not lost.
  if (left > 0) {
    for (const key of Object.keys(object)) {
      if (!struct.fields.has(key) && object[key] !== undefined) setOwn(form, key, object[key]);
    }
  }
  return form;
}

function typeForm(value: unknown, type: TypeSchema): unknown {
  switch (type.kind) {
    case 'struct':
      return isObject(value) ? structForm(value, structOf(type)) : value;
    case 'list':
      return type.element.kind === 'scalar' || !isList(value)
        ? value
        : value.map((each) => typeForm(each, type.element));
    case 'map':
      return isObject(value) ? mapForm(value, type.value) : value;
    case 'scalar':
      return value;
  }
}

function mapForm(map: Fields, type: TypeSchema): Fields {
  const keys = Object.keys(map);
  if (type.kind === 'scalar' && isSorted(keys)) return map;
  const form: Record<string, unknown> = {};
  for (const key of keys.sort()) setOwn(form, key, typeForm(map[key], type));
  return form;
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i += 1) {
    if ((keys[i - 1] as string) > (keys[i] as string)) return false; // In range by the loop.
  }
  return true;
}

/** Of a field that is always written and that nobody set. */
function nothingOf({ type }: FieldSchema): unknown {
  if (type.kind === 'struct') return structForm({}, structOf(type));
  if (type.kind !== 'scalar') return null;
  switch (type.scalar) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'quantity':
      return '0';
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return 0;
    default:
      return null;
  }
}

function isEmptyable(type: TypeSchema): boolean {
  return type.kind === 'list' || type.kind === 'map';
}

/** A zero value of Go's: for structs only an absent one is. */
function isEmpty(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value === '';
    case 'number':
      return value === 0;
    case 'boolean':
      return !value;
    default:
      if (isList(value)) return value.length === 0;
      for (const key in value as Fields) if (Object.hasOwn(value as Fields, key)) return false;
      return true;
  }
}
