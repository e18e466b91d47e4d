import type { Program } from '../program.ts';
import { readFlags } from './flags.ts';
import { inputLines, linesOf, misuse, openInputs } from './lines.ts';

export const cat: Program = async (args, io) => {
  const flags = readFlags(args, { flags: 'nAbsTEv', long: { number: 'n' } });
  if (typeof flags === 'string') return misuse(io, 'cat', flags, 1);
  let failed = false;
  let number = 0;
  for (const name of flags.rest.length === 0 ? ['-'] : flags.rest) {
    const opened = openInputs(io, 'cat', [name]);
    failed ||= opened.failed;
    const [input] = opened.inputs;
    if (input === undefined) continue;
    const numbered = flags.has('n') || flags.has('b');
    if (!numbered && !flags.has('A') && !flags.has('E')) {
      if (input.name !== '-') io.out(await input.text());
      else
        for (let piece = await io.read(); piece !== undefined; piece = await io.read())
          io.out(piece);
      continue;
    }
    for await (const line of input.lines()) {
      const shown = flags.has('A') ? line.replaceAll('\t', '^I') : line;
      const counts = numbered && !(flags.has('b') && line === '');
      if (counts) number += 1;
      const head = counts ? `${String(number).padStart(6)}\t` : '';
      io.out(`${head}${shown}${flags.has('A') || flags.has('E') ? '$' : ''}\n`);
    }
  }
  return failed ? 1 : 0;
};

/** `-5` for `-n 5`. */
function withOldCount(args: readonly string[]): readonly string[] {
  return args.map((arg, i) =>
    /^-[nc]$/.test(args[i - 1] ?? '') ? arg : arg.replace(/^-(\d+)$/, '-n$1'),
  );
}

export const head: Program = async (args, io) => {
  const flags = readFlags(withOldCount(args), {
    flags: 'qv',
    values: 'nc',
    long: { lines: 'n', bytes: 'c' },
  });
  if (typeof flags === 'string') return misuse(io, 'head', flags, 1);
  const { inputs, failed } = openInputs(io, 'head', flags.rest);
  const bytes = flags.value('c');
  const count = Number(flags.value('n') ?? 10);
  if (Number.isNaN(count))
    return misuse(io, 'head', `invalid number of lines: ‘${flags.value('n') ?? ''}’`, 1);
  for (const [i, input] of inputs.entries()) {
    if (inputs.length > 1) io.out(`${i > 0 ? '\n' : ''}==> ${input.name} <==\n`);
    if (bytes !== undefined) {
      io.out((await input.text()).slice(0, Number(bytes)));
      continue;
    }
    if (count < 0) {
      io.out(
        linesOf(await input.text())
          .slice(0, count)
          .map((line) => `${line}\n`)
          .join(''),
      );
      continue;
    }
    let left = count;
    if (left === 0) continue;
    for await (const line of input.lines()) {
      io.out(`${line}\n`);
      if (--left <= 0) break;
    }
  }
  return failed ? 1 : 0;
};

export const tail: Program = async (args, io, context) => {
  const flags = readFlags(
    withOldCount(args).map((arg, i) =>
      /^-[nc]$/.test(args[i - 1] ?? '') ? arg : arg.replace(/^\+(\d+)$/, '-n+$1'),
    ),
    { flags: 'fFqv', values: 'nc', long: { lines: 'n', bytes: 'c', follow: 'f' } },
  );
  if (typeof flags === 'string') return misuse(io, 'tail', flags, 1);
  const { inputs, failed } = openInputs(io, 'tail', flags.rest);
  const wanted = flags.value('n') ?? '10';
  const bytes = flags.value('c');
  for (const [i, input] of inputs.entries()) {
    if (inputs.length > 1) io.out(`${i > 0 ? '\n' : ''}==> ${input.name} <==\n`);
    const text = await input.text();
    if (bytes !== undefined) {
      io.out(bytes.startsWith('+') ? text.slice(Number(bytes) - 1) : text.slice(-Number(bytes)));
      continue;
    }
    const lines = linesOf(text);
    const from = wanted.startsWith('+')
      ? Math.max(0, Number(wanted) - 1)
      : Math.max(0, lines.length - Math.abs(Number(wanted)));
    io.out(
      lines
        .slice(from)
        .map((line) => `${line}\n`)
        .join(''),
    );
  }
  const followed = inputs.filter(({ name }) => name !== '-');
  if (!(flags.has('f') || flags.has('F')) || followed.length === 0) return failed ? 1 : 0;
  const seen = followed.map(({ name }) => (io.files.read(io.files.resolve(name)) ?? '').length);
  for (;;) {
    await context.sleep(1000, io.signal);
    for (const [i, { name }] of followed.entries()) {
      const text = io.files.read(io.files.resolve(name)) ?? '';
      const before = seen[i] ?? 0;
      if (text.length > before) io.out(text.slice(before));
      seen[i] = text.length;
    }
  }
};

export const wc: Program = async (args, io) => {
  const flags = readFlags(args, {
    flags: 'lwcmL',
    long: { lines: 'l', words: 'w', bytes: 'c', chars: 'm' },
  });
  if (typeof flags === 'string') return misuse(io, 'wc', flags, 1);
  const { inputs, failed } = openInputs(io, 'wc', flags.rest);
  const all = !'lwcmL'.split('').some((letter) => flags.has(letter));
  const totals = [0, 0, 0, 0, 0];
  const rows: { readonly figures: readonly number[]; readonly name: string }[] = [];
  for (const input of inputs) {
    const text = await input.text();
    const figures = [
      text.split('\n').length - 1,
      text.match(/\S+/g)?.length ?? 0,
      [...text].length,
      new TextEncoder().encode(text).length,
      linesOf(text).reduce((most, line) => Math.max(most, line.length), 0),
    ];
    for (const [i, figure] of figures.entries()) totals[i] = (totals[i] ?? 0) + figure;
    rows.push({ figures, name: input.name });
  }
  if (rows.length > 1) rows.push({ figures: totals, name: 'total' });
  const shown = [
    all || flags.has('l'),
    all || flags.has('w'),
    flags.has('m'),
    all || flags.has('c'),
    flags.has('L'),
  ];
  const pick = (figures: readonly number[]): readonly number[] =>
    figures.filter((_, i) => shown[i]);
  // One figure of one input stands bare; otherwise all are as wide as the largest, or 7 for a stream.
  const isBare = rows.length === 1 && pick(rows[0]?.figures ?? []).length === 1;
  const hasStream = rows.some(({ name }) => name === '-');
  const widest = Math.max(
    ...rows.flatMap(({ figures }) => figures.map((figure) => String(figure).length)),
    1,
  );
  const width = isBare ? 1 : hasStream ? 7 : widest;
  for (const { figures, name } of rows) {
    const columns = pick(figures).map((figure) => String(figure).padStart(width));
    io.out(`${columns.join(' ')}${name === '-' ? '' : ` ${name}`}\n`);
  }
  return failed ? 1 : 0;
};

export const uniq: Program = async (args, io) => {
  const flags = readFlags(args, {
    flags: 'cdui',
    values: 'f',
    long: { count: 'c', repeated: 'd', unique: 'u', 'ignore-case': 'i', 'skip-fields': 'f' },
  });
  if (typeof flags === 'string') return misuse(io, 'uniq', flags, 1);
  const { inputs, failed } = openInputs(io, 'uniq', flags.rest.slice(0, 1));
  if (failed) return 1;
  const skipped = Number(flags.value('f') ?? 0);
  const keyOf = (line: string): string => {
    const rest = skipped === 0 ? line : line.replace(new RegExp(`^(?:\\s*\\S+){0,${skipped}}`), '');
    return flags.has('i') ? rest.toLowerCase() : rest;
  };
  let last: string | undefined;
  let count = 0;
  const flush = (): void => {
    if (last === undefined) return;
    if (flags.has('d') && count < 2) return;
    if (flags.has('u') && count > 1) return;
    io.out(flags.has('c') ? `${String(count).padStart(7)} ${last}\n` : `${last}\n`);
  };
  for (const input of inputs) {
    for await (const line of input.lines()) {
      if (last !== undefined && keyOf(line) === keyOf(last)) count += 1;
      else {
        flush();
        last = line;
        count = 1;
      }
    }
  }
  flush();
  return 0;
};

/** Numbers and ranges such as `1,3-5,7-`. */
function readRanges(text: string): readonly (readonly [number, number])[] | undefined {
  const ranges: [number, number][] = [];
  for (const part of text.split(',')) {
    const match = /^(\d*)(-?)(\d*)$/.exec(part);
    if (match === null || part === '' || part === '-') return undefined;
    const from = match[1] === '' ? 1 : Number(match[1]);
    const to = match[2] === '' ? from : match[3] === '' ? Infinity : Number(match[3]);
    ranges.push([from, to]);
  }
  return ranges;
}

export const cut: Program = async (args, io) => {
  const flags = readFlags(args, {
    flags: 'sn',
    values: 'dfcbO',
    long: {
      delimiter: 'd',
      fields: 'f',
      characters: 'c',
      bytes: 'b',
      'only-delimited': 's',
      'output-delimiter': 'O',
    },
  });
  if (typeof flags === 'string') return misuse(io, 'cut', flags, 1);
  const fields = flags.value('f');
  const spec = fields ?? flags.value('c') ?? flags.value('b');
  if (spec === undefined)
    return misuse(io, 'cut', 'you must specify a list of bytes, characters, or fields', 1);
  const ranges = readRanges(spec);
  if (ranges === undefined) return misuse(io, 'cut', `invalid field range`, 1);
  const delimiter = flags.value('d') ?? '\t';
  const between = flags.value('O') ?? (fields === undefined ? '' : delimiter);
  const isWanted = (number: number): boolean =>
    ranges.some(([from, to]) => number >= from && number <= to);
  const { inputs, failed } = openInputs(io, 'cut', flags.rest);
  for (const input of inputs) {
    for await (const line of input.lines()) {
      const parts = fields === undefined ? [...line] : line.split(delimiter);
      if (fields !== undefined && parts.length === 1) {
        if (!flags.has('s')) io.out(`${line}\n`);
        continue;
      }
      io.out(`${parts.filter((_, i) => isWanted(i + 1)).join(between)}\n`);
    }
  }
  return failed ? 1 : 0;
};

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['upper', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['lower', 'abcdefghijklmnopqrstuvwxyz'],
  ['digit', '0123456789'],
  ['space', ' \t\n\v\f\r'],
  ['blank', ' \t'],
  ['alpha', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'],
  ['alnum', '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'],
  ['punct', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
]);

function expandSet(text: string): readonly string[] {
  const chars: string[] = [];
  const plain = text.replace(
    /\\([ntr\\])/g,
    (_all, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? '\\',
  );
  for (let i = 0; i < plain.length; i++) {
    const named = /^\[:(\w+):\]/.exec(plain.slice(i));
    if (named !== null) {
      chars.push(...(CLASSES.get(named[1] ?? '') ?? ''));
      i += named[0].length - 1;
    } else if (plain[i + 1] === '-' && i + 2 < plain.length) {
      for (let code = plain.charCodeAt(i); code <= plain.charCodeAt(i + 2); code++)
        chars.push(String.fromCharCode(code));
      i += 2;
    } else chars.push(plain[i] ?? '');
  }
  return chars;
}

export const tr: Program = async (args, io) => {
  const flags = readFlags(args, {
    flags: 'dscCt',
    long: { delete: 'd', 'squeeze-repeats': 's', complement: 'c' },
  });
  if (typeof flags === 'string') return misuse(io, 'tr', flags, 1);
  const [first, second] = flags.rest;
  if (first === undefined) return misuse(io, 'tr', 'missing operand', 1);
  if (second === undefined && !flags.has('d') && !flags.has('s'))
    return misuse(
      io,
      'tr',
      `missing operand after ‘${first}’\nTwo strings must be given when translating.`,
      1,
    );
  const from = new Set(expandSet(first));
  const complement = flags.has('c') || flags.has('C');
  const isIn = (char: string): boolean => from.has(char) !== complement;
  const to = second === undefined ? [] : expandSet(second);
  const order = new Map([...expandSet(first)].map((char, i) => [char, i] as const));
  const squeezed = new Set(second === undefined ? [] : to);
  let last = '';
  for (let piece = await io.read(); piece !== undefined; piece = await io.read()) {
    let text = '';
    for (const char of piece) {
      let now = char;
      if (isIn(char)) {
        if (flags.has('d')) continue;
        if (to.length > 0)
          now =
            to[complement ? to.length - 1 : Math.min(order.get(char) ?? 0, to.length - 1)] ?? char;
      }
      const squeezes = flags.has('s') && (second === undefined ? isIn(now) : squeezed.has(now));
      if (squeezes && now === last) continue;
      last = now;
      text += now;
    }
    io.out(text);
  }
  return 0;
};

export const tee: Program = async (args, io) => {
  const flags = readFlags(args, { flags: 'ai', long: { append: 'a' } });
  if (typeof flags === 'string') return misuse(io, 'tee', flags, 1);
  const paths = flags.rest.map((name) => io.files.resolve(name));
  for (const path of paths) if (!flags.has('a')) io.files.write(path, '');
  for (let piece = await io.read(); piece !== undefined; piece = await io.read()) {
    io.out(piece);
    for (const path of paths) io.files.write(path, (io.files.read(path) ?? '') + piece);
  }
  return 0;
};

export const rev: Program = async (_args, io) => {
  for await (const line of inputLines(io)) io.out(`${[...line].reverse().join('')}\n`);
  return 0;
};

export const tac: Program = async (args, io) => {
  const { inputs, failed } = openInputs(io, 'tac', args);
  for (const input of inputs) {
    const lines = linesOf(await input.text());
    io.out(
      lines
        .toReversed()
        .map((line) => `${line}\n`)
        .join(''),
    );
  }
  return failed ? 1 : 0;
};

export const nl: Program = async (args, io) => {
  const { inputs, failed } = openInputs(
    io,
    'nl',
    args.filter((arg) => !arg.startsWith('-')),
  );
  let number = 0;
  for (const input of inputs) {
    for await (const line of input.lines())
      io.out(line === '' ? '       \n' : `${String(++number).padStart(6)}\t${line}\n`);
  }
  return failed ? 1 : 0;
};

export const paste: Program = async (args, io) => {
  const flags = readFlags(args, { flags: 's', values: 'd' });
  if (typeof flags === 'string') return misuse(io, 'paste', flags, 1);
  const delimiter = (flags.value('d') ?? '\t').replace('\\n', '\n').replace('\\t', '\t');
  const { inputs, failed } = openInputs(io, 'paste', flags.rest);
  const columns: (readonly string[])[] = [];
  for (const input of inputs) columns.push(linesOf(await input.text()));
  if (flags.has('s')) for (const column of columns) io.out(`${column.join(delimiter)}\n`);
  else if (flags.rest.length > 1 && flags.rest.every((name) => name === '-')) {
    const lines = columns.flat();
    for (let i = 0; i < lines.length; i += flags.rest.length)
      io.out(`${lines.slice(i, i + flags.rest.length).join(delimiter)}\n`);
  } else {
    const rows = columns.reduce((most, column) => Math.max(most, column.length), 0);
    for (let i = 0; i < rows; i++)
      io.out(`${columns.map((column) => column[i] ?? '').join(delimiter)}\n`);
  }
  return failed ? 1 : 0;
};

export const column: Program = async (args, io) => {
  const flags = readFlags(args, {
    flags: 't',
    values: 'so',
    long: { table: 't', separator: 's', 'output-separator': 'o' },
  });
  if (typeof flags === 'string') return misuse(io, 'column', flags, 1);
  const { inputs, failed } = openInputs(io, 'column', flags.rest);
  const texts: string[] = [];
  for (const input of inputs) texts.push(await input.text());
  const lines = texts.flatMap(linesOf).filter((line) => line.trim() !== '');
  if (!flags.has('t')) {
    for (const line of lines) io.out(`${line}\n`);
    return failed ? 1 : 0;
  }
  const separator = flags.value('s');
  const gap = flags.value('o') ?? '  ';
  const rows = lines.map((line) =>
    separator === undefined ? line.trim().split(/[ \t]+/) : line.split(separator),
  );
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  for (const row of rows)
    io.out(
      `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join(gap)}\n`,
    );
  return failed ? 1 : 0;
};
