import type { ManifestKubernetesObject } from '../api/manifest/manifest.ts';
import type { APIResource } from '../api/generated/types.ts';
import type { KubeClient } from './kube-client.ts';
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
  return declaration === undefined ? undefined : pathIn(declaration, object, namespace);
}

/** The same, asking the server for kinds that are not built in (kubectl's discovery of a group and version). */
export async function discoveredPathOf(
  client: KubeClient,
  object: ManifestKubernetesObject,
  namespace: string,
): Promise<ResourcePath | undefined> {
  const known = resourcePathOf(object, namespace);
  if (known !== undefined || !object.apiVersion.includes('/')) return known;
  const { code, body } = await client.request({
    method: 'GET',
    path: `/apis/${object.apiVersion}`,
  });
  if (code !== 200) return undefined;
  // An APIResourceList, by its path.
  const { resources = [] } = body as { readonly resources?: readonly APIResource[] };
  const found = resources.find(({ kind, name }) => kind === object.kind && !name.includes('/'));
  return found === undefined
    ? undefined
    : pathIn({ plural: found.name, namespaced: found.namespaced }, object, namespace);
}

function pathIn(
  declaration: { readonly plural: string; readonly namespaced: boolean },
  object: ManifestKubernetesObject,
  namespace: string,
): ResourcePath {
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
