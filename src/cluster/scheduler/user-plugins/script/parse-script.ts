import {
  advance,
  createCursor,
  type Cursor,
  current,
  eatSign,
  eatWord,
  endStatement,
  expectName,
  expectSign,
  following,
  isSign,
  isWord,
  nested,
  unexpected,
} from './cursor.ts';
import { parseFunctionRest, parseSequence, parseValue } from './parse-expressions.ts';
import { parsePattern } from './parse-patterns.ts';
import { skipTypeAnnotation, skipTypeDeclaration } from './parse-types.ts';
import { stop } from './script-fault.ts';
import type { Defaulted, Statement, SwitchCase } from './syntax.ts';

/** Longer scripts are refused. */
const SOURCE_MAX = 20_000;

/**
 * Reads a script: the part of JavaScript that a small function needs, with TypeScript's types, which are
 * read over. Throws a fault (`script-fault.ts`) with its line.
 */
export function parseScript(source: string): readonly Statement[] {
  if (source.length > SOURCE_MAX) stop(0, `longer than ${SOURCE_MAX} characters`);
  const cursor = createCursor(source, parseBlock);
  const statements: Statement[] = [];
  while (current(cursor).kind !== 'end') {
    eatWord(cursor, 'export');
    const statement = parseStatement(cursor);
    if (statement !== undefined) statements.push(statement);
  }
  return statements;
}

/** The statements of a block, from behind its opening brace to behind its closing one. */
function parseBlock(cursor: Cursor): readonly Statement[] {
  const statements: Statement[] = [];
  while (!isSign(cursor, '}')) {
    if (current(cursor).kind === 'end') unexpected(cursor, '"}"');
    const statement = parseStatement(cursor);
    if (statement !== undefined) statements.push(statement);
  }
  advance(cursor);
  return statements;
}

/** Undefined where there is nothing to run: a lone semicolon, a type. */
function parseStatement(cursor: Cursor): Statement | undefined {
  return nested(cursor, () => {
    const { kind, text, line } = current(cursor);
    if (eatSign(cursor, ';')) return undefined;
    if (eatSign(cursor, '{')) return { kind: 'block', body: parseBlock(cursor), line };
    if (kind === 'name') {
      if (skipTypeDeclaration(cursor)) return undefined;
      const statement = parseKeyword(cursor, text, line);
      if (statement !== undefined) return statement;
    }
    const value = parseSequence(cursor);
    endStatement(cursor);
    return { kind: 'expression', value, line };
  });
}

/** A body: one statement or a block. */
function parseBody(cursor: Cursor): Statement {
  const { line } = current(cursor);
  return parseStatement(cursor) ?? { kind: 'block', body: [], line };
}

function parseKeyword(cursor: Cursor, word: string, line: number): Statement | undefined {
  switch (word) {
    case 'const':
    case 'let':
    case 'var': {
      const declaration = parseDeclaration(cursor);
      endStatement(cursor);
      return declaration;
    }
    case 'function': {
      advance(cursor);
      const { text } = expectName(cursor);
      return { kind: 'function', fn: parseFunctionRest(cursor, text, line), line };
    }
    case 'return':
      return parseReturn(cursor, line);
    case 'throw': {
      advance(cursor);
      const value = parseSequence(cursor);
      endStatement(cursor);
      return { kind: 'throw', value, line };
    }
    case 'if':
      return parseIf(cursor, line);
    case 'for':
      return parseFor(cursor, line);
    case 'while': {
      advance(cursor);
      const test = parseTest(cursor);
      return { kind: 'while', test, body: parseBody(cursor), bodyFirst: false, line };
    }
    case 'do':
      return parseDo(cursor, line);
    case 'switch':
      return parseSwitch(cursor, line);
    case 'break':
    case 'continue':
      advance(cursor);
      endStatement(cursor);
      return { kind: word, line };
    default:
      return undefined;
  }
}

function parseTest(cursor: Cursor) {
  expectSign(cursor, '(');
  const test = parseSequence(cursor);
  expectSign(cursor, ')');
  return test;
}

function parseReturn(cursor: Cursor, line: number): Statement {
  advance(cursor);
  const token = current(cursor);
  const isBare =
    token.kind === 'end' || token.afterBreak || isSign(cursor, ';') || isSign(cursor, '}');
  const value = isBare ? undefined : parseSequence(cursor);
  endStatement(cursor);
  return { kind: 'return', value, line };
}

function parseIf(cursor: Cursor, line: number): Statement {
  advance(cursor);
  const test = parseTest(cursor);
  const yes = parseBody(cursor);
  const no = eatWord(cursor, 'else') ? parseBody(cursor) : undefined;
  return { kind: 'if', test, yes, no, line };
}

function parseDo(cursor: Cursor, line: number): Statement {
  advance(cursor);
  const body = parseBody(cursor);
  if (!eatWord(cursor, 'while')) unexpected(cursor, '"while"');
  const test = parseTest(cursor);
  eatSign(cursor, ';');
  return { kind: 'while', test, body, bodyFirst: true, line };
}

function parseDeclaration(cursor: Cursor): Statement {
  const { text, line } = advance(cursor);
  const isConstant = text === 'const';
  const items: Defaulted[] = [];
  do {
    const pattern = parsePattern(cursor, parseValue);
    eatSign(cursor, '!');
    skipTypeAnnotation(cursor);
    const otherwise = eatSign(cursor, '=') ? parseValue(cursor) : undefined;
    if (otherwise === undefined && (isConstant || pattern.kind !== 'name')) {
      unexpected(cursor, '"="');
    }
    items.push({ pattern, otherwise });
  } while (eatSign(cursor, ','));
  return { kind: 'declare', isConstant, items, line };
}

function parseFor(cursor: Cursor, line: number): Statement {
  advance(cursor);
  expectSign(cursor, '(');
  const over = parseForOf(cursor, line);
  if (over !== undefined) return over;
  let first: Statement | undefined;
  if (!isSign(cursor, ';')) {
    const { kind, text } = current(cursor);
    const declares = kind === 'name' && (text === 'let' || text === 'const' || text === 'var');
    first = declares
      ? parseDeclaration(cursor)
      : { kind: 'expression', value: parseSequence(cursor), line };
  }
  expectSign(cursor, ';');
  const test = isSign(cursor, ';') ? undefined : parseSequence(cursor);
  expectSign(cursor, ';');
  const next = isSign(cursor, ')') ? undefined : parseSequence(cursor);
  expectSign(cursor, ')');
  return { kind: 'for', first, test, next, body: parseBody(cursor), line };
}

/** `for (const x of list)` and `for (const key in object)`; undefined: it is a `for` with semicolons. */
function parseForOf(cursor: Cursor, line: number): Statement | undefined {
  const { kind, text } = current(cursor);
  if (kind !== 'name' || !['const', 'let', 'var'].includes(text)) return undefined;
  // The pattern is a name or a pair of brackets.
  const partner = cursor.partners.get(cursor.at + 1);
  const behind = partner === undefined ? 2 : partner + 1 - cursor.at;
  const word = following(cursor, behind);
  if (word.kind !== 'name' || (word.text !== 'of' && word.text !== 'in')) return undefined;
  advance(cursor);
  const pattern = parsePattern(cursor, parseValue);
  advance(cursor);
  const over = parseSequence(cursor);
  expectSign(cursor, ')');
  return {
    kind: 'forOf',
    isConstant: text === 'const',
    pattern,
    ofKeys: word.text === 'in',
    over,
    body: parseBody(cursor),
    line,
  };
}

function parseSwitch(cursor: Cursor, line: number): Statement {
  advance(cursor);
  const value = parseTest(cursor);
  expectSign(cursor, '{');
  const cases: SwitchCase[] = [];
  while (!eatSign(cursor, '}')) {
    let test: SwitchCase['test'];
    if (eatWord(cursor, 'case')) test = parseSequence(cursor);
    else if (!eatWord(cursor, 'default')) unexpected(cursor, '"case"');
    expectSign(cursor, ':');
    const body: Statement[] = [];
    while (!isWord(cursor, 'case') && !isWord(cursor, 'default') && !isSign(cursor, '}')) {
      if (current(cursor).kind === 'end') unexpected(cursor, '"}"');
      const statement = parseStatement(cursor);
      if (statement !== undefined) body.push(statement);
    }
    cases.push({ test, body });
  }
  return { kind: 'switch', value, cases, line };
}
