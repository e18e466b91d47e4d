import {
  callValue,
  checkTextLength,
  LIST_MAX,
  mustOwn,
  own,
  ownList,
  ownText,
  type Run,
} from './run.ts';
import { stop } from './script-fault.ts';
import type { Method } from './text-methods.ts';
import { itemsOf, numberOf, textOf } from './values.ts';

type List = unknown[];
type Args = readonly unknown[];

/** The first item for which the function in the arguments holds, from one end or the other. */
function search(of: List, args: Args, run: Run, line: number, fromEnd = false): number {
  for (let step = 0; step < of.length; step++) {
    const index = fromEnd ? of.length - 1 - step : step;
    if (callValue(args[0], [of[index], index, of], run, line)) return index;
  }
  return -1;
}

function each(
  of: List,
  args: Args,
  run: Run,
  line: number,
  take: (answer: unknown, item: unknown) => void,
): void {
  for (let index = 0; index < of.length; index++) {
    const item = of[index];
    take(callValue(args[0], [item, index, of], run, line), item);
  }
}

const position = (args: Args, at: number) =>
  args[at] === undefined ? undefined : numberOf(args[at]);

export const listMethods: Readonly<Record<string, Method<List>>> = {
  at: (of, args) => of.at(position(args, 0) ?? 0),
  concat: (of, args, run, line) => {
    const joined: List = [...of];
    for (const arg of args) {
      if (Array.isArray(arg)) append(joined, arg, run, line);
      else joined.push(arg);
    }
    return ownList(run, joined, line);
  },
  entries: (of, _args, run, line) =>
    ownList(
      run,
      of.map((item, index) => own(run, [index, item])),
      line,
    ),
  every: (of, args, run, line) => search(of, [negated(args[0])], run, line) < 0,
  fill: (of, args, run, line) => {
    mustOwn(run, of, line);
    charge(run, of, line);
    return of.fill(args[0], position(args, 1), position(args, 2));
  },
  filter: (of, args, run, line) => {
    const kept: List = [];
    each(of, args, run, line, (answer, item) => {
      if (answer) kept.push(item);
    });
    return ownList(run, kept, line);
  },
  find: (of, args, run, line) => of[search(of, args, run, line)],
  findIndex: (of, args, run, line) => search(of, args, run, line),
  findLast: (of, args, run, line) => of[search(of, args, run, line, true)],
  findLastIndex: (of, args, run, line) => search(of, args, run, line, true),
  flat: (of, _args, run, line) => flatten(of, run, line),
  flatMap: (of, args, run, line) => {
    const answers: List = [];
    each(of, args, run, line, (answer) => answers.push(answer));
    return flatten(answers, run, line);
  },
  forEach: (of, args, run, line) => each(of, args, run, line, () => {}),
  includes: (of, args, run, line) => {
    charge(run, of, line);
    return of.includes(args[0]);
  },
  indexOf: (of, args, run, line) => {
    charge(run, of, line);
    return of.indexOf(args[0]);
  },
  join: (of, args, run, line) => join(of, args[0] === undefined ? ',' : textOf(args[0]), run, line),
  keys: (of, _args, run, line) => ownList(run, [...of.keys()], line),
  lastIndexOf: (of, args, run, line) => {
    charge(run, of, line);
    return of.lastIndexOf(args[0]);
  },
  map: (of, args, run, line) => {
    const answers: List = [];
    each(of, args, run, line, (answer) => answers.push(answer));
    return ownList(run, answers, line);
  },
  pop: (of, _args, run, line) => {
    mustOwn(run, of, line);
    return of.pop();
  },
  push: (of, args, run, line) => {
    mustOwn(run, of, line);
    append(of, args, run, line);
    return of.length;
  },
  reduce: (of, args, run, line) => {
    let start = 0;
    let sum = args[1];
    if (args.length < 2) {
      if (of.length === 0) stop(line, 'an empty list has nothing to begin with');
      sum = of[0];
      start = 1;
    }
    for (let index = start; index < of.length; index++) {
      sum = callValue(args[0], [sum, of[index], index, of], run, line);
    }
    return sum;
  },
  reverse: (of, _args, run, line) => {
    mustOwn(run, of, line);
    charge(run, of, line);
    return of.reverse();
  },
  shift: (of, _args, run, line) => {
    mustOwn(run, of, line);
    charge(run, of, line);
    return of.shift();
  },
  slice: (of, args, run, line) =>
    ownList(run, of.slice(position(args, 0), position(args, 1)), line),
  some: (of, args, run, line) => search(of, args, run, line) >= 0,
  sort: (of, args, run, line) => {
    mustOwn(run, of, line);
    const sorted = sortedList(of, args[0], run, line);
    for (let index = 0; index < sorted.length; index++) of[index] = sorted[index];
    return of;
  },
  splice: (of, args, run, line) => {
    mustOwn(run, of, line);
    charge(run, of, line);
    const from = position(args, 0) ?? 0;
    const count = args.length < 2 ? of.length : (position(args, 1) ?? 0);
    return ownList(run, of.splice(from, count, ...args.slice(2)), line);
  },
  toReversed: (of, _args, run, line) => ownList(run, [...of].reverse(), line),
  toSorted: (of, args, run, line) => ownList(run, sortedList(of, args[0], run, line), line),
  toString: (of: List, _args: Args, run: Run, line: number) => ownText(run, textOf(of), line),
  unshift: (of, args, run, line) => {
    mustOwn(run, of, line);
    charge(run, of, line);
    return of.unshift(...args);
  },
  values: (of, _args, run, line) => ownList(run, [...of], line),
};

function charge(run: Run, of: List, line: number): void {
  run.stepsLeft -= of.length >> 2;
  if (run.stepsLeft < 0) stop(line, run.limit);
}

function negated(fn: unknown) {
  return (args: Args, run: Run, line: number) => !callValue(fn, args, run, line);
}

/** Adds items at the end, however many. */
export function append(to: List, items: Args, run: Run, line: number): void {
  if (to.length + items.length > LIST_MAX) stop(line, `a list is longer than ${LIST_MAX}`);
  run.stepsLeft -= items.length;
  if (run.stepsLeft < 0) stop(line, run.limit);
  for (let index = 0; index < items.length; index++) to.push(items[index]);
}

function flatten(of: List, run: Run, line: number): List {
  const flat: List = [];
  for (const item of of) append(flat, Array.isArray(item) ? item : [item], run, line);
  return own(run, flat);
}

function join(of: List, by: string, run: Run, line: number): string {
  let text = '';
  for (let index = 0; index < of.length; index++) {
    if (index > 0) text += by;
    const item = of[index];
    if (item !== undefined && item !== null) text += textOf(item);
    checkTextLength(text.length, line);
  }
  charge(run, of, line);
  return ownText(run, text, line);
}

/** Sorts by merging, so that the comparisons made do not depend on the engine. */
function sortedList(of: List, compare: unknown, run: Run, line: number): List {
  const isBefore = (a: unknown, b: unknown): boolean => {
    if (a === undefined || b === undefined) return a !== undefined && b === undefined;
    if (compare !== undefined) return numberOf(callValue(compare, [a, b], run, line)) < 0;
    run.stepsLeft -= 1;
    if (run.stepsLeft < 0) stop(line, run.limit);
    return textOf(a) < textOf(b);
  };
  let from = [...of];
  let to: List = [...of];
  for (let width = 1; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      merge(from, to, start, width, isBefore);
    }
    [from, to] = [to, from];
  }
  return from;
}

function merge(
  from: List,
  to: List,
  start: number,
  width: number,
  isBefore: (a: unknown, b: unknown) => boolean,
): void {
  const middle = Math.min(start + width, from.length);
  const end = Math.min(start + 2 * width, from.length);
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    // Of equals the left one comes first.
    const takesRight = left >= middle || (right < end && isBefore(from[right], from[left]));
    to[at] = takesRight ? from[right++] : from[left++];
  }
}

export const mapMethods: Readonly<Record<string, Method<Map<unknown, unknown>>>> = {
  clear: (of) => of.clear(),
  delete: (of, args) => of.delete(args[0]),
  entries: (of, _args, run, line) => ownList(run, [...itemsOf(of, run, line)], line),
  forEach: (of, args, run, line) => {
    for (const [key, value] of of) callValue(args[0], [value, key, of], run, line);
  },
  get: (of, args) => of.get(args[0]),
  has: (of, args) => of.has(args[0]),
  keys: (of, _args, run, line) => ownList(run, [...of.keys()], line),
  set: (of, args, run, line) => {
    if (of.size >= LIST_MAX) stop(line, `a map is greater than ${LIST_MAX}`);
    run.stepsLeft -= 1;
    return of.set(args[0], args[1]);
  },
  values: (of, _args, run, line) => ownList(run, [...of.values()], line),
};

export const setMethods: Readonly<Record<string, Method<Set<unknown>>>> = {
  add: (of, args, run, line) => {
    if (of.size >= LIST_MAX) stop(line, `a set is greater than ${LIST_MAX}`);
    run.stepsLeft -= 1;
    return of.add(args[0]);
  },
  clear: (of) => of.clear(),
  delete: (of, args) => of.delete(args[0]),
  entries: (of, _args, run, line) =>
    ownList(
      run,
      [...of].map((item) => own(run, [item, item])),
      line,
    ),
  forEach: (of, args, run, line) => {
    for (const item of of) callValue(args[0], [item, item, of], run, line);
  },
  has: (of, args) => of.has(args[0]),
  keys: (of, _args, run, line) => ownList(run, [...of], line),
  values: (of, _args, run, line) => ownList(run, [...of], line),
};
