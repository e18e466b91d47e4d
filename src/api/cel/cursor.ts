import type { Issue } from './issues.ts';
import { END, tokenTypes, type Token, type TokenType } from './tokens.ts';

/**
 * Where a parser stands, and what it does about a token that does not fit. cel-go's parser is ANTLR's, whose messages
 * tell of its strategy: one token too many is dropped, one too few is made up, and else the rule is left and all is
 * passed over up to something that can follow it. Only the first of the errors that follow from each other is said.
 */
export interface Cursor {
  readonly tokens: readonly Token[];
  readonly issues: Issue[];
  at: number;
  depth: number;
  /** After an error, until a token fits. */
  isRecovering: boolean;
  /** Where the last error was, and in which rules: the same one twice must not stand still. */
  lastError: { readonly at: number; readonly rules: Set<string> } | undefined;
  /** What can follow each of the rules that have begun. */
  readonly follows: ReadonlySet<TokenType>[];
}

/** A rule cannot go on. */
class Misfit extends Error {}

/** Deeper expressions are refused, so that no text can exhaust the stack. */
const DEPTH_MAX = 100;

/** The parser gives up altogether. */
export class TooDeep extends Error {}

/** Runs what lies one level deeper. */
export function deeper<T>(cursor: Cursor, run: () => T): T {
  cursor.depth += 1;
  if (cursor.depth > DEPTH_MAX)
    throw new TooDeep(`expression recursion limit exceeded: ${DEPTH_MAX}`);
  const result = run();
  cursor.depth -= 1;
  return result;
}

export function peek(cursor: Cursor, ahead = 0): Token {
  const { tokens, at } = cursor;
  return tokens[Math.min(at + ahead, tokens.length - 1)] as Token; // The end is a token.
}

/** Takes a token that fits. */
export function take(cursor: Cursor): Token {
  const token = peek(cursor);
  if (token.type !== END) cursor.at += 1;
  cursor.isRecovering = false;
  cursor.lastError = undefined;
  return token;
}

/** Takes a token if it is of the type. */
export function accept(cursor: Cursor, type: TokenType): Token | undefined {
  return peek(cursor).type === type ? take(cursor) : undefined;
}

/** The token of the type that must come. `after` is what could follow it: the token may then have been forgotten. */
export function expect(cursor: Cursor, type: TokenType, after: ReadonlySet<TokenType>): Token {
  const next = peek(cursor);
  if (next.type === type) return take(cursor);
  if (peek(cursor, 1).type === type) {
    report(cursor, `extraneous input ${shown(next)} expecting ${listed([type])}`);
    cursor.at += 1;
    return take(cursor);
  }
  if (after.has(next.type)) {
    report(cursor, `missing ${listed([type])} at ${shown(next)}`);
    return { type, text: `<missing ${type}>`, at: next.at };
  }
  return misfit(cursor, `mismatched input ${shown(next)} expecting ${listed([type])}`);
}

/** Makes sure that one of some tokens comes, dropping a single one that is in the way. */
export function sync(cursor: Cursor, types: ReadonlySet<TokenType>): void {
  const next = peek(cursor);
  if (types.has(next.type)) return;
  if (!cursor.isRecovering && next.type !== END && types.has(peek(cursor, 1).type)) {
    report(cursor, `extraneous input ${shown(next)} expecting ${listed(types)}`);
    cursor.at += 1;
    cursor.isRecovering = false;
    return;
  }
  misfit(cursor, `mismatched input ${shown(next)} expecting ${listed(types)}`);
}

/** Nothing in the grammar begins as these tokens do. */
export function noAlternative(cursor: Cursor, begun: readonly Token[]): never {
  const text = begun.map((each) => (each.type === END ? '' : each.text)).join('');
  return misfit(cursor, `no viable alternative at input '${text}'`);
}

function misfit(cursor: Cursor, message: string): never {
  report(cursor, message);
  throw new Misfit();
}

function report(cursor: Cursor, message: string): void {
  if (cursor.isRecovering) return;
  cursor.isRecovering = true;
  cursor.issues.push({ at: peek(cursor).at, message: `Syntax error: ${message}` });
}

/** Runs a rule; where it cannot go on, what it would have passed over is, and `otherwise` stands for its result. */
export function rule<T>(
  cursor: Cursor,
  { name, follow }: { readonly name: string; readonly follow: ReadonlySet<TokenType> },
  run: () => T,
  otherwise: () => T,
): T {
  const level = cursor.follows.length;
  const { depth } = cursor;
  cursor.follows.push(follow);
  try {
    return run();
  } catch (thrown) {
    if (!(thrown instanceof Misfit)) throw thrown;
    recover(cursor, name);
    return otherwise();
  } finally {
    cursor.follows.length = level;
    cursor.depth = depth;
  }
}

function recover(cursor: Cursor, name: string): void {
  const { lastError, at } = cursor;
  if (lastError?.at === at) {
    if (lastError.rules.has(name)) cursor.at = Math.min(at + 1, cursor.tokens.length - 1);
    lastError.rules.add(name);
  } else cursor.lastError = { at, rules: new Set([name]) };
  while (peek(cursor).type !== END && !cursor.follows.some((each) => each.has(peek(cursor).type))) {
    cursor.at += 1;
  }
}

function shown({ type, text }: Token): string {
  return type === END ? `'${END}'` : `'${text.replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`;
}

/** Token types as the grammar lists them. */
function listed(types: Iterable<TokenType>): string {
  const wanted = new Set(types);
  const names = tokenTypes
    .filter((each) => wanted.has(each))
    .map((each) => (each === END || /^[A-Z_]+$/.test(each) ? each : `'${each}'`));
  const [only = ''] = names;
  return names.length === 1 ? only : `{${names.join(', ')}}`;
}
