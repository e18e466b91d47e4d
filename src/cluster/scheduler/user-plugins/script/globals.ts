import { logarithm } from '../../plugins/natural-log.ts';
import { append } from './list-methods.ts';
import { power } from './operators.ts';
import { callValue, own, ownList, ownText, type Run, type ScriptFunction } from './run.ts';
import { stop } from './script-fault.ts';
import {
  isPlain,
  itemsOf,
  keysOf,
  keyText,
  newPlain,
  numberOf,
  statics,
  textOf,
} from './values.ts';

/** A function of plain numbers. */
function ofNumber(fn: (x: number) => number): ScriptFunction {
  return (args) => fn(numberOf(args[0]));
}

function greatest(args: readonly unknown[], sign: 1 | -1): number {
  let best = -Infinity;
  for (const arg of args) {
    const number = sign * numberOf(arg);
    if (Number.isNaN(number)) return Number.NaN;
    if (number > best) best = number;
  }
  return sign * best;
}

/** What gives the same on every engine, to the last digit. */
const math = plain({
  abs: ofNumber(Math.abs),
  ceil: ofNumber(Math.ceil),
  floor: ofNumber(Math.floor),
  log: ofNumber(logarithm),
  log10: ofNumber((x) => logarithm(x) / Math.LN10),
  log2: ofNumber((x) => logarithm(x) / Math.LN2),
  max: (args: readonly unknown[]) => greatest(args, 1),
  min: (args: readonly unknown[]) => greatest(args, -1),
  pow: (args: readonly unknown[], _run: Run, line: number) =>
    power(numberOf(args[0]), numberOf(args[1]), line),
  round: ofNumber(Math.round),
  sign: ofNumber(Math.sign),
  sqrt: ofNumber(Math.sqrt),
  trunc: ofNumber(Math.trunc),
  E: Math.E,
  LN10: Math.LN10,
  LN2: Math.LN2,
  PI: Math.PI,
});

const objectFunctions: Readonly<Record<string, ScriptFunction>> = {
  assign: (args, run, line) => {
    const [to] = args;
    if (!isPlain(to) || !run.own.has(to)) return stop(line, 'only own objects can be changed');
    for (const from of args.slice(1)) copyEntries(to, from, run, line);
    return to;
  },
  entries: (args, run, line) =>
    ownList(
      run,
      keysOf(args[0], line).map((key) => own(run, [key, at(args[0], key)])),
      line,
    ),
  freeze: (args, run) => {
    if (typeof args[0] === 'object' && args[0] !== null) run.own.delete(args[0]);
    return args[0];
  },
  fromEntries: (args, run, line) => {
    const made = newPlain(run);
    for (const entry of itemsOf(args[0], run, line)) {
      const [key, value] = itemsOf(entry, run, line);
      made[keyText(key)] = value;
      run.stepsLeft -= 1;
    }
    return made;
  },
  hasOwn: (args) => typeof args[0] === 'object' && Object.hasOwn(args[0] ?? {}, keyText(args[1])),
  keys: (args, run, line) => ownList(run, keysOf(args[0], line), line),
  values: (args, run, line) =>
    ownList(
      run,
      keysOf(args[0], line).map((key) => at(args[0], key)),
      line,
    ),
};

function at(of: unknown, key: string): unknown {
  return Array.isArray(of) ? of[Number(key)] : isPlain(of) ? of[key] : undefined;
}

/** `{ ...from }`. */
export function copyEntries(
  to: Record<string, unknown>,
  from: unknown,
  run: Run,
  line: number,
): void {
  if (!isPlain(from) && !Array.isArray(from)) return;
  const keys = keysOf(from, line);
  run.stepsLeft -= keys.length;
  if (run.stepsLeft < 0) stop(line, run.limit);
  for (const key of keys) to[key] = at(from, key);
}

const listFunctions: Readonly<Record<string, ScriptFunction>> = {
  from: (args, run, line) => {
    const [of, map] = args;
    const length = isPlain(of) ? numberOf(of['length']) : undefined;
    const list: unknown[] = [];
    if (length === undefined) append(list, itemsOf(of, run, line), run, line);
    else for (let index = 0; index < length; index++) append(list, [undefined], run, line);
    if (map !== undefined) {
      for (let index = 0; index < list.length; index++) {
        list[index] = callValue(map, [list[index], index], run, line);
      }
    }
    return own(run, list);
  },
  isArray: (args) => Array.isArray(args[0]),
  of: (args, run, line) => ownList(run, [...args], line),
};

const numberFunctions = {
  isFinite: (args: readonly unknown[]) => Number.isFinite(args[0]),
  isInteger: (args: readonly unknown[]) => Number.isInteger(args[0]),
  isNaN: (args: readonly unknown[]) => Number.isNaN(args[0]),
  parseFloat: (args: readonly unknown[]) => Number.parseFloat(textOf(args[0])),
  parseInt: (args: readonly unknown[]) =>
    Number.parseInt(textOf(args[0]), args[1] === undefined ? undefined : numberOf(args[1])),
};

/** What scripts can use by name, beside what they are given. */
export const globals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['Array', withStatics((args, run, line) => ownList(run, [...args], line), listFunctions)],
  ['Boolean', (args: readonly unknown[]) => Boolean(args[0])],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['Math', math],
  ['NaN', Number.NaN],
  [
    'Number',
    withStatics((args) => (args.length === 0 ? 0 : numberOf(args[0])), {
      ...numberFunctions,
      EPSILON: Number.EPSILON,
      MAX_SAFE_INTEGER: Number.MAX_SAFE_INTEGER,
      MIN_SAFE_INTEGER: Number.MIN_SAFE_INTEGER,
      NEGATIVE_INFINITY: Number.NEGATIVE_INFINITY,
      POSITIVE_INFINITY: Number.POSITIVE_INFINITY,
    }),
  ],
  ['Object', withStatics((args) => args[0], objectFunctions)],
  [
    'String',
    withStatics(
      (args, run, line) => (args.length === 0 ? '' : ownText(run, textOf(args[0]), line)),
      {},
    ),
  ],
  ['isFinite', (args: readonly unknown[]) => Number.isFinite(numberOf(args[0]))],
  ['isNaN', (args: readonly unknown[]) => Number.isNaN(numberOf(args[0]))],
  ['parseFloat', numberFunctions.parseFloat],
  ['parseInt', numberFunctions.parseInt],
  ['undefined', undefined],
]);

/** What `new` can make. */
export const constructors: ReadonlyMap<string, ScriptFunction> = new Map<string, ScriptFunction>([
  [
    'Array',
    (args, run, line) => {
      const [length] = args;
      if (args.length !== 1 || typeof length !== 'number') return ownList(run, [...args], line);
      const list: unknown[] = [];
      for (let index = 0; index < length; index++) append(list, [undefined], run, line);
      return own(run, list);
    },
  ],
  [
    'Error',
    (args, run) => {
      const made = newPlain(run);
      made['message'] = textOf(args[0] ?? '');
      return made;
    },
  ],
  [
    'Map',
    (args, run, line) => {
      const map = new Map<unknown, unknown>();
      for (const entry of args[0] === undefined ? [] : itemsOf(args[0], run, line)) {
        const [key, value] = itemsOf(entry, run, line);
        map.set(key, value);
        run.stepsLeft -= 1;
      }
      return map;
    },
  ],
  [
    'Set',
    (args, run, line) => {
      const items = args[0] === undefined ? [] : itemsOf(args[0], run, line);
      run.stepsLeft -= items.length;
      return new Set(items);
    },
  ],
]);

function withStatics(fn: ScriptFunction, of: Readonly<Record<string, unknown>>): ScriptFunction {
  statics.set(fn, plain(of));
  return fn;
}

function plain(of: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.freeze(Object.assign(Object.create(null), of));
}
