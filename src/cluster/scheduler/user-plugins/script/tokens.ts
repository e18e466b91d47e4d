import { stop } from './script-fault.ts';

/** A word of the language. `line` counts from 1; `afterBreak`: it is the first of its line. */
export interface Token {
  readonly kind: TokenKind;
  /** A name or sign as written; what a string says; a number as written. */
  readonly text: string;
  readonly line: number;
  readonly afterBreak: boolean;
}

export type TokenKind =
  | 'name'
  | 'sign'
  | 'number'
  | 'string'
  /** Text of a template between backquotes and holes; what follows is a hole, until the next of its kind. */
  | 'templateStart'
  | 'templateMiddle'
  | 'templateEnd'
  /** A template without holes. */
  | 'template'
  | 'end';

/** Longest first, so that the longest that fits is taken. */
const SIGNS = [
  '>>>=',
  '...',
  '===',
  '!==',
  '**=',
  '<<=',
  '>>=',
  '>>>',
  '&&=',
  '||=',
  '??=',
  '=>',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '??',
  '?.',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '<<',
  '>>',
  '**',
  ...'{}()[];,<>+-*/%&|^!~?:=.@#',
];

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
};

const NAME_START = /[\p{ID_Start}$_]/u;
const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const NUMBER =
  /0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const BLANK = /[ \t\v\f\u00a0\ufeff]/;

interface Reader {
  readonly source: string;
  at: number;
  line: number;
  afterBreak: boolean;
  readonly tokens: Token[];
  /** For each template that is open: how many braces are open in its hole. */
  readonly holes: number[];
}

/** Splits a script into its words. Stops at what cannot be one. */
export function tokensOf(source: string): readonly Token[] {
  const reader: Reader = { source, at: 0, line: 1, afterBreak: false, tokens: [], holes: [] };
  for (;;) {
    skipBlanks(reader);
    if (reader.at >= source.length) break;
    readToken(reader);
  }
  if (reader.holes.length > 0) stop(reader.line, 'a template is not closed');
  add(reader, 'end', '', reader.line);
  return reader.tokens;
}

function add(reader: Reader, kind: TokenKind, text: string, line: number): void {
  reader.tokens.push({ kind, text, line, afterBreak: reader.afterBreak });
  reader.afterBreak = false;
}

function skipBlanks(reader: Reader): void {
  const { source } = reader;
  while (reader.at < source.length) {
    const char = source[reader.at] as string;
    if (char === '\n' || char === '\r') {
      if (char === '\n') reader.line += 1;
      reader.afterBreak = true;
      reader.at += 1;
    } else if (BLANK.test(char)) {
      reader.at += 1;
    } else if (source.startsWith('//', reader.at)) {
      const end = source.indexOf('\n', reader.at);
      reader.at = end < 0 ? source.length : end;
    } else if (source.startsWith('/*', reader.at)) {
      skipComment(reader);
    } else return;
  }
}

function skipComment(reader: Reader): void {
  const end = reader.source.indexOf('*/', reader.at + 2);
  if (end < 0) stop(reader.line, 'a comment is not closed');
  for (let at = reader.at; at < end; at++) {
    if (reader.source[at] !== '\n') continue;
    reader.line += 1;
    reader.afterBreak = true;
  }
  reader.at = end + 2;
}

function readToken(reader: Reader): void {
  const { source, at, line, holes } = reader;
  const char = source[at] as string;
  if (NAME_START.test(char)) {
    add(reader, 'name', match(reader, NAME), line);
  } else if (/\d/.test(char) || (char === '.' && /\d/.test(source[at + 1] ?? ''))) {
    const text = match(reader, NUMBER);
    if (NAME_START.test(source[reader.at] ?? '')) stop(line, `${text} cannot be read as a number`);
    add(reader, 'number', text.replaceAll('_', ''), line);
  } else if (char === '"' || char === "'") {
    reader.at += 1;
    add(reader, 'string', readText(reader, char), line);
    reader.at += 1;
  } else if (char === '`') {
    readTemplate(reader, 'template', 'templateStart');
  } else if (char === '}' && holes.at(-1) === 0) {
    holes.pop();
    readTemplate(reader, 'templateEnd', 'templateMiddle');
  } else readSign(reader);
}

function readSign(reader: Reader): void {
  const { source, at, line, holes } = reader;
  const sign = SIGNS.find((each) => source.startsWith(each, at));
  if (sign === undefined) stop(line, `unexpected character ${JSON.stringify(source[at])}`);
  // `a ? .5 : b` is a condition, not a chain.
  const text = sign === '?.' && /\d/.test(source[at + 2] ?? '') ? '?' : sign;
  const last = holes.length - 1;
  // Braces within a hole belong to it.
  if (last >= 0 && text === '{') holes[last] = (holes[last] as number) + 1;
  if (last >= 0 && text === '}') holes[last] = (holes[last] as number) - 1;
  reader.at += text.length;
  add(reader, 'sign', text, line);
}

function match(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const text = pattern.exec(reader.source)?.[0] ?? '';
  if (text === '') stop(reader.line, `unexpected ${JSON.stringify(reader.source[reader.at])}`);
  reader.at += text.length;
  return text;
}

function readTemplate(reader: Reader, whole: TokenKind, part: TokenKind): void {
  const { line } = reader;
  reader.at += 1;
  const text = readText(reader, '`');
  if (reader.source[reader.at] === '`') {
    reader.at += 1;
    add(reader, whole, text, line);
  } else {
    reader.at += 2;
    reader.holes.push(0);
    add(reader, part, text, line);
  }
}

/** Text up to the closing quote (or a hole), which is left to be read. */
function readText(reader: Reader, quote: string): string {
  const { source } = reader;
  let text = '';
  for (;;) {
    const char = source[reader.at];
    if (char === undefined) return stop(reader.line, 'a text is not closed');
    if (char === quote) return text;
    if (quote === '`' && source.startsWith('${', reader.at)) return text;
    if (char === '\n') {
      if (quote !== '`') return stop(reader.line, 'a text is not closed on its line');
      reader.line += 1;
    }
    if (char === '\\') text += readEscape(reader);
    else {
      text += char;
      reader.at += 1;
    }
  }
}

function readEscape(reader: Reader): string {
  const { source, line } = reader;
  const char = source[reader.at + 1] ?? '';
  reader.at += 2;
  if (char === '\n') {
    reader.line += 1;
    return '';
  }
  if (char !== 'u' && char !== 'x') return ESCAPES[char] ?? char;
  const pattern = char === 'x' ? /[0-9a-fA-F]{2}/y : /\{([0-9a-fA-F]{1,6})\}|[0-9a-fA-F]{4}/y;
  pattern.lastIndex = reader.at;
  const found = pattern.exec(source);
  if (found === null) return stop(line, 'an escape in a text cannot be read');
  reader.at += found[0].length;
  const code = Number.parseInt(found[1] ?? found[0], 16);
  if (code > 0x10ffff) return stop(line, 'an escape in a text cannot be read');
  return String.fromCodePoint(code);
}
