import { compareNumbers } from '../../../base/compare.ts';
import { plain, type FunctionHelp, type Item } from './evaluate-types.ts';
import { matchFunction } from './matching.ts';
import { JqError, type Filter } from './syntax.ts';
import {
  compareJson,
  described,
  fromEntries,
  isObject,
  isTruthy,
  typeOf,
  valuesOf,
} from './value.ts';
import { asList, asNumber, entryOf, fail, sum, VALUE_FUNCTIONS } from './value-functions.ts';

/** Functions of filters, that see each value or its paths. */
export function* callFunction(
  name: string,
  args: readonly Filter[],
  item: Item,
  help: FunctionHelp,
): Generator<Item> {
  const { run } = help;
  const bare = plain(item.value);
  const simple = VALUE_FUNCTIONS.get(`${name}/${args.length}`);
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
