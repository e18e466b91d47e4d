import { refusal, success, type Result } from '../../base/result.ts';
import { isList, isObject, setOwn } from '../patch/json.ts';
import type { Expression } from './expression.ts';
import { arithmetic } from './arithmetic.ts';
import { callOn, functions, qualifiedFunctions } from './functions.ts';
import { qualifiedName, typeNames } from './names.ts';
import { optional } from './library/arguments.ts';
import { sorted } from './library/lists.ts';
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
  uint,
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

/** The limit of one expression in units of cel-go's cost (upstream: celconfig's PerCallLimit). */
const STEPS_MAX = 1_000_000;

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
      switch (value.type) {
        case 'null':
          return null;
        case 'double':
          return double(value.value);
        case 'uint':
          return uint(value.value);
        case 'bytes':
          return new Special({ type: 'bytes', text: value.value });
        default:
          return value.value;
      }
    }
    case 'name':
      return lookUp(run, expression.name);
    case 'select':
      if (expression.operand.kind === 'name' && expression.operand.name === 'authorizer') {
        return lookUp(run, `authorizer.${expression.field}`);
      }
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
      return listOf(run, expression);
    case 'map':
      return mapOf(run, expression);
    case 'message':
      throw new CelError(`undeclared reference to '${expression.name}'`);
  }
}

/** A list; an element that is asked for (`[?x]`) is there only when its optional holds something. */
function listOf(run: Run, { items, asked }: Extract<Expression, { kind: 'list' }>): unknown {
  spend(run, 10);
  if (asked === undefined) return items.map((each) => evaluate(run, each));
  return items.flatMap((each, i) => {
    const value = evaluate(run, each);
    if (!asked.includes(i)) return [value];
    const held = heldIn(value);
    return held === undefined ? [] : [held];
  });
}

function mapOf(run: Run, { entries }: Extract<Expression, { kind: 'map' }>): unknown {
  spend(run, 30);
  const made: Record<string, unknown> = {};
  for (const { key, value, asked } of entries) {
    const name = keyOf(evaluate(run, key));
    const given = evaluate(run, value);
    const held = asked === true ? heldIn(given) : given;
    if (Object.hasOwn(made, name)) throw new CelError(`insert failed: key ${name} already exists`);
    if (held !== undefined) setOwn(made, name, held);
  }
  return made;
}

/** A key as JSON has it. */
function keyOf(value: unknown): string {
  return String(numberOf(value) ?? value);
}

function heldIn(value: unknown): unknown {
  if (!isOptional(value)) throw new CelError(`no such overload: ?${typeName(value)}`);
  return unwrapped(value);
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
    const key = keyOf(index);
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
  return callOn(name, [evaluate(run, target), ...args.map((each) => evaluate(run, each))], cost);
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
  if (name === 'optMap' || name === 'optFlatMap') {
    const held = heldIn(target);
    if (held === undefined) return target;
    const value = withVariable(run, variable, held, first);
    return name === 'optFlatMap' ? value : optional(value);
  }
  if (name === 'sortBy') {
    const items = elementsOf(target);
    return sorted(
      items,
      items.map((each) => withVariable(run, variable, each, first)),
    );
  }
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

function withVariable(run: Run, name: string, value: unknown, body: Expression): unknown {
  run.scopes.push(new Map([[name, value]]));
  try {
    return evaluate(run, body);
  } finally {
    run.scopes.pop();
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
      return arithmetic(operator, a, b, (steps) => spend(run, steps));
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
    return Object.hasOwn(holder, keyOf(item));
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
