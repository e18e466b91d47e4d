import { structOf } from '../schema/lookup.ts';
import type { StructSchema, TypeSchema } from '../schema/schema.ts';

/** What strategic merge patch must know of a type. Made from our schemas, or by tests from their own. */
export interface PatchSchema {
  /** Go's name of the type, for messages. */
  readonly name: string;
  /** Undefined when the type has no such field; fields of plain values may be left out too. */
  field(name: string): PatchField | undefined;
}

export interface PatchField {
  /** The schema of the field's object or of the list's elements; undefined for maps and plain values. */
  readonly schema: PatchSchema | undefined;
  /** '' merges objects and replaces lists. */
  readonly strategy: '' | 'merge' | 'replace';
  readonly retainKeys: boolean;
  /** The field that tells a list's elements apart; '' for lists of plain values. */
  readonly mergeKey: string;
}

const made = new WeakMap<StructSchema, PatchSchema>();

/** The patch schema of one of the API's types. */
export function patchSchemaOf(struct: StructSchema): PatchSchema {
  let schema = made.get(struct);
  if (schema === undefined) {
    const fields = new Map<string, PatchField>();
    schema = {
      name: struct.goName,
      field(name) {
        let field = fields.get(name);
        if (field === undefined) {
          const type = struct.fields.get(name)?.type;
          if (type === undefined) return undefined;
          field = patchFieldOf(type);
          fields.set(name, field);
        }
        return field;
      },
    };
    made.set(struct, schema);
  }
  return schema;
}

function patchFieldOf(type: TypeSchema): PatchField {
  const plain = { schema: undefined, strategy: '', retainKeys: false, mergeKey: '' } as const;
  switch (type.kind) {
    case 'struct':
      return {
        schema: patchSchemaOf(structOf(type)),
        strategy: type.replace ? 'replace' : '',
        retainKeys: type.retainKeys,
        mergeKey: '',
      };
    case 'list':
      return {
        schema: type.element.kind === 'struct' ? patchSchemaOf(structOf(type.element)) : undefined,
        strategy: type.mergeKey === undefined ? '' : 'merge',
        retainKeys: type.retainKeys,
        mergeKey: type.mergeKey ?? '',
      };
    default:
      return plain;
  }
}
