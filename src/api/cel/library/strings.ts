import { bytesOf } from '../../../base/byte-text.ts';
import { isList } from '../../patch/json.ts';
import { isObject } from '../../patch/json.ts';
import { isDouble, numberOf, Special, typeName } from '../values.ts';
import {
  fail,
  isListValue,
  isText,
  list,
  noOverload,
  text,
  whole,
  type Library,
} from './arguments.ts';
import { toText } from './text.ts';

function letters(name: string, args: readonly unknown[], index = 0): string[] {
  return [...text(name, args, index)];
}

/** What copies a text costs a tenth of its length (cel-go). */
function traversal(value: string): number {
  return Math.ceil(value.length * 0.1);
}

/** Where letters stand in others, from some position on; -1 for nowhere. */
function positionOf(all: readonly string[], part: readonly string[], from: number): number {
  for (let at = from; at + part.length <= all.length; at += 1) {
    if (part.every((each, i) => each === all[at + i])) return at;
  }
  return -1;
}

function lastPositionOf(all: readonly string[], part: readonly string[], from: number): number {
  for (let at = Math.min(from, all.length - part.length); at >= 0; at -= 1) {
    if (part.every((each, i) => each === all[at + i])) return at;
  }
  return -1;
}

/** The strings extension of cel-go, version 2, and the language's own methods of texts. */
export const stringLibrary: Library = {
  accepts: isText,
  methods: {
    size: (args) => letters('size', args).length,
    startsWith(args, cost) {
      cost(traversal(text('startsWith', args, 1)));
      return text('startsWith', args, 0).startsWith(text('startsWith', args, 1));
    },
    endsWith(args, cost) {
      cost(traversal(text('endsWith', args, 1)));
      return text('endsWith', args, 0).endsWith(text('endsWith', args, 1));
    },
    contains(args, cost) {
      cost(traversal(text('contains', args, 0)) * traversal(text('contains', args, 1)));
      return text('contains', args, 0).includes(text('contains', args, 1));
    },
    charAt(args) {
      const all = letters('charAt', args);
      const index = whole('charAt', args, 1);
      if (index < 0 || index > all.length) fail(`index out of range: ${index}`);
      return all[index] ?? '';
    },
    indexOf(args) {
      const [all, part] = [letters('indexOf', args), letters('indexOf', args, 1)];
      const from = args[2] === undefined ? 0 : whole('indexOf', args, 2);
      if (args[2] !== undefined && (from < 0 || from >= all.length) && part.length > 0) {
        fail(`index out of range: ${from}`);
      }
      return part.length === 0 ? from : positionOf(all, part, from);
    },
    lastIndexOf(args) {
      const [all, part] = [letters('lastIndexOf', args), letters('lastIndexOf', args, 1)];
      const from = args[2] === undefined ? all.length : whole('lastIndexOf', args, 2);
      if (args[2] !== undefined && (from < 0 || from >= all.length)) {
        fail(`index out of range: ${from}`);
      }
      return part.length === 0 ? from : lastPositionOf(all, part, from);
    },
    lowerAscii: (args) =>
      text('lowerAscii', args, 0).replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    upperAscii: (args) =>
      text('upperAscii', args, 0).replace(/[a-z]/g, (letter) => letter.toUpperCase()),
    replace(args, cost) {
      const subject = text('replace', args, 0);
      const [from, to] = [text('replace', args, 1), text('replace', args, 2)];
      const times = args[3] === undefined ? -1 : whole('replace', args, 3);
      cost(traversal(subject));
      const parts = subject.split(from);
      if (times < 0) return parts.join(to);
      return parts.reduce((all, part, index) => all + (index <= times ? to : from) + part);
    },
    split(args, cost) {
      const [subject, separator] = [text('split', args, 0), text('split', args, 1)];
      cost(traversal(subject));
      const limit = args[2] === undefined ? -1 : whole('split', args, 2);
      if (limit === 0) return [];
      const parts = separator === '' ? [...subject] : subject.split(separator);
      if (limit < 0 || parts.length <= limit) return parts;
      return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
    },
    substring(args) {
      const all = letters('substring', args);
      const start = whole('substring', args, 1);
      const end = args[2] === undefined ? all.length : whole('substring', args, 2);
      if (start < 0 || start > all.length) fail(`index out of range: ${start}`);
      if (end < 0 || end > all.length) fail(`index out of range: ${end}`);
      if (start > end) fail(`invalid substring range. start: ${start}, end: ${end}`);
      return all.slice(start, end).join('');
    },
    trim: (args) => text('trim', args, 0).trim(),
    format: (args) => formatted(text('format', args, 0), list('format', args, 1)),
  },
};

export const joinLibrary: Library = {
  accepts: isListValue,
  methods: {
    join(args) {
      const parts = list('join', args).map((each) =>
        typeof each === 'string' ? each : noOverload('join', args),
      );
      return parts.join(args[1] === undefined ? '' : text('join', args, 1));
    },
  },
};

const QUOTED: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** `strings.quote`: a text between quotes, so that it may stand in another. */
export function quoted(value: string): string {
  return `"${[...value].map((each) => QUOTED[each] ?? each).join('')}"`;
}

/** `"%s of %d".format([a, b])`: the clauses of cel-go's string formatting. */
function formatted(pattern: string, args: readonly unknown[]): string {
  let next = 0;
  const result = pattern.replace(/%(%|(?:\.(\d+))?(.?))/gs, (_, whole_: string, digits, clause) => {
    if (whole_ === '%') return '%';
    if (next >= args.length) fail(`index ${next} out of range`);
    const value = args[next++];
    return clauseText(clause as string, value, digits === undefined ? 6 : Number(digits));
  });
  return result;
}

function clauseText(clause: string, value: unknown, digits: number): string {
  const float = numberOf(value);
  const isWhole = float !== undefined && !isDouble(value);
  const wrong = (what: string): never =>
    fail(`error during formatting: ${what}, was given ${typeName(value)}`);
  switch (clause) {
    case 's':
      return shown(value);
    case 'd':
      if (float === undefined || (isDouble(value) && Number.isFinite(float))) {
        return wrong('decimal clause can only be used on integers');
      }
      return isWhole ? String(float) : shown(value);
    case 'f':
      return float === undefined
        ? wrong('fixed-point clause can only be used on doubles')
        : Number.isFinite(float)
          ? float.toFixed(digits)
          : shown(value);
    case 'e':
      return float === undefined
        ? wrong('scientific clause can only be used on doubles')
        : float.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return isWhole
        ? float.toString(2)
        : wrong('only integers and bools can be formatted as binary');
    case 'o':
      return isWhole ? float.toString(8) : wrong('octal clause can only be used on integers');
    case 'x':
    case 'X': {
      const hex = isWhole
        ? float.toString(16)
        : typeof value === 'string'
          ? hexOf(value)
          : value instanceof Special && value.value.type === 'bytes'
            ? hexOf(value.value.text)
            : wrong('only integers, byte buffers, and strings can be formatted as hex');
      return clause === 'X' ? hex.toUpperCase() : hex;
    }
    default:
      return fail(`could not parse formatting clause: unrecognized formatting clause "${clause}"`);
  }
}

/** The bytes of a text in hexadecimal digits. */
function hexOf(value: string): string {
  return [...bytesOf(value)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A value as `%s` shows it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return 'null';
  if (isList(value)) return `[${value.map(shown).join(', ')}]`;
  if (value instanceof Special) {
    if (value.value.type === 'type') return value.value.name;
    return toText(value);
  }
  if (isObject(value)) {
    const pairs = Object.keys(value)
      .sort()
      .map((key) => `${key}: ${shown(value[key])}`);
    return `{${pairs.join(', ')}}`;
  }
  return toText(value);
}
