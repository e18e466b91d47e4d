import type { ObjectMeta } from '../../api/generated/types.ts';

/** What every stored object has. Components narrow it by the informer they read it from. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

// One text for each object: a text put together anew is hashed anew at every look-up, and compared letter by letter.
// The versions of an object share its name, of which the hash is known. A memo only: namespace → name → key.
const keysByNamespace = new Map<string, Map<string, string>>();
const NAMESPACES_MAX = 1000;
const NAMES_MAX = 20_000;

// Changes mostly are of one namespace for a while.
let lastNamespace = '';
let lastKeys = new Map<string, string>();

/** `namespace/name`, or `name` for an object without namespace: the key of caches and queues. */
export function keyOf(object: KubeObject): string {
  const { namespace, name = '' } = object.metadata;
  if (namespace === undefined || namespace === '') return name;
  if (namespace !== lastNamespace) {
    lastNamespace = namespace;
    lastKeys = keysOf(namespace);
  }
  return lastKeys.get(name) ?? newKey(namespace, name);
}

function newKey(namespace: string, name: string): string {
  if (lastKeys.size >= NAMES_MAX) lastKeys.clear();
  const key = `${namespace}/${name}`;
  lastKeys.set(name, key);
  return key;
}

function keysOf(namespace: string): Map<string, string> {
  let keys = keysByNamespace.get(namespace);
  if (keys === undefined) {
    if (keysByNamespace.size >= NAMESPACES_MAX) keysByNamespace.clear();
    keys = new Map();
    keysByNamespace.set(namespace, keys);
  }
  return keys;
}

/** The parts of a cache key. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: '', name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
