import type { APIGroup, APIResource } from '../../../api/generated/types.ts';
import { customKinds, type CustomDefinitions } from '../../../api/kinds/custom/registry.ts';
import { compareVersions } from '../../../api/kinds/custom/versions.ts';
import { allKinds, apiVersionOf } from '../../../api/kinds/index.ts';
import { reviewKinds } from '../../../api/kinds/reviews.ts';
import { unstoredKinds } from '../../../api/kinds/unstored-kinds.ts';
import type { KindDeclaration, Subresource, SubresourceName } from '../../../api/kinds/kind.ts';
import { base64OfBytes } from '../../../api/base64.ts';
import { compareStrings } from '../../../base/compare.ts';
import { sha256 } from '../../../base/sha256.ts';

/** What is served, in the two forms of discovery. All of it follows from the kinds' declarations. */

/** Everything that a server serves: what is built in, reviews, and the kinds of these definitions. */
export function servedKinds(definitions: CustomDefinitions): readonly KindDeclaration[] {
  return definitions.size === 0 ? builtIn : [...builtIn, ...customKinds(definitions)];
}

const builtIn: readonly KindDeclaration[] = [...allKinds, ...reviewKinds, ...unstoredKinds];

const unstored: ReadonlySet<KindDeclaration> = new Set([...reviewKinds, ...unstoredKinds]);

/** The kinds of one group and version, by name. */
export function kindsIn(
  kinds: readonly KindDeclaration[],
  group: string,
  version: string,
): readonly KindDeclaration[] {
  return kinds
    .filter((kind) => kind.group === group && kind.version === version)
    .sort((a, b) => compareStrings(a.plural, b.plural));
}

/** The built-in groups as the aggregator ranks them; those of definitions follow by name. */
const ranked: readonly string[] = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'resource.k8s.io',
];

function rankOf(group: string): number {
  const rank = ranked.indexOf(group);
  return rank < 0 ? ranked.length : rank;
}

/** Groups and their versions, in the order of discovery; the preferred version first. */
export function discoveredGroups(
  kinds: readonly KindDeclaration[],
): readonly { readonly group: string; readonly versions: readonly string[] }[] {
  const versions = new Map<string, Set<string>>();
  for (const { group, version } of kinds) {
    const known = versions.get(group);
    if (known === undefined) versions.set(group, new Set([version]));
    else known.add(version);
  }
  return [...versions]
    .map(([group, known]) => ({ group, versions: [...known].sort(compareVersions) }))
    .sort((a, b) => rankOf(a.group) - rankOf(b.group) || compareStrings(a.group, b.group));
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
export function namedGroups(kinds: readonly KindDeclaration[]): readonly APIGroup[] {
  return discoveredGroups(kinds)
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
    ...(unstored.has(kind) ? undefined : { storageVersionHash: storageVersionHash(kind) }),
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

const hashes = new WeakMap<KindDeclaration, string>();
const HASH_BYTES = 8;

/** A hash of the group, version and kind in which objects are stored (upstream: discovery.StorageVersionHash). */
function storageVersionHash(kind: KindDeclaration): string {
  let hash = hashes.get(kind);
  if (hash === undefined) {
    const stored = storedKind(kind);
    const text = `${stored.group}/${stored.version}/${kind.kind}`;
    hash = base64OfBytes(sha256(text).subarray(0, HASH_BYTES));
    hashes.set(kind, hash);
  }
  return hash;
}

/** The view of a kind's store that is the store's own. */
function storedKind(kind: KindDeclaration): { readonly group: string; readonly version: string } {
  if (kind.custom !== undefined) return { group: kind.group, version: kind.custom.storageVersion };
  if (kind.toStored === undefined) return kind;
  return (
    allKinds.find((each) => each.storage === kind.storage && each.toStored === undefined) ?? kind
  );
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
export function aggregatedGroups(kinds: readonly KindDeclaration[], isCore: boolean): unknown {
  const items = discoveredGroups(kinds)
    .filter(({ group }) => (group === '') === isCore)
    .map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((version) => ({
        version,
        resources: kindsIn(kinds, group, version).map(aggregatedResource),
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
