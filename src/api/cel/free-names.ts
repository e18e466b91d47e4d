import type { Expression } from './expression.ts';

/** Whether an expression speaks of a variable of that name, other than one of a macro's own. */
export function hasFreeName(expression: Expression, name: string): boolean {
  const below = (each: Expression): boolean => hasFreeName(each, name);
  switch (expression.kind) {
    case 'literal':
      return false;
    case 'name':
      return expression.name === name;
    case 'select':
    case 'has':
    case 'unary':
      return below(expression.operand);
    case 'index':
      return below(expression.operand) || below(expression.index);
    case 'call':
      return expression.args.some(below);
    case 'method':
      return below(expression.target) || expression.args.some(below);
    case 'macro': {
      const { target, variable, second, args } = expression;
      return below(target) || (variable !== name && second !== name && args.some(below));
    }
    case 'binary':
      return below(expression.left) || below(expression.right);
    case 'choice':
      return below(expression.condition) || below(expression.then) || below(expression.otherwise);
    case 'list':
      return expression.items.some(below);
    case 'map':
      return expression.entries.some(({ key, value }) => below(key) || below(value));
    case 'message':
      return expression.values.some(below);
  }
}
