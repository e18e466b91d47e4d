import { serverJson } from '../../../api/encode/server-json.ts';
import { canonicalQuantity } from '../../../api/quantity/format.ts';
import { schemaOf, structOf, typeOfStruct } from '../../../api/schema/lookup.ts';
import type { TypeSchema } from '../../../api/schema/schema.ts';
import { isFields, type Fields } from '../objects.ts';

/**
 * An object as the real kubectl prints one that it has read into Go's type of it: fields in the order of their declaration,
 * quantities in their shortest form. `get` does not: it passes on what the server has written.
 */
export function asGoPrints(object: Fields): Fields {
  const { apiVersion, kind } = object;
  const whole = serverJson(object);
  const struct = schemaOf(String(apiVersion), String(kind));
  return struct === undefined ? whole : (canonical(whole, typeOfStruct(struct)) as Fields); // It goes in as fields.
}

function canonical(value: unknown, type: TypeSchema): unknown {
  switch (type.kind) {
    case 'struct': {
      if (!isFields(value)) return value;
      const { fields } = structOf(type);
      return mapped(value, (each, name) => {
        const field = fields.get(name);
        return field === undefined ? each : canonical(each, field.type);
      });
    }
    case 'map':
      return isFields(value) ? mapped(value, (each) => canonical(each, type.value)) : value;
    case 'list':
      return Array.isArray(value) ? value.map((each) => canonical(each, type.element)) : value;
    case 'scalar': {
      if (type.scalar !== 'quantity' || typeof value !== 'string') return value;
      const shortest = canonicalQuantity(value);
      return shortest.ok ? shortest.value : value;
    }
  }
}

function mapped(fields: Fields, change: (value: unknown, key: string) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, change(each, key)]));
}
