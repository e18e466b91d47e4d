import {
  advance,
  type Cursor,
  current,
  eatSign,
  expectName,
  expectSign,
  isSign,
  nested,
  unexpected,
} from './cursor.ts';
import { skipTypeAnnotation } from './parse-types.ts';
import type { Defaulted, Expression, Pattern, PatternEntry } from './syntax.ts';

type Read = (cursor: Cursor) => Expression;

/** A name, or names taken apart from an object or array. `value` reads an expression without commas. */
export function parsePattern(cursor: Cursor, value: Read): Pattern {
  return nested(cursor, () => {
    const { line } = current(cursor);
    if (eatSign(cursor, '{')) return objectPattern(cursor, value, line);
    if (eatSign(cursor, '[')) return arrayPattern(cursor, value, line);
    return { kind: 'name', name: expectName(cursor).text, line };
  });
}

/** The parameters of a function from behind `(` to behind `)`. */
export function parseParams(
  cursor: Cursor,
  value: Read,
): { readonly params: readonly Defaulted[]; readonly rest: Pattern | undefined } {
  const params: Defaulted[] = [];
  let rest: Pattern | undefined;
  while (!isSign(cursor, ')')) {
    if (eatSign(cursor, '...')) {
      rest = parsePattern(cursor, value);
      skipTypeAnnotation(cursor);
      break;
    }
    const pattern = parsePattern(cursor, value);
    eatSign(cursor, '?');
    skipTypeAnnotation(cursor);
    params.push({ pattern, otherwise: defaultOf(cursor, value) });
    if (!eatSign(cursor, ',')) break;
  }
  expectSign(cursor, ')');
  return { params, rest };
}

function defaultOf(cursor: Cursor, value: Read): Expression | undefined {
  return eatSign(cursor, '=') ? value(cursor) : undefined;
}

function objectPattern(cursor: Cursor, value: Read, line: number): Pattern {
  const entries: PatternEntry[] = [];
  let rest: Pattern | undefined;
  while (!isSign(cursor, '}')) {
    if (eatSign(cursor, '...')) {
      rest = parsePattern(cursor, value);
      break;
    }
    entries.push(objectEntry(cursor, value));
    if (!eatSign(cursor, ',')) break;
  }
  expectSign(cursor, '}');
  return { kind: 'object', entries, rest, line };
}

function objectEntry(cursor: Cursor, value: Read): PatternEntry {
  const token = current(cursor);
  let key: string | Expression;
  if (eatSign(cursor, '[')) {
    key = value(cursor);
    expectSign(cursor, ']');
  } else if (token.kind === 'name' || token.kind === 'string') {
    advance(cursor);
    key = token.text;
    if (token.kind === 'name' && !isSign(cursor, ':')) {
      cursor.at -= 1;
      const pattern = parsePattern(cursor, value);
      return { key, pattern, otherwise: defaultOf(cursor, value) };
    }
  } else return unexpected(cursor, 'a name');
  expectSign(cursor, ':');
  const pattern = parsePattern(cursor, value);
  return { key, pattern, otherwise: defaultOf(cursor, value) };
}

function arrayPattern(cursor: Cursor, value: Read, line: number): Pattern {
  const items: (Defaulted | undefined)[] = [];
  let rest: Pattern | undefined;
  while (!isSign(cursor, ']')) {
    if (eatSign(cursor, ',')) {
      items.push(undefined);
      continue;
    }
    if (eatSign(cursor, '...')) {
      rest = parsePattern(cursor, value);
      break;
    }
    const pattern = parsePattern(cursor, value);
    items.push({ pattern, otherwise: defaultOf(cursor, value) });
    if (!eatSign(cursor, ',')) break;
  }
  expectSign(cursor, ']');
  return { kind: 'array', items, rest, line };
}
