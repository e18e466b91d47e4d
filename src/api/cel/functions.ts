import { byteLengthOf } from '../../base/byte-text.ts';
import { isList, isObject } from '../patch/json.ts';
import { parseTime } from '../time.ts';
import { millisOf } from './durations.ts';
import {
  isSpecial,
  noOverload,
  special,
  text,
  type CelFunction,
  type Library,
} from './library/arguments.ts';
import { authorizerLibrary, decisionLibrary } from './library/authorizer.ts';
import { formatFunctions, formatLibrary } from './library/formats.ts';
import { listFunctions, listLibrary } from './library/lists.ts';
import { cidrLibrary, ipLibrary, networkFunctions } from './library/network.ts';
import { optionalFunctions, optionalLibrary, unwrapLibrary } from './library/optionals.ts';
import { quantityFunctions, quantityLibrary } from './library/quantities.ts';
import { regexLibrary } from './library/regex.ts';
import { semverFunctions, semverLibrary } from './library/semver.ts';
import { joinLibrary, quoted, stringLibrary } from './library/strings.ts';
import { toText } from './library/text.ts';
import { durationLibrary, timestampLibrary } from './library/times.ts';
import { urlFunctions, urlLibrary } from './library/url.ts';
import { CelError, double, numberOf, Special, typeName, uint } from './values.ts';

function sizeOf(value: unknown): number {
  if (value instanceof Special && value.value.type === 'bytes') {
    return byteLengthOf(value.value.text);
  }
  if (typeof value === 'string') return [...value].length;
  if (isList(value)) return value.length;
  if (isObject(value) && !(value instanceof Special)) return Object.keys(value).length;
  return noOverload('size', [value]);
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
    if (value instanceof Special && value.value.type === 'duration') {
      return Math.trunc(value.value.millis * 1e6);
    }
    throw new CelError(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  },
  uint: (args, cost) => {
    const number = numberOf(functions['int']?.(args, cost)) ?? noOverload('uint', args);
    return uint(number);
  },
  bytes: (args) => {
    const [value] = args;
    if (typeof value === 'string') return new Special({ type: 'bytes', text: value });
    return special('bytes', 'bytes', args) && value;
  },
  double: (args) => {
    const number =
      numberOf(args[0]) ?? (typeof args[0] === 'string' ? Number(args[0]) : Number.NaN);
    return Number.isNaN(number) ? noOverload('double', args) : double(number);
  },
  timestamp: (args) => {
    const [value] = args;
    if (value instanceof Special) return value;
    if (typeof value === 'number') return new Special({ type: 'timestamp', millis: value * 1000 });
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
  matches: (args, cost) => regexLibrary.methods['matches']?.(args, cost),
  ...quantityFunctions,
  ...networkFunctions,
  ...urlFunctions,
  ...semverFunctions,
};

/** Functions with a name in two parts: `sets.contains(a, b)`. */
export const qualifiedFunctions: Readonly<Record<string, CelFunction>> = {
  ...listFunctions,
  ...optionalFunctions,
  ...formatFunctions,
  'ip.isCanonical': (args, cost) => networkFunctions['ip.isCanonical']?.(args, cost),
  'strings.quote': (args) => quoted(text('strings.quote', args, 0)),
};

const mapLibrary: Library = {
  accepts: (target) => isObject(target) && !(target instanceof Special),
  methods: { size: ([value]) => sizeOf(value) },
};

const bytesLibrary: Library = {
  accepts: isSpecial('bytes'),
  methods: { size: ([value]) => sizeOf(value) },
};

const libraries: readonly Library[] = [
  bytesLibrary,
  stringLibrary,
  regexLibrary,
  listLibrary,
  joinLibrary,
  unwrapLibrary,
  mapLibrary,
  quantityLibrary,
  ipLibrary,
  cidrLibrary,
  urlLibrary,
  semverLibrary,
  formatLibrary,
  timestampLibrary,
  durationLibrary,
  optionalLibrary,
  authorizerLibrary,
  decisionLibrary,
];

const byMethod = new Map<string, Library[]>();
for (const library of libraries) {
  for (const name of Object.keys(library.methods)) {
    byMethod.set(name, [...(byMethod.get(name) ?? []), library]);
  }
}

/** The names of all methods. */
export function methodNames(): readonly string[] {
  return [...byMethod.keys()];
}

/** Calls a method of a value; the arguments begin with it. */
export function callOn(
  name: string,
  args: readonly unknown[],
  cost: (steps: number) => void,
): unknown {
  const found = byMethod.get(name);
  if (found === undefined) throw new CelError(`unknown function: ${name}`);
  const library = found.find(({ accepts }) => accepts(args[0]));
  const method = library?.methods[name];
  return method === undefined ? noOverload(name, args) : method(args, cost);
}
