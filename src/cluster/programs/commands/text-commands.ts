import { done, flagsOf, optionOf, wait, type Command, type Invocation } from './command.ts';
import { jq } from './jq.ts';

/** Backslash escapes as `echo -e` and `printf` know them. */
function unescape(text: string): string {
  return text.replace(/\\([abefnrtv\\0]|x[0-9a-fA-F]{1,2})/g, (_, code: string) => {
    const simple: Readonly<Record<string, string>> = {
      a: '\x07',
      b: '\b',
      e: '\x1b',
      f: '\f',
      n: '\n',
      r: '\r',
      t: '\t',
      v: '\v',
      '\\': '\\',
      '0': '\0',
    };
    return simple[code] ?? String.fromCharCode(Number.parseInt(code.slice(1), 16));
  });
}

const echo: Command = (call) => {
  let at = 1;
  let newline = true;
  let escapes = false;
  while (/^-[neE]+$/.test(call.argv[at] ?? '')) {
    const flags = call.argv[at] as string;
    newline &&= !flags.includes('n');
    escapes ||= flags.includes('e');
    at += 1;
  }
  const text = call.argv.slice(at).join(' ');
  return done(0, (escapes ? unescape(text) : text) + (newline ? '\n' : ''));
};

const printf: Command = (call) => {
  const [, rawFormat = '', ...values] = call.argv;
  const format = unescape(rawFormat);
  let out = '';
  let at = 0;
  do {
    out += format.replace(
      /%(-?0?\d*)(?:\.(\d+))?([sdifxqb%c])/g,
      (_, width: string, precision: string | undefined, kind: string) => {
        if (kind === '%') return '%';
        const value = values[at++] ?? '';
        let text = value;
        if (kind === 'd' || kind === 'i') text = String(Number.parseInt(value, 10) || 0);
        else if (kind === 'f')
          text = (Number.parseFloat(value) || 0).toFixed(
            precision === undefined ? 6 : Number(precision),
          );
        else if (kind === 'x') text = (Number.parseInt(value, 10) || 0).toString(16);
        else if (kind === 'b') text = unescape(value);
        const size = Math.abs(Number(width));
        if (width.startsWith('-')) return text.padEnd(size);
        return text.padStart(size, width.startsWith('0') ? '0' : ' ');
      },
    );
  } while (at < values.length && at > 0 && format.includes('%'));
  return done(0, out);
};

/** The text of the named files, or of standard input. */
function textOf(call: Invocation, paths: readonly string[]): { text: string; err: string } {
  if (paths.length === 0) return { text: call.input ?? '', err: '' };
  let text = '';
  let err = '';
  for (const path of paths) {
    const held = path === '-' ? (call.input ?? '') : call.files.read(path);
    if (held === undefined) err += `${call.argv[0]}: ${path}: No such file or directory\n`;
    else text += held;
  }
  return { text, err };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** A line-by-line command: its operands are files. */
function filter(transform: (lines: string[], call: Invocation) => string[]): Command {
  return (call) => {
    const { operands } = flagsOf(call.argv);
    const { text, err } = textOf(
      call,
      operands.filter((word) => !/^\d+$/.test(word)),
    );
    return done(err === '' ? 0 : 1, joined(transform(linesOf(text), call)), err);
  };
}

/** A regular expression of grep or sed; undefined when it is none. */
function expressionOf(pattern: string, flags: string, extended: boolean): RegExp | undefined {
  const source = extended
    ? pattern
    : pattern.replace(
        /\\([(){}|+?])|([(){}|+?])/g,
        (_, escaped: string | undefined, plain: string) => escaped ?? `\\${plain}`,
      );
  try {
    return new RegExp(
      source
        .replaceAll('[[:space:]]', '\\s')
        .replaceAll('[:space:]', '\\s')
        .replaceAll('[:digit:]', '0-9')
        .replaceAll('[:alpha:]', 'a-zA-Z'),
      flags,
    );
  } catch {
    return undefined;
  }
}

const grep: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv.filter((word) => word !== '--color=auto'));
  const explicit = optionOf(call.argv, '-e', '--regexp');
  const [pattern = '', ...paths] =
    explicit === undefined ? operands : [explicit, ...operands.filter((word) => word !== explicit)];
  const fixed = flags.has('F');
  const extended = flags.has('E') || flags.has('P') || call.argv[0] === 'egrep';
  const expression = fixed ? undefined : expressionOf(pattern, flags.has('i') ? 'i' : '', extended);
  if (!fixed && expression === undefined) return done(2, '', 'grep: bad regular expression\n');
  const { text, err } = textOf(call, paths);
  const kept = linesOf(text).filter(
    (line) =>
      (fixed ? line.includes(pattern) : (expression as RegExp).test(line)) !== flags.has('v'),
  );
  const code = kept.length > 0 ? 0 : err === '' ? 1 : 2;
  if (flags.has('q')) return done(code);
  if (flags.has('c')) return done(code, `${kept.length}\n`, err);
  if (flags.has('o') && expression !== undefined) {
    const pieces = kept.map((line) => expression.exec(line)?.[0] ?? '');
    return done(code, joined(pieces), err);
  }
  return done(code, joined(kept), err);
};

const sed: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv);
  const script = optionOf(call.argv, '-e') ?? operands[0] ?? '';
  const paths = operands.filter((word) => word !== script);
  const { text, err } = textOf(call, paths);
  let lines = linesOf(text);
  for (const command of script.split(/;\s*(?=s[/|#,]|\d|\/)/)) {
    const substitution = /^s([/|#,@])((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1([gi]*)$/.exec(
      command.trim(),
    );
    if (substitution !== null) {
      const expression = expressionOf(
        substitution[2] ?? '',
        substitution[4]?.includes('g') === true ? 'g' : '',
        flags.has('E') || flags.has('r'),
      );
      if (expression === undefined) continue;
      const replacement = (substitution[3] ?? '')
        .replace(/\$/g, '$$$$')
        .replace(/\\(\d)/g, '$$$1')
        .replace(/(^|[^\\])&/g, '$1$$&')
        .replace(/\\([/|&#])/g, '$1');
      lines = lines.map((line) => line.replace(expression, replacement));
      continue;
    }
    const numbered = /^(\d+)(?:,(\d+|\$))?([pd])$/.exec(command.trim());
    if (numbered !== null) {
      const from = Number(numbered[1]);
      const to = numbered[2] === '$' ? Number.MAX_SAFE_INTEGER : Number(numbered[2] ?? numbered[1]);
      const inside = (index: number) => index + 1 >= from && index + 1 <= to;
      lines = lines.filter((_, index) => inside(index) === (numbered[3] === 'p'));
    }
  }
  if (flags.has('i')) {
    for (const path of paths) call.files.write(path, joined(lines), false);
    return done(err === '' ? 0 : 1, '', err);
  }
  return done(err === '' ? 0 : 1, joined(lines), err);
};

/** Only `[/pattern/] {print $1, $NF, "text"}`, which is what scripts in manifests use it for. */
const awk: Command = (call) => {
  const separator = optionOf(call.argv, '-F');
  const words = call.argv
    .slice(1)
    .filter(
      (word, i, all) => !word.startsWith('-F') && !(word === separator && all[i - 1] === '-F'),
    );
  const [program = '', ...paths] = words;
  const { text } = textOf(call, paths);
  const condition = /^\s*\/((?:\\.|[^/])*)\//.exec(program)?.[1];
  const expression = condition === undefined ? undefined : expressionOf(condition, '', true);
  const print = /\{\s*print\s*([^}]*)\}/.exec(program)?.[1]?.trim() ?? '$0';
  const out: string[] = [];
  for (const line of linesOf(text)) {
    if (expression !== undefined && !expression.test(line)) continue;
    const fields = separator === undefined ? line.trim().split(/\s+/) : line.split(separator);
    const value = (term: string): string => {
      const literal = /^"(.*)"$/.exec(term);
      if (literal !== null) return literal[1] ?? '';
      if (term === '$0' || term === '') return line;
      if (term === '$NF') return fields.at(-1) ?? '';
      if (term === 'NF') return String(fields.length);
      const number = /^\$(\d+)$/.exec(term);
      return number === null ? '' : (fields[Number(number[1]) - 1] ?? '');
    };
    out.push(
      print
        .split(',')
        .map((list) => (list.trim().match(/"[^"]*"|\S+/g) ?? ['']).map(value).join(''))
        .join(' '),
    );
  }
  return done(0, joined(out));
};

const cut: Command = (call) => {
  const delimiter = optionOf(call.argv, '-d', '--delimiter') ?? '\t';
  const list = optionOf(call.argv, '-f', '--fields');
  const chars = optionOf(call.argv, '-c');
  const { operands } = flagsOf(call.argv);
  const { text } = textOf(
    call,
    operands.filter((word) => word !== delimiter && word !== list && word !== chars),
  );
  const [from, to] = (list ?? chars ?? '1')
    .split('-')
    .map((word) => (word === '' ? undefined : Number(word)));
  const ranged = (list ?? chars ?? '').includes('-');
  const pick = (items: string[]) => items.slice((from ?? 1) - 1, ranged ? to : (from ?? 1));
  return done(
    0,
    joined(
      linesOf(text).map((line) =>
        chars === undefined
          ? pick(line.split(delimiter)).join(delimiter)
          : pick([...line]).join(''),
      ),
    ),
  );
};

const tr: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv);
  const expand = (set: string) =>
    unescape(set)
      .replaceAll('[:upper:]', 'A-Z')
      .replaceAll('[:lower:]', 'a-z')
      .replaceAll('[:digit:]', '0-9')
      .replaceAll('[:space:]', ' \t\n')
      .replace(/(.)-(.)/g, (_, a: string, b: string) => {
        let run = '';
        for (let code = a.charCodeAt(0); code <= b.charCodeAt(0); code++)
          run += String.fromCharCode(code);
        return run;
      });
  const from = expand(operands[0] ?? '');
  const to = expand(operands[1] ?? '');
  const input = call.input ?? '';
  if (flags.has('d')) return done(0, [...input].filter((char) => !from.includes(char)).join(''));
  return done(
    0,
    [...input]
      .map((char) => {
        const index = from.indexOf(char);
        return index < 0 ? char : (to[Math.min(index, to.length - 1)] ?? char);
      })
      .join(''),
  );
};

const seq: Command = (call) => {
  const numbers = call.argv
    .slice(1)
    .filter((word) => /^-?\d+$/.test(word))
    .map(Number);
  const first = numbers.length > 1 ? (numbers[0] as number) : 1;
  const step = numbers.length > 2 ? (numbers[1] as number) : 1;
  const last = numbers.at(-1) ?? 0;
  const out: string[] = [];
  for (
    let n = first;
    (step > 0 ? n <= last : n >= last) && out.length < 10_000 && step !== 0;
    n += step
  )
    out.push(String(n));
  return done(0, joined(out));
};

const wc: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv);
  const { text, err } = textOf(call, operands);
  const lines = text.split('\n').length - 1;
  const words = text.split(/\s+/).filter((word) => word !== '').length;
  const counts =
    flags.size === 0
      ? [lines, words, text.length]
      : [
          ...(flags.has('l') ? [lines] : []),
          ...(flags.has('w') ? [words] : []),
          ...(flags.has('c') ? [text.length] : []),
        ];
  return done(err === '' ? 0 : 1, `${[...counts, ...operands].join(' ')}\n`, err);
};

const tee: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv);
  for (const path of operands) call.files.write(path, call.input ?? '', flags.has('a'));
  return done(0, call.input ?? '');
};

const expr: Command = (call) => {
  const [a = '', op = '', b = ''] = call.argv.slice(1);
  const x = Number.parseInt(a, 10);
  const y = Number.parseInt(b, 10);
  const table: Readonly<Record<string, number>> = {
    '+': x + y,
    '-': x - y,
    '*': x * y,
    '/': y === 0 ? 0 : Math.trunc(x / y),
    '%': y === 0 ? 0 : x % y,
    '=': a === b ? 1 : 0,
    '!=': a === b ? 0 : 1,
    '<': x < y ? 1 : 0,
    '>': x > y ? 1 : 0,
  };
  const value = op === '' ? a : String(table[op] ?? 0);
  return done(value === '0' || value === '' ? 1 : 0, `${value}\n`);
};

const base64: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv);
  const { text } = textOf(call, operands);
  if (!flags.has('d') && !flags.has('decode')) {
    const bytes = new TextEncoder().encode(text);
    return done(0, `${btoa(String.fromCharCode(...bytes))}\n`);
  }
  try {
    return done(0, atob(text.trim()));
  } catch {
    return done(1, '', 'base64: invalid input\n');
  }
};

export const textCommands: Readonly<Record<string, Command>> = {
  echo,
  printf,
  grep,
  egrep: grep,
  fgrep: grep,
  sed,
  awk,
  cut,
  tr,
  seq,
  wc,
  tee,
  expr,
  base64,
  rev: filter((lines) => lines.map((line) => [...line].reverse().join(''))),
  sort: filter((lines, call) => {
    const { flags } = flagsOf(call.argv);
    const sorted = flags.has('n')
      ? lines.sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b))
      : lines.sort();
    if (flags.has('r')) sorted.reverse();
    return flags.has('u') ? sorted.filter((line, i) => line !== sorted[i - 1]) : sorted;
  }),
  uniq: filter((lines) => lines.filter((line, i) => line !== lines[i - 1])),
  tac: filter((lines) => lines.reverse()),
  less: filter((lines) => lines),
  more: filter((lines) => lines),
  nl: filter((lines) => lines.map((line, i) => `${String(i + 1).padStart(6)}\t${line}`)),
  envsubst: (call) =>
    done(
      0,
      (call.input ?? '').replace(
        /\$\{?([A-Za-z_]\w*)\}?/g,
        (_, name: string) => call.find(name) ?? '',
      ),
    ),
  jq,
  basename: (call) => {
    const [, path = '', suffix = ''] = call.argv;
    const name = path.replace(/\/+$/, '').slice(path.replace(/\/+$/, '').lastIndexOf('/') + 1);
    return done(
      0,
      `${suffix !== '' && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`,
    );
  },
  dirname: (call) => {
    const path = call.argv[1] ?? '';
    const slash = path.lastIndexOf('/');
    return done(0, `${slash < 0 ? '.' : path.slice(0, slash) || '/'}\n`);
  },
  md5sum: (call) => done(0, `d41d8cd98f00b204e9800998ecf8427e  ${call.argv[1] ?? '-'}\n`),
  sha256sum: (call) =>
    done(
      0,
      `e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  ${call.argv[1] ?? '-'}\n`,
    ),
  /** Writes without end; only what a pipe takes of it matters. */
  yes: (call) => wait(undefined, 0, `${call.argv.slice(1).join(' ') || 'y'}\n`.repeat(20)),
};
