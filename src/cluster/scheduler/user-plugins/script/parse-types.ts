import {
  advance,
  type Cursor,
  current,
  eatSign,
  eatWord,
  expectName,
  expectSign,
  following,
  isSign,
  isWord,
  nested,
  unexpected,
} from './cursor.ts';

/** Types mean nothing to a run: they are read over. */
export function skipTypeAnnotation(cursor: Cursor): void {
  if (eatSign(cursor, ':')) skipType(cursor);
}

/** `<T extends X = Y, …>` behind the name of a function or type. */
export function skipTypeParameters(cursor: Cursor): void {
  if (!eatSign(cursor, '<')) return;
  do {
    eatWord(cursor, 'const');
    expectName(cursor);
    if (eatWord(cursor, 'extends')) skipType(cursor);
    if (eatSign(cursor, '=')) skipType(cursor);
  } while (eatSign(cursor, ','));
  closeAngle(cursor);
}

export function skipTypeArguments(cursor: Cursor): void {
  if (!eatSign(cursor, '<')) return;
  do skipType(cursor);
  while (eatSign(cursor, ','));
  closeAngle(cursor);
}

/** One type, whole. */
export function skipType(cursor: Cursor): void {
  nested(cursor, () => {
    if (!eatSign(cursor, '|')) eatSign(cursor, '&');
    do skipOperand(cursor);
    while (eatSign(cursor, '|') || eatSign(cursor, '&'));
    if (isWord(cursor, 'extends') && !current(cursor).afterBreak) {
      advance(cursor);
      skipType(cursor);
      expectSign(cursor, '?');
      skipType(cursor);
      expectSign(cursor, ':');
      skipType(cursor);
    }
  });
}

/** `interface X … { … }` and `type X = …`; true when there was one. */
export function skipTypeDeclaration(cursor: Cursor): boolean {
  const { kind, text } = current(cursor);
  const named = following(cursor);
  if (kind !== 'name' || named.kind !== 'name' || named.afterBreak) return false;
  if (text === 'type') {
    cursor.at += 2;
    skipTypeParameters(cursor);
    expectSign(cursor, '=');
    skipType(cursor);
    eatSign(cursor, ';');
    return true;
  }
  if (text !== 'interface') return false;
  cursor.at += 2;
  skipTypeParameters(cursor);
  if (eatWord(cursor, 'extends')) {
    do skipType(cursor);
    while (eatSign(cursor, ','));
  }
  skipBrackets(cursor, '{');
  return true;
}

const OPERATORS = ['keyof', 'readonly', 'unique', 'infer', 'asserts'];

function skipOperand(cursor: Cursor): void {
  nested(cursor, () => {
    const token = current(cursor);
    const next = following(cursor);
    if (
      token.kind === 'name' &&
      OPERATORS.includes(token.text) &&
      (next.kind === 'name' || next.text === '(' || next.text === '{' || next.text === '[')
    ) {
      advance(cursor);
      skipOperand(cursor);
      return;
    }
    skipPrimary(cursor);
    while (isSign(cursor, '[') && !current(cursor).afterBreak) skipBrackets(cursor, '[');
    if (isWord(cursor, 'is') && !current(cursor).afterBreak) {
      advance(cursor);
      skipType(cursor);
    }
  });
}

function skipPrimary(cursor: Cursor): void {
  const { kind, text } = current(cursor);
  if (kind === 'string' || kind === 'number' || kind === 'template') {
    advance(cursor);
  } else if (kind === 'name') {
    advance(cursor);
    if (text === 'typeof') expectName(cursor);
    while (eatSign(cursor, '.')) advance(cursor);
    if (isSign(cursor, '<')) skipTypeArguments(cursor);
  } else if (text === '-') {
    advance(cursor);
    advance(cursor);
  } else if (text === '<') {
    skipTypeParameters(cursor);
    skipFunctionType(cursor);
  } else if (text === '(') {
    skipBrackets(cursor, '(');
    if (eatSign(cursor, '=>')) skipType(cursor);
  } else if (text === '{' || text === '[') {
    skipBrackets(cursor, text);
  } else unexpected(cursor, 'a type');
}

function skipFunctionType(cursor: Cursor): void {
  skipBrackets(cursor, '(');
  expectSign(cursor, '=>');
  skipType(cursor);
}

/** From a bracket to behind its partner. */
function skipBrackets(cursor: Cursor, sign: string): void {
  if (!isSign(cursor, sign)) unexpected(cursor, JSON.stringify(sign));
  const partner = cursor.partners.get(cursor.at);
  if (partner === undefined) unexpected(cursor);
  else cursor.at = partner + 1;
}

/** A `>`, which may be the first of several that were read as one sign. */
function closeAngle(cursor: Cursor): void {
  const token = current(cursor);
  if (token.kind === 'sign' && token.text.length > 1 && token.text.startsWith('>')) {
    cursor.tokens[cursor.at] = { ...token, text: token.text.slice(1) };
  } else expectSign(cursor, '>');
}
