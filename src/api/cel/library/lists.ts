import { isList } from '../../patch/json.ts';
import { double, equalValues, isDouble, numberOf, orderOf, Special } from '../values.ts';
import {
  fail,
  isListValue,
  list,
  noOverload,
  optional,
  whole,
  type CelFunction,
  type Library,
} from './arguments.ts';

/** The lists library of Kubernetes (sums, extremes, order) and that of cel-go (slices, sorting, flattening). */
export const listLibrary: Library = {
  accepts: isListValue,
  methods: {
    indexOf: (args) => list('indexOf', args).findIndex((each) => equalValues(each, args[1])),
    lastIndexOf: (args) =>
      list('lastIndexOf', args).findLastIndex((each) => equalValues(each, args[1])),
    isSorted: (args) =>
      list('isSorted', args).every(
        (item, index, all) =>
          index === 0 || (orderOf(all[index - 1], item) ?? noOverload('isSorted', args)) <= 0,
      ),
    sum: (args) => total(args),
    min: (args) => extreme('min', list('min', args), -1),
    max: (args) => extreme('max', list('max', args), 1),
    distinct: (args) => {
      const all = list('distinct', args);
      return all.filter(
        (item, index) => all.findIndex((each) => equalValues(each, item)) === index,
      );
    },
    reverse: (args) => list('reverse', args).toReversed(),
    slice(args) {
      const all = list('slice', args);
      const [start, end] = [whole('slice', args, 1), whole('slice', args, 2)];
      if (start < 0 || end < 0)
        fail(`cannot slice(${start}, ${end}), negative indexes not supported`);
      if (start > end) {
        fail(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
      }
      if (end > all.length) fail(`cannot slice(${start}, ${end}), list is length ${all.length}`);
      return all.slice(start, end);
    },
    flatten(args) {
      const depth = args[1] === undefined ? 1 : whole('flatten', args, 1);
      if (depth < 0) fail('level must be non-negative');
      return flattened(list('flatten', args), depth);
    },
    sort: (args) => sorted(list('sort', args), list('sort', args)),
    first: (args) => optional(list('first', args)[0]),
    last: (args) => optional(list('last', args).at(-1)),
    size: (args) => list('size', args).length,
  },
};

function flattened(items: readonly unknown[], depth: number): unknown[] {
  if (depth === 0) return [...items];
  return items.flatMap((each) => (isList(each) ? flattened(each, depth - 1) : [each]));
}

/** The items in the order of their keys. */
export function sorted(items: readonly unknown[], keys: readonly unknown[]): readonly unknown[] {
  return items
    .map((item, i) => ({ item, key: keys[i] }))
    .sort((a, b) => orderOf(a.key, b.key) ?? fail('list elements must be comparable'))
    .map(({ item }) => item);
}

function total(args: readonly unknown[]): unknown {
  const items = list('sum', args);
  const [first] = items;
  if (first instanceof Special && first.value.type === 'duration') {
    const millis = items.reduce<number>(
      (all, each) =>
        each instanceof Special && each.value.type === 'duration'
          ? all + each.value.millis
          : noOverload('sum', args),
      0,
    );
    return new Special({ type: 'duration', millis });
  }
  const sum = items.reduce<number>(
    (all, each) => all + (numberOf(each) ?? noOverload('sum', args)),
    0,
  );
  return items.some(isDouble) ? double(sum) : sum;
}

function extreme(name: string, items: readonly unknown[], sign: 1 | -1): unknown {
  if (items.length === 0) fail(`${name} called on empty list`);
  return items.reduce((best, each) => {
    const order = orderOf(each, best);
    if (order === undefined) return noOverload(name, [each, best]);
    return order * sign > 0 ? each : best;
  });
}

function isSubset(small: readonly unknown[], big: readonly unknown[]): boolean {
  return small.every((item) => big.some((each) => equalValues(each, item)));
}

function sets(
  name: string,
  holds: (a: readonly unknown[], b: readonly unknown[]) => boolean,
): CelFunction {
  return (args, cost) => {
    const [a, b] = [list(name, args, 0), list(name, args, 1)];
    cost(a.length * b.length);
    return holds(a, b);
  };
}

/** Functions of sets and lists that stand behind a name. */
export const listFunctions: Readonly<Record<string, CelFunction>> = {
  'sets.contains': sets('sets.contains', (a, b) => isSubset(b, a)),
  'sets.intersects': sets('sets.intersects', (a, b) =>
    a.some((item) => b.some((each) => equalValues(each, item))),
  ),
  'sets.equivalent': sets('sets.equivalent', (a, b) => isSubset(a, b) && isSubset(b, a)),
  'lists.range': (args, cost) => {
    const size = whole('lists.range', args, 0);
    cost(size);
    return Array.from({ length: Math.max(0, size) }, (_, i) => i);
  },
};
