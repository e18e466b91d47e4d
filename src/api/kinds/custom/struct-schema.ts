import { bindStruct, structSchema } from '../../schema/lookup.ts';
import type { FieldSchema, StructSchema, TypeSchema } from '../../schema/schema.ts';
import type { Structural } from './structural.ts';

/**
 * A custom resource's schema in the form that field management reads (upstream: the OpenAPI of a definition, as
 * structured-merge-diff's typed schema). Where unknown fields are preserved, each is one value.
 */
export function structSchemaOf(kind: string, structural: Structural): StructSchema {
  const fields = fieldsOf(structural);
  const model = structSchema('ConfigMap');
  for (const name of ['apiVersion', 'kind', 'metadata']) {
    const field = model.fields.get(name);
    if (field === undefined) continue;
    fields.set(name, name === 'metadata' ? field : fieldOf(name, scalar('string', 'string')));
  }
  const metadata = model.fields.get('metadata');
  return {
    name: kind,
    goName: kind,
    goType: `unstructured.${kind}`,
    atomic: false,
    fields: structural.preservesUnknown ? openFields(fields) : fields,
    emittedFields: metadata === undefined ? [] : [metadata],
  };
}

function fieldsOf(structural: Structural): Map<string, FieldSchema> {
  const fields = new Map<string, FieldSchema>();
  for (const [name, property] of structural.properties) {
    fields.set(name, fieldOf(name, typeOf(property)));
  }
  return fields;
}

function fieldOf(name: string, type: TypeSchema): FieldSchema {
  return {
    name,
    element: `f:${name}`,
    type,
    required: false,
    documentedRequired: false,
    emitted: false,
    written: false,
    omitsZero: false,
    defaultValue: undefined,
  };
}

/** Fields of which any may be there: one that is not declared is a JSON value. */
function openFields(declared: ReadonlyMap<string, FieldSchema>): ReadonlyMap<string, FieldSchema> {
  const open = new Map(declared);
  const others = new Map<string, FieldSchema>();
  open.get = (name) => {
    const known = declared.get(name) ?? others.get(name);
    if (known !== undefined) return known;
    const field = fieldOf(name, anything);
    if (others.size < 1000) others.set(name, field);
    return field;
  };
  return open;
}

function scalar(
  kind: 'string' | 'boolean' | 'int64' | 'double' | 'intOrString' | 'json',
  goType: string,
): TypeSchema {
  return { kind: 'scalar', scalar: kind, enum: undefined, goType };
}

const anything = scalar('json', 'interface {}');

function typeOf(structural: Structural): TypeSchema {
  if (structural.isIntOrString) return scalar('intOrString', 'intstr.IntOrString');
  switch (structural.type) {
    case 'string':
      return scalar('string', 'string');
    case 'boolean':
      return scalar('boolean', 'bool');
    case 'integer':
      return scalar('int64', 'int64');
    case 'number':
      return scalar('double', 'float64');
    case 'array':
      return listOf(structural);
    case 'object':
      return objectOf(structural);
    default:
      return anything;
  }
}

function listOf({ items, listType, listMapKeys }: Structural): TypeSchema {
  const relationship = listType === 'set' || listType === 'map' ? listType : 'atomic';
  return {
    kind: 'list',
    element: items === undefined ? anything : typeOf(items),
    relationship,
    keys: relationship === 'map' ? listMapKeys : [],
    mergeKey: undefined,
    retainKeys: false,
  };
}

function objectOf(structural: Structural): TypeSchema {
  const { additional, properties, preservesUnknown } = structural;
  const atomic = structural.mapType === 'atomic';
  if (properties.size === 0 && (additional !== undefined || preservesUnknown)) {
    const value = typeof additional === 'object' ? typeOf(additional) : anything;
    return { kind: 'map', value, atomic };
  }
  const fields = fieldsOf(structural);
  if (structural.isEmbedded) {
    for (const name of ['apiVersion', 'kind']) {
      if (!fields.has(name)) fields.set(name, fieldOf(name, scalar('string', 'string')));
    }
    if (!fields.has('metadata')) {
      fields.set('metadata', fieldOf('metadata', { kind: 'map', value: anything, atomic: false }));
    }
  }
  const schema: StructSchema = {
    name: 'object',
    goName: 'object',
    goType: 'map[string]interface {}',
    atomic,
    fields: preservesUnknown ? openFields(fields) : fields,
    emittedFields: [],
  };
  return bindStruct({ kind: 'struct', name: 'object', retainKeys: false, replace: false }, schema);
}
