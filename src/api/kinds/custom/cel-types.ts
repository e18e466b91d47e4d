import { escapedName } from '../../cel/escape.ts';
import { celTypes, listType, mapType, structType, type CelType } from '../../cel/types.ts';
import { structuralOf, type Structural } from './structural.ts';

const formats: Readonly<Record<string, CelType>> = {
  byte: celTypes.bytes,
  duration: celTypes.duration,
  date: celTypes.timestamp,
  'date-time': celTypes.timestamp,
};

/**
 * The type of a value as rules see it (upstream: apiserver's `cel/common.SchemaDeclType`); undefined for one that rules
 * cannot see, because its schema leaves it open. `isResource` adds what every object has; objects are called `name`, and
 * those within after their place in it.
 */
export function schemaType(
  schema: Structural,
  { isResource, name }: { readonly isResource: boolean; readonly name: string },
): CelType | undefined {
  if (schema.isIntOrString) return celTypes.dyn;
  switch (schema.type) {
    case 'array': {
      const { items } = schema;
      const element =
        items && schemaType(items, { isResource: items.isEmbedded, name: `${name}.@idx` });
      return element && listType(element);
    }
    case 'object': {
      const { additional } = schema;
      if (typeof additional !== 'object') return objectType(schema, { isResource, name });
      const value = schemaType(additional, {
        isResource: additional.isEmbedded,
        name: `${name}.@elem`,
      });
      return value && mapType(celTypes.string, value);
    }
    case 'string':
      return Object.hasOwn(formats, schema.format) ? formats[schema.format] : celTypes.string;
    case 'boolean':
      return celTypes.bool;
    case 'number':
      return celTypes.double;
    case 'integer':
      return celTypes.int;
    default:
      return undefined;
  }
}

const text = structuralOf({ type: 'string' });
const metadata = structuralOf({
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
});
/** Seen of every object, whatever its schema says of them. */
const ofResources: ReadonlyMap<string, Structural> = new Map([
  ['kind', text],
  ['apiVersion', text],
  ['metadata', metadata],
]);

function objectType(
  { properties }: Structural,
  { isResource, name }: { readonly isResource: boolean; readonly name: string },
): CelType {
  return structType(name, () => {
    const fields = new Map<string, CelType>();
    for (const [property, schema] of isResource ? [...properties, ...ofResources] : properties) {
      const written = escapedName(property);
      if (written === undefined) continue;
      const type = schemaType(schema, {
        isResource: schema.isEmbedded,
        name: `${name}.${written}`,
      });
      if (type !== undefined) fields.set(written, type);
    }
    return fields;
  });
}
