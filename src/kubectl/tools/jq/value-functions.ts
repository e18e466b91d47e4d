import { sortedStrings } from '../../../base/compare.ts';
import { formatDate } from '../date-format.ts';
import { applyBinary } from './binary.ts';
import type { FunctionHelp } from './evaluate-types.ts';
import { deletePath, getPath, setPath } from './paths.ts';
import { JqError } from './syntax.ts';
import {
  compareJson,
  described,
  fromEntries,
  isObject,
  isTruthy,
  toJqText,
  toJson,
  typeOf,
  valuesOf,
} from './value.ts';

type Simple = (value: unknown, args: readonly unknown[], help: FunctionHelp) => unknown;

function asText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new JqError(`${described(value)} ${what}`);
  return value;
}
export function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new JqError(`Cannot iterate over ${described(value)}`);
  return value;
}
export function asNumber(value: unknown): number {
  if (typeof value !== 'number') throw new JqError(`${described(value)} number required`);
  return value;
}

function keysOf(value: unknown, sorted: boolean): unknown {
  if (Array.isArray(value)) return value.map((_, i) => i);
  if (!isObject(value)) throw new JqError(`${described(value)} has no keys`);
  return sorted ? sortedStrings(Object.keys(value)) : Object.keys(value);
}

function lengthOf(value: unknown): number {
  if (value === null) return 0;
  if (typeof value === 'string') return [...value].length;
  if (typeof value === 'number') return Math.abs(value);
  if (typeof value === 'boolean') throw new JqError(`${described(value)} has no length`);
  return valuesOf(value).length;
}

function contains(a: unknown, b: unknown): boolean {
  if (isObject(a) && isObject(b))
    return Object.entries(b).every(
      ([key, value]) => Object.hasOwn(a, key) && contains(a[key], value),
    );
  if (Array.isArray(a) && Array.isArray(b))
    return b.every((each) => a.some((other) => contains(other, each)));
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b);
  if (typeOf(a) !== typeOf(b))
    throw new JqError(`${described(a)} and ${described(b)} cannot have their containment checked`);
  return compareJson(a, b) === 0;
}

function flatten(list: readonly unknown[], depth: number): readonly unknown[] {
  return list.flatMap((each): unknown[] =>
    Array.isArray(each) && depth > 0 ? [...flatten(each, depth - 1)] : [each],
  );
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  const text = asText(value, 'cannot be parsed as a number');
  if (text.trim() === '' || Number.isNaN(Number(text)))
    throw new JqError(`Cannot parse '${text}' as JSON`);
  return Number(text);
}

function indices(value: unknown, wanted: unknown): readonly number[] {
  const found: number[] = [];
  if (typeof value === 'string' && typeof wanted === 'string') {
    for (
      let at = value.indexOf(wanted);
      wanted !== '' && at >= 0;
      at = value.indexOf(wanted, at + 1)
    )
      found.push(at);
  } else if (Array.isArray(value)) {
    const list = Array.isArray(wanted) ? wanted : [wanted];
    for (let i = 0; i + list.length <= value.length; i++)
      if (compareJson(value.slice(i, i + list.length), list) === 0) found.push(i);
  }
  return found;
}

function fromIso(value: unknown): number {
  const parsed = Date.parse(asText(value, 'cannot be parsed as a date'));
  if (Number.isNaN(parsed))
    throw new JqError(`date "${String(value)}" does not match format "%Y-%m-%dT%H:%M:%SZ"`);
  return Math.floor(parsed / 1000);
}

export function entryOf(value: unknown): readonly [string, unknown] {
  if (!isObject(value)) throw new JqError(`Cannot index ${typeOf(value)} with "key"`);
  const key =
    value['key'] ??
    value['k'] ??
    value['name'] ??
    value['Name'] ??
    value['K'] ??
    value['Key'] ??
    null;
  const name = typeof key === 'string' ? key : key === null ? 'null' : toJson(key);
  return [
    name,
    Object.hasOwn(value, 'value') ? value['value'] : (value['v'] ?? value['Value'] ?? null),
  ];
}

export const sum = (list: readonly unknown[]): unknown =>
  list.reduce((total, each) => applyBinary('+', total, each), null);

/** Functions of values: arguments are worked out first. By name and number of arguments. */
export const VALUE_FUNCTIONS: ReadonlyMap<string, Simple> = new Map<string, Simple>([
  ['length/0', (value) => lengthOf(value)],
  [
    'utf8bytelength/0',
    (value) =>
      new TextEncoder().encode(asText(value, 'only strings have UTF-8 byte length')).length,
  ],
  ['not/0', (value) => !isTruthy(value)],
  ['keys/0', (value) => keysOf(value, true)],
  ['keys_unsorted/0', (value) => keysOf(value, false)],
  ['values/0', (value) => value],
  ['add/0', (value) => sum(valuesOf(value))],
  ['type/0', (value) => typeOf(value)],
  ['tostring/0', (value) => toJqText(value)],
  ['tonumber/0', (value) => toNumber(value)],
  ['tojson/0', (value) => toJson(value)],
  [
    'fromjson/0',
    (value) => {
      try {
        return JSON.parse(asText(value, 'cannot be parsed as JSON')) as unknown;
      } catch (error) {
        if (error instanceof JqError) throw error;
        throw new JqError(`${String(value)} (while parsing '${String(value)}')`);
      }
    },
  ],
  [
    'sort/0',
    (value) => {
      if (!Array.isArray(value))
        throw new JqError(`${described(value)} cannot be sorted, as it is not an array`);
      return value.toSorted(compareJson);
    },
  ],
  [
    'unique/0',
    (value) =>
      asList(value)
        .toSorted(compareJson)
        .filter((each, i, all) => i === 0 || compareJson(all[i - 1], each) !== 0),
  ],
  [
    'reverse/0',
    (value) =>
      typeof value === 'string'
        ? [...value].reverse().join('')
        : value === null
          ? []
          : asList(value).toReversed(),
  ],
  ['min/0', (value) => asList(value).toSorted(compareJson)[0] ?? null],
  ['max/0', (value) => asList(value).toSorted(compareJson).at(-1) ?? null],
  ['flatten/0', (value) => flatten(asList(value), Infinity)],
  ['flatten/1', (value, [depth]) => flatten(asList(value), asNumber(depth))],
  ['floor/0', (value) => Math.floor(asNumber(value))],
  ['ceil/0', (value) => Math.ceil(asNumber(value))],
  ['round/0', (value) => Math.round(asNumber(value))],
  ['sqrt/0', (value) => Math.sqrt(asNumber(value))],
  ['fabs/0', (value) => Math.abs(asNumber(value))],
  ['abs/0', (value) => Math.abs(asNumber(value))],
  ['log/0', (value) => Math.log(asNumber(value))],
  ['pow/2', (_value, [a, b]) => asNumber(a) ** asNumber(b)],
  ['infinite/0', () => Number.MAX_VALUE],
  ['nan/0', () => null],
  ['isnan/0', () => false],
  ['any/0', (value) => valuesOf(value).some(isTruthy)],
  ['all/0', (value) => valuesOf(value).every(isTruthy)],
  ['first/0', (value) => asList(value)[0] ?? null],
  ['last/0', (value) => asList(value).at(-1) ?? null],
  ['nth/1', (value, [at]) => asList(value)[asNumber(at)] ?? null],
  [
    'has/1',
    (value, [key]) =>
      Array.isArray(value)
        ? asNumber(key) >= 0 && asNumber(key) < value.length
        : isObject(value)
          ? Object.hasOwn(value, String(key))
          : fail(`Cannot check whether ${typeOf(value)} has a ${typeof key} key`),
  ],
  [
    'in/1',
    (value, [map]) =>
      Array.isArray(map)
        ? asNumber(value) < map.length
        : isObject(map) && Object.hasOwn(map, String(value)),
  ],
  ['contains/1', (value, [part]) => contains(value, part)],
  ['inside/1', (value, [whole]) => contains(whole, value)],
  [
    'startswith/1',
    (value, [text]) =>
      asText(value, 'startswith() requires string inputs').startsWith(
        asText(text, 'startswith() requires string inputs'),
      ),
  ],
  [
    'endswith/1',
    (value, [text]) =>
      asText(value, 'endswith() requires string inputs').endsWith(
        asText(text, 'endswith() requires string inputs'),
      ),
  ],
  [
    'ltrimstr/1',
    (value, [text]) =>
      typeof value === 'string' && typeof text === 'string' && value.startsWith(text)
        ? value.slice(text.length)
        : value,
  ],
  [
    'rtrimstr/1',
    (value, [text]) =>
      typeof value === 'string' && typeof text === 'string' && text !== '' && value.endsWith(text)
        ? value.slice(0, -text.length)
        : value,
  ],
  ['trim/0', (value) => asText(value, 'cannot be trimmed').trim()],
  ['ltrim/0', (value) => asText(value, 'cannot be trimmed').trimStart()],
  ['rtrim/0', (value) => asText(value, 'cannot be trimmed').trimEnd()],
  [
    'ascii_downcase/0',
    (value) =>
      asText(value, 'explode input must be a string').replace(/[A-Z]+/g, (text) =>
        text.toLowerCase(),
      ),
  ],
  [
    'ascii_upcase/0',
    (value) =>
      asText(value, 'explode input must be a string').replace(/[a-z]+/g, (text) =>
        text.toUpperCase(),
      ),
  ],
  [
    'explode/0',
    (value) => [...asText(value, 'cannot be exploded')].map((char) => char.codePointAt(0) ?? 0),
  ],
  ['implode/0', (value) => String.fromCodePoint(...asList(value).map(asNumber))],
  [
    'split/1',
    (value, [by]) => applyBinary('/', asText(value, 'cannot be split'), asText(by, 'cannot split')),
  ],
  [
    'join/1',
    (value, [by]) =>
      asList(value)
        .map((each) =>
          each === null
            ? ''
            : typeof each === 'object'
              ? fail(`Cannot join with ${typeOf(each)}`)
              : toJqText(each),
        )
        .join(String(by)),
  ],
  [
    'to_entries/0',
    (value) =>
      Object.entries(isObject(value) ? value : fail(`${described(value)} has no keys`)).map(
        ([key, each]) => ({ key, value: each }),
      ),
  ],
  ['from_entries/0', (value) => fromEntries(valuesOf(value).map(entryOf))],
  [
    'transpose/0',
    (value) => {
      const lists = asList(value).map(asList);
      const width = Math.max(0, ...lists.map((list) => list.length));
      return Array.from({ length: width }, (_, i) => lists.map((list) => list[i] ?? null));
    },
  ],
  ['indices/1', (value, [wanted]) => (value === null ? null : indices(value, wanted))],
  ['index/1', (value, [wanted]) => indices(value, wanted)[0] ?? null],
  ['rindex/1', (value, [wanted]) => indices(value, wanted).at(-1) ?? null],
  ['getpath/1', (value, [path]) => getPath(value, asList(path))],
  ['setpath/2', (value, [path, next]) => setPath(value, asList(path), next)],
  [
    'delpaths/1',
    (value, [paths]) =>
      asList(paths)
        .toSorted(compareJson)
        .toReversed()
        .reduce((result, path) => deletePath(result, asList(path)), value),
  ],
  ['error/0', (value) => fail(value)],
  ['error/1', (_value, [message]) => fail(message)],
  ['now/0', (_value, _args, { scope }) => Number(scope.variables.get('__now') ?? 0)],
  [
    'todate/0',
    (value) => new Date(Math.floor(asNumber(value)) * 1000).toISOString().replace('.000Z', 'Z'),
  ],
  [
    'todateiso8601/0',
    (value) => new Date(Math.floor(asNumber(value)) * 1000).toISOString().replace('.000Z', 'Z'),
  ],
  ['fromdate/0', (value) => fromIso(value)],
  ['fromdateiso8601/0', (value) => fromIso(value)],
  ['strftime/1', (value, [format]) => formatDate(asNumber(value) * 1000, String(format))],
  ['ascii/0', (value) => String.fromCharCode(asNumber(value))],
  ['tojson/0', (value) => toJson(value)],
  ['env/0', (_value, _args, { scope }) => scope.variables.get('ENV') ?? {}],
  ['splits/1', (value, [by]) => asText(value, 'cannot be split').split(String(by))],
  ['debug/0', (value) => value],
  ['input_line_number/0', () => 0],
  ['min_by_value/0', (value) => value],
]);

export function fail(value: unknown): never {
  throw new JqError(value);
}
