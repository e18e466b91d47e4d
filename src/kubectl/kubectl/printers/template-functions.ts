import { textOfBase64 } from '../../../api/base64.ts';
import { goJson, goQuote } from '../../../api/go-text.ts';
import type { JsonValue } from '../../../api/generated/types.ts';
import {
  goText,
  goTypeName,
  isMarkedFloat,
  numberOf,
  type JsonPathValue,
} from '../../../api/jsonpath/values.ts';
import { isFields } from '../objects.ts';

/** A template that cannot be run further. */
export class TemplateError extends Error {}

/** Go's idea of an empty value. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isFields(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

type TemplateFunction = (args: readonly unknown[]) => unknown;

const functions: Readonly<Record<string, TemplateFunction>> = {
  not: ([value]) => !isTrue(value),
  len: ([value]) => {
    if (typeof value === 'string') return new TextEncoder().encode(value).length;
    if (Array.isArray(value)) return value.length;
    if (isFields(value)) return Object.keys(value).length;
    if (value === undefined || value === null) {
      throw new TemplateError(
        'error calling len: reflect: call of reflect.Value.Type on zero Value',
      );
    }
    const type = goTypeName(value as JsonValue);
    throw new TemplateError(`error calling len: len of type ${type === 'int64' ? 'int' : type}`);
  },
  index: ([value, ...keys]) => {
    let found = value;
    for (const key of keys) {
      if (Array.isArray(found)) {
        if (typeof key !== 'number') {
          throw new TemplateError(
            `error calling index: cannot index slice/array with type ${goTypeName(key as JsonValue)}`,
          );
        }
        if (key < 0 || key >= found.length) {
          throw new TemplateError(`error calling index: index out of range: ${key}`);
        }
        found = (found as readonly unknown[])[key];
      } else if (isFields(found))
        found = Object.hasOwn(found, String(key)) ? found[String(key)] : undefined;
      else if (found === undefined || found === null) {
        throw new TemplateError('error calling index: index of untyped nil');
      } else throw new TemplateError("error calling index: can't index item of type string");
    }
    return found;
  },
  slice: ([value, from, to]) => {
    const [start, end] = [Number(from ?? 0), to === undefined ? undefined : Number(to)];
    if (typeof value === 'string' || Array.isArray(value)) {
      for (const bound of [start, end ?? start]) {
        if (bound >= 0 && bound <= value.length) continue;
        throw new TemplateError(`error calling slice: index out of range: ${bound}`);
      }
      return value.slice(start, end);
    }
    throw new TemplateError("error calling slice: can't slice item");
  },
  print: (args) => sprint(args),
  println: (args) => `${args.map(text).join(' ')}\n`,
  printf: ([format, ...args]) => sprintf(text(format), args),
  html: (args) =>
    sprint(args).replace(
      /[<>&"']/g,
      (each) => `&${{ '<': 'lt', '>': 'gt', '&': 'amp', '"': '#34', "'": '#39' }[each]};`,
    ),
  js: (args) => JSON.stringify(sprint(args)).slice(1, -1),
  urlquery: (args) => encodeURIComponent(sprint(args)).replaceAll('%20', '+'),
  eq: ([first, ...others]) => others.some((each) => same(first, each)),
  ne: ([a, b]) => !same(a, b),
  lt: ([a, b]) => order(a, b) < 0,
  le: ([a, b]) => order(a, b) <= 0,
  gt: ([a, b]) => order(a, b) > 0,
  ge: ([a, b]) => order(a, b) >= 0,
  // kubectl's own.
  exists: ([value, ...keys]) => {
    let found = value;
    for (const key of keys) {
      if (Array.isArray(found) && typeof key === 'number')
        found = (found as readonly unknown[])[key];
      else if (isFields(found) && Object.hasOwn(found, String(key))) found = found[String(key)];
      else return false;
    }
    return found !== undefined;
  },
  base64decode: ([value]) => textOfBase64(text(value)),
};

export function isFunction(name: string): boolean {
  return name === 'and' || name === 'or' || Object.hasOwn(functions, name);
}

export function callFunction(name: string, args: readonly unknown[]): unknown {
  const run = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (run === undefined) throw new TemplateError(`function "${name}" not defined`);
  return run(args);
}

function text(value: unknown): string {
  if (value === undefined) return '<no value>';
  return goText(value as JsonValue);
}

/** Go's Sprint: a space between two operands of which neither is a text. */
function sprint(args: readonly unknown[]): string {
  let out = '';
  for (const [index, each] of args.entries()) {
    if (index > 0 && typeof each !== 'string' && typeof args[index - 1] !== 'string') out += ' ';
    out += text(each);
  }
  return out;
}

/** A fraction of the template's as a number: it is marked, since `1.0` there is none of Go's integers. */
function plain(value: unknown): unknown {
  return isMarkedFloat(value as JsonPathValue) ? numberOf(value as JsonPathValue) : value;
}

function same(one: unknown, other: unknown): boolean {
  const [a, b] = [plain(one), plain(other)];
  if (a === undefined || b === undefined || a === null || b === null)
    return (a ?? null) === (b ?? null);
  return a === b || (typeof a === 'object' && goJson(a, true) === goJson(b, true));
}

function order(one: unknown, other: unknown): number {
  const [a, b] = [plain(one), plain(other)];
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  throw new TemplateError('error calling lt: incompatible types for comparison');
}

/** The verbs of Go's formatting that templates use. */
export function sprintf(format: string, given: readonly unknown[]): string {
  const args = given.map(plain);
  let next = 0;
  const out = format.replace(
    /%([-+# 0]*)(\d+|\*)?(?:\.(\d+))?([a-zA-Z%])/g,
    (
      _whole,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      verb: string,
    ) => {
      if (verb === '%') return '%';
      const wide = width === '*' ? Number(args[next++]) : Number(width ?? 0);
      if (next >= args.length) return `%!${verb}(MISSING)`;
      const body = formatted(verb, args[next++], flags, precision);
      if (flags.includes('-')) return body.padEnd(wide);
      return flags.includes('0') && verb !== 's' ? body.padStart(wide, '0') : body.padStart(wide);
    },
  );
  if (next < args.length && args.length > 0) {
    return `${out}%!(EXTRA ${args
      .slice(next)
      .map((each) => `${typeof each}=${text(each)}`)
      .join(', ')})`;
  }
  return out;
}

function formatted(
  verb: string,
  value: unknown,
  flags: string,
  precision: string | undefined,
): string {
  switch (verb) {
    case 'd':
      return typeof value === 'number'
        ? `${flags.includes('+') && value >= 0 ? '+' : ''}${Math.trunc(value)}`
        : `%!d(${text(value)})`;
    case 'q':
      return goQuote(text(value));
    case 'f':
      return Number(value).toFixed(Number(precision ?? 6));
    case 'x':
      return typeof value === 'number'
        ? value.toString(16)
        : [...new TextEncoder().encode(text(value))]
            .map((each) => each.toString(16).padStart(2, '0'))
            .join('');
    case 't':
      return String(value);
    case 's': {
      const whole = typeof value === 'number' ? `%!s(int64=${value})` : text(value);
      return precision === undefined ? whole : [...whole].slice(0, Number(precision)).join('');
    }
    case 'T':
      return typeof value;
    default:
      return text(value);
  }
}
