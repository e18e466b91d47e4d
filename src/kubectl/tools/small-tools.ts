import { compareStrings } from '../../base/compare.ts';
import type { Program } from '../program.ts';
import { breathe } from '../shell/patience.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { readFlags } from './flags.ts';
import { fixedNumber, formatDate, readDate } from './date-format.ts';
import { linesOf, misuse, openInputs } from './lines.ts';

export const basename: Program = async (args, io) => {
  const [path, suffix] = args[0] === '-a' ? [args[1]] : args;
  if (path === undefined) return misuse(io, 'basename', 'missing operand', 1);
  const trimmed = path.replace(/\/+$/, '') || '/';
  const name = trimmed === '/' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
  const cut = suffix !== undefined && name.endsWith(suffix) && name !== suffix;
  io.out(`${cut ? name.slice(0, -suffix.length) : name}\n`);
  return 0;
};

export const dirname: Program = async (args, io) => {
  if (args[0] === undefined) return misuse(io, 'dirname', 'missing operand', 1);
  for (const path of args) {
    const trimmed = path.replace(/\/+$/, '');
    const slash = trimmed.lastIndexOf('/');
    io.out(`${slash < 0 ? '.' : trimmed.slice(0, slash).replace(/\/+$/, '') || '/'}\n`);
  }
  return 0;
};

const SEQ_MAX = 10_000_000;

export const seq: Program = async (args, io) => {
  let separator = '\n';
  let equalWidth = false;
  const numbers: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-w') equalWidth = true;
    else if (arg === '-s') separator = args[++i] ?? '';
    else if (arg.startsWith('-s')) separator = arg.slice(2);
    else numbers.push(arg);
  }
  const bad = numbers.find((text) => !/^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text));
  if (bad !== undefined) return misuse(io, 'seq', `invalid floating point argument: ‘${bad}’`, 1);
  if (numbers.length === 0) return misuse(io, 'seq', 'missing operand', 1);
  const first = Number(numbers.length > 1 ? numbers[0] : 1);
  const step = Number(numbers.length > 2 ? numbers[1] : 1);
  const last = Number(numbers.at(-1));
  if (step === 0) return misuse(io, 'seq', 'invalid Zero increment value: ‘0’', 1);
  const places = Math.max(...numbers.slice(0, 2).map((text) => text.split('.')[1]?.length ?? 0));
  const count = Math.min(SEQ_MAX, Math.floor((last - first) / step + 1e-9) + 1);
  const width = equalWidth
    ? Math.max(first.toFixed(places).length, (first + (count - 1) * step).toFixed(places).length)
    : 0;
  for (let i = 0; i < count; i += 1000) {
    await breathe();
    if (io.signal.aborted) return 130;
    const upTo = Math.min(count, i + 1000);
    const texts: string[] = [];
    for (let at = i; at < upTo; at++) texts.push(fixedNumber(first + at * step, places, width));
    io.out(texts.join(separator) + (upTo < count ? separator : '\n'));
  }
  return 0;
};

export const date: Program = async (args, io, context) => {
  const now = context.now();
  let at: number | undefined = now;
  let format: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg.startsWith('+')) format = arg.slice(1);
    else if (arg === '-d' || arg === '--date') at = readDate(args[++i] ?? '', now);
    else if (arg.startsWith('--date=')) at = readDate(arg.slice(7), now);
    else if (arg.startsWith('-d')) at = readDate(arg.slice(2), now);
    else if (/^-I(?:seconds|s)$|^--iso-8601=s/.test(arg)) format = '%Y-%m-%dT%H:%M:%S+00:00';
    else if (arg === '-I' || arg === '--iso-8601') format = '%Y-%m-%d';
    else if (arg === '-R') format = '%a, %d %b %Y %H:%M:%S +0000';
    else if (arg !== '-u' && arg !== '--utc')
      return misuse(io, 'date', `invalid option -- '${arg.replace(/^-+/, '')}'`, 1);
    if (at === undefined) return misuse(io, 'date', `invalid date ‘${args[i] ?? ''}’`, 1);
  }
  io.out(`${formatDate(at ?? now, format ?? '%a %b %e %H:%M:%S UTC %Y')}\n`);
  return 0;
};

export const base64: Program = async (args, io) => {
  const flags = readFlags(args, { flags: 'dDi', values: 'w', long: { decode: 'd', wrap: 'w' } });
  if (typeof flags === 'string') return misuse(io, 'base64', flags, 1);
  const { inputs, failed } = openInputs(io, 'base64', flags.rest);
  for (const input of inputs) {
    const text = await input.text();
    if (flags.has('d') || flags.has('D')) {
      const decoded = decodeBase64(text);
      if (decoded === undefined) return misuse(io, 'base64', 'invalid input', 1);
      io.out(decoded);
      continue;
    }
    const encoded = encodeBase64(text);
    const width = Number(flags.value('w') ?? 76);
    if (width <= 0) io.out(encoded);
    else io.out(encoded.replace(new RegExp(`.{1,${width}}`, 'g'), '$&\n'));
  }
  return failed ? 1 : 0;
};

export const clear: Program = async (_args, io) => {
  io.out('\x1b[H\x1b[2J\x1b[3J');
  return 0;
};

function fixedAnswer(text: string): Program {
  return async (_args, io) => {
    io.out(`${text}\n`);
    return 0;
  };
}

export const whoami = fixedAnswer('root');

export const hostname: Program = async (_args, io, context) => {
  io.out(`${context.machine}\n`);
  return 0;
};

export const uname: Program = async (args, io, context) => {
  const all = `Linux ${context.machine} 6.8.0-kubarium #1 SMP x86_64 GNU/Linux`;
  const answers: Readonly<Record<string, string>> = {
    '-a': all,
    '-r': '6.8.0-kubarium',
    '-n': context.machine,
    '-m': 'x86_64',
  };
  const [flag = '-s'] = args;
  io.out(`${Object.hasOwn(answers, flag) ? answers[flag] : 'Linux'}\n`);
  return 0;
};

export const tty: Program = async (_args, io) => {
  io.out(io.stdinIsTerminal ? '/dev/pts/0\n' : 'not a tty\n');
  return io.stdinIsTerminal ? 0 : 1;
};

/** `less` and `more`: the terminal itself scrolls, so they show everything. */
export const pager: Program = async (args, io) => {
  const { inputs, failed } = openInputs(
    io,
    'less',
    args.filter((arg) => !/^[-+]/.test(arg)),
  );
  for (const input of inputs) {
    if (input.name !== '-') io.out(await input.text());
    else
      for (let piece = await io.read(); piece !== undefined; piece = await io.read()) io.out(piece);
  }
  return failed ? 1 : 0;
};

export function editorProgram(name: string): Program {
  return async (args, io, context) => {
    const file = args.find((arg) => !/^[-+]/.test(arg));
    if (file === undefined) return misuse(io, name, 'which file?', 1);
    if (context.edit === undefined) return misuse(io, name, 'nobody sits here to edit', 1);
    const path = io.files.resolve(file);
    if (io.files.isFolder(path)) return misuse(io, name, `${file} is a directory`, 1);
    const text = await context.edit(io.files.read(path) ?? '', file);
    if (text === undefined) return 0;
    io.files.write(path, text === '' || text.endsWith('\n') ? text : `${text}\n`);
    return 0;
  };
}

export const comm: Program = async (args, io) => {
  const hidden = args.filter((arg) => /^-[123]+$/.test(arg)).join('');
  const { inputs, failed } = openInputs(
    io,
    'comm',
    args.filter((arg) => !/^-[123]+$/.test(arg)),
  );
  const [left, right] = inputs;
  if (failed || left === undefined || right === undefined) return 1;
  const a = linesOf(await left.text());
  const b = linesOf(await right.text());
  const shift = (columnNumber: number): string =>
    '\t'.repeat([1, 2].filter((n) => n < columnNumber && !hidden.includes(String(n))).length);
  const show = (columnNumber: number, line: string): void => {
    if (!hidden.includes(String(columnNumber))) io.out(`${shift(columnNumber)}${line}\n`);
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = a[i];
    const y = b[j];
    const order = x === undefined ? 1 : y === undefined ? -1 : compareStrings(x, y);
    show(order < 0 ? 1 : order > 0 ? 2 : 3, (order <= 0 ? x : y) ?? '');
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  return 0;
};
