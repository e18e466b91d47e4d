import type { Script, Word, WordPart } from './syntax.ts';

/** Where a parser stands in its text. Not part of any world. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** Receives the `$(…)` of the node that is being read. */
  substitutions: Script[];
  /** Here-documents whose text begins after the next line break. */
  readonly pendingHeredocs: PendingHeredoc[];
  /** Reads a script up to, not including, a closing parenthesis; given by the command parser. */
  readonly readScript: (cursor: Cursor) => Script;
}

export interface PendingHeredoc {
  readonly delimiter: string;
  readonly expands: boolean;
  readonly stripTabs: boolean;
  /** The redirect's target, filled in when the text has been read. */
  readonly target: WordPart[];
  readonly substitutions: Script[];
}

const BREAKS = ' \t\n;&|<>()';
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATORS = /:-|:=|:\?|:\+|##|%%|\/\/|\^\^|,,|[-=?+#%/:^,]/y;

/** What a script that cannot be read is refused with; caught where parsing begins. */
export function syntaxError(near: string): SyntaxError {
  return new SyntaxError(`syntax error: unexpected ${near}`);
}

/** Reads one word; undefined when none begins here. */
export function readWord(cursor: Cursor): Word | undefined {
  const start = cursor.at;
  const parts: WordPart[] = [];
  readParts(cursor, parts, (char) => BREAKS.includes(char));
  return cursor.at === start ? undefined : parts;
}

/** Reads text in which only `$` and backticks mean something, as in a here-document. */
export function readTemplate(text: string, owner: Cursor): Word {
  const cursor: Cursor = { ...owner, text, at: 0 };
  const parts: WordPart[] = [];
  readQuoted(cursor, parts, undefined);
  return parts;
}

function pushText(parts: WordPart[], text: string, quoted: boolean): void {
  const last = parts.at(-1);
  if (last?.kind === 'text' && last.quoted === quoted) {
    parts[parts.length - 1] = { kind: 'text', text: last.text + text, quoted };
  } else parts.push({ kind: 'text', text, quoted });
}

function readParts(cursor: Cursor, parts: WordPart[], isEnd: (char: string) => boolean): void {
  const { text } = cursor;
  while (cursor.at < text.length) {
    const char = text[cursor.at] as string;
    if (isEnd(char)) return;
    switch (char) {
      case "'": {
        const end = text.indexOf("'", cursor.at + 1);
        if (end < 0) throw syntaxError('end of file (unterminated quoted string)');
        pushText(parts, text.slice(cursor.at + 1, end), true);
        cursor.at = end + 1;
        break;
      }
      case '"':
        cursor.at += 1;
        // An empty quoted string is a word too.
        pushText(parts, '', true);
        readQuoted(cursor, parts, '"');
        break;
      case '\\':
        // A line break behind a backslash joins the lines.
        if (text[cursor.at + 1] !== '\n') pushText(parts, text[cursor.at + 1] ?? '\\', true);
        cursor.at += 2;
        break;
      case '$':
        if (text[cursor.at + 1] === "'") readAnsiC(cursor, parts);
        else readDollar(cursor, parts, false);
        break;
      case '`':
        readBackticks(cursor, parts, false);
        break;
      default:
        pushText(parts, char, false);
        cursor.at += 1;
    }
  }
}

/** Up to the closing quote, or to the end when there is none to expect. */
function readQuoted(cursor: Cursor, parts: WordPart[], close: '"' | undefined): void {
  const { text } = cursor;
  while (cursor.at < text.length) {
    const char = text[cursor.at] as string;
    if (char === close) {
      cursor.at += 1;
      return;
    }
    if (char === '\\') {
      const next = text[cursor.at + 1] ?? '';
      if (next === '\n') pushText(parts, '', true);
      else pushText(parts, '$`"\\'.includes(next) && next !== '' ? next : `\\${next}`, true);
      cursor.at += 2;
    } else if (char === '$') readDollar(cursor, parts, true);
    else if (char === '`') readBackticks(cursor, parts, true);
    else {
      pushText(parts, char, true);
      cursor.at += 1;
    }
  }
  if (close !== undefined) throw syntaxError('end of file (unterminated quoted string)');
}

/** `$'…'` with its escapes. */
function readAnsiC(cursor: Cursor, parts: WordPart[]): void {
  const { text } = cursor;
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };
  let value = '';
  cursor.at += 2;
  while (cursor.at < text.length && text[cursor.at] !== "'") {
    let char = text[cursor.at] as string;
    if (char === '\\') {
      cursor.at += 1;
      char = escapes[text[cursor.at] ?? ''] ?? text[cursor.at] ?? '';
    }
    value += char;
    cursor.at += 1;
  }
  cursor.at += 1;
  pushText(parts, value, true);
}

function readBackticks(cursor: Cursor, parts: WordPart[], quoted: boolean): void {
  const end = cursor.text.indexOf('`', cursor.at + 1);
  if (end < 0) throw syntaxError('end of file (unterminated back-quoted string)');
  const inner: Cursor = {
    ...cursor,
    text: cursor.text.slice(cursor.at + 1, end).replaceAll('\\$', '$'),
    at: 0,
    substitutions: [],
  };
  cursor.substitutions.push(cursor.readScript(inner));
  parts.push({ kind: 'command', index: cursor.substitutions.length - 1, quoted });
  cursor.at = end + 1;
}

function readDollar(cursor: Cursor, parts: WordPart[], quoted: boolean): void {
  const { text } = cursor;
  const next = text[cursor.at + 1] ?? '';
  if (next === '(') {
    if (text[cursor.at + 2] === '(') readArithmetic(cursor, parts, quoted);
    else {
      cursor.at += 2;
      readCommand(cursor, parts, quoted);
    }
    return;
  }
  if (next === '{') {
    cursor.at += 2;
    readBraces(cursor, parts, quoted);
    return;
  }
  NAME.lastIndex = cursor.at + 1;
  const name = NAME.exec(text)?.[0] ?? ('?$!#@*0123456789-'.includes(next) ? next : '');
  if (name === '') {
    pushText(parts, '$', quoted);
    cursor.at += 1;
    return;
  }
  cursor.at += 1 + name.length;
  parts.push(param(name, undefined, undefined, undefined, quoted));
}

function param(
  name: string,
  subscript: Word | undefined,
  op: string | undefined,
  operand: Word | undefined,
  quoted: boolean,
): WordPart {
  return { kind: 'param', name, subscript, op, operand, quoted };
}

function readCommand(cursor: Cursor, parts: WordPart[], quoted: boolean): void {
  const outer = cursor.substitutions;
  cursor.substitutions = [];
  const script = cursor.readScript(cursor);
  cursor.substitutions = outer;
  if (cursor.text[cursor.at] !== ')') throw syntaxError('end of file (expecting ")")');
  cursor.at += 1;
  outer.push(script);
  parts.push({ kind: 'command', index: outer.length - 1, quoted });
}

/** The text between `((` and its `))`, left standing behind it. */
export function readArithmeticText(cursor: Cursor): Word {
  const { text } = cursor;
  const start = cursor.at + 2;
  let depth = 0;
  let at = start;
  for (; at < text.length; at++) {
    const char = text[at];
    if (char === '(') depth += 1;
    else if (char === ')') {
      if (depth === 0 && text[at + 1] === ')') break;
      depth -= 1;
    }
  }
  if (at >= text.length) throw syntaxError('end of file (expecting "))")');
  cursor.at = at + 2;
  return readTemplate(text.slice(start, at), cursor);
}

function readArithmetic(cursor: Cursor, parts: WordPart[], quoted: boolean): void {
  cursor.at += 1;
  parts.push({ kind: 'arithmetic', expression: readArithmeticText(cursor), quoted });
}

/** Behind `${`. */
function readBraces(cursor: Cursor, parts: WordPart[], quoted: boolean): void {
  const { text } = cursor;
  let op: string | undefined;
  if (text[cursor.at] === '#' && text[cursor.at + 1] !== '}') {
    op = '#length';
    cursor.at += 1;
  } else if (text[cursor.at] === '!' && text[cursor.at + 1] !== '}') {
    op = '!indirect';
    cursor.at += 1;
  }
  NAME.lastIndex = cursor.at;
  const name = NAME.exec(text)?.[0] ?? (text[cursor.at] as string | undefined) ?? '';
  cursor.at += name.length;
  let subscript: Word | undefined;
  if (text[cursor.at] === '[') {
    cursor.at += 1;
    const inner: WordPart[] = [];
    readParts(cursor, inner, (char) => char === ']');
    subscript = inner;
    cursor.at += 1;
  }
  let operand: Word | undefined;
  if (text[cursor.at] !== '}') {
    OPERATORS.lastIndex = cursor.at;
    op = OPERATORS.exec(text)?.[0];
    if (op === undefined) throw syntaxError('"${" (bad substitution)');
    cursor.at += op.length;
    const inner: WordPart[] = [];
    readParts(cursor, inner, (char) => char === '}');
    operand = inner;
  }
  if (text[cursor.at] !== '}') throw syntaxError('end of file (expecting "}")');
  cursor.at += 1;
  parts.push(param(name, subscript, op, operand, quoted));
}
