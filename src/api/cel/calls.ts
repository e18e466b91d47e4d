import type { Expression } from './expression.ts';
import type { Issue } from './issues.ts';
import type { Token } from './tokens.ts';

/** Which calls are macros: they have a variable of their own, and are no functions. */

interface MacroForm {
  /** How many variables come first. */
  readonly variables: 1 | 2;
  /** How many expressions may follow. */
  readonly bodies: readonly number[];
  /** Said of a variable that is no name. */
  readonly message: string;
}

const simple = 'argument must be a simple name';
const identifier = 'argument is not an identifier';
const test: readonly MacroForm[] = [
  { variables: 1, bodies: [1], message: simple },
  { variables: 2, bodies: [1], message: simple },
];
const transform: readonly MacroForm[] = [{ variables: 2, bodies: [1, 2], message: simple }];
const plain: readonly MacroForm[] = [
  { variables: 1, bodies: [1], message: 'variable name must be a simple identifier' },
];

/** Macros of cel-go, of its two-variable comprehensions, of optionals and of lists. */
const macros: Readonly<Record<string, readonly MacroForm[]>> = {
  all: test,
  exists: test,
  exists_one: test,
  existsOne: test,
  map: [{ variables: 1, bodies: [1, 2], message: identifier }],
  filter: [{ variables: 1, bodies: [1], message: identifier }],
  transformList: transform,
  transformMap: transform,
  transformMapEntry: transform,
  optMap: plain,
  optFlatMap: plain,
  sortBy: plain,
};

/** A call of a method, or what the macro of that name stands for. */
export function methodOf(
  target: Expression,
  { text: name }: Token,
  args: readonly Expression[],
  at: number,
  issues: Issue[],
): Expression {
  const forms = Object.hasOwn(macros, name) ? (macros[name] ?? []) : [];
  for (const { variables, bodies, message } of forms) {
    if (!bodies.includes(args.length - variables)) continue;
    const names = args.slice(0, variables);
    const own = args.slice(variables);
    const [variable, second] = names;
    for (const each of names) {
      if (each.kind !== 'name') issues.push({ at: each.at, message });
      else if (each.name === '__result__' || each.name === '@result') {
        issues.push({
          at: each.at,
          message: 'iteration variable overwrites accumulator variable',
        });
      }
    }
    if (variable?.kind !== 'name') break;
    const base = { kind: 'macro', name, target, variable: variable.name, args: own, at } as const;
    if (second === undefined) return base;
    if (second.kind !== 'name') break;
    if (second.name === variable.name) {
      issues.push({ at: second.at, message: `duplicate variable name: ${second.name}` });
    }
    return { ...base, second: second.name };
  }
  return { kind: 'method', target, name, args, at };
}

/** A call of a function by itself, or `has()`. */
export function callOf(
  name: string,
  args: readonly Expression[],
  at: number,
  issues: Issue[],
): Expression {
  const [argument] = args;
  if (name !== 'has' || argument === undefined || args.length > 1) {
    return { kind: 'call', name, args, at };
  }
  if (argument.kind !== 'select' || argument.optional) {
    issues.push({ at: argument.at, message: 'invalid argument to has() macro' });
    return { kind: 'call', name, args, at };
  }
  const { operand, field, written } = argument;
  return written === undefined
    ? { kind: 'has', operand, field, at }
    : { kind: 'has', operand, field, written, at };
}
