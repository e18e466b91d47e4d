import type { Expression } from './expression.ts';
import { functions, hasMethod, qualifiedFunctions } from './functions.ts';
import { qualifiedName, typeNames } from './names.ts';

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
        if (!hasMethod(expression.name)) found.add(`function '${expression.name}'`);
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
    case 'message':
      found.add(`undeclared reference to '${expression.name}'`);
      return;
    case 'map':
      for (const { key, value } of expression.entries) {
        below(key);
        below(value);
      }
  }
}
