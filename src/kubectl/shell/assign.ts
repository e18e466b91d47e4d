import { complain, failHard, type Execution, type Runner } from './execution.ts';
import { arithmetic, expandText, expandWords } from './expand.ts';
import type { Assignment } from './syntax.ts';
import { arrayOf, elementsOf, type Value } from './variables.ts';

/** Carries out assignments; false when one could not be, which has then been said. */
export async function assignAll(
  execution: Execution,
  assignments: readonly Assignment[],
  runner: Runner,
): Promise<boolean> {
  for (const { name, index, append, value, array } of assignments) {
    if (array !== undefined) {
      const words = await expandWords(array, execution, runner);
      if (!assignArray(execution, name, words, append)) return false;
      continue;
    }
    const text = await expandText(value, execution, runner);
    if (execution.leaving !== undefined) return false;
    if (index === undefined) {
      const old = execution.variables.text(name) ?? '';
      if (!assign(execution, name, append ? old + text : text)) return false;
      continue;
    }
    const inner = await expandText(index, execution, runner);
    const key =
      execution.variables.get(name)?.keyed === true ? inner : arithmetic(inner, execution);
    const old = new Map(elementsOf(execution.variables.get(name))).get(key) ?? '';
    execution.variables.setIndex(name, key, append ? old + text : text);
  }
  return true;
}

/** Sets a variable, or says that it may not be changed. */
export function assign(execution: Execution, name: string, value: Value): boolean {
  const old = execution.variables.get(name);
  const isArray = typeof value === 'string' && old !== undefined && typeof old.value !== 'string';
  const done = isArray
    ? execution.variables.setIndex(name, '0', value)
    : execution.variables.set(name, value);
  if (done) return true;
  complain(execution, `${name}: readonly variable`);
  if (!execution.isInteractive) failHard(execution, 1);
  return false;
}

/** `name=(…)`, with `[key]=value` elements where they are. */
export function assignArray(
  execution: Execution,
  name: string,
  words: readonly string[],
  append: boolean,
): boolean {
  const old = append ? elementsOf(execution.variables.get(name)) : [];
  const hasKeys = words.some((word) => /^\[[^\]]+\]=/.test(word));
  if (!hasKeys && execution.variables.get(name)?.keyed !== true)
    return assign(execution, name, arrayOf([...old.map(([, value]) => value), ...words]));
  const elements = new Map(old);
  let next = elements.size;
  for (const word of words) {
    const match = /^\[([^\]]+)\]=([\s\S]*)$/.exec(word);
    elements.set(match?.[1] ?? String(next++), match?.[2] ?? word);
  }
  return assign(execution, name, elements);
}
