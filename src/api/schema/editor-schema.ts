import type { StructDescription } from '../generated/descriptions/load.ts';
import { fieldsByName, schemaOf, structOf } from './lookup.ts';
import type { FieldSchema, StructSchema, TypeSchema } from './schema.ts';

/**
 * The JSON schema (draft-07) that the YAML editor completes, explains and marks with. Only the page asks for it: the
 * engine imports neither this file nor the descriptions.
 */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

/** Texts by struct, as the files of `../generated/descriptions` have them; several may be joined. */
export type Descriptions = Readonly<Record<string, StructDescription>>;

/** A kind by its apiVersion and name. */
export type KindName = readonly [apiVersion: string, kind: string];

/**
 * One schema for documents of any of the given kinds, all of which must be built in (see `kindsWithSchema`). Structs
 * without a description get none, so the schema can be made before the texts are loaded and made again with them.
 */
export function editorSchema(kinds: readonly KindName[], descriptions: Descriptions): JsonSchema {
  const roots = kinds.flatMap(([apiVersion, kind]) => schemaOf(apiVersion, kind) ?? []);
  const definitions: Record<string, JsonSchema> = {};
  const queue = [...roots];
  for (let struct = queue.pop(); struct !== undefined; struct = queue.pop()) {
    if (definitions[struct.name] !== undefined) continue;
    definitions[struct.name] = structDefinition(struct, descriptions[struct.name], queue);
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    oneOf: roots.map((struct) => reference(struct)),
    definitions,
  };
}

function structDefinition(
  struct: StructSchema,
  texts: StructDescription | undefined,
  queue: StructSchema[],
): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const field of fieldsByName(struct)) {
    properties[field.name] = fieldDefinition(field, texts?.[1][field.name], queue);
    if (field.documentedRequired) required.push(field.name);
  }
  return {
    title: struct.goName,
    ...described(texts?.[0]),
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function fieldDefinition(
  field: FieldSchema,
  text: string | undefined,
  queue: StructSchema[],
): JsonSchema {
  const schema = typeDefinition(field.type, queue);
  if (text === undefined || text === '') return schema;
  // Beside a reference nothing counts in draft-07, yet the editor's service reads a description there.
  return { ...schema, description: text };
}

function typeDefinition(type: TypeSchema, queue: StructSchema[]): JsonSchema {
  switch (type.kind) {
    case 'struct': {
      const struct = structOf(type);
      queue.push(struct);
      return reference(struct);
    }
    case 'list':
      return { type: 'array', items: typeDefinition(type.element, queue) };
    case 'map':
      return { type: 'object', additionalProperties: typeDefinition(type.value, queue) };
    case 'scalar': {
      const values = type.enum?.filter((value) => value !== '');
      return values === undefined ? scalars[type.scalar] : { type: 'string', enum: values };
    }
  }
}

const scalars: Readonly<Record<Extract<TypeSchema, { kind: 'scalar' }>['scalar'], JsonSchema>> = {
  string: { type: 'string' },
  bytes: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer' },
  int64: { type: 'integer' },
  double: { type: 'number' },
  quantity: { title: 'Quantity', oneOf: [{ type: 'string' }, { type: 'number' }] },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  intOrString: { title: 'integer or string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  json: {},
};

function reference(struct: StructSchema): JsonSchema {
  return { $ref: `#/definitions/${struct.name}` };
}

function described(text: string | undefined): { readonly description?: string } {
  return text === undefined || text === '' ? {} : { description: text };
}
