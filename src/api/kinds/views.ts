import type { KubernetesObject } from '../generated/types.ts';
import type { View, Views } from '../managed-fields/versions.ts';
import { schemaOf } from '../schema/lookup.ts';
import { allKinds, apiVersionOf } from './index.ts';
import type { KindDeclaration } from './kind.ts';

const viewsByKind = new Map<KindDeclaration, Views>();

for (const kind of allKinds) {
  const others = allKinds.filter(
    (each) => each !== kind && each.kind === kind.kind && each.storage === kind.storage,
  );
  if (others.length === 0) continue;
  const views = new Map<string, View>();
  for (const other of others) {
    const schema = schemaOf(apiVersionOf(other), other.kind);
    if (schema === undefined) continue;
    views.set(apiVersionOf(other), {
      schema,
      of: (object) => translated(object, kind, other),
      back: (object) => translated(object, other, kind),
    });
  }
  viewsByKind.set(kind, views);
}

function translated(
  object: KubernetesObject,
  from: KindDeclaration,
  to: KindDeclaration,
): KubernetesObject {
  const stored = from.toStored === undefined ? object : from.toStored(object);
  return to.fromStored === undefined ? stored : to.fromStored(stored);
}

/** The other versions in which objects of a built-in kind are served; undefined for the many that have none. O(1). */
export function viewsOf(kind: KindDeclaration): Views | undefined {
  return viewsByKind.get(kind);
}
