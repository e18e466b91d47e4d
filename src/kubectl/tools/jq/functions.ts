import { compareNumbers, sortedStrings } from '../../../base/compare.ts';
import { formatDate } from '../date-format.ts';
import { applyBinary } from './binary.ts';
import { plain, type Item, type Scope } from './evaluate-types.ts';
import { deletePath, getPath, setPath } from './paths.ts';
import { matchFunction } from './matching.ts';
import { JqError, type Filter } from './syntax.ts';
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

/** What built-in functions need of the evaluator. */
export interface FunctionHelp {
  run(filter: Filter, item: Item): Generator<Item>;
  update(path: Filter, value: unknown, change: (old: unknown) => Item | undefined): unknown;
  readonly scope: Scope;
}

type Simple = (value: unknown, args: readonly unknown[], help: FunctionHelp) => unknown;

function asText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new JqError(`${described(value)} ${what}`);
  return value;
}
function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new JqError(`Cannot iterate over ${described(value)}`);
  return value;
}
function asNumber(value: unknown): number {
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

function entryOf(value: unknown): readonly [string, unknown] {
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

const sum = (list: readonly unknown[]): unknown =>
  list.reduce((total, each) => applyBinary('+', total, each), null);

/** Functions of values: arguments are worked out first. By name and number of arguments. */
const SIMPLE: ReadonlyMap<string, Simple> = new Map<string, Simple>([
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

function fail(value: unknown): never {
  throw new JqError(value);
}

/** Functions of filters, that see each value or its paths. */
export function* callFunction(
  name: string,
  args: readonly Filter[],
  item: Item,
  help: FunctionHelp,
): Generator<Item> {
  const { run } = help;
  const bare = plain(item.value);
  const simple = SIMPLE.get(`${name}/${args.length}`);
  if (simple !== undefined) {
    // `values`, `first` and `last` without an argument also mean paths.
    if (name === 'values') {
      if (item.value !== null) yield item;
      return;
    }
    for (const values of combinations(args, bare, help))
      yield plain(simple(item.value, values, help));
    return;
  }
  const [first, second, third] = args;
  const keyOf = (value: unknown): readonly unknown[] =>
    first === undefined ? [] : [...run(first, plain(value))].map((each) => each.value);
  switch (`${name}/${args.length}`) {
    case 'empty/0':
      return;
    case 'nulls/0':
    case 'strings/0':
    case 'numbers/0':
    case 'booleans/0':
    case 'arrays/0':
    case 'objects/0':
      if (typeOf(item.value) === name.slice(0, -1)) yield item;
      return;
    case 'iterables/0':
    case 'scalars/0':
      if ((typeof item.value === 'object' && item.value !== null) === (name === 'iterables'))
        yield item;
      return;
    case 'select/1':
      for (const test of run(first as Filter, bare)) if (isTruthy(test.value)) yield item;
      return;
    case 'map/1':
      yield plain(
        valuesOf(item.value).flatMap((each) =>
          [...run(first as Filter, plain(each))].map(({ value }) => value),
        ),
      );
      return;
    case 'map_values/1':
      yield plain(
        help.update(
          { kind: 'each', of: { kind: 'identity' } },
          item.value,
          (old) => [...run(first as Filter, plain(old))][0],
        ),
      );
      return;
    case 'recurse/0':
      yield* run({ kind: 'recurse-default' }, item);
      return;
    case 'recurse/1':
      yield* recurseBy(first as Filter, item, help);
      return;
    case 'with_entries/1': {
      const entries = Object.entries(
        isObject(item.value) ? item.value : fail(`${described(item.value)} has no keys`),
      );
      const changed = entries.flatMap(([key, value]) =>
        [...run(first as Filter, plain({ key, value }))].map((each) => entryOf(each.value)),
      );
      yield plain(fromEntries(changed));
      return;
    }
    case 'sort_by/1':
      yield plain(keyed(asList(item.value), keyOf).map(({ value }) => value));
      return;
    case 'group_by/1':
    case 'unique_by/1': {
      const groups: unknown[][] = [];
      let last: unknown;
      for (const { key, value } of keyed(asList(item.value), keyOf)) {
        if (groups.length > 0 && compareJson(last, key) === 0) groups.at(-1)?.push(value);
        else groups.push([value]);
        last = key;
      }
      yield plain(name === 'group_by' ? groups : groups.map(([head]) => head));
      return;
    }
    case 'min_by/1':
    case 'max_by/1': {
      const sorted = keyed(asList(item.value), keyOf);
      yield plain((name === 'min_by' ? sorted[0] : sorted.at(-1))?.value ?? null);
      return;
    }
    case 'any/1':
    case 'all/1': {
      const truths = valuesOf(item.value).map((each) =>
        [...run(first as Filter, plain(each))].some(({ value }) => isTruthy(value)),
      );
      yield plain(name === 'any' ? truths.includes(true) : !truths.includes(false));
      return;
    }
    case 'any/2':
    case 'all/2': {
      let result = name === 'all';
      for (const each of run(first as Filter, bare)) {
        const isTrue = [...run(second as Filter, each)].some(({ value }) => isTruthy(value));
        if (isTrue !== (name === 'all')) result = name === 'any';
      }
      yield plain(result);
      return;
    }
    case 'add/1':
      yield plain(sum([...run(first as Filter, bare)].map(({ value }) => value)));
      return;
    case 'first/1':
      for (const each of run(first as Filter, item)) {
        yield each;
        return;
      }
      return;
    case 'last/1': {
      const all = [...run(first as Filter, item)];
      const last = all.at(-1);
      if (last !== undefined) yield last;
      return;
    }
    case 'limit/2':
      for (const { value } of run(first as Filter, bare)) {
        let left = asNumber(value);
        if (left <= 0) return;
        for (const each of run(second as Filter, item)) {
          yield each;
          if (--left <= 0) return;
        }
      }
      return;
    case 'isempty/1':
      yield plain(run(first as Filter, bare).next().done === true);
      return;
    case 'path/1':
      for (const { path } of run(first as Filter, { value: item.value, path: [] }))
        yield plain(path ?? fail('Invalid path expression'));
      return;
    case 'paths/0':
      for (const { path } of run({ kind: 'recurse-default' }, { value: item.value, path: [] }))
        if (path !== undefined && path.length > 0) yield plain(path);
      return;
    case 'leaf_paths/0':
    case 'paths/1':
      for (const each of run({ kind: 'recurse-default' }, { value: item.value, path: [] })) {
        if (each.path === undefined || each.path.length === 0) continue;
        const isWanted =
          first === undefined
            ? typeof each.value !== 'object' || each.value === null
            : [...run(first, plain(each.value))].some(({ value }) => isTruthy(value));
        if (isWanted) yield plain(each.path);
      }
      return;
    case 'del/1':
      yield plain(help.update(first as Filter, item.value, () => undefined));
      return;
    case 'to_entries/1':
      return;
    case 'range/1':
    case 'range/2':
    case 'range/3':
      yield* range(args, bare, help);
      return;
    case 'while/2':
    case 'until/2':
    case 'repeat/1':
      yield* repeated(name, first as Filter, second, item, help);
      return;
    case 'walk/1':
      yield* walk(first as Filter, item.value, help);
      return;
    case 'input/0':
    case 'inputs/0':
      return;
    case 'test/1':
    case 'test/2':
    case 'match/1':
    case 'match/2':
    case 'capture/1':
    case 'capture/2':
    case 'scan/1':
    case 'split/2':
    case 'sub/2':
    case 'sub/3':
    case 'gsub/2':
    case 'gsub/3':
      yield* matchFunction(name, [first, second, third], item, help);
      return;
    default:
      throw new JqError(`${name}/${args.length} is not defined`);
  }
}

function keyed(
  list: readonly unknown[],
  keyOf: (value: unknown) => readonly unknown[],
): readonly { readonly key: unknown; readonly value: unknown }[] {
  return list
    .map((value, i) => ({ key: keyOf(value), value, i }))
    .sort((a, b) => compareJson(a.key, b.key) || compareNumbers(a.i, b.i));
}

/** All combinations of what the arguments answer. */
function* combinations(
  args: readonly Filter[],
  item: Item,
  help: FunctionHelp,
): Generator<readonly unknown[]> {
  const [first, ...rest] = args;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const tail of combinations(rest, item, help)) {
    for (const { value } of help.run(first, item)) yield [value, ...tail];
  }
}

function* recurseBy(step: Filter, item: Item, help: FunctionHelp): Generator<Item> {
  help.scope.guard.step();
  yield item;
  for (const next of help.run(step, item)) yield* recurseBy(step, next, help);
}

function* range(args: readonly Filter[], item: Item, help: FunctionHelp): Generator<Item> {
  for (const values of combinations(args, item, help)) {
    const [a, b, c] = values.map(asNumber);
    const from = b === undefined ? 0 : (a ?? 0);
    const to = b ?? a ?? 0;
    const step = c ?? 1;
    if (step === 0) return;
    for (let i = from; step > 0 ? i < to : i > to; i += step) {
      help.scope.guard.step();
      yield plain(i);
    }
  }
}

function* repeated(
  name: string,
  first: Filter,
  second: Filter | undefined,
  item: Item,
  help: FunctionHelp,
): Generator<Item> {
  const { run } = help;
  let current = item;
  for (;;) {
    help.scope.guard.step();
    if (name === 'repeat') {
      yield current;
      const next = [...run(first, current)][0];
      if (next === undefined) return;
      current = next;
      continue;
    }
    const met = [...run(first, current)].some(({ value }) => isTruthy(value));
    if (name === 'until' && met) {
      yield current;
      return;
    }
    if (name === 'while') {
      if (!met) return;
      yield current;
    }
    const next = second === undefined ? undefined : [...run(second, current)][0];
    if (next === undefined) return;
    current = next;
  }
}

function* walk(filter: Filter, value: unknown, help: FunctionHelp): Generator<Item> {
  const inner = (each: unknown): readonly unknown[] =>
    [...walk(filter, each, help)].map((item) => item.value);
  let changed = value;
  if (Array.isArray(value)) changed = value.flatMap(inner);
  else if (isObject(value))
    changed = fromEntries(
      Object.entries(value).flatMap(([key, each]) =>
        inner(each)
          .slice(0, 1)
          .map((next) => [key, next] as const),
      ),
    );
  yield* help.run(filter, plain(changed));
}
