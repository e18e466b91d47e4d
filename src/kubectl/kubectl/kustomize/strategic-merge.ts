import { schemaOf, structOf, typeOfStruct } from '../../../api/schema/lookup.ts';
import type { TypeSchema } from '../../../api/schema/schema.ts';
import { nothing } from '../../../api/manifest/kyaml.ts';
import { fail } from '../failure.ts';
import { isMissing, isTree, own, scalarText, setField, type Tree } from './tree.ts';

/**
 * kustomize's own strategic merge (kyaml's merge2), which differs from the API server's: elements of the patch come first,
 * lists whose type is unknown are replaced, and `$patch: delete` and `replace` are the only directives. Undefined: nothing
 * is left. The source's parts may end up in the result.
 */
export function mergedTree(dest: unknown, source: unknown): unknown {
  return walk(dest, source, undefined);
}

function walk(dest: unknown, source: unknown, known: TypeSchema | undefined): unknown {
  const schema = known ?? schemaIn(dest) ?? schemaIn(source);
  const first = [dest, source].find((each) => !isMissing(each));
  if (first === undefined || isTree(first)) {
    checkShape('MappingNode', dest, source);
    return walkMap(dest, source, schema);
  }
  if (Array.isArray(first)) {
    checkShape('SequenceNode', dest, source);
    const isAssociative = schema?.kind === 'list' && schema.mergeKey !== undefined;
    if (isAssociative) return walkList(dest, source, schema);
    return source === undefined ? dest : source;
  }
  checkShape('ScalarNode', dest, source);
  return source === undefined ? dest : source;
}

function schemaIn(value: unknown): TypeSchema | undefined {
  const apiVersion = scalarText(own(value, 'apiVersion'));
  const kind = scalarText(own(value, 'kind'));
  if (apiVersion === '' || kind === '') return undefined;
  const struct = schemaOf(apiVersion, kind);
  return struct === undefined ? undefined : typeOfStruct(struct);
}

function shapeOf(value: unknown): string {
  return isTree(value) ? 'MappingNode' : Array.isArray(value) ? 'SequenceNode' : 'ScalarNode';
}

function checkShape(want: string, ...values: readonly unknown[]): void {
  for (const each of values) {
    if (isMissing(each) || shapeOf(each) === want) continue;
    fail(
      `wrong node kind: expected ${want} but got ${shapeOf(each)}: node contents:\n${contentsOf(each)}`,
    );
  }
}

/** A value as the messages show it: YAML in a line or several. */
function contentsOf(value: unknown): string {
  if (!isTree(value) && !Array.isArray(value)) return `${scalarText(value)}\n`;
  if (Array.isArray(value)) return value.map((each) => `- ${contentsOf(each)}`).join('');
  return Object.entries(value)
    .map(([key, each]) => `${key}: ${isTree(each) ? `\n  ${contentsOf(each)}` : contentsOf(each)}`)
    .join('');
}

type Directive = 'delete' | 'replace' | 'merge';

function directiveOf(text: string): Directive {
  if (text === 'delete' || text === 'replace' || text === 'merge') return text;
  return fail(`unknown patch strategy '${text}'`);
}

/** Reads and takes away a map's `$patch`. */
function mapDirective(source: unknown): Directive {
  const value = own(source, '$patch');
  if (!isTree(source) || value === undefined) return 'merge';
  const directive = directiveOf(scalarText(value));
  delete source['$patch'];
  return directive;
}

/** Reads and takes away the element of a list that holds nothing but `$patch`. */
function listDirective(source: unknown): Directive {
  if (!Array.isArray(source)) return 'merge';
  const index = source.findIndex((each) => own(each, '$patch') !== undefined);
  const element: unknown = source[index];
  if (!isTree(element) || Object.keys(element).length > 1) return 'merge';
  const directive = directiveOf(scalarText(element['$patch']));
  for (let i = source.length - 1; i >= 0; i--) {
    if (scalarText(own(source[i], '$patch')) === directive) source.splice(i, 1);
  }
  return directive;
}

/** The map that the walk goes on with: the destination, or the source in its place; undefined clears the field. */
function visitMap(dest: unknown, source: unknown): Tree | null | undefined {
  if (isMissing(dest)) {
    if (isTree(source) && mapDirective(source) === 'delete') return undefined;
    // A null that was written stays; a field with nothing behind it goes.
    if (source === undefined) return dest === null ? null : undefined;
    return isTree(source) ? source : undefined;
  }
  if (source === null || source === nothing) return undefined;
  switch (mapDirective(source)) {
    case 'delete':
      return undefined;
    case 'replace':
      return source as Tree; // It held the directive.
    case 'merge':
      return dest as Tree; // Checked by the caller.
  }
}

function walkMap(dest: unknown, source: unknown, schema: TypeSchema | undefined): unknown {
  const target = visitMap(dest, source);
  if (target === undefined || target === null) return target;
  const fields = [...new Set([...keysOf(target), ...keysOf(source)])].sort();
  for (const key of fields) {
    const value = walk(own(target, key), own(source, key), fieldSchema(schema, key));
    const keepsNull = value === null && own(target, key) === null && own(source, key) === undefined;
    setField(target, key, isMissing(value) && !keepsNull ? undefined : value);
  }
  return target;
}

function keysOf(value: unknown): readonly string[] {
  return isTree(value) ? Object.keys(value) : [];
}

function fieldSchema(schema: TypeSchema | undefined, key: string): TypeSchema | undefined {
  if (schema?.kind === 'struct') return structOf(schema).fields.get(key)?.type;
  return schema?.kind === 'map' ? schema.value : undefined;
}

function walkList(
  dest: unknown,
  source: unknown,
  schema: Extract<TypeSchema, { kind: 'list' }>,
): unknown {
  const target = visitList(dest, source);
  if (!Array.isArray(target)) return undefined;
  const keys = schema.keys.length > 0 ? schema.keys : schema.mergeKey ? [schema.mergeKey] : [];
  const isPlain = keys.length === 0;
  const used = isPlain ? [''] : keys;
  const values = elementValues([source, target], used);
  if (values.length === 0) return target;
  return mergedElements(target, source, used, values, schema.element);
}

function visitList(dest: unknown, source: unknown): unknown {
  if (isMissing(dest)) return source;
  if (source === null || source === nothing) return undefined;
  switch (listDirective(source)) {
    case 'delete':
      return undefined;
    case 'replace':
      return source;
    case 'merge':
      return dest;
  }
}

/** What tells elements apart, of all of them, those of the patch first. */
function elementValues(lists: readonly unknown[], keys: readonly string[]): string[][] {
  const values: string[][] = [];
  const seen = new Set<string>();
  for (const list of lists) {
    for (const element of Array.isArray(list) ? list : []) {
      const found = keys.map((key) => keyText(element, key));
      const memo = JSON.stringify(found);
      if (seen.has(memo)) continue;
      seen.add(memo);
      values.push(found);
    }
  }
  return values;
}

function keyText(element: unknown, key: string): string {
  const value = key === '' ? element : own(element, key);
  return isMissing(value) ? '' : scalarText(value);
}

function mergedElements(
  dest: unknown[],
  source: unknown,
  keys: readonly string[],
  values: readonly (readonly string[])[],
  schema: TypeSchema,
): unknown {
  const completed = keys.length > 1 ? completedValues(values) : values;
  const merged: unknown[] = [];
  let validKeys: readonly string[] = keys;
  for (const each of completed) {
    const valid = usedKeys(completed, keys);
    validKeys = valid;
    const own = valid.map((key) => each[keys.indexOf(key)] ?? '');
    const value = walk(
      elementOf(dest, valid, own),
      elementOf(source, valid, own),
      keys[0] === '' ? undefined : schema,
    );
    if (isMissing(value) || (isTree(value) && Object.keys(value).length === 0)) {
      setElement(dest, undefined, valid, own);
      continue;
    }
    for (const [i, key] of valid.entries()) {
      if (isTree(value) && !Object.hasOwn(value, key) && own[i] !== '')
        setField(value, key, own[i]);
    }
    setElement(merged, value, valid, own);
  }
  appendRest(merged, dest, validKeys);
  return merged;
}

/** Keys that no element has do not count; without any, all do. */
function usedKeys(
  values: readonly (readonly string[])[],
  keys: readonly string[],
): readonly string[] {
  const used = keys.filter((_, i) => values.some((each) => (each[i] ?? '') !== ''));
  return used.length === 0 ? keys : used;
}

/** With several keys, an element that lacks one is taken for another that has it and agrees otherwise. */
function completedValues(values: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const result = [...values];
  for (let i = 0; i < result.length; i++) {
    for (let j = 0; j < result.length; j++) {
      const both = agreed(result[i] ?? [], result[j] ?? []);
      if (both === undefined) continue;
      result[i] = both;
      result[j] = both;
    }
  }
  return result;
}

function agreed(a: readonly string[], b: readonly string[]): readonly string[] | undefined {
  let isCommon = false;
  const result: string[] = [];
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? '';
    if (value === other) isCommon = true;
    else if (value !== '' && other !== '') return undefined;
    result.push(value === '' ? other : value);
  }
  return isCommon ? result : undefined;
}

function elementOf(list: unknown, keys: readonly string[], values: readonly string[]): unknown {
  if (!Array.isArray(list)) return undefined;
  const isFilled = values.map((each) => each !== '');
  const isAny = keys[0] === '' || !isFilled.includes(true);
  const [usedNames, usedValues] = isAny
    ? [keys, values]
    : [keys.filter((_, i) => isFilled[i]), values.filter((_, i) => isFilled[i])];
  return list.find((each: unknown) => isElement(each, usedNames, usedValues));
}

/** An empty value stands for any; keys beyond the values do not count. */
function isElement(element: unknown, keys: readonly string[], values: readonly string[]): boolean {
  if (keys[0] === '') return scalarText(element) === values[0];
  if (!isTree(element)) return false;
  return values.every((wanted, i) => {
    const value = own(element, keys[i] ?? '');
    return value !== undefined && (wanted === '' || scalarText(value) === wanted);
  });
}

/** Puts an element in the place of those of the same keys, or at the end; undefined takes them away. */
function setElement(
  list: unknown[],
  element: unknown,
  keys: readonly string[],
  values: readonly string[],
): void {
  let isFound = false;
  for (let i = 0; i < list.length; i++) {
    const each: unknown = list[i];
    if (isMissing(each) || (isTree(each) && Object.keys(each).length === 0)) {
      list.splice(i--, 1);
    } else if (values.length === 0) {
      list.splice(i--, 1);
    } else if (isElement(each, keys, values)) {
      isFound = true;
      if (element === undefined) list.splice(i--, 1);
      else list[i] = element;
    }
  }
  if (!isFound && element !== undefined) list.push(element);
}

/** Behind the merged elements come those that only the destination has. */
function appendRest(merged: unknown[], dest: readonly unknown[], keys: readonly string[]): void {
  for (const element of dest) {
    if (keys[0] === '') {
      setElement(merged, element, keys, [scalarText(element)]);
      continue;
    }
    const values: string[] = [];
    for (const key of keys) {
      const value = own(element, key);
      if (isMissing(value)) merged.push(element);
      else values.push(scalarText(value));
    }
    if (keys.length > 1) setElement(merged, undefined, keys, values);
    setElement(merged, element, keys, values);
  }
}
