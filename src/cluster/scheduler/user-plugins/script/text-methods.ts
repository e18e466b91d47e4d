import { checkTextLength, ownList, ownText, type Run } from './run.ts';
import { stop } from './script-fault.ts';
import { keyText, numberOf, textOf } from './values.ts';

export type Method<T> = (of: T, args: readonly unknown[], run: Run, line: number) => unknown;

const text = (args: readonly unknown[], at: number) => textOf(args[at]);
/** A number, or undefined where none was given. */
const number = (args: readonly unknown[], at: number) =>
  args[at] === undefined ? undefined : numberOf(args[at]);

/** Methods of texts. What depends on a language is not among them, nor are patterns. */
export const textMethods: Readonly<Record<string, Method<string>>> = {
  at: (of, args) => of.at(number(args, 0) ?? 0),
  charAt: (of, args) => of.charAt(number(args, 0) ?? 0),
  charCodeAt: (of, args) => of.charCodeAt(number(args, 0) ?? 0),
  codePointAt: (of, args) => of.codePointAt(number(args, 0) ?? 0),
  concat: (of, args, run, line) =>
    args.reduce<string>((sum, each) => ownText(run, sum + textOf(each), line), of),
  endsWith: (of, args) => of.endsWith(text(args, 0), number(args, 1)),
  includes: (of, args) => of.includes(text(args, 0), number(args, 1)),
  indexOf: (of, args) => of.indexOf(text(args, 0), number(args, 1)),
  lastIndexOf: (of, args) => of.lastIndexOf(text(args, 0), number(args, 1)),
  padEnd: (of, args, run, line) => pad(of, args, run, line, 'padEnd'),
  padStart: (of, args, run, line) => pad(of, args, run, line, 'padStart'),
  repeat: (of, args, run, line) => {
    const times = number(args, 0) ?? 0;
    if (!(times >= 0)) return stop(line, 'a text cannot be repeated so many times');
    checkTextLength(of.length * times, line);
    return ownText(run, of.repeat(times), line);
  },
  replace: (of, args, run, line) => {
    const at = of.indexOf(text(args, 0));
    if (at < 0) return of;
    const rest = of.slice(at + text(args, 0).length);
    return ownText(run, of.slice(0, at) + text(args, 1) + rest, line);
  },
  replaceAll: (of, args, run, line) => {
    const parts = of.split(text(args, 0));
    const by = text(args, 1);
    checkTextLength(of.length + parts.length * by.length, line);
    return ownText(run, parts.join(by), line);
  },
  slice: (of, args) => of.slice(number(args, 0), number(args, 1)),
  split: (of, args, run, line) =>
    ownList(run, args[0] === undefined ? [of] : of.split(keyText(args[0]), number(args, 1)), line),
  startsWith: (of, args) => of.startsWith(text(args, 0), number(args, 1)),
  substring: (of, args) => of.substring(number(args, 0) ?? 0, number(args, 1)),
  toLowerCase: (of, _args, run, line) => ownText(run, of.toLowerCase(), line),
  toString: (of: string) => of,
  toUpperCase: (of, _args, run, line) => ownText(run, of.toUpperCase(), line),
  trim: (of) => of.trim(),
  trimEnd: (of) => of.trimEnd(),
  trimStart: (of) => of.trimStart(),
};

function pad(
  of: string,
  args: readonly unknown[],
  run: Run,
  line: number,
  side: 'padStart' | 'padEnd',
): string {
  const length = number(args, 0) ?? 0;
  checkTextLength(length, line);
  return ownText(run, of[side](length, args[1] === undefined ? ' ' : text(args, 1)), line);
}

export const numberMethods: Readonly<Record<string, Method<number>>> = {
  toFixed: (of, args, _run, line) => {
    const digits = number(args, 0) ?? 0;
    if (!(digits >= 0 && digits <= 100)) return stop(line, 'so many digits cannot be written');
    return of.toFixed(digits);
  },
  toString: (of: number) => String(of),
};
