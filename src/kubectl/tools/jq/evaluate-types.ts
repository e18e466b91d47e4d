import type { StepGuard } from '../patience.ts';
import type { Filter } from './syntax.ts';

export type Path = readonly unknown[];

/** A value and, where paths are asked for, how it was reached. */
export interface Item {
  readonly value: unknown;
  readonly path: Path | undefined;
}

interface Closure {
  readonly parameters: readonly string[];
  readonly body: Filter;
  readonly scope: Scope;
}

/** Names in sight. Scopes are linked, never changed. */
export interface Scope {
  readonly variables: ReadonlyMap<string, unknown>;
  /** By name and number of arguments: `map/1`. */
  readonly functions: ReadonlyMap<string, Closure>;
  readonly guard: StepGuard;
  /** How deep functions have called each other. */
  readonly depth: number;
}

export function plain(value: unknown): Item {
  return { value: value === undefined ? null : value, path: undefined };
}

/** What built-in functions need of the evaluator. */
export interface FunctionHelp {
  run(filter: Filter, item: Item): Generator<Item>;
  update(path: Filter, value: unknown, change: (old: unknown) => Item | undefined): unknown;
  readonly scope: Scope;
}
