import { checkTextLength, own, type Run, type ScriptFunction } from './run.ts';
import { stop } from './script-fault.ts';

/** Properties of functions that are built in: `Number.isInteger`. */
export const statics = new WeakMap<ScriptFunction, Readonly<Record<string, unknown>>>();

/** A plain object, as data and scripts have them; their own properties are all they have. */
export type Plain = Record<string, unknown>;

export function isPlain(value: unknown): value is Plain {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof Set)
  );
}

/** An object for a script to fill, without anything inherited. */
export function newPlain(run: Run): Plain {
  return own(run, Object.create(null) as Plain);
}

/** What stands at a key of a value. */
export function propertyOf(of: unknown, key: unknown, line: number): unknown {
  if (typeof of === 'object' && of !== null) {
    if (Array.isArray(of)) return itemOf(of, key);
    if (of instanceof Map || of instanceof Set) return key === 'size' ? of.size : undefined;
    const name = keyText(key);
    // Nothing that is inherited can be reached.
    return Object.hasOwn(of, name) ? (of as Plain)[name] : undefined;
  }
  if (typeof of === 'string') return key === 'length' ? of.length : charOf(of, key);
  if (typeof of === 'function') {
    const known = statics.get(of as ScriptFunction);
    const name = keyText(key);
    return known !== undefined && Object.hasOwn(known, name) ? known[name] : undefined;
  }
  if (of === undefined || of === null) {
    return stop(line, `cannot read ${JSON.stringify(keyText(key))} of ${String(of)}`);
  }
  return undefined;
}

function itemOf(list: readonly unknown[], key: unknown): unknown {
  if (typeof key === 'number') return list[key];
  if (key === 'length') return list.length;
  return isIndex(key) ? list[Number(key)] : undefined;
}

function charOf(text: string, key: unknown): string | undefined {
  if (typeof key === 'number') return text[key];
  return isIndex(key) ? text[Number(key)] : undefined;
}

function isIndex(key: unknown): boolean {
  return typeof key === 'string' && /^(?:0|[1-9]\d*)$/.test(key);
}

export function keyText(key: unknown): string {
  return typeof key === 'string' ? key : textOf(key);
}

/** A value as text, as in a template. */
export function textOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Map) return '[object Map]';
  if (value instanceof Set) return '[object Set]';
  if (!Array.isArray(value)) return '[object Object]';
  // Lists may contain themselves.
  if (depth > LISTS_WITHIN_LISTS) return '';
  let text = '';
  for (let index = 0; index < value.length; index++) {
    const item: unknown = value[index];
    if (index > 0) text += ',';
    if (item !== undefined && item !== null) text += textOf(item, depth + 1);
    checkTextLength(text.length, 0);
  }
  return text;
}

const LISTS_WITHIN_LISTS = 8;

export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'object' || typeof value === 'function') {
    return value === null ? 0 : Number.NaN;
  }
  return Number(value);
}

/** The values that `for … of`, spreading and taking apart go through. */
export function itemsOf(value: unknown, run: Run, line: number): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string' || value instanceof Set) return [...value];
  if (value instanceof Map) return [...value].map((entry) => own(run, entry));
  return stop(line, `${typeof value === 'object' ? 'an object' : textOf(value)} is not a list`);
}

/** The keys of an object or list; of anything else none. */
export function keysOf(value: unknown, line: number): string[] {
  if (value === undefined || value === null) stop(line, `${String(value)} has no keys`);
  return isPlain(value) || Array.isArray(value) ? Object.keys(value) : [];
}
