import { structType, type CelType } from '../../cel/types.ts';
import type { CustomResourceDefinition } from '../../generated/types.ts';
import { metadataType, typeNameOf } from '../../schema/cel-type.ts';
import { schemaType } from './cel-types.ts';
import { structuralOf } from './structural.ts';

/**
 * The type that objects of a definition have in expressions of policies: other than rules of the definition itself they
 * see all metadata. Undefined for a version that has no schema.
 */
export function customObjectType(
  { spec }: CustomResourceDefinition,
  version: string,
): CelType | undefined {
  const schema = spec.versions.find(({ name }) => name === version)?.schema?.openAPIV3Schema;
  if (schema === undefined) return undefined;
  const name = typeNameOf(spec.names.kind);
  const type = schemaType(structuralOf(schema), { isResource: true, name });
  const { fields } = type ?? {};
  if (fields === undefined) return type;
  return structType(
    name,
    () => new Map([...fields(), ['metadata', metadataType(`${name}.metadata`)]]),
  );
}
