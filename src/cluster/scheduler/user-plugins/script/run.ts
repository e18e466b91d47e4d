import { stop } from './script-fault.ts';

/** One run of a script: what it has left, and what is its own to change. Gone when the run is over. */
export interface Run {
  /** Steps that are left: statements, calls, and what built-in functions go through. */
  stepsLeft: number;
  /** Said when they are used up. */
  limit: string;
  /** How deep calls are nested, in parts of the script. */
  depth: number;
  /** What the function that ends has given back. */
  returned: unknown;
  /** What the script itself has made. Everything else belongs to the cluster and cannot be changed. */
  readonly own: WeakSet<object>;
}

/** Where the values of the names of a block or function are. */
export interface Scope {
  readonly up: Scope | undefined;
  readonly slots: unknown[];
}

/** A function as scripts see it: their own, and what is built in. */
export type ScriptFunction = (args: readonly unknown[], run: Run, line: number) => unknown;

/** Longer texts and lists are refused. */
export const TEXT_MAX = 65_536;
export const LIST_MAX = 100_000;

const DEPTH_MAX = 1_500;

export function createRun(): Run {
  return { stepsLeft: 0, limit: '', depth: 0, returned: undefined, own: new WeakSet() };
}

/** Pays for work; stops the run when it cannot. */
export function charge(run: Run, steps: number, line: number): void {
  run.stepsLeft -= steps;
  if (run.stepsLeft < 0) stop(line, run.limit);
}

/** Goes `depth` parts deeper; whoever does goes back by the same number. */
export function deepen(run: Run, depth: number, line: number): void {
  run.depth += depth;
  if (run.depth > DEPTH_MAX) stop(line, 'calls are nested too deeply');
}

/** Makes something the script's own. */
export function own<T extends object>(run: Run, made: T): T {
  run.own.add(made);
  return made;
}

/** A list that the script has made, paid by its length. */
export function ownList(run: Run, list: unknown[], line: number): unknown[] {
  if (list.length > LIST_MAX) stop(line, `a list is longer than ${LIST_MAX}`);
  charge(run, list.length, line);
  run.own.add(list);
  return list;
}

/** A text that the script has made. */
export function ownText(run: Run, text: string, line: number): string {
  checkTextLength(text.length, line);
  charge(run, text.length >> 4, line);
  return text;
}

/** Asked before a text is made that could be very long. */
export function checkTextLength(length: number, line: number): void {
  if (!(length <= TEXT_MAX)) stop(line, `a text is longer than ${TEXT_MAX} characters`);
}

export function mustOwn(run: Run, value: object, line: number): void {
  if (!run.own.has(value)) stop(line, 'what belongs to the cluster cannot be changed');
}

/** Calls what must be a function. */
export function callValue(fn: unknown, args: readonly unknown[], run: Run, line: number): unknown {
  if (typeof fn !== 'function') return stop(line, 'this is not a function');
  // All functions a script can come by are of this form.
  return (fn as ScriptFunction)(args, run, line);
}
