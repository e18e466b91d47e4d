import { compileRegex, type Regex } from '../../base/regex/regex.ts';

export type SedAddress =
  | { readonly kind: 'line'; readonly number: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  | { readonly kind: 'plus'; readonly count: number }
  /** Undefined: the one used last. */
  | { readonly kind: 'regex'; readonly regex: Regex | undefined };

interface Addressed {
  readonly from: SedAddress | undefined;
  readonly to: SedAddress | undefined;
  readonly negated: boolean;
}

export type SedCommand = Addressed &
  (
    | {
        readonly kind: 's';
        readonly regex: Regex | undefined;
        readonly replacement: (group: (index: number) => string) => string;
        readonly global: boolean;
        readonly nth: number;
        readonly print: boolean;
        readonly file: string | undefined;
      }
    | { readonly kind: 'y'; readonly map: ReadonlyMap<string, string> }
    | { readonly kind: 'a' | 'i' | 'c' | 'r' | 'w'; readonly text: string }
    | { readonly kind: 'q' | 'Q'; readonly code: number }
    /** Where the matching `}` is. */
    | { readonly kind: '{'; readonly end: number }
    | { readonly kind: 'b' | 't'; readonly at: number }
    | {
        readonly kind:
          | 'd'
          | 'D'
          | 'p'
          | 'P'
          | '='
          | 'l'
          | 'h'
          | 'H'
          | 'g'
          | 'G'
          | 'x'
          | 'n'
          | 'N'
          | '}';
      }
  );

/** A script that cannot be read; the message goes on behind the number of the expression. */
export class SedError extends Error {}

/** A command while it is read: places of blocks and labels are filled in at the end. */
type Mutable = Addressed & {
  readonly kind: string;
  end?: number;
  at?: number;
  readonly label?: string;
  readonly [other: string]: unknown;
};

export function parseSed(source: string, extended: boolean): readonly SedCommand[] {
  const commands: Mutable[] = [];
  const labels = new Map<string, number>();
  const blocks: number[] = [];
  let at = 0;

  function fail(message: string): never {
    throw new SedError(`char ${Math.max(1, at)}: ${message}`);
  }
  function skip(pattern: RegExp): void {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) at += match[0].length;
  }
  function take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match === null) return undefined;
    at += match[0].length;
    return match;
  }
  /** The text up to a delimiter that is not escaped. */
  function delimited(delimiter: string, command: string): string {
    let text = '';
    let inBracket = false;
    for (; at < source.length; at++) {
      const char = source[at] ?? '';
      if (char === '\\') {
        const next = source[at + 1] ?? '';
        text +=
          next === delimiter && delimiter !== '\\'
            ? isSpecial(delimiter)
              ? `\\${delimiter}`
              : delimiter
            : next === 'n'
              ? '\\n'
              : char + next;
        at += 1;
        continue;
      }
      if (char === '[' && command !== 'y') inBracket = true;
      else if (char === ']') inBracket = false;
      if (char === delimiter && !(inBracket && command === '[')) {
        at += 1;
        return text;
      }
      text += char;
    }
    return fail(
      command === 's'
        ? "unterminated `s' command"
        : command === 'y'
          ? "unterminated `y' command"
          : 'unterminated address regex',
    );
  }
  function regexOf(text: string, ignoreCase: boolean): Regex | undefined {
    return text === ''
      ? undefined
      : compileRegex(text, { flavour: extended ? 'extended' : 'basic', ignoreCase });
  }
  function address(): SedAddress | undefined {
    const step = take(/(\d+)~(\d+)/y);
    if (step !== undefined) return { kind: 'step', first: Number(step[1]), step: Number(step[2]) };
    const line = take(/\d+/y);
    if (line !== undefined) return { kind: 'line', number: Number(line[0]) };
    const plus = take(/\+(\d+)/y);
    if (plus !== undefined) return { kind: 'plus', count: Number(plus[1]) };
    if (take(/\$/y) !== undefined) return { kind: 'last' };
    const custom = take(/\\(.)/y);
    if (custom === undefined && take(/\//y) === undefined) return undefined;
    const text = delimited(custom?.[1] ?? '/', 'address');
    const ignoreCase = take(/I/y) !== undefined;
    return { kind: 'regex', regex: regexOf(text, ignoreCase) };
  }
  /** The text of a, i, c: on the same line, or behind a backslash on the next ones. */
  function textArgument(): string {
    skip(/[ \t]*(?:\\\n?[ \t]*)?/y);
    let text = '';
    for (; at < source.length && source[at] !== '\n'; at++) {
      if (source[at] === '\\') at += 1;
      text += source[at] ?? '';
    }
    return text;
  }

  for (;;) {
    skip(/[\s;]+/y);
    if (at >= source.length) break;
    if (source[at] === '#') {
      skip(/[^\n]*/y);
      continue;
    }
    const from = address();
    skip(/[ \t]*/y);
    let to: SedAddress | undefined;
    if (from !== undefined && take(/,[ \t]*/y) !== undefined) {
      to = address();
      if (to === undefined) fail("unexpected `,'");
    }
    skip(/[ \t]*/y);
    const negated = take(/!+[ \t]*/y) !== undefined;
    const addressed: Addressed = { from, to, negated };
    const letter = source[at++];
    switch (letter) {
      case undefined:
        fail('missing command');
        break;
      case '{':
        blocks.push(commands.length);
        commands.push({ ...addressed, kind: '{', end: 0 });
        continue;
      case '}': {
        const start = blocks.pop();
        if (start === undefined) fail("unexpected `}'");
        const block = commands[start ?? 0];
        if (block !== undefined) block.end = commands.length;
        commands.push({ ...addressed, kind: '}' });
        break;
      }
      case ':':
        labels.set(take(/[ \t]*([^\s;]+)/y)?.[1] ?? '', commands.length);
        break;
      case 's':
        commands.push(substitution(addressed));
        break;
      case 'y': {
        const delimiter = source[at++] ?? fail("unterminated `y' command");
        const plain = (text: string): string[] => [
          ...text.replace(/\\n/g, '\n').replace(/\\\\/g, '\\'),
        ];
        const left = plain(delimited(delimiter, 'y'));
        const right = plain(delimited(delimiter, 'y'));
        if (left.length !== right.length) fail("strings for `y' command are different lengths");
        commands.push({
          ...addressed,
          kind: 'y',
          map: new Map(left.map((char, i) => [char, right[i] ?? ''])),
        });
        break;
      }
      case 'a':
      case 'i':
      case 'c':
        commands.push({ ...addressed, kind: letter, text: textArgument() });
        break;
      case 'r':
      case 'w':
        commands.push({ ...addressed, kind: letter, text: take(/[ \t]*([^\n]*)/y)?.[1] ?? '' });
        break;
      case 'q':
      case 'Q':
        commands.push({ ...addressed, kind: letter, code: Number(take(/[ \t]*(\d+)/y)?.[1] ?? 0) });
        break;
      case 'b':
      case 't':
        commands.push({
          ...addressed,
          kind: letter,
          at: 0,
          label: take(/[ \t]*([^\s;}]*)/y)?.[1] ?? '',
        });
        break;
      default:
        if (!'dDpP=lhHgGxnN'.includes(letter)) fail(`unknown command: \`${letter}'`);
        commands.push({ ...addressed, kind: letter as 'd' });
    }
    skip(/[ \t]*/y);
    if (at < source.length && !/[;\n}#]/.test(source[at] ?? ''))
      fail('extra characters after command');
  }
  if (blocks.length > 0) throw new SedError("char 0: unmatched `{'");
  for (const command of commands) {
    if (command.label === undefined) continue;
    const target = command.label === '' ? commands.length : labels.get(command.label);
    if (target === undefined)
      throw new SedError(`-e expression: can't find label for jump to \`${command.label}'`);
    command.at = target;
  }
  // What is filled in above is complete: labels and blocks have their places.
  return commands as unknown as readonly SedCommand[];

  function substitution(addressed: Addressed): Mutable {
    const delimiter = source[at++];
    if (delimiter === undefined || delimiter === '\n') return fail("unterminated `s' command");
    const pattern = delimited(delimiter, 's');
    const replacement = delimited(delimiter, 's');
    const letters = take(/[gpiIme0-9]*/y)?.[0] ?? '';
    const file = letters.includes('w') ? undefined : take(/w[ \t]*([^\n]*)/y)?.[1];
    if (at < source.length && /[a-zA-Z]/.test(source[at] ?? '')) fail("unknown option to `s'");
    return {
      ...addressed,
      kind: 's',
      regex: regexOf(pattern, /i/i.test(letters)),
      replacement: compileReplacement(replacement),
      global: letters.includes('g'),
      nth: Number(/\d+/.exec(letters)?.[0] ?? 1),
      print: letters.includes('p'),
      file,
    };
  }
}

function isSpecial(char: string): boolean {
  return /[.*[\]^$+?(){}|&]/.test(char);
}

/** `&`, `\1`, `\n` and the case marks `\U \L \u \l \E`. */
function compileReplacement(text: string): (group: (index: number) => string) => string {
  const parts = text.match(/\\[\s\S]|&|[^\\&]+/g) ?? [];
  return (group) => {
    let result = '';
    let mode: 'U' | 'L' | undefined;
    let once: 'u' | 'l' | undefined;
    const add = (piece: string): void => {
      let shown = mode === 'U' ? piece.toUpperCase() : mode === 'L' ? piece.toLowerCase() : piece;
      if (once !== undefined && shown !== '') {
        const head = shown.slice(0, 1);
        shown = (once === 'u' ? head.toUpperCase() : head.toLowerCase()) + shown.slice(1);
        once = undefined;
      }
      result += shown;
    };
    for (const part of parts) {
      const mark = part.startsWith('\\') ? (part[1] ?? '') : undefined;
      if (part === '&') add(group(0));
      else if (mark === undefined) add(part);
      else if (/\d/.test(mark)) add(group(Number(mark)));
      else if (mark === 'n') add('\n');
      else if (mark === 't') add('\t');
      else if (mark === 'U' || mark === 'L') mode = mark;
      else if (mark === 'u' || mark === 'l') once = mark;
      else if (mark === 'E') mode = undefined;
      else add(mark);
    }
    return result;
  };
}
