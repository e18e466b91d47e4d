import { structOf } from '../schema/lookup.ts';
import type { TypeSchema } from '../schema/schema.ts';

/** True for types that have one owner however much is in them. */
export function isOneValue(type: TypeSchema): boolean {
  switch (type.kind) {
    case 'scalar':
      return true;
    case 'struct':
      return structOf(type).atomic;
    case 'map':
      return type.atomic;
    case 'list':
      return type.relationship === 'atomic';
  }
}
