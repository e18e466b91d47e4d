import { compareNumbers, compareStrings } from '../../base/compare.ts';
import type { Program } from '../program.ts';
import { readFlags } from './flags.ts';
import { linesOf, misuse, openInputs } from './lines.ts';

type Compare = (a: string, b: string) => number;

interface Key {
  readonly fromField: number;
  readonly fromChar: number;
  readonly toField: number;
  readonly toChar: number;
  readonly letters: string;
}

const SPEC = {
  flags: 'nrufhVsbdgMc',
  values: 'kto',
  long: {
    'numeric-sort': 'n',
    reverse: 'r',
    unique: 'u',
    'ignore-case': 'f',
    'human-numeric-sort': 'h',
    'version-sort': 'V',
    stable: 's',
    key: 'k',
    'field-separator': 't',
    output: 'o',
    check: 'c',
    'general-numeric-sort': 'g',
  },
} as const;

export const sort: Program = async (args, io) => {
  const flags = readFlags(args, SPEC);
  if (typeof flags === 'string') return misuse(io, 'sort', flags);
  const { inputs, failed } = openInputs(io, 'sort', flags.rest);
  if (failed) return 2;
  const texts: string[] = [];
  for (const input of inputs) texts.push(await input.text());
  const lines = texts.flatMap(linesOf);
  const global = [...'nfhVbdgM'].filter((letter) => flags.has(letter)).join('');
  const reverse = flags.has('r');
  const keys: Key[] = [];
  for (const text of flags.values('k')) {
    const key = readKey(text);
    if (key === undefined) return misuse(io, 'sort', `invalid field specification ‘${text}’`);
    keys.push(key);
  }
  const separator = flags.value('t')?.replace('\\t', '\t');
  const byKeys: Compare = (a, b) => {
    if (keys.length === 0) return signed(comparerOf(global)(a, b), reverse);
    for (const key of keys) {
      // A key with options of its own forgets the global ones.
      const letters =
        key.letters.replace('r', '') === '' && !key.letters.includes('r') ? global : key.letters;
      const isReverse = key.letters === '' ? reverse : key.letters.includes('r');
      const order = comparerOf(letters)(fieldOf(a, key, separator), fieldOf(b, key, separator));
      if (order !== 0) return signed(order, isReverse);
    }
    return 0;
  };
  const compare: Compare = (a, b) => {
    const order = byKeys(a, b);
    return order !== 0 || flags.has('s') || flags.has('u')
      ? order
      : signed(compareStrings(a, b), reverse);
  };
  if (flags.has('c')) {
    for (let i = 1; i < lines.length; i++) {
      if (compare(lines[i - 1] ?? '', lines[i] ?? '') > 0)
        return misuse(io, 'sort', `-:${i + 1}: disorder: ${lines[i] ?? ''}`, 1);
    }
    return 0;
  }
  let sorted = lines.toSorted(compare);
  if (flags.has('u'))
    sorted = sorted.filter((line, i) => i === 0 || byKeys(sorted[i - 1] ?? '', line) !== 0);
  const text = sorted.map((line) => `${line}\n`).join('');
  const output = flags.value('o');
  if (output === undefined) io.out(text);
  else io.files.write(io.files.resolve(output), text);
  return 0;
};

function signed(order: number, reverse: boolean): number {
  return reverse ? -order : order;
}

function readKey(text: string): Key | undefined {
  const match = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(text);
  if (match === null || Number(match[1]) === 0) return undefined;
  const [, from = '1', fromChar = '1', letters = '', to, toChar = '0', more = ''] = match;
  return {
    fromField: Number(from),
    fromChar: Number(fromChar),
    toField: to === undefined ? Infinity : Number(to),
    toChar: Number(toChar),
    letters: letters + more,
  };
}

function fieldOf(line: string, key: Key, separator: string | undefined): string {
  // Without a separator a field keeps the blanks before it.
  const fields =
    separator === undefined ? (line.match(/[ \t]*[^ \t]+/g) ?? []) : line.split(separator);
  const wanted = fields.slice(key.fromField - 1, key.toField);
  const text = wanted.join(separator ?? '');
  const last = key.toChar > 0 ? text.length - (wanted.at(-1) ?? '').length + key.toChar : undefined;
  const skips = key.letters.includes('b') ? text.length - text.trimStart().length : 0;
  return text.slice(key.fromChar - 1 + skips, last);
}

const UNITS = 'KMGTPEZY';

function comparerOf(letters: string): Compare {
  const fold = letters.includes('f');
  if (letters.includes('n') || letters.includes('g'))
    return (a, b) => compareNumbers(leadingNumber(a), leadingNumber(b));
  if (letters.includes('h')) return (a, b) => compareNumbers(humanNumber(a), humanNumber(b));
  if (letters.includes('V')) return compareVersions;
  const clean = (text: string): string => {
    const kept = letters.includes('d') ? text.replace(/[^A-Za-z0-9 \t]/g, '') : text;
    const trimmed = letters.includes('b') ? kept.trimStart() : kept;
    return fold ? trimmed.toUpperCase() : trimmed;
  };
  return (a, b) => compareStrings(clean(a), clean(b));
}

function leadingNumber(text: string): number {
  return Number(/^\s*(-?(?:\d+\.?\d*|\.\d+))/.exec(text)?.[1] ?? 0);
}

function humanNumber(text: string): number {
  const match = /^\s*(-?(?:\d+\.?\d*|\.\d+))\s*([kKMGTPEZY]?)/.exec(text);
  if (match === null) return 0;
  const unit = (match[2] ?? '').toUpperCase();
  // A larger unit is larger whatever its number, as in GNU's.
  return Number(match[1]) * 1024 ** (unit === '' ? 0 : UNITS.indexOf(unit) + 1);
}

/** Runs of digits by their number, the rest by its characters; letters come before other signs. */
export function compareVersions(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const x = left[i];
    const y = right[i];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const bothNumbers = /^\d/.test(x) && /^\d/.test(y);
    const order = bothNumbers ? compareNumbers(Number(x), Number(y)) : compareStrings(x, y);
    if (order !== 0) return order;
  }
  return compareStrings(a, b);
}
