import type { Names } from './names.ts';
import type { Run, Scope } from './run.ts';
import { stop } from './script-fault.ts';
import type { Expression, Statement } from './syntax.ts';

/** A piece of script made ready to run. */
export type Evaluate = (scope: Scope, run: Run) => unknown;
/** How a statement ended. */
export type Execute = (scope: Scope, run: Run) => Completion;
export type Completion =
  | typeof NEXT
  | typeof BREAK
  | typeof CONTINUE
  /** What is returned is in `run.returned`. */
  | typeof RETURN;

export const NEXT = 0;
export const BREAK = 1;
export const CONTINUE = 2;
export const RETURN = 3;

/** Where a piece of script stands, while it is made ready. */
export interface Compiler {
  readonly names: Names;
  readonly isInLoop: boolean;
  readonly isInSwitch: boolean;
  readonly isInFunction: boolean;
  /** How deep the piece stands within its function, and the deepest place of it so far. */
  readonly depth: number;
  readonly deepest: { depth: number };
  readonly expression: (expression: Expression, compiler: Compiler) => Evaluate;
  /** The statements of a function's body, in the function's own scope. */
  readonly body: (statements: readonly Statement[], compiler: Compiler) => Execute;
}

const DEPTH_MAX = 400;

/** One level deeper; too deep is refused. */
export function deeper(compiler: Compiler, line: number): Compiler {
  const depth = compiler.depth + 1;
  if (depth > DEPTH_MAX) stop(line, 'nested too deeply');
  if (depth > compiler.deepest.depth) compiler.deepest.depth = depth;
  return { ...compiler, depth };
}

export function within(compiler: Compiler, names: Names): Compiler {
  return { ...compiler, names };
}

/** The scope that is so many above. */
export function scopeAbove(scope: Scope, hops: number): Scope {
  let at = scope;
  // Names were resolved to scopes that are there.
  for (let left = hops; left > 0; left--) at = at.up as Scope;
  return at;
}
