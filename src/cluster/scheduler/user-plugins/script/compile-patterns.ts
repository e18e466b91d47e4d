import { type Compiler, scopeAbove } from './compiler.ts';
import { find } from './names.ts';
import { charge, own, type Run, type Scope } from './run.ts';
import { stop } from './script-fault.ts';
import type { Defaulted, Pattern } from './syntax.ts';
import { isPlain, itemsOf, keyText, newPlain, propertyOf } from './values.ts';

/** Gives the names of a pattern their values. */
export type Bind = (value: unknown, scope: Scope, run: Run) => void;

/** A pattern whose names have been declared. */
export function compilePattern(pattern: Pattern, compiler: Compiler): Bind {
  switch (pattern.kind) {
    case 'name':
      return bindName(pattern.name, compiler);
    case 'object':
      return bindObject(pattern, compiler);
    default:
      return bindArray(pattern, compiler);
  }
}

/** A pattern that takes another value where it would get undefined. */
export function compileDefaulted({ pattern, otherwise }: Defaulted, compiler: Compiler): Bind {
  const bind = compilePattern(pattern, compiler);
  if (otherwise === undefined) return bind;
  const evaluate = compiler.expression(otherwise, compiler);
  return (value, scope, run) =>
    bind(value === undefined ? evaluate(scope, run) : value, scope, run);
}

function bindName(name: string, compiler: Compiler): Bind {
  const found = find(compiler.names, name);
  if (found === undefined) return stop(0, `${name} is not declared`);
  const { hops, slot } = found;
  const { index } = slot;
  if (hops === 0) {
    return (value, scope) => {
      scope.slots[index] = value;
    };
  }
  return (value, scope) => {
    scopeAbove(scope, hops).slots[index] = value;
  };
}

function bindObject(pattern: Pattern & { kind: 'object' }, compiler: Compiler): Bind {
  const { line } = pattern;
  const entries = pattern.entries.map((entry) => ({
    key: keyOf(entry.key, compiler),
    bind: compileDefaulted(entry, compiler),
  }));
  const rest = pattern.rest === undefined ? undefined : compilePattern(pattern.rest, compiler);
  return (value, scope, run) => {
    if (value === undefined || value === null) {
      return stop(line, `${String(value)} cannot be taken apart`);
    }
    const taken = new Set<string>();
    for (const { key, bind } of entries) {
      const name = typeof key === 'string' ? key : keyText(key(scope, run));
      taken.add(name);
      bind(propertyOf(value, name, line), scope, run);
    }
    if (rest === undefined) return;
    const left = newPlain(run);
    if (isPlain(value)) {
      for (const name of Object.keys(value)) if (!taken.has(name)) left[name] = value[name];
      charge(run, taken.size, line);
    }
    rest(left, scope, run);
  };
}

function keyOf(key: Parameters<Compiler['expression']>[0] | string, compiler: Compiler) {
  return typeof key === 'string' ? key : compiler.expression(key, compiler);
}

function bindArray(pattern: Pattern & { kind: 'array' }, compiler: Compiler): Bind {
  const { line } = pattern;
  const items = pattern.items.map((item) =>
    item === undefined ? undefined : compileDefaulted(item, compiler),
  );
  const rest = pattern.rest === undefined ? undefined : compilePattern(pattern.rest, compiler);
  return (value, scope, run) => {
    const values = itemsOf(value, run, line);
    for (let index = 0; index < items.length; index++) items[index]?.(values[index], scope, run);
    if (rest !== undefined) rest(own(run, values.slice(items.length)), scope, run);
  };
}

/** Puts the arguments of a call into the slots of its scope. */
export function compileParams(
  params: readonly Defaulted[],
  rest: Pattern | undefined,
  compiler: Compiler,
): (args: readonly unknown[], scope: Scope, run: Run) => void {
  const binds = params.map((param) => compileDefaulted(param, compiler));
  const bindRest = rest === undefined ? undefined : compilePattern(rest, compiler);
  return (args, scope, run) => {
    for (let index = 0; index < binds.length; index++) binds[index]?.(args[index], scope, run);
    if (bindRest !== undefined) bindRest(own(run, args.slice(binds.length)), scope, run);
  };
}
