import type { Program, ProgramIo } from '../program.ts';
import { allMatches, compileRegex, RegexError, type Regex } from '../../base/regex/regex.ts';
import { readFlags, type Flags } from './flags.ts';
import { misuse, openInputs, type Input } from './lines.ts';

const SPEC = {
  flags: 'ivEFGPocnqwxlLhHrRsay',
  values: 'eABCmf',
  long: {
    'ignore-case': 'i',
    'invert-match': 'v',
    'extended-regexp': 'E',
    'fixed-strings': 'F',
    'basic-regexp': 'G',
    'perl-regexp': 'P',
    'only-matching': 'o',
    count: 'c',
    'line-number': 'n',
    quiet: 'q',
    silent: 'q',
    'word-regexp': 'w',
    'line-regexp': 'x',
    'files-with-matches': 'l',
    'files-without-match': 'L',
    'no-filename': 'h',
    'with-filename': 'H',
    recursive: 'r',
    'no-messages': 's',
    regexp: 'e',
    'after-context': 'A',
    'before-context': 'B',
    context: 'C',
    'max-count': 'm',
    file: 'f',
    color: 'y',
    colour: 'y',
    'line-buffered': 'a',
  },
} as const;

/** A line's matches, whatever the notation. */
type Matcher = (line: string) => readonly { readonly start: number; readonly end: number }[];

/** grep, by its options: the notation is basic unless said otherwise. */
export function grepProgram(name: string, flavour: 'E' | 'F' | 'G'): Program {
  return async (args, io) => {
    // `--color=auto` has a value that no other option of that letter takes.
    const plain = args.filter((arg) => !/^--colou?r(?:=|$)/.test(arg));
    // `-5` means `-C 5`.
    const flags = readFlags(
      plain.map((arg) => arg.replace(/^-(\d+)$/, '-C$1')),
      SPEC,
    );
    if (typeof flags === 'string')
      return misuse(io, name, `${flags}\nUsage: grep [OPTION]... PATTERNS [FILE]...`);
    const rest = [...flags.rest];
    let patterns: readonly string[] = flags.values('e');
    const file = flags.value('f');
    if (file !== undefined) {
      const text = io.files.read(io.files.resolve(file));
      if (text === undefined) return misuse(io, name, `${file}: No such file or directory`);
      patterns = [...patterns, ...text.replace(/\n$/, '').split('\n')];
    }
    if (patterns.length === 0) {
      const first = rest.shift();
      if (first === undefined)
        return misuse(io, name, 'usage: grep [OPTION]... PATTERNS [FILE]...');
      patterns = [first];
    }
    let matcher: Matcher;
    try {
      matcher = createMatcher(
        patterns.flatMap((each) => each.split('\n')),
        flags,
        flavour,
      );
    } catch (error) {
      if (error instanceof RegexError) return misuse(io, name, error.message);
      throw error;
    }
    const recursive = flags.has('r') || flags.has('R');
    const names = recursive ? filesBelow(io, rest) : rest;
    if (recursive && names.length === 0) return 1;
    const { inputs, failed } = openInputs(
      flags.has('s') ? { ...io, err: () => undefined } : io,
      name,
      names,
    );
    const named = flags.has('H') || (!flags.has('h') && (names.length > 1 || recursive));
    let found = false;
    for (const input of inputs) {
      if (await searchOne(input, matcher, flags, io, named)) found = true;
      if (found && flags.has('q')) return 0;
    }
    return failed ? 2 : found ? 0 : 1;
  };
}

function filesBelow(io: ProgramIo, roots: readonly string[]): readonly string[] {
  return (roots.length === 0 ? ['.'] : roots).flatMap((root) => {
    const path = io.files.resolve(root);
    if (!io.files.isFolder(path)) return [root];
    const base = path === '/' ? '' : path;
    return io.files
      .list(path)
      .map((file) =>
        roots.length === 0
          ? file.slice(base.length + 1)
          : root.replace(/\/$/, '') + file.slice(base.length),
      );
  });
}

function createMatcher(patterns: readonly string[], flags: Flags, usual: 'E' | 'F' | 'G'): Matcher {
  const ignoreCase = flags.has('i') || flags.has('y');
  const kind = (['E', 'F', 'P', 'G'] as const).find((letter) => flags.has(letter)) ?? usual;
  const flavour = kind === 'P' ? 'perl' : kind === 'G' ? 'basic' : 'extended';
  const regexes: readonly Regex[] = patterns.map((pattern) =>
    compileRegex(kind === 'F' ? pattern.replace(/[\\^$.[\]|()*+?{}]/g, '\\$&') : pattern, {
      flavour: kind === 'F' ? 'extended' : flavour,
      ignoreCase,
    }),
  );
  const wholeWords = flags.has('w');
  const wholeLines = flags.has('x');
  return (line) => {
    const spans: { start: number; end: number }[] = [];
    for (const regex of regexes) {
      for (const { start, end } of allMatches(regex, line)) {
        if (wholeLines && (start !== 0 || end !== line.length)) continue;
        if (wholeWords && !standsAlone(line, start, end)) continue;
        spans.push({ start, end });
      }
    }
    return regexes.length === 1 ? spans : spans.sort((a, b) => a.start - b.start || b.end - a.end);
  };
}

function standsAlone(line: string, start: number, end: number): boolean {
  return !/\w/.test(line[start - 1] ?? ' ') && !/\w/.test(line[end] ?? ' ');
}

async function searchOne(
  input: Input,
  matcher: Matcher,
  flags: Flags,
  io: ProgramIo,
  named: boolean,
): Promise<boolean> {
  const shownName = input.name === '-' ? '(standard input)' : input.name;
  const inverted = flags.has('v');
  const after = Number(flags.value('A') ?? flags.value('C') ?? 0);
  const before = Number(flags.value('B') ?? flags.value('C') ?? 0);
  const most = Number(flags.value('m') ?? Infinity);
  const silent = flags.has('c') || flags.has('l') || flags.has('L') || flags.has('q');
  const hasContext = after > 0 || before > 0;
  const prefix = (number: number, mark: string): string =>
    (named ? `${shownName}${mark}` : '') + (flags.has('n') ? `${number}${mark}` : '');
  let number = 0;
  let count = 0;
  let lastShown = 0;
  let due = 0;
  const kept: { readonly number: number; readonly line: string }[] = [];
  for await (const line of input.lines()) {
    number += 1;
    const spans = matcher(line);
    if (spans.length > 0 === inverted || count >= most) {
      if (due > 0) {
        due -= 1;
        lastShown = number;
        io.out(`${prefix(number, '-')}${line}\n`);
      } else if (before > 0) {
        kept.push({ number, line });
        if (kept.length > before) kept.shift();
      }
      if (count >= most && due === 0) break;
      continue;
    }
    count += 1;
    if (flags.has('q') || flags.has('l')) break;
    if (silent) continue;
    if (hasContext) {
      const from = kept[0]?.number ?? number;
      if (lastShown > 0 && from > lastShown + 1) io.out('--\n');
      for (const each of kept.splice(0)) io.out(`${prefix(each.number, '-')}${each.line}\n`);
    }
    if (flags.has('o') && !inverted) {
      for (const text of onlyMatching(line, spans)) io.out(`${prefix(number, ':')}${text}\n`);
    } else if (!flags.has('o')) io.out(`${prefix(number, ':')}${line}\n`);
    lastShown = number;
    due = after;
    if (count >= most && due === 0) break;
  }
  if (flags.has('c') && !flags.has('q')) io.out(`${named ? `${shownName}:` : ''}${count}\n`);
  else if (flags.has('l') && count > 0) io.out(`${shownName}\n`);
  else if (flags.has('L') && count === 0) io.out(`${shownName}\n`);
  return flags.has('L') ? count === 0 : count > 0;
}

function onlyMatching(
  line: string,
  spans: readonly { readonly start: number; readonly end: number }[],
): readonly string[] {
  const texts: string[] = [];
  let end = 0;
  for (const span of spans) {
    if (span.start < end || span.end === span.start) continue;
    texts.push(line.slice(span.start, span.end));
    end = span.end;
  }
  return texts;
}
