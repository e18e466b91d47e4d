import type { ManifestKubernetesObject } from '../api/manifest/manifest.ts';
import { kindByApiVersion } from '../api/kinds/index.ts';

/** Where the API serves an object of a manifest. */
export interface ResourcePath {
  readonly collection: string;
  readonly object: string;
  readonly namespace: string;
  readonly name: string;
}

/** The path of a manifest's object; `namespace` is the one of the context, for objects that name none. */
export function resourcePathOf(
  object: ManifestKubernetesObject,
  namespace: string,
): ResourcePath | undefined {
  const declaration = kindByApiVersion(object.apiVersion, object.kind);
  if (declaration === undefined) return undefined;
  const root = object.apiVersion.includes('/')
    ? `/apis/${object.apiVersion}`
    : `/api/${object.apiVersion}`;
  const own = object.metadata['namespace'];
  const name = String(object.metadata['name'] ?? '');
  const scope = declaration.namespaced
    ? typeof own === 'string' && own !== ''
      ? own
      : namespace
    : '';
  const collection =
    scope === ''
      ? `${root}/${declaration.plural}`
      : `${root}/namespaces/${encodeURIComponent(scope)}/${declaration.plural}`;
  return {
    collection,
    object: `${collection}/${encodeURIComponent(name)}`,
    namespace: scope,
    name,
  };
}
