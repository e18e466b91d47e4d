import type { Expression } from './expression.ts';
import type { Issue } from './issues.ts';
import { runtimeName, type CelType, type TypeKind } from './types.ts';

/** The type of a part of an expression. */
export type TypeOf = (part: Expression) => CelType;

interface Clause {
  readonly kinds: readonly TypeKind[];
  readonly what: string;
}

const whole: readonly TypeKind[] = ['int', 'uint'];
const fraction: readonly TypeKind[] = ['double', 'string'];

const clauses: Readonly<Record<string, Clause>> = {
  d: { kinds: whole, what: 'decimal clause can only be used on integers' },
  f: { kinds: fraction, what: 'fixed-point clause can only be used on doubles' },
  e: { kinds: fraction, what: 'scientific clause can only be used on doubles' },
  b: {
    kinds: [...whole, 'bool'],
    what: 'only integers and bools can be formatted as binary',
  },
  o: { kinds: whole, what: 'octal clause can only be used on integers' },
  x: {
    kinds: [...whole, 'string', 'bytes'],
    what: 'only integers, byte buffers, and strings can be formatted as hex',
  },
};

const shown: Clause = {
  kinds: [
    'list',
    'map',
    'int',
    'uint',
    'double',
    'bool',
    'string',
    'timestamp',
    'bytes',
    'duration',
    'type',
    'null',
  ],
  what: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
};

/** What does not fit in `"…".format([…])`, where both stand as they are (cel-go: `ext.stringFormatValidator`). */
export function formatIssue(
  call: Extract<Expression, { kind: 'call' | 'method' }>,
  typeOf: TypeOf,
): Issue | undefined {
  if (call.kind !== 'method' || call.name !== 'format') return undefined;
  const { target, at } = call;
  const [list] = call.args;
  if (target.kind !== 'literal' || target.value.type !== 'string') return undefined;
  if (list?.kind !== 'list') return undefined;
  const { items } = list;
  let next = 0;
  for (const [text, precision, letter = ''] of target.value.value.matchAll(
    /%(?:%|(\.\d*)?([\s\S]?))/gu,
  )) {
    if (text === '%%') continue;
    const item = items[next];
    if (text === '%') return { at, message: 'unexpected end of string' };
    if (item === undefined) return { at, message: `index ${next} out of range` };
    const wrong =
      precision === '.' || letter === '' ? undefined : clauseIssue(letter, item, typeOf);
    if (wrong !== undefined) return { at, ...wrong };
    next += 1;
  }
  if (items.length <= next) return undefined;
  const message = `too many arguments supplied to string.format (expected ${next}, got ${items.length})`;
  return { at, message };
}

function clauseIssue(
  letter: string,
  item: Expression,
  typeOf: TypeOf,
): { readonly at?: number; readonly message: string } | undefined {
  const name = letter === 'X' ? 'x' : letter;
  const clause = name === 's' ? shown : Object.hasOwn(clauses, name) ? clauses[name] : undefined;
  if (clause === undefined) {
    const what = `unrecognized formatting clause "${letter}"`;
    return { message: `could not parse formatting clause: ${what}` };
  }
  const bad = badPart(item, clause, typeOf);
  if (bad === undefined) return undefined;
  const given = runtimeName(typeOf(bad));
  return { at: bad.at, message: `error during formatting: ${clause.what}, was given ${given}` };
}

/** What a clause cannot show: the item itself or, of a list or map that stands as it is, something in it. */
function badPart(item: Expression, clause: Clause, typeOf: TypeOf): Expression | undefined {
  const { kind } = typeOf(item);
  if (kind !== 'dyn' && !clause.kinds.includes(kind)) return item;
  if (clause !== shown) return undefined;
  const parts =
    item.kind === 'list'
      ? item.items
      : item.kind === 'map'
        ? item.entries.flatMap(({ key, value }) => [key, value])
        : [];
  for (const part of parts) {
    const bad = badPart(part, clause, typeOf);
    if (bad !== undefined) return bad;
  }
  return undefined;
}
