import { storedObjects } from '../../../../cluster/observe.ts';
import type { KubernetesObject } from '../../../../api/generated/types.ts';
import type { World } from '../../../../kernel/world.ts';

/**
 * What a person may write of the stored objects with these identities (`Kind/namespace/name`; `default` where a kind has no
 * namespaces), by uid, as text to be compared: no status, no revision, and of the field managers kubectl alone.
 */
export function usersPart(
  world: World,
  identities: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const { value } of storedObjects(world)) {
    // Only the API server writes to etcd, and it writes objects.
    const object = value as KubernetesObject & Readonly<Record<string, unknown>>;
    const { kind, metadata } = object;
    const { namespace = 'default', name, uid = '', managedFields = [] } = metadata;
    if (!identities.has(`${kind}/${namespace}/${name}`)) continue;
    // A patch that admission takes back moves the time alone: entries are ordered by it, so that it counts as a change.
    const own = managedFields
      .filter(({ manager = '' }) => manager.startsWith('kubectl'))
      .map((entry) => ({ ...entry, time: undefined }));
    const { resourceVersion: _revision, ...rest } = metadata;
    const shown = { ...object, status: undefined, metadata: { ...rest, managedFields: own } };
    parts.set(uid, JSON.stringify(shown));
  }
  return parts;
}

/** A sentence for each object that is not what it was. */
export function changesOf(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...before].flatMap(([uid, text]) => {
    const now = after.get(uid);
    return now === text ? [] : [`a second apply changes an object:\n${text}\n${now ?? 'gone'}`];
  });
}
