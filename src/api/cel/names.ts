import type { Expression } from './expression.ts';

/** Names that stand for types. */
export const typeNames: ReadonlySet<string> = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'optional_type',
]);

/** The name in two parts by which a function is called (`sets.contains`), if it can be one. */
export function qualifiedName(
  expression: Extract<Expression, { kind: 'method' }>,
): string | undefined {
  const { target, name } = expression;
  return target.kind === 'name' ? `${target.name}.${name}` : undefined;
}
