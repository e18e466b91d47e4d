import type { Expression } from './expression.ts';

/** What an expression is made of, in order. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'select':
    case 'has':
    case 'unary':
      return [expression.operand];
    case 'index':
      return [expression.operand, expression.index];
    case 'call':
      return expression.args;
    case 'method':
    case 'macro':
      return [expression.target, ...expression.args];
    case 'binary':
      return [expression.left, expression.right];
    case 'choice':
      return [expression.condition, expression.then, expression.otherwise];
    case 'list':
      return expression.items;
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'message':
      return expression.values;
  }
}

/** Whether an expression speaks of a variable of that name, other than one of a macro's own. */
export function hasFreeName(expression: Expression, name: string): boolean {
  if (expression.kind === 'name') return expression.name === name;
  if (expression.kind === 'macro' && [expression.variable, expression.second].includes(name)) {
    return hasFreeName(expression.target, name);
  }
  return partsOf(expression).some((each) => hasFreeName(each, name));
}
