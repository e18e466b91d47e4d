import type { CustomResourceDefinition } from '../../generated/types.ts';
import type { KindDeclaration } from '../kind.ts';
import { customKindsOf, customStorage } from './custom-kind.ts';

/**
 * The definitions that an API server serves, by the storage of their objects (`stable.example.com/crontabs`). Plain
 * data: what follows from a definition is worked out from it and remembered by its identity.
 */
export type CustomDefinitions = ReadonlyMap<string, CustomResourceDefinition>;

/** Whether a definition has been accepted, so that its objects are served. */
export function isEstablished({ status }: CustomResourceDefinition): boolean {
  return (
    status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True') ===
    true
  );
}

/** The kind at a place in a request's path; undefined when no definition serves it. */
export function customKindByResource(
  definitions: CustomDefinitions,
  group: string,
  version: string,
  plural: string,
): KindDeclaration | undefined {
  if (definitions.size === 0) return undefined;
  const definition = definitions.get(`${group}/${plural}`);
  if (definition === undefined) return undefined;
  return customKindsOf(definition).find((kind) => kind.version === version);
}

/** Every kind that definitions serve, by storage and then in the definition's order of versions. */
export function customKinds(definitions: CustomDefinitions): readonly KindDeclaration[] {
  return [...definitions.keys()]
    .sort()
    .flatMap((storage) => customKindsOf(definitions.get(storage) as CustomResourceDefinition)); // A key of the map.
}

export { customStorage };
