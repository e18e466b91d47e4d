import { compareStrings } from '../../base/compare.ts';

export type Value = string | ReadonlyMap<string, string>;

export interface Variable {
  readonly value: Value;
  readonly exported: boolean;
  readonly readonly: boolean;
  /** `declare -A`: its indexes are texts. */
  readonly keyed: boolean;
}

/** A shell's variables, with those of the functions that run on top. */
export interface Variables {
  get(name: string): Variable | undefined;
  /** The text of a variable; of an array its first element. */
  text(name: string): string | undefined;
  /** False when it is read-only. */
  set(name: string, value: Value): boolean;
  setIndex(name: string, index: string, value: string): boolean;
  change(name: string, marks: Partial<Omit<Variable, 'value'>>): void;
  unset(name: string): boolean;
  /** A function begins: `local` names what is forgotten at its end. */
  enter(): void;
  leave(): void;
  local(name: string): boolean;
  exported(): ReadonlyMap<string, string>;
  names(): readonly string[];
  clone(): Variables;
}

type Table = Map<string, Variable>;

export function createVariables(initial: Iterable<readonly [string, Variable]> = []): Variables {
  return over([new Map(initial)]);
}

function over(scopes: Table[]): Variables {
  const global = scopes[0] as Table; // There is always one.
  const tableOf = (name: string): Table => scopes.findLast((table) => table.has(name)) ?? global;
  const get = (name: string): Variable | undefined => tableOf(name).get(name);

  function set(name: string, value: Value): boolean {
    const table = tableOf(name);
    const old = table.get(name);
    if (old?.readonly === true) return false;
    table.set(name, {
      value,
      exported: old?.exported ?? false,
      readonly: false,
      keyed: old?.keyed ?? false,
    });
    return true;
  }

  return {
    get,
    text(name) {
      const value = get(name)?.value;
      return typeof value === 'string' || value === undefined ? value : value.get('0');
    },
    set,
    setIndex(name, index, value) {
      const old = get(name)?.value;
      const elements = new Map(typeof old === 'string' ? [['0', old]] : old);
      elements.set(index, value);
      return set(name, elements);
    },
    change(name, marks) {
      const table = tableOf(name);
      const old = table.get(name) ?? { value: '', exported: false, readonly: false, keyed: false };
      table.set(name, { ...old, ...marks });
    },
    unset(name) {
      const table = tableOf(name);
      if (table.get(name)?.readonly === true) return false;
      table.delete(name);
      return true;
    },
    enter: () => void scopes.push(new Map()),
    leave: () => void scopes.pop(),
    local(name) {
      const top = scopes.at(-1);
      if (top === undefined || scopes.length === 1) return false;
      if (!top.has(name))
        top.set(name, { value: '', exported: false, readonly: false, keyed: false });
      return true;
    },
    exported() {
      const result = new Map<string, string>();
      for (const table of scopes) {
        for (const [name, { value, exported }] of table)
          if (exported && typeof value === 'string') result.set(name, value);
      }
      return result;
    },
    names: () => [...new Set(scopes.flatMap((table) => [...table.keys()]))].sort(compareStrings),
    clone: () => over(scopes.map((table) => new Map(table))),
  };
}

/** An array from its elements in order. */
export function arrayOf(elements: readonly string[]): ReadonlyMap<string, string> {
  return new Map(elements.map((element, i) => [String(i), element]));
}

/** The elements of an array by index; of a plain text that alone. */
export function elementsOf(variable: Variable | undefined): readonly (readonly [string, string])[] {
  if (variable === undefined) return [];
  if (typeof variable.value === 'string') return [['0', variable.value]];
  const entries = [...variable.value];
  return variable.keyed ? entries : entries.sort(([a], [b]) => Number(a) - Number(b));
}
