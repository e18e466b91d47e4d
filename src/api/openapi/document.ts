import { compareStrings } from '../../base/compare.ts';
import type { CustomResourceDefinition } from '../generated/types.ts';
import { structTexts } from '../generated/schemas.ts';
import { allKinds, apiVersionOf, servedGroups } from '../kinds/index.ts';
import { reviewKinds } from '../kinds/reviews.ts';
import { customKindsOf } from '../kinds/custom/custom-kind.ts';
import { unstoredKinds } from '../kinds/unstored-kinds.ts';
import { schemaOf, structSchema } from '../schema/lookup.ts';
import type { StructSchema } from '../schema/schema.ts';
import { addPaths, type OpenApiPaths } from './paths.ts';
import { sharedTexts } from './generated/texts.ts';
import { schemaBuilder, type GroupDescriptions, type OpenApiSchema } from './schemas.ts';

/** A group and version that is served, with the names that discovery of OpenAPI v3 has for it. */
export interface OpenApiPart {
  readonly group: string;
  readonly version: string;
  /** `api/v1`, `apis/apps/v1`. */
  readonly path: string;
}

/** The parts of the API that have a document. */
export function openApiParts(): readonly OpenApiPart[] {
  const parts = servedGroups().flatMap(({ group, versions }) =>
    versions.map((version) => ({ group, version })),
  );
  for (const { group, version } of reviewKinds) {
    if (!parts.some((each) => each.group === group)) parts.push({ group, version });
  }
  parts.sort((a, b) => compareStrings(a.group, b.group));
  return parts.map(({ group, version }) => ({
    group,
    version,
    path: group === '' ? `api/${version}` : `apis/${group}/${version}`,
  }));
}

interface OpenApiPlace {
  readonly serverRelativeURL: string;
}

interface OpenApiIndex {
  readonly paths: Readonly<Record<string, OpenApiPlace>>;
}

/** `/openapi/v3`: where the document of each part is. Clients keep a document for as long as its hash stays. */
export function openApiIndex(definitions: readonly CustomResourceDefinition[] = []): OpenApiIndex {
  const hash = documentHash();
  const paths: Record<string, OpenApiPlace> = {};
  for (const { path } of openApiParts()) {
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  for (const definition of definitions) {
    for (const { version, group } of customKindsOf(definition)) {
      const path = `apis/${group}/${version}`;
      if (Object.hasOwn(paths, path)) continue;
      const own = customHash(definitions, group);
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${own}` };
    }
  }
  return { paths };
}

/** Changes with every change of a definition of the group. */
function customHash(definitions: readonly CustomResourceDefinition[], group: string): string {
  const own = definitions
    .filter(({ spec }) => spec.group === group)
    .map(
      ({ metadata }) => `${metadata.name ?? ''}@${metadata.generation ?? 0}${metadata.uid ?? ''}`,
    );
  return fnv(own.sort()).toUpperCase();
}

/** The OpenAPI v3 document of a group and version that definitions serve; undefined when none does. */
export function customOpenApiDocument(
  path: string,
  definitions: readonly CustomResourceDefinition[],
  descriptions: GroupDescriptions,
): unknown {
  const builder = schemaBuilder(descriptions, () => undefined);
  const metadata = builder.reference(structSchema('ObjectMeta'));
  const listMeta = builder.reference(structSchema('ListMeta'));
  const schemas: Record<string, unknown> = {};
  const paths: OpenApiPaths = {};
  for (const definition of definitions) {
    for (const kind of customKindsOf(definition)) {
      if (`apis/${kind.group}/${kind.version}` !== path) continue;
      const version = definition.spec.versions.find(({ name }) => name === kind.version);
      const schema = version?.schema?.openAPIV3Schema ?? { type: 'object' };
      const gvk = { group: kind.group, version: kind.version, kind: kind.kind };
      const name = `${kind.group.split('.').toReversed().join('.')}.${kind.version}.${kind.kind}`;
      const reference = { $ref: `#/components/schemas/${name}` };
      schemas[name] = {
        ...schema,
        properties: { ...schema.properties, ...typeMeta, metadata: { ...metadata } },
        'x-kubernetes-group-version-kind': [gvk],
      };
      schemas[`${name}List`] = {
        description: `${kind.kind}List is a list of ${kind.kind}`,
        type: 'object',
        required: ['items'],
        properties: {
          ...typeMeta,
          items: { type: 'array', items: reference },
          metadata: { ...listMeta },
        },
        'x-kubernetes-group-version-kind': [{ ...gvk, kind: kind.listKind }],
      };
      addPaths(paths, kind, reference);
    }
  }
  if (Object.keys(schemas).length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' },
    paths,
    components: { schemas: { ...builder.components, ...schemas } },
  };
}

const typeMeta = {
  apiVersion: { description: sharedTexts.apiVersion, type: 'string' },
  kind: { description: sharedTexts.kind, type: 'string' },
};

/** The OpenAPI v3 document of one part: its kinds' operations and all types that they are made of. */
export function openApiDocument(
  { group, version }: Pick<OpenApiPart, 'group' | 'version'>,
  { release, descriptions }: { readonly release: string; readonly descriptions: GroupDescriptions },
): unknown {
  const kinds = [...allKinds, ...reviewKinds, ...unstoredKinds].filter(
    (each) => each.group === group && each.version === version,
  );
  const gvks = new Map<StructSchema, OpenApiSchema>();
  const structs = kinds.flatMap((kind) => {
    const struct = schemaOf(apiVersionOf(kind), kind.kind);
    if (struct === undefined) return [];
    gvks.set(struct, { group, version, kind: kind.kind });
    return [{ kind, struct }];
  });
  const builder = schemaBuilder(descriptions, (struct) => gvks.get(struct));
  const paths: OpenApiPaths = {};
  for (const { kind, struct } of structs) addPaths(paths, kind, builder.reference(struct));
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: release },
    paths,
    components: { schemas: builder.components },
  };
}

let hashMemo: string | undefined;

/** FNV-1a over all that documents are made from, but for the texts, which change together with it. */
function documentHash(): string {
  if (hashMemo !== undefined) return hashMemo;
  hashMemo = fnv([
    ...Object.keys(structTexts).map((name) => `${name}${structTexts[name] ?? ''}`),
    ...allKinds.map((kind) => `${kind.group}${kind.version}${kind.plural}${kind.verbs.join()}`),
  ]).toUpperCase();
  return hashMemo;
}

function fnv(texts: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    }
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
