import type { StructDescription } from '../generated/descriptions/load.ts';
import { fieldsByName, structOf } from '../schema/lookup.ts';
import type { FieldSchema, ScalarType, StructSchema, TypeSchema } from '../schema/schema.ts';
import { sharedTexts } from './generated/texts.ts';

/** A schema of OpenAPI 3.0 with Kubernetes' extensions. */
export type OpenApiSchema = Readonly<Record<string, unknown>>;

/** Texts by group (`core`, `meta`, `apps`, …) and struct, as the files of `../generated/descriptions` have them. */
export type GroupDescriptions = ReadonlyMap<string, Readonly<Record<string, StructDescription>>>;

/** Builds the schemas of one document; every struct that is referred to becomes a component. */
export interface SchemaBuilder {
  readonly components: Record<string, OpenApiSchema>;
  /** A reference to a struct's component, which is made if it is new. */
  reference(struct: StructSchema): { readonly $ref: string };
}

/** The name of a struct's component: Go's package and name, as `kubectl explain` shows its last part. */
function componentName(struct: StructSchema, descriptions: GroupDescriptions): string {
  const version = struct.goType.slice(0, struct.goType.indexOf('.'));
  for (const [group, structs] of descriptions) {
    if (!Object.hasOwn(structs, struct.name)) continue;
    if (group === 'meta') break;
    return `io.k8s.api.${group.split('.')[0]}.${version}.${struct.goName}`;
  }
  return `io.k8s.apimachinery.pkg.apis.meta.${version}.${struct.goName}`;
}

/** A builder with nothing in it yet. Texts are looked for in the order of the groups. */
export function schemaBuilder(
  descriptions: GroupDescriptions,
  groupVersionKind: (struct: StructSchema) => OpenApiSchema | undefined,
): SchemaBuilder {
  const components: Record<string, OpenApiSchema> = {};
  const names = new Map<string, string>();

  function reference(struct: StructSchema): { readonly $ref: string } {
    let name = names.get(struct.name);
    if (name === undefined) {
      name = componentName(struct, descriptions);
      names.set(struct.name, name);
      components[name] = structSchemaOf(struct);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function structSchemaOf(struct: StructSchema): OpenApiSchema {
    const texts = textsOf(struct);
    const properties: Record<string, OpenApiSchema> = {};
    const required: string[] = [];
    for (const field of fieldsByName(struct)) {
      properties[field.name] = propertySchema(field, texts?.[1][field.name]);
      if (field.documentedRequired && !typeMeta.has(field.name)) required.push(field.name);
    }
    const gvk = groupVersionKind(struct);
    return {
      ...described(texts?.[0]),
      type: 'object',
      ...(required.length === 0 ? undefined : { required }),
      properties,
      ...(gvk === undefined ? undefined : { 'x-kubernetes-group-version-kind': [gvk] }),
      ...(struct.atomic ? { 'x-kubernetes-map-type': 'atomic' } : undefined),
    };
  }

  function textsOf(struct: StructSchema): StructDescription | undefined {
    for (const structs of descriptions.values()) {
      if (Object.hasOwn(structs, struct.name)) return structs[struct.name];
    }
    return undefined;
  }

  function propertySchema(field: FieldSchema, text: string | undefined): OpenApiSchema {
    const { type, name } = field;
    if (name === 'fieldsV1') return { ...described(text), ...sharedSchema(fieldsV1) };
    const known = name === 'apiVersion' || name === 'kind' ? sharedTexts[name] : undefined;
    // OpenAPI takes nothing beside a reference, hence upstream's allOf around it.
    return { ...described(text ?? known), ...typeSchema(type), ...mergeMarks(type) };
  }

  function typeSchema(type: TypeSchema): OpenApiSchema {
    switch (type.kind) {
      case 'struct':
        return { allOf: [reference(structOf(type))] };
      case 'list':
        return { type: 'array', items: typeSchema(type.element) };
      case 'map':
        return { type: 'object', additionalProperties: typeSchema(type.value) };
      case 'scalar':
        return scalarSchema(type);
    }
  }

  function scalarSchema({ scalar, enum: values }: ScalarType): OpenApiSchema {
    if (values !== undefined && values.length > 1) {
      return { type: 'string', enum: values.filter((value) => value !== '') };
    }
    const shared = sharedScalars[scalar];
    if (shared === undefined) return plainScalars[scalar] ?? { type: 'string' };
    return sharedSchema(shared);
  }

  function sharedSchema({ name, schema }: SharedScalar): OpenApiSchema {
    components[name] ??= schema;
    return { allOf: [{ $ref: `#/components/schemas/${name}` }] };
  }

  return { components, reference };
}

const typeMeta: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

function described(text: string | undefined): OpenApiSchema | undefined {
  return text === undefined || text === '' ? undefined : { description: text };
}

/** How lists and maps merge: client-side apply reads the patch marks, server-side apply's users the others. */
function mergeMarks(type: TypeSchema): OpenApiSchema {
  switch (type.kind) {
    case 'list': {
      const strategies = [
        ...(type.mergeKey === undefined ? [] : ['merge']),
        ...(type.retainKeys ? ['retainKeys'] : []),
      ];
      return {
        'x-kubernetes-list-type': type.relationship,
        ...(type.keys.length === 0 ? undefined : { 'x-kubernetes-list-map-keys': type.keys }),
        ...(strategies.length === 0
          ? undefined
          : { 'x-kubernetes-patch-strategy': strategies.join(',') }),
        ...(type.mergeKey === undefined || type.mergeKey === ''
          ? undefined
          : { 'x-kubernetes-patch-merge-key': type.mergeKey }),
      };
    }
    case 'struct': {
      const strategy = type.retainKeys ? 'retainKeys' : type.replace ? 'replace' : undefined;
      return strategy === undefined ? {} : { 'x-kubernetes-patch-strategy': strategy };
    }
    case 'map':
      return type.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {};
    case 'scalar':
      return {};
  }
}

const plainScalars: Readonly<Partial<Record<ScalarType['scalar'], OpenApiSchema>>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
};

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Scalars that are types of their own upstream. */
const sharedScalars: Readonly<Partial<Record<ScalarType['scalar'], SharedScalar>>> = {
  quantity: {
    name: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    schema: {
      description: sharedTexts.quantity,
      oneOf: [{ type: 'string' }, { type: 'number' }],
    },
  },
  intOrString: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    schema: {
      description: sharedTexts.intOrString,
      format: 'int-or-string',
      oneOf: [{ type: 'integer' }, { type: 'string' }],
    },
  },
  time: {
    name: `${meta}.Time`,
    schema: { description: sharedTexts.time, type: 'string', format: 'date-time' },
  },
  microTime: {
    name: `${meta}.MicroTime`,
    schema: { description: sharedTexts.microTime, type: 'string', format: 'date-time' },
  },
  json: {
    name: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
    schema: { description: sharedTexts.rawExtension, type: 'object' },
  },
};

interface SharedScalar {
  readonly name: string;
  readonly schema: OpenApiSchema;
}

/** The one field of any JSON that has a type with a name and a text of its own. */
const fieldsV1: SharedScalar = {
  name: `${meta}.FieldsV1`,
  schema: { description: sharedTexts.fieldsV1, type: 'object' },
};
