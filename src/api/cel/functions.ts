import {
  addQuantities,
  approximateFloat,
  compareQuantities,
  signOfQuantity,
  subtractQuantities,
  scaledValue,
} from '../quantity/arithmetic.ts';
import { formatQuantity } from '../quantity/format.ts';
import { parseQuantity } from '../quantity/parse.ts';
import { quantityOf, type Quantity } from '../quantity/quantity.ts';
import { regularExpression } from '../kinds/custom/structural.ts';
import { hasFormat } from '../kinds/custom/formats.ts';
import { isList, isObject } from '../patch/json.ts';
import { formatTime, parseTime } from '../time.ts';
import { goDuration, millisOf } from './durations.ts';
import { CelError, double, equalValues, numberOf, orderOf, Special, typeName } from './values.ts';

/** A function of the language: the arguments of a method begin with its target. `cost` counts work. */
type CelFunction = (args: readonly unknown[], cost: (steps: number) => void) => unknown;

function noOverload(name: string, args: readonly unknown[]): never {
  throw new CelError(`no such overload: ${name}(${args.map(typeName).join(', ')})`);
}

function text(name: string, args: readonly unknown[], index: number): string {
  const value = args[index];
  return typeof value === 'string' ? value : noOverload(name, args);
}

function list(name: string, args: readonly unknown[], index = 0): readonly unknown[] {
  const value = args[index];
  return isList(value) ? value : noOverload(name, args);
}

function whole(name: string, args: readonly unknown[], index: number): number {
  const value = numberOf(args[index]);
  return value === undefined ? noOverload(name, args) : value;
}

const expressions = new Map<string, RegExp | undefined>();

function expression(source: string): RegExp {
  if (!expressions.has(source)) {
    if (expressions.size > 500) expressions.clear();
    expressions.set(source, regularExpression(source));
  }
  const found = expressions.get(source);
  if (found === undefined) throw new CelError(`error parsing regexp: ${source}`);
  return found;
}

function quantity(args: readonly unknown[], index: number, name: string): Quantity {
  const value = args[index];
  if (value instanceof Special && value.value.type === 'quantity') return value.value.quantity;
  if (typeof value === 'number' && index > 0) return quantityOf(value, 'DecimalSI');
  return noOverload(name, args);
}

const asQuantity = (value: Quantity): Special => new Special({ type: 'quantity', quantity: value });

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  if (isList(value)) return value.length;
  if (isObject(value) && !(value instanceof Special)) return Object.keys(value).length;
  return noOverload('size', [value]);
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  const number = numberOf(value);
  if (number !== undefined) return String(number);
  if (value instanceof Special) {
    switch (value.value.type) {
      case 'timestamp':
        return formatTime(value.value.millis);
      case 'duration':
        return goDuration(value.value.millis);
      case 'quantity':
        return formatQuantity(value.value.quantity);
      default:
    }
  }
  return noOverload('string', [value]);
}

/** Functions that are called by themselves. */
export const functions: Readonly<Record<string, CelFunction>> = {
  size: ([value]) => sizeOf(value),
  string: ([value]) => toText(value),
  dyn: ([value]) => value,
  type: ([value]) => new Special({ type: 'type', name: typeName(value) }),
  bool: (args) => {
    const [value] = args;
    if (typeof value === 'boolean') return value;
    if (['true', 't', '1', 'True', 'TRUE'].includes(String(value))) return true;
    if (['false', 'f', '0', 'False', 'FALSE'].includes(String(value))) return false;
    return noOverload('bool', args);
  },
  int: (args) => {
    const [value] = args;
    const number = numberOf(value);
    if (number !== undefined) return Math.trunc(number);
    if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return Number(value);
    if (value instanceof Special && value.value.type === 'timestamp') {
      return Math.floor(value.value.millis / 1000);
    }
    throw new CelError(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  },
  uint: (args) => functions['int']?.(args, () => {}),
  double: (args) => {
    const number =
      numberOf(args[0]) ?? (typeof args[0] === 'string' ? Number(args[0]) : Number.NaN);
    return Number.isNaN(number) ? noOverload('double', args) : double(number);
  },
  timestamp: (args) => {
    const [value] = args;
    if (value instanceof Special) return value;
    const millis = typeof value === 'string' ? parseTime(value) : undefined;
    if (millis === undefined) throw new CelError(`cannot parse timestamp: ${String(value)}`);
    return new Special({ type: 'timestamp', millis });
  },
  duration: (args) => {
    const [value] = args;
    if (value instanceof Special) return value;
    const millis = typeof value === 'string' ? millisOf(value) : undefined;
    if (millis === undefined) throw new CelError(`time: invalid duration "${String(value)}"`);
    return new Special({ type: 'duration', millis });
  },
  quantity: (args) => {
    const parsed = parseQuantity(text('quantity', args, 0));
    if (!parsed.ok) throw new CelError(parsed.error);
    return asQuantity(parsed.value);
  },
  isQuantity: (args) => parseQuantity(text('isQuantity', args, 0)).ok,
  isIP: (args) =>
    hasFormat(text('isIP', args, 0), 'ipv4') || hasFormat(text('isIP', args, 0), 'ipv6'),
  isCIDR: (args) => hasFormat(text('isCIDR', args, 0), 'cidr'),
  isURL: (args) => hasFormat(text('isURL', args, 0), 'uri'),
};

/** Functions that are called on a value. */
export const methods: Readonly<Record<string, CelFunction>> = {
  size: ([value]) => sizeOf(value),
  startsWith: (args) => text('startsWith', args, 0).startsWith(text('startsWith', args, 1)),
  endsWith: (args) => text('endsWith', args, 0).endsWith(text('endsWith', args, 1)),
  contains: (args) => text('contains', args, 0).includes(text('contains', args, 1)),
  matches: (args, cost) => {
    const subject = text('matches', args, 0);
    cost(subject.length);
    return expression(text('matches', args, 1)).test(subject);
  },
  find: (args) => expression(text('find', args, 1)).exec(text('find', args, 0))?.[0] ?? '',
  findAll: (args) => {
    const source = expression(text('findAll', args, 1));
    const all = text('findAll', args, 0).match(new RegExp(source.source, `${source.flags}g`)) ?? [];
    return args[2] === undefined || whole('findAll', args, 2) < 0
      ? [...all]
      : all.slice(0, whole('findAll', args, 2));
  },
  split: (args) => {
    const parts = text('split', args, 0).split(text('split', args, 1));
    const limit = args[2] === undefined ? -1 : whole('split', args, 2);
    if (limit < 0 || parts.length <= limit) return parts;
    if (limit === 0) return [];
    const rest = parts.slice(limit - 1).join(text('split', args, 1));
    return [...parts.slice(0, limit - 1), rest];
  },
  join: (args) =>
    list('join', args)
      .map(toText)
      .join(args[1] === undefined ? '' : text('join', args, 1)),
  replace: (args) => {
    const subject = text('replace', args, 0);
    const from = text('replace', args, 1);
    const to = text('replace', args, 2);
    const times = args[3] === undefined ? -1 : whole('replace', args, 3);
    if (times < 0) return subject.split(from).join(to);
    const parts = subject.split(from);
    return parts.reduce((all, part, index) => all + (index <= times ? to : from) + part);
  },
  substring: (args) => {
    const letters = [...text('substring', args, 0)];
    const end = args[2] === undefined ? letters.length : whole('substring', args, 2);
    const start = whole('substring', args, 1);
    if (start < 0 || end > letters.length || start > end) {
      throw new CelError(
        `index out of range: ${start < 0 || start > letters.length ? start : end}`,
      );
    }
    return letters.slice(start, end).join('');
  },
  trim: (args) => text('trim', args, 0).trim(),
  lowerAscii: (args) =>
    text('lowerAscii', args, 0).replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  upperAscii: (args) =>
    text('upperAscii', args, 0).replace(/[a-z]/g, (letter) => letter.toUpperCase()),
  charAt: (args) => {
    const letters = [...text('charAt', args, 0)];
    const index = whole('charAt', args, 1);
    if (index < 0 || index > letters.length) throw new CelError(`index out of range: ${index}`);
    return letters[index] ?? '';
  },
  indexOf: (args) => {
    const [subject] = args;
    if (isList(subject)) return subject.findIndex((each) => equalValues(each, args[1]));
    return text('indexOf', args, 0).indexOf(text('indexOf', args, 1));
  },
  lastIndexOf: (args) => {
    const [subject] = args;
    if (isList(subject)) return subject.findLastIndex((each) => equalValues(each, args[1]));
    return text('lastIndexOf', args, 0).lastIndexOf(text('lastIndexOf', args, 1));
  },
  isSorted: (args) =>
    list('isSorted', args).every(
      (item, index, all) => index === 0 || (orderOf(all[index - 1], item) ?? 1) <= 0,
    ),
  sum: (args) => {
    const numbers = list('sum', args).map((each) => numberOf(each) ?? noOverload('sum', args));
    return numbers.reduce((all, each) => all + each, 0);
  },
  min: (args) => extreme('min', list('min', args), -1),
  max: (args) => extreme('max', list('max', args), 1),
  distinct: (args) => {
    const all = list('distinct', args);
    return all.filter((item, index) => all.findIndex((each) => equalValues(each, item)) === index);
  },
  reverse: (args) => list('reverse', args).toReversed(),
  slice: (args) => list('slice', args).slice(whole('slice', args, 1), whole('slice', args, 2)),
  flatten: (args) => list('flatten', args).flat(),
  // Quantities.
  add: (args) => asQuantity(addQuantities(quantity(args, 0, 'add'), quantity(args, 1, 'add'))),
  sub: (args) => asQuantity(subtractQuantities(quantity(args, 0, 'sub'), quantity(args, 1, 'sub'))),
  isLessThan: (args) =>
    compareQuantities(quantity(args, 0, 'isLessThan'), quantity(args, 1, 'isLessThan')) < 0,
  isGreaterThan: (args) =>
    compareQuantities(quantity(args, 0, 'isGreaterThan'), quantity(args, 1, 'isGreaterThan')) > 0,
  compareTo: (args) =>
    compareQuantities(quantity(args, 0, 'compareTo'), quantity(args, 1, 'compareTo')),
  sign: (args) => signOfQuantity(quantity(args, 0, 'sign')),
  asInteger: (args) => Number(scaledValue(quantity(args, 0, 'asInteger'), 0)),
  isInteger: (args) => Number.isInteger(approximateFloat(quantity(args, 0, 'isInteger'))),
  asApproximateFloat: (args) => double(approximateFloat(quantity(args, 0, 'asApproximateFloat'))),
  // Optionals.
  hasValue: (args) => held(args) !== undefined,
  value: (args) => held(args) ?? fail('optional.none() dereference'),
  orValue: (args) => held(args) ?? args[1],
  or: (args) => (held(args) === undefined ? args[1] : args[0]),
  // Timestamps and durations.
  getSeconds: (args) => Math.trunc(millisIn(args) / 1000),
  getMinutes: (args) => Math.trunc(millisIn(args) / 60_000),
  getHours: (args) => Math.trunc(millisIn(args) / 3_600_000),
};

/** Functions with a name in two parts: `sets.contains(a, b)`. */
export const qualifiedFunctions: Readonly<Record<string, CelFunction>> = {
  'sets.contains': (args) =>
    isSubset(list('sets.contains', args, 1), list('sets.contains', args, 0)),
  'sets.intersects': (args) =>
    list('sets.intersects', args, 0).some((item) =>
      list('sets.intersects', args, 1).some((each) => equalValues(each, item)),
    ),
  'sets.equivalent': (args) =>
    isSubset(list('sets.equivalent', args, 0), list('sets.equivalent', args, 1)) &&
    isSubset(list('sets.equivalent', args, 1), list('sets.equivalent', args, 0)),
  'optional.none': () => new Special({ type: 'optional', held: undefined }),
  'optional.of': ([value]) => new Special({ type: 'optional', held: value }),
  'math.greatest': (args) => extreme('math.greatest', isList(args[0]) ? args[0] : args, 1),
  'math.least': (args) => extreme('math.least', isList(args[0]) ? args[0] : args, -1),
};

function isSubset(small: readonly unknown[], big: readonly unknown[]): boolean {
  return small.every((item) => big.some((each) => equalValues(each, item)));
}

function extreme(name: string, items: readonly unknown[], sign: 1 | -1): unknown {
  if (items.length === 0) throw new CelError(`${name} called on empty list`);
  return items.reduce((best, each) => {
    const order = orderOf(each, best);
    if (order === undefined) return noOverload(name, [each, best]);
    return order * sign > 0 ? each : best;
  });
}

function held([value]: readonly unknown[]): unknown {
  if (value instanceof Special && value.value.type === 'optional') return value.value.held;
  return noOverload('optional', [value]);
}

function fail(message: string): never {
  throw new CelError(message);
}

function millisIn(args: readonly unknown[]): number {
  const [value] = args;
  if (value instanceof Special && value.value.type === 'duration') return value.value.millis;
  return noOverload('getSeconds', args);
}
