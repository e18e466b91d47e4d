import { refusal, success, type Result } from '../../base/result.ts';
import { isList, isObject, setOwn } from '../patch/json.ts';
import type { Expression } from './expression.ts';
import { functions, methods, qualifiedFunctions } from './functions.ts';
import {
  CelBudgetError,
  CelError,
  double,
  equalValues,
  isDouble,
  numberOf,
  orderOf,
  Special,
  typeName,
} from './values.ts';

/**
 * Evaluates a parsed expression. Total: every evaluation ends with a value or a message, after a bounded number of
 * steps (upstream bounds the estimated cost instead).
 */
export function evaluateCel(
  expression: Expression,
  variables: ReadonlyMap<string, unknown>,
): Result<unknown, string> {
  const run: Run = { stepsLeft: STEPS_MAX, scopes: [variables] };
  try {
    return success(evaluate(run, expression));
  } catch (error) {
    if (error instanceof CelError) return refusal(error.message);
    if (error instanceof CelBudgetError) {
      return refusal('operation cancelled: actual cost limit exceeded');
    }
    throw error;
  }
}

const STEPS_MAX = 200_000;

/**
 * What an expression uses that this interpreter does not have: functions, methods and names, each once. Whoever stores
 * an expression warns of it.
 */
export function unsupportedIn(
  expression: Expression,
  known: ReadonlySet<string>,
): readonly string[] {
  const found = new Set<string>();
  survey(expression, known, found);
  return [...found];
}

function survey(expression: Expression, known: ReadonlySet<string>, found: Set<string>): void {
  const below = (each: Expression, names = known): void => survey(each, names, found);
  switch (expression.kind) {
    case 'literal':
      return;
    case 'name':
      if (!known.has(expression.name) && !typeNames.has(expression.name)) {
        found.add(`undeclared reference to '${expression.name}'`);
      }
      return;
    case 'select':
    case 'has':
      below(expression.operand);
      return;
    case 'index':
      below(expression.operand);
      below(expression.index);
      return;
    case 'call':
      if (!Object.hasOwn(functions, expression.name)) found.add(`function '${expression.name}'`);
      for (const each of expression.args) below(each);
      return;
    case 'method': {
      const qualified = qualifiedName(expression);
      if (qualified === undefined || !Object.hasOwn(qualifiedFunctions, qualified)) {
        if (!Object.hasOwn(methods, expression.name)) found.add(`function '${expression.name}'`);
        below(expression.target);
      }
      for (const each of expression.args) below(each);
      return;
    }
    case 'macro':
      below(expression.target);
      for (const each of expression.args) {
        below(each, new Set([...known, expression.variable, expression.second ?? '']));
      }
      return;
    case 'unary':
      below(expression.operand);
      return;
    case 'binary':
      below(expression.left);
      below(expression.right);
      return;
    case 'choice':
      below(expression.condition);
      below(expression.then);
      below(expression.otherwise);
      return;
    case 'list':
      for (const each of expression.items) below(each);
      return;
    case 'map':
      for (const { key, value } of expression.entries) {
        below(key);
        below(value);
      }
  }
}

const typeNames: ReadonlySet<string> = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
]);

interface Run {
  stepsLeft: number;
  /** The innermost last. */
  readonly scopes: ReadonlyMap<string, unknown>[];
}

function spend(run: Run, steps: number): void {
  run.stepsLeft -= steps;
  if (run.stepsLeft < 0) throw new CelBudgetError();
}

function evaluate(run: Run, expression: Expression): unknown {
  spend(run, 1);
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      if (value.type === 'null') return null;
      return value.type === 'double' ? double(value.value) : value.value;
    }
    case 'name':
      return lookUp(run, expression.name);
    case 'select':
      return selected(evaluate(run, expression.operand), expression.field, expression.optional);
    case 'has': {
      const value = unwrapped(evaluate(run, expression.operand));
      if (value === undefined) return false;
      if (!isObject(value)) throw new CelError(`no such overload: has(${typeName(value)})`);
      return Object.hasOwn(value, expression.field) && value[expression.field] !== undefined;
    }
    case 'index':
      return indexed(
        evaluate(run, expression.operand),
        evaluate(run, expression.index),
        expression.optional,
      );
    case 'call':
      return callFunction(run, expression.name, expression.args);
    case 'method':
      return callMethod(run, expression);
    case 'macro':
      return runMacro(run, expression);
    case 'unary':
      return unary(expression.operator, evaluate(run, expression.operand));
    case 'binary':
      return binary(run, expression);
    case 'choice':
      return truth(evaluate(run, expression.condition), '?:')
        ? evaluate(run, expression.then)
        : evaluate(run, expression.otherwise);
    case 'list':
      return expression.items.map((each) => evaluate(run, each));
    case 'map': {
      const made: Record<string, unknown> = {};
      for (const { key, value } of expression.entries) {
        setOwn(made, String(evaluate(run, key)), evaluate(run, value));
      }
      return made;
    }
  }
}

function lookUp(run: Run, name: string): unknown {
  for (let i = run.scopes.length - 1; i >= 0; i -= 1) {
    const scope = run.scopes[i];
    if (scope?.has(name) !== true) continue;
    const value = scope.get(name);
    // Variables of a policy are worked out when they are first read.
    return typeof value === 'function' ? (value as () => unknown)() : value;
  }
  if (typeNames.has(name)) return new Special({ type: 'type', name });
  throw new CelError(`undeclared reference to '${name}'`);
}

/** The value of an optional; undefined for an empty one. */
function unwrapped(value: unknown): unknown {
  return value instanceof Special && value.value.type === 'optional' ? value.value.held : value;
}

function isOptional(value: unknown): boolean {
  return value instanceof Special && value.value.type === 'optional';
}

const optional = (held: unknown): Special => new Special({ type: 'optional', held });

function selected(value: unknown, field: string, isAsked: boolean): unknown {
  const inner = unwrapped(value);
  const wraps = isAsked || isOptional(value);
  if (wraps && inner === undefined) return optional(undefined);
  if (!isObject(inner) || inner instanceof Special) {
    throw new CelError(`no such overload: ${typeName(inner)}.${field}`);
  }
  const found = Object.hasOwn(inner, field) ? inner[field] : undefined;
  // Variables of a policy are worked out when they are first read.
  const known = typeof found === 'function' ? (found as () => unknown)() : found;
  if (wraps) return optional(known);
  if (known === undefined) throw new CelError(`no such key: ${field}`);
  return known;
}

function indexed(value: unknown, index: unknown, isAsked: boolean): unknown {
  const inner = unwrapped(value);
  const wraps = isAsked || isOptional(value);
  if (wraps && inner === undefined) return optional(undefined);
  let found: unknown;
  if (isList(inner)) {
    const at = numberOf(index);
    if (at === undefined) throw new CelError(`no such overload: list[${typeName(index)}]`);
    found = inner[at];
    if (found === undefined && !wraps) throw new CelError(`index out of bounds: ${at}`);
  } else if (isObject(inner) && !(inner instanceof Special)) {
    const key = String(index);
    found = Object.hasOwn(inner, key) ? inner[key] : undefined;
    if (found === undefined && !wraps) throw new CelError(`no such key: ${key}`);
  } else throw new CelError(`no such overload: ${typeName(inner)}[${typeName(index)}]`);
  return wraps ? optional(found) : found;
}

function callFunction(run: Run, name: string, args: readonly Expression[]): unknown {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found === undefined) throw new CelError(`unknown function: ${name}`);
  return found(
    args.map((each) => evaluate(run, each)),
    (steps) => spend(run, steps),
  );
}

function qualifiedName(expression: Extract<Expression, { kind: 'method' }>): string | undefined {
  const { target, name } = expression;
  return target.kind === 'name' ? `${target.name}.${name}` : undefined;
}

function callMethod(run: Run, expression: Extract<Expression, { kind: 'method' }>): unknown {
  const { target, name, args } = expression;
  const cost = (steps: number): void => spend(run, steps);
  const qualified = qualifiedName(expression);
  if (qualified !== undefined && Object.hasOwn(qualifiedFunctions, qualified)) {
    return qualifiedFunctions[qualified]?.(
      args.map((each) => evaluate(run, each)),
      cost,
    );
  }
  const found = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (found === undefined) throw new CelError(`unknown function: ${name}`);
  return found([evaluate(run, target), ...args.map((each) => evaluate(run, each))], cost);
}

/** The elements that a macro walks over: a list's items or a map's keys. */
function elementsOf(value: unknown): readonly unknown[] {
  const inner = unwrapped(value);
  if (isList(inner)) return inner;
  if (isObject(inner) && !(inner instanceof Special)) return Object.keys(inner);
  throw new CelError(`no such overload: comprehension over ${typeName(inner)}`);
}

function runMacro(run: Run, expression: Extract<Expression, { kind: 'macro' }>): unknown {
  const { name, variable, second: valueVariable, args } = expression;
  const [first, second] = args;
  if (first === undefined) throw new CelError(`no such overload: ${name}`);
  const target = evaluate(run, expression.target);
  const elements = valueVariable === undefined ? elementsOf(target) : pairsOf(target);
  const within = (element: unknown, body: Expression): unknown => {
    const scope = new Map([[variable, element]]);
    if (valueVariable !== undefined) {
      const [key, value] = element as readonly [unknown, unknown]; // Made by pairsOf.
      scope.set(variable, key).set(valueVariable, value);
    }
    run.scopes.push(scope);
    try {
      return evaluate(run, body);
    } finally {
      run.scopes.pop();
    }
  };
  switch (name) {
    case 'all':
      return !someTrue(elements, (each) => !truth(within(each, first), 'all'));
    case 'exists':
      return someTrue(elements, (each) => truth(within(each, first), 'exists'));
    case 'exists_one':
    case 'existsOne':
      return elements.filter((each) => truth(within(each, first), name)).length === 1;
    case 'filter':
      return elements.filter((each) => truth(within(each, first), name));
    case 'transformMap':
    case 'transformMapEntry': {
      const kept =
        second === undefined
          ? elements
          : elements.filter((each) => truth(within(each, first), name));
      const made: Record<string, unknown> = {};
      for (const each of kept) {
        const value = within(each, second ?? first);
        if (name === 'transformMap') {
          const [key] = each as readonly [unknown, unknown]; // Made by pairsOf.
          setOwn(made, String(key), value);
          continue;
        }
        if (!isObject(value)) throw new CelError(`no such overload: ${name}(${typeName(value)})`);
        for (const key of Object.keys(value)) {
          if (Object.hasOwn(made, key))
            throw new CelError(`insert failed: key ${key} already exists`);
          setOwn(made, key, value[key]);
        }
      }
      return made;
    }
    default:
      return second === undefined
        ? elements.map((each) => within(each, first))
        : elements
            .filter((each) => truth(within(each, first), name))
            .map((each) => within(each, second));
  }
}

/** Indexes or keys with their values. */
function pairsOf(value: unknown): readonly (readonly [key: unknown, value: unknown])[] {
  const inner = unwrapped(value);
  if (isList(inner)) return inner.map((each, index) => [index, each] as const);
  if (isObject(inner) && !(inner instanceof Special)) return Object.entries(inner);
  throw new CelError(`no such overload: comprehension over ${typeName(inner)}`);
}

/** Whether one is true; an error counts only when none is. */
function someTrue(elements: readonly unknown[], holds: (each: unknown) => boolean): boolean {
  let failure: CelError | undefined;
  for (const each of elements) {
    try {
      if (holds(each)) return true;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return false;
}

function truth(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new CelError(`no such overload: ${where}(${typeName(value)})`);
}

function unary(operator: '!' | '-', value: unknown): unknown {
  if (operator === '!') return !truth(value, '!');
  const number = numberOf(value);
  if (number === undefined) throw new CelError(`no such overload: -${typeName(value)}`);
  return isDouble(value) ? double(-number) : -number;
}

function binary(run: Run, expression: Extract<Expression, { kind: 'binary' }>): unknown {
  const { operator, left, right } = expression;
  if (operator === '&&' || operator === '||') {
    return logical(run, left, right, operator === '||');
  }
  const a = evaluate(run, left);
  const b = evaluate(run, right);
  switch (operator) {
    case '==':
      return equalValues(a, b);
    case '!=':
      return !equalValues(a, b);
    case 'in':
      return isIn(run, a, b);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compared(operator, a, b);
    default:
      return arithmetic(run, operator, a, b);
  }
}

/** `||` (deciding value true) and `&&` (false): either side may decide, whatever becomes of the other. */
function logical(run: Run, left: Expression, right: Expression, deciding: boolean): boolean {
  const where = deciding ? '||' : '&&';
  let failure: CelError | undefined;
  for (const side of [left, right]) {
    try {
      if (truth(evaluate(run, side), where) === deciding) return deciding;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return !deciding;
}

function isIn(run: Run, item: unknown, holder: unknown): boolean {
  if (isList(holder)) {
    spend(run, holder.length);
    return holder.some((each) => equalValues(each, item));
  }
  if (isObject(holder) && !(holder instanceof Special)) {
    return Object.hasOwn(holder, String(item));
  }
  throw new CelError(`no such overload: ${typeName(item)} in ${typeName(holder)}`);
}

function compared(operator: string, a: unknown, b: unknown): boolean {
  const order = orderOf(a, b);
  if (order === undefined) {
    throw new CelError(`no such overload: ${typeName(a)} ${operator} ${typeName(b)}`);
  }
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

function arithmetic(run: Run, operator: string, a: unknown, b: unknown): unknown {
  if (operator === '+') {
    if (typeof a === 'string' && typeof b === 'string') {
      spend(run, Math.ceil((a.length + b.length) / 10));
      return a + b;
    }
    if (isList(a) && isList(b)) {
      spend(run, a.length + b.length);
      return [...a, ...b];
    }
  }
  const times = timeArithmetic(operator, a, b);
  if (times !== undefined) return times;
  const left = numberOf(a);
  const right = numberOf(b);
  if (left === undefined || right === undefined) {
    throw new CelError(`no such overload: ${typeName(a)} ${operator} ${typeName(b)}`);
  }
  const isFloat = isDouble(a) || isDouble(b);
  const result = calculate(operator, left, right, isFloat);
  if (isFloat) return double(result);
  if (!Number.isSafeInteger(result) && Math.abs(result) >= 2 ** 63) {
    throw new CelError('integer overflow');
  }
  return result;
}

function calculate(operator: string, left: number, right: number, isFloat: boolean): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (isFloat) return left / right;
      if (right === 0) throw new CelError('division by zero');
      return Math.trunc(left / right);
    default:
      if (right === 0) throw new CelError('modulus by zero');
      return left % right;
  }
}

function timeArithmetic(operator: string, a: unknown, b: unknown): unknown {
  if (!(a instanceof Special) || !(b instanceof Special)) return undefined;
  const sign = operator === '+' ? 1 : operator === '-' ? -1 : 0;
  const x = a.value;
  const y = b.value;
  if (sign === 0 || (x.type !== 'timestamp' && x.type !== 'duration')) return undefined;
  if (y.type === 'duration') {
    return new Special({ type: x.type, millis: x.millis + sign * y.millis });
  }
  if (x.type === 'timestamp' && y.type === 'timestamp' && sign === -1) {
    return new Special({ type: 'duration', millis: x.millis - y.millis });
  }
  return undefined;
}
