import { BREAKS, looksAt, takeMatch, takeText, unfinished, type Cursor } from './cursor.ts';
import { ShellSyntaxError, type Word, type WordPart } from './syntax.ts';

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const SPECIAL = /[?$!#@*\-0-9]/y;
const DIGITS_OR_SPECIAL = /\d+|[?$!#@*-]/y;
const OPERATOR = /:-|:=|:\?|:\+|##|%%|\/\/|\/#|\/%|\^\^|,,|[-=?+#%/:^,]/y;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['E', '\x1b'],
  ['f', '\f'],
  ['v', '\v'],
  ['0', '\0'],
]);

/** Reads one word; undefined when none begins here. `breaks` are the characters that end it. */
export function readWord(cursor: Cursor, breaks: string = BREAKS): Word | undefined {
  const parts: WordPart[] = [];
  const start = cursor.at;
  if (takeText(cursor, '<(')) {
    const script = cursor.readScript(cursor);
    if (!takeText(cursor, ')')) throw unfinished(cursor, ')');
    return [{ kind: 'process', script, quoted: true }];
  }
  readParts(cursor, parts, { breaks, quoted: false });
  return cursor.at === start ? undefined : parts;
}

interface PartsMode {
  readonly breaks: string;
  /** Between double quotes, or in a here-document. */
  readonly quoted: boolean;
  /** A here-document, where double quotes mean nothing. */
  readonly document?: boolean;
}

function readParts(cursor: Cursor, parts: WordPart[], mode: PartsMode): void {
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push({ kind: 'text', text, quoted: mode.quoted });
    text = '';
  };
  while (cursor.at < cursor.text.length) {
    const char = cursor.text[cursor.at] as string; // Inside the text, by the condition.
    if (mode.breaks.includes(char)) break;
    if (char === '\\') {
      const next = cursor.text[cursor.at + 1];
      if (mode.quoted && (next === undefined || !escapable(next, mode))) {
        text += '\\';
        cursor.at += 1;
        continue;
      }
      if (next === undefined) throw unfinished(cursor);
      cursor.at += 2;
      if (next === '\n') continue;
      flush();
      parts.push({ kind: 'text', text: next, quoted: true });
    } else if (char === "'" && !mode.quoted) {
      flush();
      parts.push({ kind: 'text', text: readSingleQuoted(cursor), quoted: true });
    } else if (char === '"' && mode.document !== true) {
      flush();
      cursor.at += 1;
      readDoubleQuoted(cursor, parts);
    } else if (char === '$' || char === '`') {
      const part = readDollar(cursor, mode.quoted);
      if (part === undefined) {
        text += char;
        cursor.at += 1;
      } else {
        flush();
        parts.push(part);
      }
    } else {
      text += char;
      cursor.at += 1;
    }
  }
  flush();
}

function escapable(char: string, { document }: PartsMode): boolean {
  return '$`\\\n'.includes(char) || (char === '"' && document !== true) || char === '}';
}

function readSingleQuoted(cursor: Cursor): string {
  const end = cursor.text.indexOf("'", cursor.at + 1);
  if (end < 0) throw unfinished(cursor, "'");
  const text = cursor.text.slice(cursor.at + 1, end);
  cursor.at = end + 1;
  return text;
}

/** Behind the opening quote; goes on behind the closing one. */
function readDoubleQuoted(cursor: Cursor, parts: WordPart[]): void {
  const before = parts.length;
  readParts(cursor, parts, { breaks: '"', quoted: true });
  if (!takeText(cursor, '"')) throw unfinished(cursor, '"');
  // An empty pair of quotes is still a word.
  if (parts.length === before) parts.push({ kind: 'text', text: '', quoted: true });
}

/** `$…` or backticks; undefined when the dollar means itself. */
function readDollar(cursor: Cursor, quoted: boolean): WordPart | undefined {
  if (looksAt(cursor, '`')) return readBackticks(cursor, quoted);
  const next = cursor.text[cursor.at + 1];
  if (next === "'" && !quoted) {
    cursor.at += 1;
    return { kind: 'text', text: readAnsiQuoted(cursor), quoted: true };
  }
  if (looksAt(cursor, '$((')) {
    const start = cursor.at;
    cursor.at += 3;
    const expression = readArithmeticText(cursor);
    if (expression !== undefined) return { kind: 'arithmetic', expression, quoted };
    // `$((a); b)`: a subshell inside a substitution.
    cursor.at = start;
  }
  if (next === '(') {
    cursor.at += 2;
    const script = cursor.readScript(cursor);
    if (!takeText(cursor, ')')) throw unfinished(cursor, ')');
    return { kind: 'command', script, quoted };
  }
  if (next === '{') return readBraced(cursor, quoted);
  cursor.at += 1;
  const name = takeMatch(cursor, NAME) ?? takeMatch(cursor, SPECIAL);
  if (name !== undefined)
    return {
      kind: 'parameter',
      name: name[0],
      index: undefined,
      op: undefined,
      operand: undefined,
      quoted,
    };
  cursor.at -= 1;
  return undefined;
}

function readBackticks(cursor: Cursor, quoted: boolean): WordPart {
  let inner = '';
  let at = cursor.at + 1;
  while (cursor.text[at] !== '`') {
    const char = cursor.text[at];
    if (char === undefined) throw unfinished(cursor, '`');
    if (char === '\\' && '`\\$'.includes(cursor.text[at + 1] ?? ' ')) at += 1;
    inner += cursor.text[at] ?? '';
    at += 1;
  }
  cursor.at = at + 1;
  const script = cursor.readScript({ ...cursor, text: inner, at: 0, pending: [] });
  return { kind: 'command', script, quoted };
}

/** `$'…'` with its escapes. The cursor stands on the quote. */
function readAnsiQuoted(cursor: Cursor): string {
  let text = '';
  cursor.at += 1;
  for (;;) {
    const char = cursor.text[cursor.at++];
    if (char === undefined) throw unfinished(cursor, "'");
    if (char === "'") return text;
    if (char !== '\\') {
      text += char;
      continue;
    }
    const code = takeMatch(cursor, /x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})/y);
    if (code !== undefined) {
      text += String.fromCodePoint(parseInt(code[1] ?? code[2] ?? '0', 16));
      continue;
    }
    const next = cursor.text[cursor.at++] ?? '';
    text += ESCAPES.get(next) ?? (`'"\\`.includes(next) ? next : `\\${next}`);
  }
}

/** The text up to `))`, itself a word that is expanded; undefined when it does not end so. */
export function readArithmeticText(cursor: Cursor): Word | undefined {
  let depth = 0;
  for (let at = cursor.at; at < cursor.text.length; at++) {
    const char = cursor.text[at];
    if (char === '(') depth += 1;
    else if (char === ')') {
      if (depth > 0) depth -= 1;
      else if (cursor.text[at + 1] === ')') {
        const inner = cursor.text.slice(cursor.at, at);
        cursor.at = at + 2;
        return readQuotedText(inner, cursor);
      } else return undefined;
    }
  }
  throw unfinished(cursor, ')');
}

/** A text in which only `$` and backticks mean something. */
export function readQuotedText(text: string, cursor: Cursor): Word {
  const parts: WordPart[] = [];
  readParts({ ...cursor, text, at: 0, pending: [] }, parts, {
    breaks: '',
    quoted: true,
    document: true,
  });
  return parts;
}

function readBraced(cursor: Cursor, quoted: boolean): WordPart {
  const start = cursor.at;
  cursor.at += 2;
  let op: string | undefined;
  if (looksAt(cursor, '#') && !looksAt(cursor, '#}')) {
    op = 'length';
    cursor.at += 1;
  } else if (looksAt(cursor, '!')) {
    op = 'indirect';
    cursor.at += 1;
  }
  const name = takeMatch(cursor, NAME) ?? takeMatch(cursor, DIGITS_OR_SPECIAL);
  let index: Word | undefined;
  if (name !== undefined && takeText(cursor, '[')) {
    index = readWord(cursor, ']') ?? [];
    if (!takeText(cursor, ']')) throw unfinished(cursor, ']');
    if (op === 'indirect') op = 'keys';
  }
  let operand: Word | undefined;
  if (op === undefined) {
    op = takeMatch(cursor, OPERATOR)?.[0];
    if (op !== undefined) {
      const parts: WordPart[] = [];
      readParts(cursor, parts, { breaks: '}', quoted });
      operand = parts;
    }
  }
  if (cursor.at >= cursor.text.length) throw unfinished(cursor, '}');
  if (name === undefined || !takeText(cursor, '}')) {
    const end = cursor.text.indexOf('}', start);
    const shown = cursor.text.slice(start, end < 0 ? undefined : end + 1);
    throw new ShellSyntaxError(`${shown}: bad substitution`, 1, false);
  }
  return { kind: 'parameter', name: name[0], index, op, operand, quoted };
}
