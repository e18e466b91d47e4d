import type { APIGroup, APIResource } from '../../../api/generated/types.ts';
import { allKinds, apiVersionOf, servedGroups } from '../../../api/kinds/index.ts';
import { reviewKinds } from '../reviews/kinds.ts';
import type { KindDeclaration, Subresource, SubresourceName } from '../../../api/kinds/kind.ts';
import { compareStrings } from '../../../base/compare.ts';

/** What is served, in the two forms of discovery. All of it follows from the kinds' declarations. */

/** The kinds of one group and version, by name. */
export function kindsIn(group: string, version: string): readonly KindDeclaration[] {
  return [...allKinds, ...reviewKinds]
    .filter((kind) => kind.group === group && kind.version === version)
    .sort((a, b) => compareStrings(a.plural, b.plural));
}

/** Groups and versions, those of the reviews included: core first, the others by name. */
export function discoveredGroups(): ReturnType<typeof servedGroups> {
  const reviews = new Map(reviewKinds.map(({ group, version }) => [group, version]));
  const stored = servedGroups();
  const added = [...reviews]
    .filter(([group]) => !stored.some((each) => each.group === group))
    .map(([group, version]) => ({ group, versions: [version] }));
  return [...stored, ...added].sort((a, b) => compareStrings(a.group, b.group));
}

/** One group as `/apis` lists it. */
export function groupOf(name: string, versions: readonly string[]): APIGroup {
  const listed = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  const [preferredVersion] = listed;
  return {
    name,
    versions: listed,
    ...(preferredVersion === undefined ? undefined : { preferredVersion }),
  };
}

/** All groups but the core one. */
export function namedGroups(): readonly APIGroup[] {
  return discoveredGroups()
    .filter(({ group }) => group !== '')
    .map(({ group, versions }) => groupOf(group, versions));
}

/** A kind and its subresources as `/api/v1` and `/apis/GROUP/VERSION` list them. */
export function plainResources(kind: KindDeclaration): readonly APIResource[] {
  const own: APIResource = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: kind.verbs,
    ...(kind.shortNames.length === 0 ? undefined : { shortNames: kind.shortNames }),
    ...(kind.categories.length === 0 ? undefined : { categories: kind.categories }),
  };
  return [
    own,
    ...subresourcesOf(kind).map(
      ([name, sub]): APIResource => ({
        name: `${kind.plural}/${name}`,
        singularName: '',
        namespaced: kind.namespaced,
        ...(sub.group === undefined ? undefined : { group: sub.group }),
        ...(sub.version === undefined ? undefined : { version: sub.version }),
        kind: sub.kind,
        verbs: sub.verbs,
      }),
    ),
  ];
}

/** The same in aggregated discovery. */
export function aggregatedResource(kind: KindDeclaration): unknown {
  const { group, version } = kind;
  const subresources = subresourcesOf(kind).map(([subresource, sub]) => ({
    subresource,
    responseKind: {
      group: sub.group ?? group,
      version: sub.version ?? version,
      kind: sub.kind,
    },
    verbs: sub.verbs,
  }));
  return {
    resource: kind.plural,
    responseKind: { group, version, kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...(kind.shortNames.length === 0 ? undefined : { shortNames: kind.shortNames }),
    ...(kind.categories.length === 0 ? undefined : { categories: kind.categories }),
    ...(subresources.length === 0 ? undefined : { subresources }),
  };
}

function subresourcesOf(
  kind: KindDeclaration,
): readonly (readonly [SubresourceName, Subresource])[] {
  // The keys are those of the declaration.
  const names = Object.keys(kind.subresources) as SubresourceName[];
  return names.sort(compareStrings).flatMap((name) => {
    const sub = kind.subresources[name];
    return sub === undefined ? [] : [[name, sub] as const];
  });
}

/** The groups of one root (`/api`: the core group alone) in aggregated discovery. */
export function aggregatedGroups(isCore: boolean): unknown {
  const items = discoveredGroups()
    .filter(({ group }) => (group === '') === isCore)
    .map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((version) => ({
        version,
        resources: kindsIn(group, version).map(aggregatedResource),
        freshness: 'Current',
      })),
    }));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items,
  };
}

/** The text of a group and version, as lists of resources carry it. */
export function groupVersionText(group: string, version: string): string {
  return apiVersionOf({ group, version });
}
