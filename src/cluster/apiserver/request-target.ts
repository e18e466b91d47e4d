import type { KindDeclaration, SubresourceName } from '../../api/kinds/kind.ts';
import { customKindByResource, type CustomDefinitions } from '../../api/kinds/custom/registry.ts';
import { allKinds, kindByResource } from '../../api/kinds/index.ts';
import type { RequestSite } from './request-site.ts';
import type { ApiVerb } from './verb.ts';

/** What a path of the API points at: a collection, an object of it, or a subresource of that. Frozen. */
export interface RequestTarget {
  readonly kind: KindDeclaration;
  /** The empty text for cluster-scoped kinds and for lists across all namespaces. */
  readonly namespace: string;
  /** The empty text for the collection. */
  readonly name: string;
  /** The empty text for the object itself. */
  readonly subresource: SubresourceName | '';
  /** The object's key in etcd, or the prefix of the collection's keys. */
  readonly key: string;
  /** One for all targets that authorizers and flow schemas do not tell apart: what is remembered of them. */
  readonly place: TargetPlace;
}

/** What is remembered of a place, by user and verb. Filled by `request-site.ts`. */
export interface TargetPlace {
  readonly sites: Map<string, UserSites>;
  /** Of requests that say their groups, by a text of user and groups. */
  readonly sitesOfGroups: Map<string, UserSites>;
  /** The places of its subresources. */
  readonly parts: Map<string, TargetPlace>;
}

/** The sites of one user at a place. Most users do one thing there, so the last one is kept at hand. */
export interface UserSites {
  last: RequestSite;
  readonly all: Map<ApiVerb, RequestSite>;
}

/**
 * Paths come again and again (a lease every ten seconds, a pod's status a few times), so what they mean is kept: a
 * memo of a pure function, emptied when it has grown large.
 */
const known = new Map<string, RequestTarget>();
const KNOWN_MAX = 20_000;
// A request asks several times for what its path points at, each time with the very same text.
let lastPath = '';
let lastTarget: RequestTarget | undefined;

/**
 * The definitions of custom resources that the server whose step this is serves. Set at the start of each step, as
 * nothing outlives one: what a path points at then needs not be asked of anybody.
 */
let definitions: CustomDefinitions = new Map();

/** Forgets what paths mean, and with it all that is remembered of their places. */
export function forgetTargets(): void {
  known.clear();
  places.clear();
  lastPath = '';
}

const places = new Map<string, TargetPlace>();

/** Objects of one kind in one namespace are at one place. */
function placeOf(kind: KindDeclaration, namespace: string, own: string, sub: string): TargetPlace {
  // Of one kind and subresource, this is one text for each pair of namespaces.
  const text = `${kind.group}/${kind.plural}/${sub}/${namespace}/${own}`;
  let place = places.get(text);
  if (place === undefined) {
    place = { sites: new Map(), sitesOfGroups: new Map(), parts: new Map() };
    places.set(text, place);
  }
  return place;
}

/** The namespace that authorizers see: a namespace itself lies in the namespace of its name. */
export function authorizedNamespaceOf(target: {
  readonly kind: KindDeclaration;
  readonly namespace: string;
  readonly name: string;
}): string {
  const { kind, namespace, name } = target;
  return kind.plural === 'namespaces' && kind.group === '' && name !== '' ? name : namespace;
}

/** Says whose definitions count from now on. */
export function serveDefinitions(served: CustomDefinitions): void {
  if (served === definitions) return;
  definitions = served;
  lastPath = '';
}

/** The definitions that count have changed: what a path points at is asked anew. */
export function noteServedChange(): void {
  lastPath = '';
}

/** For tests: the target of a path as it is found without looking at what is known. */
export const resolveAnew = (path: string): RequestTarget | undefined => resolve(path);

/** The target of a path below `/api` or `/apis`; undefined for a path that names no served resource. */
export function targetOf(path: string): RequestTarget | undefined {
  return path === lastPath ? lastTarget : findTarget(path);
}

/**
 * The same of a path that is hardly the last one: paths of Pods are of one length, and would be compared letter by letter
 * up to their names.
 */
export function findTarget(path: string): RequestTarget | undefined {
  const target = known.get(path) ?? learn(path);
  lastPath = path;
  lastTarget = target;
  return target;
}

function learn(path: string): RequestTarget | undefined {
  const target = resolveBelow(path) ?? resolve(path);
  if (target !== undefined && target.kind.custom === undefined) {
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(path, target);
  }
  return target;
}

/**
 * The target of an object or subresource whose collection is known: most paths that are new are of a new object of an
 * old kind, and need not be taken apart. Undefined says nothing; `resolve` knows. A test holds the two equal.
 */
function resolveBelow(path: string): RequestTarget | undefined {
  const end = path.lastIndexOf('/');
  const last = path.slice(end + 1);
  const before = subresources.has(last) ? path.lastIndexOf('/', end - 1) : -1;
  let above = before < 0 ? undefined : knownBefore(path, before);
  // What follows a namespace is mostly a collection in it.
  const isPart = above !== undefined && above.kind.plural !== 'namespaces';
  if (!isPart) above = knownBefore(path, end);
  if (above === undefined || above.name !== '' || above.subresource !== '') return undefined;
  const { kind, namespace, place: near } = above;
  // An object of a namespaced kind has no path without its namespace, and each namespace is a place of its own.
  if (kind.namespaced !== (namespace !== '') || kind.plural === 'namespaces') return undefined;
  const name = isPart ? path.slice(before + 1, end) : last;
  if (name === '' || name.includes('%')) return undefined;
  const part = isPart ? last : '';
  const place = isPart ? (near.parts.get(part) ?? partOf(near, kind, namespace, part)) : near;
  if (place === undefined) return undefined;
  const subresource = part as SubresourceName | ''; // It has a place.
  const key = keyOf(kind, namespace, name);
  return Object.freeze({ kind, namespace, name, subresource, key, place });
}

/** What is known of a path up to a slash. Of an empty part, `resolve` makes sense. */
function knownBefore(path: string, end: number): RequestTarget | undefined {
  return path.endsWith('/', end) ? undefined : known.get(path.slice(0, end));
}

/** The place of a subresource of the objects at a place; undefined where they have none such. */
function partOf(
  near: TargetPlace,
  kind: KindDeclaration,
  namespace: string,
  subresource: string,
): TargetPlace | undefined {
  if (!Object.hasOwn(kind.subresources, subresource)) return undefined;
  const part = placeOf(kind, namespace, namespace, subresource);
  near.parts.set(subresource, part);
  return part;
}

/** The names of all subresources of built-in kinds. */
const subresources: ReadonlySet<string> = new Set(
  allKinds.flatMap((kind) => Object.keys(kind.subresources)),
);

function resolve(path: string): RequestTarget | undefined {
  const parts = path.split('/');
  // A leading slash leaves an empty first part.
  const isCore = parts[1] === 'api';
  if (!isCore && parts[1] !== 'apis') return undefined;
  const group = isCore ? '' : (parts[2] ?? '');
  const version = (isCore ? parts[2] : parts[3]) ?? '';
  const rest = parts.slice(isCore ? 3 : 4);
  if (rest[rest.length - 1] === '') rest.pop();
  const [first = '', second = '', third = ''] = rest;
  if (first === 'namespaces' && rest.length > 2 && third !== 'status' && third !== 'finalize') {
    const [, , , name = '', subresource = ''] = rest;
    const kind = kindAt(group, version, third);
    if (kind === undefined || !kind.namespaced) return undefined;
    // What follows `/proxy` is the other server's business.
    if (rest.length > 5 && subresource !== 'proxy') return undefined;
    return build(kind, decode(second), decode(name), subresource);
  }
  const kind = kindAt(group, version, first);
  if (kind === undefined || (rest.length > 3 && third !== 'proxy')) return undefined;
  // An object of a namespaced kind has no path without its namespace.
  if (kind.namespaced && second !== '') return undefined;
  return build(kind, '', decode(second), third);
}

function kindAt(group: string, version: string, plural: string): KindDeclaration | undefined {
  return (
    kindByResource(group, version, plural) ??
    customKindByResource(definitions, group, version, plural)
  );
}

function build(
  kind: KindDeclaration,
  namespace: string,
  name: string,
  subresource: string,
): RequestTarget | undefined {
  if (subresource !== '' && !Object.hasOwn(kind.subresources, subresource)) return undefined;
  const authorized = authorizedNamespaceOf({ kind, namespace, name });
  return Object.freeze({
    kind,
    namespace,
    name,
    // It is a key of the kind's subresources.
    subresource: subresource as SubresourceName | '',
    key: keyOf(kind, namespace, name),
    place: placeOf(kind, namespace, authorized, subresource),
  });
}

/** The key in etcd of an object, or with an empty name the prefix of all keys of the collection. */
export function keyOf(kind: KindDeclaration, namespace: string, name: string): string {
  return namespace === ''
    ? `/registry/${kind.storage}/${name}`
    : `/registry/${kind.storage}/${namespace}/${name}`;
}

function decode(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
