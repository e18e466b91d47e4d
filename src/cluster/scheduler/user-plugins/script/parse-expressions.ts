import {
  advance,
  type Cursor,
  current,
  eatSign,
  expectSign,
  expectName,
  following,
  isReserved,
  isSign,
  nested,
  refuseUnavailable,
  unexpected,
} from './cursor.ts';
import { parseParams } from './parse-patterns.ts';
import {
  skipType,
  skipTypeAnnotation,
  skipTypeArguments,
  skipTypeParameters,
} from './parse-types.ts';
import { stop } from './script-fault.ts';
import type { Expression, FunctionSyntax, Item, ObjectEntry, Target } from './syntax.ts';

/** An expression with commas: `a, b`. */
export function parseSequence(cursor: Cursor): Expression {
  const first = parseValue(cursor);
  if (!isSign(cursor, ',')) return first;
  const parts = [first];
  while (eatSign(cursor, ',')) parts.push(parseValue(cursor));
  return { kind: 'sequence', parts };
}

const ASSIGNMENTS = '= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??='.split(' ');

/** An expression without commas. */
export function parseValue(cursor: Cursor): Expression {
  return nested(cursor, () => {
    if (startsArrow(cursor)) return parseArrow(cursor);
    const left = parseCondition(cursor);
    const { kind, text, line } = current(cursor);
    if (kind !== 'sign' || !ASSIGNMENTS.includes(text)) return left;
    const target = targetOf(left, line);
    advance(cursor);
    const sign = text === '=' ? '=' : text.slice(0, -1);
    return { kind: 'assign', sign, target, value: parseValue(cursor), line };
  });
}

/** The rest of a function from its parameters on; `function` and name have been read. */
export function parseFunctionRest(cursor: Cursor, name: string, line: number): FunctionSyntax {
  skipTypeParameters(cursor);
  expectSign(cursor, '(');
  const { params, rest } = parseParams(cursor, parseValue);
  skipTypeAnnotation(cursor);
  expectSign(cursor, '{');
  return { name, params, rest, body: cursor.block(cursor), line };
}

function targetOf(expression: Expression, line: number): Target {
  if (expression.kind === 'name' || expression.kind === 'member') return expression;
  return stop(line, 'this cannot be assigned to');
}

/** Whether what stands here is the head of `(a, b) => …` or `a => …`. */
function startsArrow(cursor: Cursor): boolean {
  const { kind, text } = current(cursor);
  if (kind === 'name') {
    const next = following(cursor);
    return next.text === '=>' && next.kind === 'sign' && !isReserved(text);
  }
  if (kind !== 'sign' || text !== '(') return false;
  const partner = cursor.partners.get(cursor.at);
  if (partner === undefined) return false;
  const { at, depth } = cursor;
  cursor.at = partner + 1;
  let isArrow = isSign(cursor, '=>');
  if (!isArrow && isSign(cursor, ':')) {
    // Either the type of what a function returns, or the other half of a condition.
    try {
      skipTypeAnnotation(cursor);
      isArrow = isSign(cursor, '=>');
    } catch {
      isArrow = false;
    }
  }
  cursor.at = at;
  cursor.depth = depth;
  return isArrow;
}

function parseArrow(cursor: Cursor): Expression {
  const { line } = current(cursor);
  let head: ReturnType<typeof parseParams>;
  if (eatSign(cursor, '(')) {
    head = parseParams(cursor, parseValue);
    skipTypeAnnotation(cursor);
  } else {
    const { text } = expectName(cursor);
    head = {
      params: [{ pattern: { kind: 'name', name: text, line }, otherwise: undefined }],
      rest: undefined,
    };
  }
  expectSign(cursor, '=>');
  const body = eatSign(cursor, '{') ? cursor.block(cursor) : parseValue(cursor);
  return { kind: 'function', fn: { name: '', ...head, body, line } };
}

function parseCondition(cursor: Cursor): Expression {
  const test = parseBinary(cursor, 0);
  if (!eatSign(cursor, '?')) return test;
  const yes = parseValue(cursor);
  expectSign(cursor, ':');
  return { kind: 'condition', test, yes, no: parseValue(cursor) };
}

/** How tightly operators of two operands bind. */
const BINDING: Readonly<Record<string, number>> = {
  '??': 1,
  '||': 2,
  '&&': 3,
  '|': 4,
  '^': 5,
  '&': 6,
  '==': 7,
  '!=': 7,
  '===': 7,
  '!==': 7,
  '<': 8,
  '>': 8,
  '<=': 8,
  '>=': 8,
  in: 8,
  as: 8,
  satisfies: 8,
  '<<': 9,
  '>>': 9,
  '>>>': 9,
  '+': 10,
  '-': 10,
  '*': 11,
  '/': 11,
  '%': 11,
  '**': 12,
};

function parseBinary(cursor: Cursor, least: number): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const { kind, text, line, afterBreak } = current(cursor);
    if (kind !== 'sign' && kind !== 'name') return left;
    if (text === 'instanceof') return unexpected(cursor);
    const binding = Object.hasOwn(BINDING, text) ? (BINDING[text] as number) : 0;
    if (binding === 0 || binding < least) return left;
    if (kind === 'name' && text !== 'in') {
      if (afterBreak) return left;
      advance(cursor);
      skipType(cursor);
      continue;
    }
    advance(cursor);
    // All but `**` group from the left.
    const right = nested(cursor, () => parseBinary(cursor, text === '**' ? binding : binding + 1));
    left =
      text === '&&' || text === '||' || text === '??'
        ? { kind: 'logical', sign: text, left, right }
        : { kind: 'binary', sign: text, left, right, line };
  }
}

function parseUnary(cursor: Cursor): Expression {
  const { kind, text, line } = current(cursor);
  const isOperator =
    kind === 'sign' ? ['!', '-', '+', '~'].includes(text) : text === 'typeof' || text === 'void';
  if (kind !== 'string' && isOperator) {
    advance(cursor);
    return { kind: 'unary', sign: text, of: nested(cursor, parseUnary), line };
  }
  if (kind === 'sign' && (text === '++' || text === '--')) {
    advance(cursor);
    const target = targetOf(nested(cursor, parseUnary), line);
    return { kind: 'step', by: text === '++' ? 1 : -1, isPrefix: true, target };
  }
  const operand = parsePostfix(cursor);
  const next = current(cursor);
  if (next.kind === 'sign' && (next.text === '++' || next.text === '--') && !next.afterBreak) {
    advance(cursor);
    const target = targetOf(operand, next.line);
    return { kind: 'step', by: next.text === '++' ? 1 : -1, isPrefix: false, target };
  }
  return operand;
}

/** What may follow an operand: `.name`, `[key]`, `(args)`, and TypeScript's `!`. */
function parsePostfix(cursor: Cursor): Expression {
  let of = parseOperand(cursor);
  let isChain = false;
  for (;;) {
    const { kind, text, line, afterBreak } = current(cursor);
    if (kind === 'template' || kind === 'templateStart') unexpected(cursor);
    if (kind !== 'sign') break;
    if (text === '.') {
      advance(cursor);
      of = { kind: 'member', of, key: propertyName(cursor), isOptional: false, line };
    } else if (text === '?.') {
      advance(cursor);
      isChain = true;
      of = optionalPart(cursor, of, line);
    } else if (text === '[') {
      advance(cursor);
      of = { kind: 'member', of, key: bracketed(cursor), isOptional: false, line };
    } else if (text === '(') {
      advance(cursor);
      of = { kind: 'call', callee: of, args: parseItems(cursor, ')'), isOptional: false, line };
    } else if (text === '!' && !afterBreak) {
      advance(cursor);
    } else break;
  }
  return isChain ? { kind: 'chain', of } : of;
}

function optionalPart(cursor: Cursor, of: Expression, line: number): Expression {
  if (eatSign(cursor, '(')) {
    return { kind: 'call', callee: of, args: parseItems(cursor, ')'), isOptional: true, line };
  }
  const key = eatSign(cursor, '[') ? bracketed(cursor) : propertyName(cursor);
  return { kind: 'member', of, key, isOptional: true, line };
}

function bracketed(cursor: Cursor): Expression {
  const key = parseSequence(cursor);
  expectSign(cursor, ']');
  return key;
}

function propertyName(cursor: Cursor): string {
  if (current(cursor).kind !== 'name') return unexpected(cursor, 'a name');
  return advance(cursor).text;
}

/** Arguments or items up to behind the closing bracket. */
function parseItems(cursor: Cursor, closing: string): readonly Item[] {
  const items: Item[] = [];
  while (!isSign(cursor, closing)) {
    const isSpread = eatSign(cursor, '...');
    items.push({ value: parseValue(cursor), isSpread });
    if (!eatSign(cursor, ',')) break;
  }
  expectSign(cursor, closing);
  return items;
}

function parseOperand(cursor: Cursor): Expression {
  const { kind, text, line } = current(cursor);
  switch (kind) {
    case 'number':
      advance(cursor);
      return { kind: 'literal', value: Number(text) };
    case 'string':
    case 'template':
      advance(cursor);
      return { kind: 'literal', value: text };
    case 'templateStart':
      return parseTemplate(cursor);
    case 'name':
      return parseWord(cursor);
    case 'sign':
      break;
    default:
      return unexpected(cursor);
  }
  if (eatSign(cursor, '(')) {
    const inner = parseSequence(cursor);
    expectSign(cursor, ')');
    // Brackets end a chain: what follows them is not cut short.
    return inner;
  }
  if (eatSign(cursor, '[')) return { kind: 'array', items: parseItems(cursor, ']'), line };
  if (eatSign(cursor, '{')) return parseObject(cursor, line);
  if (text === '/' || text === '/=') {
    return stop(line, 'regular expressions are not available in a plugin');
  }
  return unexpected(cursor);
}

function parseTemplate(cursor: Cursor): Expression {
  const { text, line } = advance(cursor);
  const texts = [text];
  const holes: Expression[] = [];
  for (;;) {
    holes.push(parseSequence(cursor));
    const part = current(cursor);
    if (part.kind !== 'templateMiddle' && part.kind !== 'templateEnd') return unexpected(cursor);
    advance(cursor);
    texts.push(part.text);
    if (part.kind === 'templateEnd') return { kind: 'template', texts, holes, line };
  }
}

function parseWord(cursor: Cursor): Expression {
  const { text, line } = current(cursor);
  if (text === 'true' || text === 'false') {
    advance(cursor);
    return { kind: 'literal', value: text === 'true' };
  }
  if (text === 'null') {
    advance(cursor);
    return { kind: 'literal', value: null };
  }
  if (text === 'function') {
    advance(cursor);
    const isNamed = current(cursor).kind === 'name';
    const name = isNamed ? expectName(cursor).text : '';
    return { kind: 'function', fn: parseFunctionRest(cursor, name, line) };
  }
  if (text === 'new') {
    advance(cursor);
    const { text: name } = expectName(cursor);
    skipTypeArguments(cursor);
    const args = eatSign(cursor, '(') ? parseItems(cursor, ')') : [];
    return { kind: 'new', name, args, line };
  }
  return { kind: 'name', name: expectName(cursor).text, line };
}

function parseObject(cursor: Cursor, line: number): Expression {
  const entries: ObjectEntry[] = [];
  while (!isSign(cursor, '}')) {
    entries.push(parseEntry(cursor));
    if (!eatSign(cursor, ',')) break;
  }
  expectSign(cursor, '}');
  return { kind: 'object', entries, line };
}

function parseEntry(cursor: Cursor): ObjectEntry {
  if (eatSign(cursor, '...')) return { key: undefined, value: parseValue(cursor) };
  const token = current(cursor);
  let key: string | Expression;
  if (eatSign(cursor, '[')) key = bracketed(cursor);
  else if (token.kind === 'name' || token.kind === 'string' || token.kind === 'number') {
    advance(cursor);
    key = token.kind === 'number' ? String(Number(token.text)) : token.text;
  } else return unexpected(cursor, 'a name');
  if (isSign(cursor, '(') || isSign(cursor, '<')) {
    const name = typeof key === 'string' ? key : '';
    return { key, value: { kind: 'function', fn: parseFunctionRest(cursor, name, token.line) } };
  }
  if (eatSign(cursor, ':')) return { key, value: parseValue(cursor) };
  if (token.kind !== 'name' || isReserved(token.text)) return unexpected(cursor, '":"');
  refuseUnavailable(token);
  return { key, value: { kind: 'name', name: token.text, line: token.line } };
}
