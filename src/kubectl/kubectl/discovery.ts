import { Failure } from './failure.ts';
import { listAt, textAt } from './objects.ts';

/** A resource that the server serves, with everything that discovery tells of it. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  /** Plural, lower case. */
  readonly name: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly Subresource[];
}

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly verbs: readonly string[];
}

export interface ApiGroup {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly Resource[];
  }[];
}

/** All that the server serves, in its order. */
export interface Discovery {
  readonly groups: readonly ApiGroup[];
}

export const DISCOVERY_ACCEPT =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** Reads the aggregated discovery documents of `/api` and `/apis`. */
export function discoveryOf(documents: readonly unknown[]): Discovery {
  const groups = documents.flatMap((document) =>
    listAt(document, 'items').map((item) => {
      const group = textAt(item, 'metadata', 'name');
      return {
        name: group,
        versions: listAt(item, 'versions').map((each) => {
          const version = textAt(each, 'version');
          return {
            version,
            resources: listAt(each, 'resources').map((resource) =>
              resourceOf(resource, group, version),
            ),
          };
        }),
      };
    }),
  );
  return { groups };
}

function texts(value: readonly unknown[]): readonly string[] {
  return value.filter((each) => typeof each === 'string');
}

function resourceOf(value: unknown, group: string, version: string): Resource {
  return {
    group,
    version,
    name: textAt(value, 'resource'),
    singular: textAt(value, 'singularResource'),
    kind: textAt(value, 'responseKind', 'kind'),
    namespaced: textAt(value, 'scope') === 'Namespaced',
    verbs: texts(listAt(value, 'verbs')),
    shortNames: texts(listAt(value, 'shortNames')),
    categories: texts(listAt(value, 'categories')),
    subresources: listAt(value, 'subresources').map((each) => ({
      name: textAt(each, 'subresource'),
      kind: textAt(each, 'responseKind', 'kind'),
      group: textAt(each, 'responseKind', 'group'),
      version: textAt(each, 'responseKind', 'version'),
      verbs: texts(listAt(each, 'verbs')),
    })),
  };
}

/** `apps/v1`, or `v1`. */
export function groupVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `deployments.apps`, or `pods`. */
export function groupResourceOf({ group, name }: Resource): string {
  return group === '' ? name : `${name}.${group}`;
}

/** Each resource once, in its group's preferred version. */
export function preferredResources({ groups }: Discovery): readonly Resource[] {
  return groups.flatMap(({ versions }) => {
    const seen = new Set<string>();
    return versions.flatMap(({ resources }) =>
      resources.filter(({ name }) => !seen.has(name) && seen.add(name)),
    );
  });
}

export function allResources({ groups }: Discovery): readonly Resource[] {
  return groups.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources));
}

/** The resource of an object's kind in exactly its version. */
export function resourceByKind(
  discovery: Discovery,
  apiVersion: string,
  kind: string,
): Resource | undefined {
  return allResources(discovery).find(
    (each) => each.kind === kind && groupVersionOf(each) === apiVersion,
  );
}

/**
 * What a person calls a type: plural, singular, short name or kind, alone or with version and group behind dots
 * (`deployments.v1.apps`, `deploy.apps`). Of several groups the server's first wins.
 */
export function findResource(discovery: Discovery, text: string): Resource | undefined {
  const wanted = text.toLowerCase();
  const parts = wanted.split('.');
  const [first = ''] = parts;
  if (parts.length >= 3) {
    const [, version = '', ...group] = parts;
    const exact = allResources(discovery).find(
      (each) => each.group === group.join('.') && each.version === version && isCalled(each, first),
    );
    if (exact !== undefined) return exact;
  }
  if (parts.length === 2) {
    // `pods.v1`: the core group has no name.
    const core = allResources(discovery).find(
      (each) => each.group === '' && each.version === parts[1] && isCalled(each, first),
    );
    if (core !== undefined) return core;
  }
  const preferred = preferredResources(discovery);
  if (parts.length >= 2) {
    const group = parts.slice(1).join('.');
    return (
      preferred.find((each) => each.group === group && isCalled(each, first)) ??
      preferred.find((each) => each.group.startsWith(group) && isCalled(each, first))
    );
  }
  return (
    preferred.find((each) => each.name === first || each.singular === first) ??
    preferred.find((each) => each.shortNames.includes(first)) ??
    preferred.find((each) => each.kind.toLowerCase() === first)
  );
}

/**
 * All resources, of all groups and versions, that a plural or singular name may mean; a short name stands for one group's.
 * (Upstream: the REST mapper's ResourcesFor.)
 */
export function resourcesNamed(discovery: Discovery, text: string): readonly Resource[] {
  const wanted = text.toLowerCase();
  const all = allResources(discovery);
  const named = all.filter(
    ({ name, singular, kind }) =>
      name === wanted || singular === wanted || kind.toLowerCase() === wanted,
  );
  if (named.length > 0) return named;
  const short = preferredResources(discovery).find((each) => each.shortNames.includes(wanted));
  if (short === undefined) return [];
  return all.filter(({ group, name }) => group === short.group && name === short.name);
}

function isCalled(resource: Resource, name: string): boolean {
  return (
    resource.name === name ||
    resource.singular === name ||
    resource.kind.toLowerCase() === name ||
    resource.shortNames.includes(name)
  );
}

/** As `findResource`, and leaves with kubectl's words where there is none. */
export function requireResource(discovery: Discovery, text: string): Resource {
  const found = findResource(discovery, text);
  if (found === undefined) {
    const [name = ''] = text.split('.');
    throw new Failure(`the server doesn't have a resource type ${JSON.stringify(name)}`);
  }
  return found;
}

/** The types of a category such as `all`. */
export function resourcesOfCategory(discovery: Discovery, category: string): readonly Resource[] {
  return preferredResources(discovery).filter((each) => each.categories.includes(category));
}

/** Where a resource, or one object of it, is served. */
export function pathOf(resource: Resource, namespace: string, name?: string): string {
  const root =
    resource.group === ''
      ? `/api/${resource.version}`
      : `/apis/${resource.group}/${resource.version}`;
  const scope =
    resource.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const collection = `${root}${scope}/${resource.name}`;
  return name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
}
