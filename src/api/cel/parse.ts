import { refusal, success, type Result } from '../../base/result.ts';
import { callOf, methodOf } from './calls.ts';
import {
  accept,
  deeper,
  expect,
  noAlternative,
  peek,
  rule,
  sync,
  take,
  TooDeep,
  type Cursor,
} from './cursor.ts';
import { unescapedName } from './escape.ts';
import type { Expression } from './expression.ts';
import { issuesText, type Issue } from './issues.ts';
import { END, textOf, tokensOf, type Token, type TokenType } from './tokens.ts';

/**
 * Reads an expression of the Common Expression Language; the refusal is what cel-go prints. The rules have the names and
 * the shape of its grammar (CEL.g4), for its messages follow from them.
 */
export function parseCel(text: string): Result<Expression, string> {
  const issues: Issue[] = [];
  const tokens = tokensOf(text, issues);
  const cursor: Cursor = {
    tokens,
    issues,
    at: 0,
    depth: 0,
    isRecovering: false,
    lastError: undefined,
    follows: [],
  };
  try {
    const expression = rule(
      cursor,
      { name: 'start', follow: none },
      () => {
        const whole = parseExpression(cursor, onlyEnd);
        expect(cursor, END, none);
        return whole;
      },
      () => nothing(0),
    );
    return issues.length === 0 ? success(expression) : refusal(issuesText(text, issues));
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    return refusal(`ERROR: <input>:-1:0: ${error.message}`);
  }
}

const set = (...types: readonly TokenType[]): ReadonlySet<TokenType> => new Set(types);
const none = set();
const onlyEnd = set(END);

/** What an expression can begin with. */
const BEGINNINGS =
  '[ { ( . - ! true false null NUM_FLOAT NUM_INT NUM_UINT STRING BYTES IDENTIFIER'.split(' ');
const beginnings = set(...BEGINNINGS);
const afterMinus = set(...BEGINNINGS.filter((each) => each !== '!'));
const inCall = set(...BEGINNINGS, ')');
const inList = set(...BEGINNINGS, '?', ',', ']');
const inMap = set(...BEGINNINGS, '?', ',', '}');
const inMessage = set('}', ',', '?', 'IDENTIFIER', 'ESC_IDENTIFIER');
const fieldNames = set('IDENTIFIER', 'ESC_IDENTIFIER');

/** From the loosest to the tightest. */
const levels: readonly (readonly TokenType[])[] = [
  ['||'],
  ['&&'],
  ['<', '<=', '>', '>=', '==', '!=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];
const operators = levels.flat();
const afterOperand = set(...operators);
const afterPrimary = set('.', '[');

/** What may come where an operand has ended: more of it, an operator, or what closes the expression. */
function afterTerm(closers: ReadonlySet<TokenType>): ReadonlySet<TokenType> {
  return set('.', '[', '?', ...operators, ...closers);
}

/** Stands for what could not be read; there is an issue then. */
function nothing(at: number): Expression {
  return { kind: 'literal', value: { type: 'null' }, at };
}

function parseExpression(cursor: Cursor, closers: ReadonlySet<TokenType>): Expression {
  return deeper(cursor, () =>
    rule(
      cursor,
      { name: 'expr', follow: closers },
      () => {
        const condition = parseBinary(cursor, 0, closers, set('?'));
        const mark = accept(cursor, '?');
        if (mark === undefined) return condition;
        const then = parseBinary(cursor, 0, set(':'), set(':'));
        expect(cursor, ':', beginnings);
        const otherwise = parseExpression(cursor, closers);
        return { kind: 'choice', condition, then, otherwise, at: mark.at };
      },
      () => nothing(0),
    ),
  );
}

function parseBinary(
  cursor: Cursor,
  level: number,
  closers: ReadonlySet<TokenType>,
  follow: ReadonlySet<TokenType>,
): Expression {
  const wanted = levels[level];
  if (wanted === undefined) {
    cursor.follows.push(follow);
    const operand = parseUnary(cursor, closers);
    cursor.follows.pop();
    return operand;
  }
  let left = parseBinary(cursor, level + 1, closers, follow);
  for (;;) {
    const { type, at } = peek(cursor);
    if (!wanted.includes(type)) return left;
    take(cursor);
    const right = parseBinary(cursor, level + 1, closers, follow);
    left = { kind: 'binary', operator: type, left, right, at };
  }
}

function parseUnary(cursor: Cursor, closers: ReadonlySet<TokenType>): Expression {
  return rule(
    cursor,
    { name: 'unary', follow: afterOperand },
    () => {
      sync(cursor, beginnings);
      const { type, at } = peek(cursor);
      if (type !== '!' && type !== '-') return parseMember(cursor, closers);
      let count = 0;
      while (accept(cursor, type) !== undefined) count += 1;
      sync(cursor, type === '!' ? beginnings : afterMinus);
      const operand = deeper(cursor, () => parseMember(cursor, closers));
      return count % 2 === 0 ? operand : { kind: 'unary', operator: type, operand, at };
    },
    () => nothing(peek(cursor).at),
  );
}

function parseMember(cursor: Cursor, closers: ReadonlySet<TokenType>): Expression {
  let operand: Expression | undefined;
  return rule(
    cursor,
    { name: 'member', follow: none },
    () => {
      operand = parsePrimary(cursor, closers);
      // A chain of names might be that of a message, which is what the parser then takes it for.
      let chain = operand.kind === 'name' ? operand.name : undefined;
      for (;;) {
        const token = peek(cursor);
        if (token.type === '.') {
          take(cursor);
          const mark = accept(cursor, '?');
          if (mark !== undefined) {
            sync(cursor, fieldNames);
            operand = selectOf(operand, take(cursor), token, true);
            chain = undefined;
            continue;
          }
          const next = peek(cursor);
          const isName = fieldNames.has(next.type);
          if (!isName && chain === undefined) noAlternative(cursor, [token, next]);
          const name = isName ? take(cursor) : expect(cursor, 'IDENTIFIER', set('.', '{'));
          const open = accept(cursor, '(');
          if (open === undefined) {
            operand = selectOf(operand, name, token, false);
            chain = chain === undefined ? undefined : `${chain}.${name.text}`;
          } else {
            operand = methodOf(
              operand,
              name,
              parseArguments(cursor, closers),
              open.at,
              cursor.issues,
            );
            chain = undefined;
          }
        } else if (token.type === '[') {
          take(cursor);
          const optional = accept(cursor, '?') !== undefined;
          const index = parseExpression(cursor, set(']'));
          expect(cursor, ']', afterTerm(closers));
          operand = { kind: 'index', operand, index, optional, at: token.at };
          chain = undefined;
        } else if (token.type === '{' && chain !== undefined) {
          operand = parseMessage(cursor, chain);
          chain = undefined;
        } else return operand;
      }
    },
    () => operand ?? nothing(0),
  );
}

function selectOf(operand: Expression, name: Token, dot: Token, optional: boolean): Expression {
  const written = name.text.startsWith('`') ? name.text.slice(1, -1) : name.text;
  const field = unescapedName(written);
  const base = { kind: 'select', operand, field, optional, at: dot.at } as const;
  return field === written ? base : { ...base, written };
}

/** After the opening bracket. */
function parseArguments(cursor: Cursor, closers: ReadonlySet<TokenType>): readonly Expression[] {
  sync(cursor, inCall);
  const args =
    peek(cursor).type === ')'
      ? []
      : rule(
          cursor,
          { name: 'exprList', follow: set(')') },
          () => parseItems(cursor, () => parseExpression(cursor, set(',', ')'))),
          () => [],
        );
  expect(cursor, ')', afterTerm(closers));
  return args;
}

function parseItems<T>(cursor: Cursor, parse: () => T): T[] {
  const items: T[] = [];
  do items.push(parse());
  while (accept(cursor, ',') !== undefined);
  return items;
}

/** Elements between brackets, of which the last may have a comma after it. */
function parseElements<T>(
  cursor: Cursor,
  { beginning, close }: { readonly beginning: ReadonlySet<TokenType>; readonly close: TokenType },
  parse: () => T,
): T[] {
  const items: T[] = [];
  sync(cursor, beginning);
  if (!set(',', close).has(peek(cursor).type)) {
    rule(
      cursor,
      { name: 'elements', follow: set(',', close) },
      () => {
        items.push(parse());
        while (peek(cursor).type === ',' && peek(cursor, 1).type !== close) {
          take(cursor);
          items.push(parse());
        }
      },
      () => {},
    );
  }
  if (!cursor.isRecovering) sync(cursor, set(',', close));
  accept(cursor, ',');
  return items;
}

function parsePrimary(cursor: Cursor, closers: ReadonlySet<TokenType>): Expression {
  return rule(
    cursor,
    { name: 'primary', follow: afterPrimary },
    () => {
      const token = peek(cursor);
      const { type, at } = token;
      switch (type) {
        case '.':
          take(cursor);
          if (peek(cursor).type !== 'IDENTIFIER') noAlternative(cursor, [token, peek(cursor)]);
          return parseName(cursor, closers);
        case 'IDENTIFIER':
          return parseName(cursor, closers);
        case '(': {
          take(cursor);
          const inner = parseExpression(cursor, set(')'));
          expect(cursor, ')', afterTerm(closers));
          return inner;
        }
        case '[': {
          take(cursor);
          return parseList(cursor, at, closers);
        }
        case '{':
          take(cursor);
          return parseMap(cursor, at, closers);
        default:
          sync(cursor, beginnings);
          return literalOf(take(cursor), cursor.issues);
      }
    },
    () => nothing(0),
  );
}

const reserved: ReadonlySet<string> = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
);

function parseName(cursor: Cursor, closers: ReadonlySet<TokenType>): Expression {
  const { text, at } = take(cursor);
  const open = accept(cursor, '(');
  if (reserved.has(text)) {
    cursor.issues.push({ at, message: `reserved identifier: ${text}` });
    if (open === undefined) return nothing(at);
  }
  if (open === undefined) return { kind: 'name', name: text, at };
  return callOf(text, parseArguments(cursor, closers), open.at, cursor.issues);
}

function parseList(cursor: Cursor, at: number, closers: ReadonlySet<TokenType>): Expression {
  const asked: number[] = [];
  let count = 0;
  const items = parseElements(cursor, { beginning: inList, close: ']' }, () => {
    if (accept(cursor, '?') !== undefined) asked.push(count);
    count += 1;
    return parseExpression(cursor, set(',', ']'));
  });
  expect(cursor, ']', afterTerm(closers));
  return asked.length === 0 ? { kind: 'list', items, at } : { kind: 'list', items, asked, at };
}

function parseMap(cursor: Cursor, at: number, closers: ReadonlySet<TokenType>): Expression {
  const entries = parseElements(cursor, { beginning: inMap, close: '}' }, () => {
    const isAsked = accept(cursor, '?') !== undefined;
    const key = parseExpression(cursor, set(':'));
    expect(cursor, ':', beginnings);
    const value = parseExpression(cursor, set(',', '}'));
    return isAsked ? ({ key, value, asked: true } as const) : { key, value };
  });
  expect(cursor, '}', afterTerm(closers));
  return { kind: 'map', entries, at };
}

function parseMessage(cursor: Cursor, name: string): Expression {
  const { at } = take(cursor);
  const values = parseElements(cursor, { beginning: inMessage, close: '}' }, () => {
    accept(cursor, '?');
    sync(cursor, fieldNames);
    take(cursor);
    expect(cursor, ':', beginnings);
    return parseExpression(cursor, set(',', '}'));
  });
  expect(cursor, '}', none);
  return { kind: 'message', name, values, at };
}

function literalOf({ type, text, at }: Token, issues: Issue[]): Expression {
  switch (type) {
    case 'NUM_INT':
      if (BigInt(text) > 0x7fffffffffffffffn) issues.push({ at, message: 'invalid int literal' });
      return { kind: 'literal', value: { type: 'int', value: Number(text) }, at };
    case 'NUM_UINT': {
      const digits = text.slice(0, -1);
      if (BigInt(digits) > 0xffffffffffffffffn)
        issues.push({ at, message: 'invalid uint literal' });
      return { kind: 'literal', value: { type: 'uint', value: Number(digits) }, at };
    }
    case 'NUM_FLOAT':
      if (!Number.isFinite(Number(text))) issues.push({ at, message: 'invalid double literal' });
      return { kind: 'literal', value: { type: 'double', value: Number(text) }, at };
    case 'STRING':
      return { kind: 'literal', value: { type: 'string', value: textOf(text) }, at };
    case 'BYTES':
      return { kind: 'literal', value: { type: 'bytes', value: textOf(text) }, at };
    case 'null':
      return { kind: 'literal', value: { type: 'null' }, at };
    default:
      return { kind: 'literal', value: { type: 'bool', value: text === 'true' }, at };
  }
}
