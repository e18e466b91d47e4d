import { isList, isObject, type JsonList, type JsonObject } from '../patch/json.ts';
import { structOf, typeOfStruct } from '../schema/lookup.ts';
import type { ListType, StructSchema, TypeSchema } from '../schema/schema.ts';
import { type Fields, type FieldsDraft, fieldsOf, isMember, leaf } from './fields.ts';
import { isOneValue } from './one-value.ts';
import { fieldNameOf, listElement } from './path-element.ts';

/**
 * The fields that a configuration speaks of (upstream: structured-merge-diff's ToFieldSet): its leaves, the entries of
 * its maps and lists, and fields that are explicitly null or empty. A struct that merely holds others is not a member.
 */
export function fieldSetOf(object: JsonObject, schema: StructSchema): Fields {
  return fieldsOf(structFields(object, schema));
}

function structFields(object: JsonObject, struct: StructSchema): FieldsDraft {
  const draft: FieldsDraft = {};
  for (const name of Object.keys(object)) {
    const field = struct.fields.get(name);
    if (field === undefined) continue;
    const value = object[name];
    const below = fieldsBelow(value, field.type);
    if (below === undefined || isEmptyOrNull(value)) draft[field.element] = leaf;
    else if (Object.keys(below).length > 0) draft[field.element] = fieldsOf(below);
  }
  return draft;
}

function isEmptyOrNull(value: unknown): boolean {
  return value === null || (isObject(value) && Object.keys(value).length === 0);
}

/** What a value's parts contribute; undefined when the value is a leaf itself. */
function fieldsBelow(value: unknown, type: TypeSchema): FieldsDraft | undefined {
  if (isOneValue(type)) return undefined;
  if (type.kind === 'struct') return isObject(value) ? structFields(value, structOf(type)) : {};
  if (type.kind === 'list') return isList(value) ? listFields(value, type) : {};
  if (type.kind === 'map') {
    const draft: FieldsDraft = {};
    if (!isObject(value)) return draft;
    for (const key of Object.keys(value)) draft[`f:${key}`] = entryNode(value[key], type.value);
    return draft;
  }
  return undefined;
}

/** The node of a map's or list's entry, which is always a member itself. */
function entryNode(value: unknown, type: TypeSchema): Fields {
  const below = fieldsBelow(value, type);
  return below === undefined ? leaf : fieldsOf({ ...below, '.': leaf });
}

function listFields(list: JsonList, type: ListType): FieldsDraft {
  const draft: FieldsDraft = {};
  for (const item of list) {
    const element = listElement(item, type);
    if (typeof element !== 'string') continue;
    // Entries with the same element are one value together.
    draft[element] = draft[element] === undefined ? entryNode(item, type.element) : leaf;
  }
  return draft;
}

/**
 * The set with all the struct fields on the way to its members as members too, so that taking away the members takes
 * away the structs that would be left empty.
 */
export function withNamedFields(fields: Fields, schema: StructSchema): Fields {
  return withNamedBelow(fields, typeOfStruct(schema));
}

function withNamedBelow(fields: Fields, type: TypeSchema | undefined): Fields {
  const draft: FieldsDraft = {};
  for (const element of Object.keys(fields)) {
    if (element === '.') {
      draft[element] = leaf;
      continue;
    }
    const node = fields[element] ?? leaf;
    const name = fieldNameOf(element);
    let below: TypeSchema | undefined;
    let isNamed = false;
    if (name !== undefined && type?.kind === 'struct') {
      below = structOf(type).fields.get(name)?.type;
      isNamed = below !== undefined;
    } else if (name !== undefined && type?.kind === 'map') below = type.value;
    else if (name === undefined && type?.kind === 'list') below = type.element;
    const inner = withNamedBelow(node, below);
    draft[element] =
      isMember(node) || (isNamed && Object.keys(node).length > 0)
        ? fieldsOf({ ...inner, '.': leaf })
        : inner;
  }
  return fieldsOf(draft);
}
