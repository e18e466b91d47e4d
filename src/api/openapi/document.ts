import { structTexts } from '../generated/schemas.ts';
import { allKinds, apiVersionOf, servedGroups } from '../kinds/index.ts';
import { schemaOf } from '../schema/lookup.ts';
import type { StructSchema } from '../schema/schema.ts';
import { addPaths, type OpenApiPaths } from './paths.ts';
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
  return servedGroups().flatMap(({ group, versions }) =>
    versions.map((version) => ({
      group,
      version,
      path: group === '' ? `api/${version}` : `apis/${group}/${version}`,
    })),
  );
}

/** `/openapi/v3`: where the document of each part is. Clients keep a document for as long as its hash stays. */
export function openApiIndex(): unknown {
  const hash = documentHash();
  const paths: Record<string, unknown> = {};
  for (const { path } of openApiParts()) {
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  return { paths };
}

/** The OpenAPI v3 document of one part: its kinds' operations and all types that they are made of. */
export function openApiDocument(
  { group, version }: Pick<OpenApiPart, 'group' | 'version'>,
  { release, descriptions }: { readonly release: string; readonly descriptions: GroupDescriptions },
): unknown {
  const kinds = allKinds.filter((each) => each.group === group && each.version === version);
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
  let hash = 0x811c9dc5;
  const add = (text: string): void => {
    for (let at = 0; at < text.length; at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    }
  };
  for (const name of Object.keys(structTexts)) add(`${name}${structTexts[name] ?? ''}`);
  for (const kind of allKinds)
    add(`${kind.group}${kind.version}${kind.plural}${kind.verbs.join()}`);
  hashMemo = (hash >>> 0).toString(16).padStart(8, '0').toUpperCase();
  return hashMemo;
}
