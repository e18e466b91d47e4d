import { stop } from './script-fault.ts';
import type { Pattern, Statement } from './syntax.ts';

/** The names that are declared where a piece of script stands, innermost first. */
export interface Names {
  readonly up: Names | undefined;
  readonly slots: Map<string, Slot>;
}

export interface Slot {
  readonly index: number;
  readonly isConstant: boolean;
}

export function namesWithin(up: Names | undefined): Names {
  return { up, slots: new Map() };
}

export function declare(names: Names, name: string, isConstant: boolean, line: number): Slot {
  if (names.slots.has(name)) stop(line, `${JSON.stringify(name)} is declared twice`);
  const slot = { index: names.slots.size, isConstant };
  names.slots.set(name, slot);
  return slot;
}

/** Declares every name of a pattern. */
export function declarePattern(names: Names, pattern: Pattern, isConstant: boolean): void {
  if (pattern.kind === 'name') {
    declare(names, pattern.name, isConstant, pattern.line);
    return;
  }
  const items: readonly ({ readonly pattern: Pattern } | undefined)[] =
    pattern.kind === 'object' ? pattern.entries : pattern.items;
  for (const item of items) if (item !== undefined) declarePattern(names, item.pattern, isConstant);
  if (pattern.rest !== undefined) declarePattern(names, pattern.rest, isConstant);
}

/** Declares what the statements of a block declare; a block knows its names from its beginning. */
export function declareAll(names: Names, statements: readonly Statement[]): void {
  for (const statement of statements) {
    if (statement.kind === 'function') {
      declare(names, statement.fn.name, true, statement.line);
    } else if (statement.kind === 'declare') {
      for (const { pattern } of statement.items) {
        declarePattern(names, pattern, statement.isConstant);
      }
    }
  }
}

/** Where a name is: so many scopes up, at that slot. */
export function find(
  names: Names,
  name: string,
): { readonly hops: number; readonly slot: Slot } | undefined {
  let hops = 0;
  for (let at: Names | undefined = names; at !== undefined; at = at.up) {
    const slot = at.slots.get(name);
    if (slot !== undefined) return { hops, slot };
    hops += 1;
  }
  return undefined;
}
