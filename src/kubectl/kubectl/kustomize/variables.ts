import { fail } from '../failure.ts';
import { bracketSteps, visitField, type FieldSpec, type Place } from './field-spec.ts';
import type { VarEntry } from './kustomization.ts';
import { valueAt } from './replacements.ts';
import { matching, type ResourceMap } from './resource-map.ts';
import {
  gvkOf,
  gvkText,
  isClusterScoped,
  sameId,
  sameKindAndName,
  type ResourceId,
} from './resource-id.ts';
import { isMissing, isTree, scalarText, setField } from './tree.ts';
import { attempted } from './wrap.ts';

/** A var with all its parts. */
export interface Variable {
  readonly name: string;
  readonly target: ResourceId;
  readonly fieldPath: string;
}

/** Takes vars in, and notes on the resources that they mean which they are. */
export function addVariables(
  map: ResourceMap,
  known: ReadonlyMap<string, Variable>,
  entries: readonly VarEntry[],
): Map<string, Variable> {
  const fresh = entries.map(variableOf);
  for (const each of fresh) {
    const { target } = each;
    const isExact = target.namespace !== '' || target.isClusterScoped;
    const found = matching(map, (id) =>
      isExact ? sameId(target, id) : sameKindAndName(target, id),
    );
    const [only] = found;
    if (found.length > 1) {
      fail(`found ${found.length} resId matches for var ${goText(each)} (unable to disambiguate)`);
    }
    if (only !== undefined) only.variables = [...only.variables, each.name];
  }
  return mergedVariables(known, fresh);
}

/** Two sets of vars as one; a name that stands for two things is refused. */
export function mergedVariables(
  known: ReadonlyMap<string, Variable>,
  fresh: Iterable<Variable>,
): Map<string, Variable> {
  const all = new Map(known);
  for (const each of fresh) {
    if (all.has(each.name)) fail(`var '${each.name}' already encountered`);
    all.set(each.name, each);
  }
  return all;
}

function variableOf({ name = '', objref = {}, fieldref }: VarEntry): Variable {
  const { apiVersion = '', group = '', version = '', kind = '' } = objref;
  const gvk = apiVersion === '' ? { group, version, kind } : { ...gvkOf(apiVersion, kind) };
  return {
    name,
    target: {
      ...gvk,
      name: objref.name ?? '',
      namespace: objref.namespace ?? '',
      isClusterScoped: isClusterScoped(gvk),
    },
    fieldPath: fieldref?.fieldPath || 'metadata.name',
  };
}

/** A var as Go prints the struct with `%v`: its target by the name of its kind alone. */
function goText({ name, target, fieldPath }: Variable): string {
  return `{${name} ${gvkText(target)} {${fieldPath}}}`;
}

/** Vars as they stand in the file, in Go's words. */
export function varEntriesText(entries: readonly VarEntry[]): string {
  const texts = entries.map(
    ({ name = '', objref = {}, fieldref }) =>
      `{${name} ${gvkText(objref)} {${fieldref?.fieldPath ?? ''}}}`,
  );
  return `[${texts.join(' ')}]`;
}

/** Writes the values of vars where `$(NAME)` stands. Answers the names of those that stand nowhere. */
export function resolveVariables(
  map: ResourceMap,
  variables: ReadonlyMap<string, Variable>,
  specs: readonly FieldSpec[],
): readonly string[] {
  if (variables.size === 0) return [];
  const values = new Map<string, unknown>();
  for (const name of [...variables.keys()].sort()) {
    const variable = variables.get(name);
    if (variable !== undefined) values.set(name, valueOf(map, variable));
  }
  const used = new Set<string>();
  for (const { tree } of map.list) {
    for (const spec of specs) {
      visitField(tree, spec, { at: (place) => replaceIn(place, values, used) });
    }
  }
  return [...values.keys()].filter((name) => !used.has(name));
}

function valueOf(map: ResourceMap, variable: Variable): unknown {
  const source = map.list.find(({ variables }) => variables.includes(variable.name));
  if (source === undefined) {
    return fail(
      `var '${goText(variable)}' cannot be mapped to a field in the set of known resources`,
    );
  }
  const found = attempted(() =>
    valueAt(source.tree, bracketSteps(variable.fieldPath.replace(/\[(\d+)\]/g, '.$1'))),
  );
  if (found.failure !== undefined || isMissing(found.value)) {
    return fail(`field specified in var '${goText(variable)}' not found in corresponding resource`);
  }
  return found.value;
}

type Values = ReadonlyMap<string, unknown>;

function replaceIn(place: Place, values: Values, used: Set<string>): void {
  const value = place.get();
  if (isMissing(value)) return;
  if (typeof value === 'string') place.set(replaced(value, values, used));
  else if (Array.isArray(value)) {
    for (const [i, each] of value.entries()) {
      if (typeof each === 'string') value[i] = replaced(each, values, used);
      else fail(`invalid value type expect a string`);
    }
  } else if (isTree(value)) {
    for (const [key, each] of Object.entries(value)) {
      if (typeof each === 'string') setField(value, key, replaced(each, values, used));
    }
  }
}

/** A text with the values of vars in it; one that is nothing but a var takes the type of its value. */
function replaced(text: string, values: Values, used: Set<string>): unknown {
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char !== '$' || at + 1 >= text.length) {
      result += char;
      continue;
    }
    const next = text[at + 1] ?? '';
    const end = next === '(' ? text.indexOf(')', at) : -1;
    if (next === '$') {
      result += '$';
      at += 1;
    } else if (next === '(' && end > 0) {
      const name = text.slice(at + 2, end);
      const value = values.get(name);
      const isKnown = values.has(name) && typeof value !== 'object';
      if (isKnown) used.add(name);
      if (isKnown && text === `$(${name})`) return value;
      result += isKnown ? scalarText(value) : `$(${name})`;
      at = end;
    } else {
      result += `$${next}`;
      at += 1;
    }
  }
  return result;
}
