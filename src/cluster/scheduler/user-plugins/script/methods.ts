import { listMethods, mapMethods, setMethods } from './list-methods.ts';
import { callValue, type Run } from './run.ts';
import { stop } from './script-fault.ts';
import { type Method, numberMethods, textMethods } from './text-methods.ts';
import { propertyOf } from './values.ts';

/** Calls `of.name(…)`: a method that is built in, or a function that stands there. */
export function callMethod(
  of: unknown,
  name: string,
  args: readonly unknown[],
  run: Run,
  line: number,
): unknown {
  if (typeof of === 'string') return builtIn(textMethods, of, name, args, run, line);
  if (typeof of === 'number') return builtIn(numberMethods, of, name, args, run, line);
  if (Array.isArray(of)) return builtIn(listMethods, of, name, args, run, line);
  if (of instanceof Map) return builtIn(mapMethods, of, name, args, run, line);
  if (of instanceof Set) return builtIn(setMethods, of, name, args, run, line);
  const fn = propertyOf(of, name, line);
  if (typeof fn !== 'function') return stop(line, `${JSON.stringify(name)} is not a function here`);
  return callValue(fn, args, run, line);
}

function builtIn<T>(
  methods: Readonly<Record<string, Method<T>>>,
  of: T,
  name: string,
  args: readonly unknown[],
  run: Run,
  line: number,
): unknown {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) return stop(line, `${JSON.stringify(name)} is not a function here`);
  run.stepsLeft -= 1;
  return method(of, args, run, line);
}
