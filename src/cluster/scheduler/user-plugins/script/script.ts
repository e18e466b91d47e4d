import { type Result, refusal, success } from '../../../../base/result.ts';
import { compileExpression } from './compile-expressions.ts';
import { compileStatements } from './compile-statements.ts';
import type { Compiler } from './compiler.ts';
import { declare, declareAll, namesWithin } from './names.ts';
import { parseScript } from './parse-script.ts';
import { createRun, type Run, type Scope, type ScriptFunction } from './run.ts';
import { faultOf, type ScriptFault } from './script-fault.ts';

/** A script ready to run. Pure code: every run begins anew. */
export interface Script {
  /** The functions it declares for whoever calls it, those that were asked for. */
  readonly declares: ReadonlySet<string>;
  readonly begin: (run: Run) => ReadonlyMap<string, unknown>;
}

/** What a script has to do with: its own declarations after they have run, and what is left of its steps. */
export interface Started {
  readonly run: Run;
  readonly values: ReadonlyMap<string, unknown>;
  /** Steps that are left for all calls together. */
  stepsLeft: number;
}

/** How much a script may do. Counted, not timed: the same script ends at the same place everywhere. */
export interface StepLimits {
  readonly perCall: number;
  readonly perStart: number;
}

/**
 * Reads a script that can use `given` by name beside what is built in; of the names `wanted` those that it
 * declares can be called.
 */
export function readScript(
  source: string,
  given: ReadonlyMap<string, unknown>,
  wanted: readonly string[],
): Result<Script, ScriptFault> {
  try {
    const statements = parseScript(source);
    const outer = namesWithin(undefined);
    for (const name of given.keys()) declare(outer, name, true, 0);
    const names = namesWithin(outer);
    declareAll(names, statements);
    const compiler: Compiler = {
      names,
      isInFunction: false,
      isInLoop: false,
      isInSwitch: false,
      depth: 0,
      deepest: { depth: 0 },
      expression: compileExpression,
      body: compileStatements,
    };
    const execute = compileStatements(statements, compiler);
    const slots = wanted.flatMap((name) => {
      const slot = names.slots.get(name);
      return slot === undefined ? [] : [{ name, index: slot.index }];
    });
    return success({
      declares: new Set(slots.map(({ name }) => name)),
      begin: (run) => {
        const scope: Scope = { up: { up: undefined, slots: [...given.values()] }, slots: [] };
        execute(scope, run);
        return new Map(slots.map(({ name, index }) => [name, scope.slots[index]]));
      },
    });
  } catch (thrown) {
    return refusal(faultOf(thrown));
  }
}

/** Runs a script's declarations. */
export function startScript(script: Script, limits: StepLimits): Result<Started, ScriptFault> {
  const run = createRun();
  const started = { run, values: NOTHING, stepsLeft: limits.perStart };
  return limited(started, limits, () => ({ ...started, values: script.begin(run) }));
}

const NOTHING: ReadonlyMap<string, unknown> = new Map();

/** Calls one of a script's functions; what it lacks gives undefined. */
export function callScript(
  started: Started,
  name: string,
  args: readonly unknown[],
  limits: StepLimits,
): Result<unknown, ScriptFault> {
  const fn = started.values.get(name);
  if (fn === undefined) return success(undefined);
  if (typeof fn !== 'function') {
    return refusal({ line: 0, message: `${JSON.stringify(name)} is not a function` });
  }
  // All functions a script can come by are of this form.
  return limited(started, limits, () => (fn as ScriptFunction)(args, started.run, 0));
}

function limited<T>(started: Started, limits: StepLimits, act: () => T): Result<T, ScriptFault> {
  const { run } = started;
  const allowed = Math.min(limits.perCall, started.stepsLeft);
  run.stepsLeft = allowed;
  run.depth = 0;
  run.limit =
    allowed === limits.perCall
      ? `took more than ${limits.perCall} steps`
      : `took more than ${limits.perStart} steps for one Pod`;
  try {
    const value = act();
    started.stepsLeft -= allowed - run.stepsLeft;
    return success(value);
  } catch (thrown) {
    started.stepsLeft -= allowed - run.stepsLeft;
    return refusal(faultOf(thrown));
  }
}
