import { stop } from './script-fault.ts';
import type { Statement } from './syntax.ts';
import { type Token, tokensOf } from './tokens.ts';

/** A place among the words of a script. */
export interface Cursor {
  readonly tokens: Token[];
  /** For each opening bracket where its partner stands. */
  readonly partners: ReadonlyMap<number, number>;
  at: number;
  /** How deep what is being read is nested. */
  depth: number;
  /** Reads the statements of a block from behind its opening brace; functions within expressions have some. */
  readonly block: (cursor: Cursor) => readonly Statement[];
}

/** Deeper nesting is refused, so that neither reading nor running can exhaust the stack. */
const DEPTH_MAX = 60;

/** Words with a meaning that scripts cannot use. */
const UNAVAILABLE = new Set([
  'async',
  'await',
  'class',
  'debugger',
  'delete',
  'enum',
  'eval',
  'import',
  'instanceof',
  'namespace',
  'require',
  'super',
  'this',
  'try',
  'with',
  'yield',
]);

const RESERVED = new Set(
  (
    'break case const continue default do else export false for function if in let new null return ' +
    'switch throw true typeof var void while'
  ).split(' '),
);

export function createCursor(source: string, block: Cursor['block']): Cursor {
  const tokens = [...tokensOf(source)];
  return { tokens, partners: partnersOf(tokens), at: 0, depth: 0, block };
}

function partnersOf(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const partners = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach(({ kind, text }, index) => {
    if (kind !== 'sign') return;
    if (text === '(' || text === '[' || text === '{') open.push(index);
    else if (text === ')' || text === ']' || text === '}') {
      const from = open.pop();
      if (from !== undefined) partners.set(from, index);
    }
  });
  return partners;
}

export function current(cursor: Cursor): Token {
  // The list ends with an `end`, behind which nothing moves.
  return cursor.tokens[cursor.at] as Token;
}

export function following(cursor: Cursor, by = 1): Token {
  return cursor.tokens[Math.min(cursor.at + by, cursor.tokens.length - 1)] as Token;
}

export function advance(cursor: Cursor): Token {
  const token = current(cursor);
  if (token.kind !== 'end') cursor.at += 1;
  return token;
}

export function isSign(cursor: Cursor, text: string): boolean {
  const token = current(cursor);
  return token.kind === 'sign' && token.text === text;
}

export function isWord(cursor: Cursor, text: string): boolean {
  const token = current(cursor);
  return token.kind === 'name' && token.text === text;
}

/** Moves on if the sign stands here. */
export function eatSign(cursor: Cursor, text: string): boolean {
  if (!isSign(cursor, text)) return false;
  cursor.at += 1;
  return true;
}

export function eatWord(cursor: Cursor, text: string): boolean {
  if (!isWord(cursor, text)) return false;
  cursor.at += 1;
  return true;
}

export function expectSign(cursor: Cursor, text: string): Token {
  if (!isSign(cursor, text)) return unexpected(cursor, JSON.stringify(text));
  return advance(cursor);
}

/** A name that may be declared or used. */
export function expectName(cursor: Cursor): Token {
  const token = current(cursor);
  if (token.kind !== 'name' || RESERVED.has(token.text)) return unexpected(cursor, 'a name');
  refuseUnavailable(token);
  return advance(cursor);
}

export function isReserved(name: string): boolean {
  return RESERVED.has(name);
}

export function refuseUnavailable({ text, line }: Token): void {
  if (UNAVAILABLE.has(text)) stop(line, `${JSON.stringify(text)} is not available in a plugin`);
}

export function unexpected(cursor: Cursor, wanted?: string): never {
  const token = current(cursor);
  if (token.kind === 'name') refuseUnavailable(token);
  const what = token.kind === 'end' ? 'end of the script' : JSON.stringify(token.text);
  return stop(
    token.line,
    `unexpected ${what}${wanted === undefined ? '' : `, expected ${wanted}`}`,
  );
}

/** Reads something that may contain its like. */
export function nested<T>(cursor: Cursor, read: (cursor: Cursor) => T): T {
  cursor.depth += 1;
  if (cursor.depth > DEPTH_MAX) stop(current(cursor).line, 'nested too deeply');
  const result = read(cursor);
  cursor.depth -= 1;
  return result;
}

/** The end of a statement: a semicolon, or a line's end where one may be left out. */
export function endStatement(cursor: Cursor): void {
  if (eatSign(cursor, ';')) return;
  const token = current(cursor);
  if (token.kind === 'end' || token.afterBreak || isSign(cursor, '}')) return;
  unexpected(cursor, '";"');
}
