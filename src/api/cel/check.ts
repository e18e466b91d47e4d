import { refusal, success, type Result } from '../../base/result.ts';
import {
  assigns,
  checkCall,
  fail,
  freshType,
  mismatch,
  mustBeBool,
  resolved,
  undeclared,
  type Checker,
} from './checker.ts';
import { overloadsOf, typeIdentifiers } from './declarations.ts';
import type { Expression } from './expression.ts';
import { issuesText } from './issues.ts';
import { literalIssues } from './literals.ts';
import { checkMacro } from './macros.ts';
import { parseCel } from './parse.ts';
import {
  celTypes,
  heldType,
  listType,
  mapType,
  optionalType,
  typeOfType,
  typeText,
  type CelType,
} from './types.ts';
import { mostGeneral, substituted } from './unify.ts';

/** An expression that compiles. */
export interface CheckedExpression {
  readonly expression: Expression;
  /** Of its value. */
  readonly type: CelType;
  /** The variables that it names. */
  readonly uses: ReadonlySet<string>;
}

/**
 * Reads an expression and finds out its type (cel-go: `checker.Check`), given those of its variables. The refusal is what
 * cel-go prints.
 */
export function compileCel(
  text: string,
  variables: ReadonlyMap<string, CelType>,
): Result<CheckedExpression, string> {
  const parsed = parseCel(text);
  return parsed.ok ? checkCel(text, parsed.value, variables) : parsed;
}

function checkCel(
  text: string,
  expression: Expression,
  variables: ReadonlyMap<string, CelType>,
): Result<CheckedExpression, string> {
  const checker: Checker = {
    variables,
    scopes: [],
    uses: new Set(),
    issues: [],
    types: new Map(),
    bindings: new Map(),
    next: 0,
    check: (within) => check(checker, within),
  };
  const type = check(checker, expression);
  const typeOf = (part: Expression): CelType =>
    substituted(checker.bindings, checker.types.get(part) ?? celTypes.dyn, true);
  // Literals are looked at only where the types are right.
  const issues = checker.issues.length === 0 ? literalIssues(expression, typeOf) : checker.issues;
  if (issues.length > 0) return refusal(issuesText(text, issues));
  return success({
    expression,
    type: substituted(checker.bindings, type, true),
    uses: checker.uses,
  });
}

/** The type of an expression. */
function check(checker: Checker, expression: Expression): CelType {
  const type = typeOfKind(checker, expression);
  checker.types.set(expression, type);
  return type;
}

function typeOfKind(checker: Checker, expression: Expression): CelType {
  const { at } = expression;
  switch (expression.kind) {
    case 'literal':
      return celTypes[expression.value.type];
    case 'name':
      return lookUp(checker, expression.name) ?? fail(checker, at, undeclared(expression.name));
    case 'select': {
      const path = qualifiedPath(expression);
      const known = path === undefined ? undefined : lookUp(checker, path);
      if (known !== undefined) return known;
      return resolved(checker, checkField(checker, expression, expression.optional));
    }
    case 'has':
      checkField(checker, expression, false);
      return celTypes.bool;
    case 'index': {
      const args = [check(checker, expression.operand), check(checker, expression.index)];
      return checkCall(checker, { name: expression.optional ? '_[?_]' : '_[_]', args, at });
    }
    case 'call': {
      const args = expression.args.map((each) => check(checker, each));
      return checkCall(checker, { name: expression.name, args, at });
    }
    case 'method':
      return checkMethod(checker, expression);
    case 'macro':
      return checkMacro(checker, expression);
    case 'unary': {
      const operand = check(checker, expression.operand);
      return checkCall(checker, { name: `${expression.operator}_`, args: [operand], at });
    }
    case 'binary':
      return checkBinary(checker, expression);
    case 'choice': {
      const args = [expression.condition, expression.then, expression.otherwise].map((each) =>
        check(checker, each),
      );
      return checkCall(checker, { name: '_?_:_', args, at });
    }
    case 'list':
      return checkList(checker, expression);
    case 'map':
      return checkMap(checker, expression);
    case 'message':
      return fail(checker, at, undeclared(expression.name));
  }
}

function lookUp(checker: Checker, name: string): CelType | undefined {
  for (let i = checker.scopes.length - 1; i >= 0; i -= 1) {
    const found = checker.scopes[i]?.get(name);
    if (found !== undefined) return found;
  }
  const variable = checker.variables.get(name);
  if (variable !== undefined) {
    checker.uses.add(name);
    return variable;
  }
  const type = typeIdentifiers.get(name);
  return type === undefined ? undefined : typeOfType(type);
}

/** `a.b.c` for a chain of names, which may be one name. */
function qualifiedPath(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'select' || expression.optional) return undefined;
  const before = qualifiedPath(expression.operand);
  return before === undefined ? undefined : `${before}.${expression.written ?? expression.field}`;
}

function checkField(
  checker: Checker,
  expression: Extract<Expression, { kind: 'select' | 'has' }>,
  isAsked: boolean,
): CelType {
  const { operand, at } = expression;
  const field = expression.written ?? expression.field;
  const type = resolved(checker, check(checker, operand));
  const held = heldType(type);
  const found = fieldType(checker, held ?? type, { field, at });
  return held !== undefined || isAsked ? optionalType(found) : found;
}

function fieldType(
  checker: Checker,
  target: CelType,
  { field, at }: { readonly field: string; readonly at: number },
): CelType {
  switch (target.kind) {
    case 'map':
      return target.parameters[1] ?? celTypes.dyn;
    case 'struct': {
      const { fields } = target;
      if (fields === undefined) {
        return fail(checker, at, `unexpected failed resolution of '${target.name}'`);
      }
      return (
        fields().get(field) ??
        // A word of the language needs no escape behind a dot.
        fields().get(`__${field}__`) ??
        fail(checker, at, `undefined field '${field}'`)
      );
    }
    case 'parameter':
      assigns(checker, celTypes.dyn, target);
      return celTypes.dyn;
    case 'dyn':
    case 'error':
      return celTypes.dyn;
    default:
      fail(checker, at, `type '${typeText(target)}' does not support field selection`);
      return celTypes.dyn;
  }
}

function checkMethod(
  checker: Checker,
  expression: Extract<Expression, { kind: 'method' }>,
): CelType {
  const { target, name, at } = expression;
  const args = expression.args.map((each) => check(checker, each));
  const prefix = qualifiedPath(target);
  const qualified = prefix === undefined ? undefined : `${prefix}.${name}`;
  if (qualified !== undefined && overloadsOf(qualified) !== undefined) {
    return checkCall(checker, { name: qualified, args, at });
  }
  return checkCall(checker, { name, args: [check(checker, target), ...args], at, isMethod: true });
}

function checkBinary(
  checker: Checker,
  { operator, left, right, at }: Extract<Expression, { kind: 'binary' }>,
): CelType {
  const args = [check(checker, left), check(checker, right)];
  if (operator !== '&&' && operator !== '||') {
    return checkCall(checker, { name: operator === 'in' ? '@in' : `_${operator}_`, args, at });
  }
  let isRight = true;
  for (const [i, side] of [left, right].entries()) {
    if (!mustBeBool(checker, side.at, args[i] ?? celTypes.error)) isRight = false;
  }
  return isRight ? celTypes.bool : celTypes.error;
}

function checkList(
  checker: Checker,
  { items, asked = [] }: Extract<Expression, { kind: 'list' }>,
): CelType {
  let element: CelType | undefined;
  for (const [i, item] of items.entries()) {
    const type = elementType(checker, item, asked.includes(i));
    element = joined(checker, element, type);
  }
  return listType(element ?? freshType(checker));
}

function checkMap(checker: Checker, { entries }: Extract<Expression, { kind: 'map' }>): CelType {
  let keys: CelType | undefined;
  let values: CelType | undefined;
  for (const { key, value, asked } of entries) {
    keys = joined(checker, keys, check(checker, key));
    values = joined(checker, values, elementType(checker, value, asked === true));
  }
  return mapType(keys ?? freshType(checker), values ?? freshType(checker));
}

/** What an element adds; one that is asked for (`?x`) must be an optional. */
function elementType(checker: Checker, item: Expression, isAsked: boolean): CelType {
  const type = check(checker, item);
  if (!isAsked) return type;
  const held = heldType(type);
  if (held === undefined && type.kind !== 'dyn') {
    mismatch(checker, item.at, { wanted: optionalType(type), found: type });
  }
  return held ?? type;
}

/** The type of elements of two types: the more general one, or any. */
function joined(checker: Checker, before: CelType | undefined, type: CelType): CelType {
  if (before === undefined) return type;
  return assigns(checker, before, type) ? mostGeneral(before, type) : celTypes.dyn;
}
