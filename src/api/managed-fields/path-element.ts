import { goQuote } from '../go-text.ts';
import { isObject, ownValue } from '../patch/json.ts';
import { structOf } from '../schema/lookup.ts';
import type { ListType } from '../schema/schema.ts';

/** Path elements of field sets, as text: how they are made from values, and how messages print them. */

/** The element of a struct's field or a map's key. */
export function fieldElement(name: string): string {
  return `f:${name}`;
}

/** The name that a field's element stands for; undefined for elements of lists. */
export function fieldNameOf(element: string): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined;
}

/** Why an entry of a list has no element. */
export interface ElementProblem {
  readonly problem: string;
}

/** The element of an entry of a set or map list, or why it has none. */
export function listElement(item: unknown, type: ListType): string | ElementProblem {
  return type.relationship === 'map' ? keyedElement(item, type) : setElement(item);
}

function setElement(item: unknown): string | ElementProblem {
  if (isObject(item)) {
    return { problem: "associative list without keys has an element that's a map type" };
  }
  if (Array.isArray(item)) {
    return { problem: 'not supported: associative list with lists as elements' };
  }
  if (item === null || item === undefined) {
    return { problem: "associative list without keys has an element that's an explicit null" };
  }
  return `v:${JSON.stringify(item)}`;
}

function keyedElement(item: unknown, type: ListType): string | ElementProblem {
  if (item === null || item === undefined) {
    return { problem: 'associative list with keys may not have a null element' };
  }
  if (!isObject(item)) {
    return { problem: 'associative list with keys may not have non-map elements' };
  }
  const only = type.keys[0];
  const value = type.keys.length === 1 && only !== undefined ? ownValue(item, only) : undefined;
  if (typeof value === 'string' && only !== undefined) return singleKeyElement(only, value);
  let text = '';
  for (const key of sortedKeys(type)) {
    const value = ownValue(item, key) ?? defaultOf(type, key);
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }
  if (text === '') {
    const names = type.keys.map((key) => `"${key}"`).join(' ');
    return {
      problem: `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    };
  }
  return `k:{${text}}`;
}

/** The elements of the entries that one key tells apart, with what they begin with. */
interface KeyElements {
  readonly start: string;
  readonly byValue: Map<string, string>;
}

// The same names and types come again and again. The memo is emptied when it is full of names that do not.
const keyElements = new Map<string, KeyElements>();
const keyElementsMax = 2048;

function singleKeyElement(key: string, value: string): string {
  let known = keyElements.get(key);
  if (known === undefined) {
    known = { start: `k:{${JSON.stringify(key)}:`, byValue: new Map() };
    keyElements.set(key, known);
  }
  const { start, byValue } = known;
  let element = byValue.get(value);
  if (element === undefined) {
    element = `${start}${JSON.stringify(value)}}`;
    if (byValue.size >= keyElementsMax) byValue.clear();
    byValue.set(value, element);
  }
  return element;
}

const sorted = new WeakMap<ListType, readonly string[]>();

function sortedKeys(type: ListType): readonly string[] {
  if (type.keys.length === 1) return type.keys;
  let keys = sorted.get(type);
  if (keys === undefined) {
    keys = type.keys.toSorted();
    sorted.set(type, keys);
  }
  return keys;
}

function defaultOf(type: ListType, key: string): string | undefined {
  return type.element.kind === 'struct'
    ? structOf(type.element).fields.get(key)?.defaultValue
    : undefined;
}

/** True when two entries have equal keys, found without making their elements. */
export function sameElement(a: unknown, b: unknown, type: ListType): boolean {
  if (type.relationship === 'set') return a === b;
  if (!isObject(a) || !isObject(b)) return false;
  for (const key of type.keys) if (a[key] !== b[key]) return false;
  return true;
}

/** A path as messages print it: `.spec.template.spec.containers[name="web"].image`. */
export function printPath(path: readonly string[]): string {
  return path.map(printElement).join('');
}

/** One element as messages print it. */
export function printElement(element: string): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${rest}`;
    case 'v':
      return `[=${printValue(parsed(rest))}]`;
    case 'k': {
      const keys = parsed(rest);
      if (!isObject(keys)) return `[${rest}]`;
      const texts = Object.keys(keys).map((key) => `${key}=${printValue(keys[key])}`);
      return `[${texts.join(',')}]`;
    }
    default:
      return `[${rest}]`;
  }
}

/** The JSON in an element; elements of other clients' making may hold anything. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function printValue(value: unknown): string {
  return typeof value === 'string' ? goQuote(value) : JSON.stringify(value);
}
