import { refusal, success, type Result } from '../../base/result.ts';
import type { Expression } from './expression.ts';
import { CelSyntaxError, tokensOf, type Token } from './tokens.ts';

/** Deeper expressions are refused, so that no text can exhaust the stack. */
const DEPTH_MAX = 100;

const macros: ReadonlySet<string> = new Set([
  'all',
  'exists',
  'exists_one',
  'existsOne',
  'map',
  'filter',
]);

/** Those that take a variable and one expression. */
const simpleMacros: ReadonlySet<string> = new Set(['optMap', 'optFlatMap', 'sortBy']);

/** Those that may have a variable for the index or key, and one for the value. */
const twoVariableTests: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'existsOne']);
const transforms: ReadonlySet<string> = new Set([
  'transformList',
  'transformMap',
  'transformMapEntry',
]);

/** Reads an expression of the Common Expression Language; the refusal is one line in upstream's manner. */
export function parseCel(text: string): Result<Expression, string> {
  try {
    const cursor: Cursor = { tokens: tokensOf(text), at: 0, depth: 0 };
    const expression = parseExpression(cursor);
    const next = peek(cursor);
    if (next.type !== 'end') fail(`mismatched input '${next.text}' expecting <EOF>`, next);
    return success(expression);
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error;
    const before = text.slice(0, error.at).split('\n');
    const column = (before[before.length - 1] ?? '').length + 1;
    return refusal(`ERROR: <input>:${before.length}:${column}: Syntax error: ${error.message}`);
  }
}

interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.at] as Token; // The end is a token, and nothing goes beyond it.
}

function take(cursor: Cursor): Token {
  const token = peek(cursor);
  if (token.type !== 'end') cursor.at += 1;
  return token;
}

function fail(message: string, { at }: Token): never {
  throw new CelSyntaxError(message, at);
}

function isSign(cursor: Cursor, ...signs: readonly string[]): boolean {
  const { type, text } = peek(cursor);
  return type === 'sign' && signs.includes(text);
}

function accept(cursor: Cursor, sign: string): boolean {
  if (!isSign(cursor, sign)) return false;
  cursor.at += 1;
  return true;
}

function expect(cursor: Cursor, sign: string): void {
  const next = peek(cursor);
  if (!accept(cursor, sign)) fail(`mismatched input '${next.text}' expecting '${sign}'`, next);
}

function parseExpression(cursor: Cursor): Expression {
  cursor.depth += 1;
  if (cursor.depth > DEPTH_MAX) fail('expression recursion limit exceeded: 100', peek(cursor));
  const condition = parseBinary(cursor, 0);
  let result = condition;
  if (accept(cursor, '?')) {
    const then = parseBinary(cursor, 0);
    expect(cursor, ':');
    const otherwise = parseExpression(cursor);
    result = { kind: 'choice', condition, then, otherwise };
  }
  cursor.depth -= 1;
  return result;
}

/** From the loosest to the tightest. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['<', '<=', '>', '>=', '==', '!=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];

function parseBinary(cursor: Cursor, level: number): Expression {
  const operators = levels[level];
  if (operators === undefined) return parseUnary(cursor);
  let left = parseBinary(cursor, level + 1);
  for (;;) {
    const { type, text } = peek(cursor);
    const isOperator =
      operators.includes(text) && (type === 'sign' || (type === 'name' && text === 'in'));
    if (!isOperator) return left;
    cursor.at += 1;
    left = { kind: 'binary', operator: text, left, right: parseBinary(cursor, level + 1) };
  }
}

function parseUnary(cursor: Cursor): Expression {
  if (isSign(cursor, '!', '-')) {
    const operator = take(cursor).text === '!' ? '!' : '-';
    cursor.depth += 1;
    if (cursor.depth > DEPTH_MAX) fail('expression recursion limit exceeded: 100', peek(cursor));
    const operand = parseUnary(cursor);
    cursor.depth -= 1;
    return { kind: 'unary', operator, operand };
  }
  return parseMember(cursor);
}

function parseMember(cursor: Cursor): Expression {
  let operand = parsePrimary(cursor);
  for (;;) {
    if (accept(cursor, '.')) {
      const optional = accept(cursor, '?');
      const name = take(cursor);
      if (name.type !== 'name') fail(`no viable alternative at input '.${name.text}'`, name);
      operand = isSign(cursor, '(')
        ? methodOf(operand, name, parseArguments(cursor))
        : { kind: 'select', operand, field: unescaped(name.text), optional };
    } else if (accept(cursor, '[')) {
      const optional = accept(cursor, '?');
      const index = parseExpression(cursor);
      expect(cursor, ']');
      operand = { kind: 'index', operand, index, optional };
    } else return operand;
  }
}

function methodOf(target: Expression, name: Token, args: readonly Expression[]): Expression {
  const [variable, ...rest] = args;
  const [second, ...own] = rest;
  if (
    variable?.kind === 'name' &&
    second?.kind === 'name' &&
    (twoVariableTests.has(name.text)
      ? own.length === 1
      : transforms.has(name.text) && own.length >= 1 && own.length <= 2)
  ) {
    const names = { variable: variable.name, second: second.name };
    return { kind: 'macro', name: name.text, target, ...names, args: own };
  }
  const isMacro =
    (macros.has(name.text) && rest.length >= 1 && rest.length <= 2) ||
    (simpleMacros.has(name.text) && rest.length === 1);
  if (isMacro && variable?.kind === 'name') {
    return { kind: 'macro', name: name.text, target, variable: variable.name, args: rest };
  }
  return { kind: 'method', target, name: name.text, args };
}

function parseArguments(cursor: Cursor): readonly Expression[] {
  expect(cursor, '(');
  const args: Expression[] = [];
  if (accept(cursor, ')')) return args;
  do args.push(parseExpression(cursor));
  while (accept(cursor, ','));
  expect(cursor, ')');
  return args;
}

function parsePrimary(cursor: Cursor): Expression {
  const token = take(cursor);
  switch (token.type) {
    case 'int':
      return {
        kind: 'literal',
        value: { type: 'int', value: Number(token.text.replace(/u$/, '')) },
      };
    case 'double':
      return { kind: 'literal', value: { type: 'double', value: Number(token.text) } };
    case 'string':
      return { kind: 'literal', value: { type: 'string', value: token.text } };
    case 'name':
      return parseName(cursor, token);
    case 'sign':
      if (token.text === '(') {
        const inner = parseExpression(cursor);
        expect(cursor, ')');
        return inner;
      }
      if (token.text === '[') return parseList(cursor);
      if (token.text === '{') return parseMap(cursor);
      break;
    default:
  }
  return fail(`mismatched input '${token.text}' expecting an expression`, token);
}

function parseName(cursor: Cursor, token: Token): Expression {
  switch (token.text) {
    case 'true':
    case 'false':
      return { kind: 'literal', value: { type: 'bool', value: token.text === 'true' } };
    case 'null':
      return { kind: 'literal', value: { type: 'null' } };
    default:
  }
  if (!isSign(cursor, '(')) return { kind: 'name', name: token.text };
  const args = parseArguments(cursor);
  if (token.text !== 'has') return { kind: 'call', name: token.text, args };
  const [argument] = args;
  if (args.length !== 1 || argument?.kind !== 'select') {
    return fail('invalid argument to has() macro', token);
  }
  return { kind: 'has', operand: argument.operand, field: argument.field };
}

function parseList(cursor: Cursor): Expression {
  const items: Expression[] = [];
  const asked: number[] = [];
  while (!isSign(cursor, ']')) {
    if (accept(cursor, '?')) asked.push(items.length);
    items.push(parseExpression(cursor));
    if (!accept(cursor, ',')) break;
  }
  expect(cursor, ']');
  return asked.length === 0 ? { kind: 'list', items } : { kind: 'list', items, asked };
}

function parseMap(cursor: Cursor): Expression {
  const entries: { key: Expression; value: Expression; asked?: true }[] = [];
  while (!isSign(cursor, '}')) {
    const isAsked = accept(cursor, '?');
    const key = parseExpression(cursor);
    expect(cursor, ':');
    const value = parseExpression(cursor);
    entries.push(isAsked ? { key, value, asked: true } : { key, value });
    if (!accept(cursor, ',')) break;
  }
  expect(cursor, '}');
  return { kind: 'map', entries };
}

/** Property names that are no words of the language are written with escapes (`__dash__`), as the documentation lists. */
function unescaped(name: string): string {
  if (!name.includes('__')) return name;
  const keyword = /^__([a-z]+)__$/.exec(name);
  if (keyword !== null && !['dot', 'dash', 'slash', 'underscores'].includes(keyword[1] ?? '')) {
    return keyword[1] ?? name;
  }
  return name
    .replaceAll('__underscores__', '\u0000')
    .replaceAll('__dot__', '.')
    .replaceAll('__dash__', '-')
    .replaceAll('__slash__', '/')
    .replaceAll('\u0000', '__');
}
