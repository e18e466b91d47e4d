import { goQuote } from '../../../api/go-text.ts';
import { resolveKyaml } from '../../../api/manifest/kyaml.ts';
import { compileRegex } from '../../../base/regex/regex.ts';
import { fail } from '../failure.ts';
import { decodeStrict } from './decode.ts';
import { bracketSteps, type Place } from './field-spec.ts';
import {
  replacementShape,
  yamlAsJson,
  type FieldOptions,
  type Replacement,
  type ReplacementEntry,
  type Selector,
} from './kustomization.ts';
import { load, type Loader } from './loader.ts';
import type { ResourceMap } from './resource-map.ts';
import { currentId, previousIds, type Resource } from './resource.ts';
import { idText, isSelected, sameNamespace, type ResourceId } from './resource-id.ts';
import { fitsTexts } from './select.ts';
import { copied, isMissing, isTree, own, scalarText, setField, type Tree } from './tree.ts';
import { wrapped } from './wrap.ts';

/** The replacements of a kustomization, those in files read. */
export function readReplacements(
  entries: readonly ReplacementEntry[],
  loader: Loader,
): readonly Replacement[] {
  return entries.flatMap((entry) => {
    const { path = '', source, targets = [] } = entry;
    if (path === '') return [entry];
    if (source !== undefined || targets.length > 0) {
      fail('cannot specify both path and inline replacement');
    }
    const value = yamlAsJson(load(loader, path));
    const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    return list.map((each) => decodeStrict(each, replacementShape) as Replacement);
  });
}

/** Copies fields of some resources into fields of others. */
export function applyReplacements(map: ResourceMap, replacements: readonly Replacement[]): void {
  for (const replacement of replacements) {
    const { source, sourceValue, targets } = replacement;
    if ((source === undefined && sourceValue === undefined) || targets === undefined) {
      fail('replacements must specify a source and at least one target');
    }
    const value = sourceOf(map, replacement);
    for (const target of targets ?? []) {
      if (target.select === undefined) fail('target must specify resources to select');
      const select = target.select ?? {};
      const paths = target.fieldPaths ?? [];
      for (const resource of map.list) {
        if (!isTarget(resource, select, target.reject ?? [])) continue;
        for (const path of paths.length === 0 ? ['metadata.name'] : paths) {
          write(resource, path, value, target.options);
        }
      }
    }
  }
}

function isTarget(resource: Resource, select: Selector, rejects: readonly Selector[]): boolean {
  if (!fitsTexts(resource, select)) return false;
  const hasTexts = ({ labelSelector = '', annotationSelector = '' }: Selector): boolean =>
    labelSelector !== '' || annotationSelector !== '';
  if (rejects.some((each) => hasTexts(each) && fitsTexts(resource, each))) return false;
  const ids = idsOf(resource);
  const isNamed = (each: Selector): boolean =>
    [each.group, each.version, each.kind, each.name, each.namespace].some(
      (part) => (part ?? '') !== '',
    );
  if (rejects.some((each) => isNamed(each) && ids.some((id) => isMeant(id, each)))) return false;
  return ids.some((id) => isMeant(id, select));
}

function idsOf(resource: Resource): readonly ResourceId[] {
  return [{ ...currentId(resource), isClusterScoped: false }, ...previousIds(resource)];
}

function isMeant(id: ResourceId, selector: Selector): boolean {
  const { name = '', namespace = '' } = selector;
  return (
    (name === '' || name === id.name) &&
    (namespace === '' || sameNamespace({ ...id, isClusterScoped: false, namespace }, id)) &&
    isSelected(id, selector)
  );
}

function selectorText(source: NonNullable<Replacement['source']>): string {
  const { delimiter = '', index = 0, create = false } = source.options ?? {};
  const options =
    delimiter === '' && !create ? '' : `:${delimiter}(${index}), create=${String(create)}`;
  return `${idText(source)}${source.fieldPath ? `:${source.fieldPath}` : ''}${options}`;
}

function sourceOf(map: ResourceMap, { source, sourceValue }: Replacement): unknown {
  if (source !== undefined && sourceValue !== undefined) {
    fail('value and resource selectors are mutually exclusive');
  }
  if (source === undefined) return sourceValue ?? '';
  const found = map.list.filter((each) => idsOf(each).some((id) => isMeant(id, source)));
  const [only] = found;
  if (found.length > 1) fail(`multiple matches for selector ${selectorText(source)}`);
  if (only === undefined) return fail(`nothing selected by ${selectorText(source)}`);
  const path = source.fieldPath || 'metadata.name';
  const value = valueAt(only.tree, bracketSteps(path));
  if (isMissing(value) || isEmptyCollection(value)) {
    fail(`fieldPath \`${path}\` is missing for replacement source ${idText(source)}`);
  }
  const { delimiter = '', index = 0 } = source.options ?? {};
  if (delimiter === '') return value;
  if (typeof value === 'object') fail('delimiter option can only be used with scalar nodes');
  const parts = scalarText(value).split(delimiter);
  if (index < 0 || index >= parts.length) {
    fail(`options.index ${index} is out of bounds for value ${scalarText(value)}`);
  }
  return parts[index];
}

function isEmptyCollection(value: unknown): boolean {
  if (value === '') return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The value at a path whose steps may be numbers, `-` for the last, or `[name=x]`. */
export function valueAt(tree: unknown, steps: readonly string[]): unknown {
  let value = tree;
  for (const step of steps.map((each) => each.trim()).filter((each) => each !== '')) {
    if (isMissing(value)) return undefined;
    if (/^\d+$/.test(step) || step === '-') {
      if (!Array.isArray(value)) refuseKind('SequenceNode', value);
      const list = value as readonly unknown[];
      value = step === '-' ? list.at(-1) : list[Number(step)];
    } else if (step === '*') fail('wildcard is not supported in PathGetter');
    else if (isListStep(step)) {
      const [name, wanted] = nameAndValue(step);
      value = (Array.isArray(value) ? value : []).find((each: unknown) =>
        name === '' ? scalarText(each) === wanted : scalarText(own(each, name)) === wanted,
      );
    } else if (isTree(value)) value = own(value, step);
    else refuseKind('MappingNode', value);
  }
  return value;
}

function refuseKind(want: string, value: unknown): never {
  const got = Array.isArray(value) ? 'SequenceNode' : isTree(value) ? 'MappingNode' : 'ScalarNode';
  return fail(
    `error looking up replacement source: wrong node kind: expected ${want} but got ${got}: node contents:\n${scalarText(value)}\n`,
  );
}

function isListStep(step: string): boolean {
  return step.startsWith('[') && step.endsWith(']');
}

function nameAndValue(step: string): readonly [string, string] {
  const inner = step.slice(1, -1);
  const equals = inner.indexOf('=');
  if (equals < 0) {
    fail('list path element must contain fieldName=fieldValue for element to match');
  }
  return [inner.slice(0, equals), inner.slice(equals + 1)];
}

function write(
  { tree }: Resource,
  path: string,
  value: unknown,
  options: FieldOptions | undefined,
): void {
  const creates = options?.create === true;
  const refusal = creates
    ? `unable to find or create field ${goQuote(path)} in replacement target`
    : `unable to find field ${goQuote(path)} in replacement target`;
  const root: Place = { get: () => tree, set: () => undefined };
  const places = wrapped(refusal, () =>
    placesAt(root, bracketSteps(path), creates ? kindOfValue(value) : undefined),
  );
  if (places.length === 0) fail(refusal);
  for (const place of places) setPlace(place, value, options);
}

type NodeKind = 'map' | 'list' | 'scalar';

function kindOfValue(value: unknown): NodeKind {
  return Array.isArray(value) ? 'list' : isTree(value) ? 'map' : 'scalar';
}

/** Stands for a scalar that was made and has no type yet: it takes that of its text. */
const untyped = Symbol('untyped');

function emptyNode(kind: NodeKind): unknown {
  return kind === 'map' ? {} : kind === 'list' ? [] : untyped;
}

/** What to make for a step that is missing, by the step behind it. */
function kindBefore(next: string | undefined, last: NodeKind): NodeKind {
  if (next === undefined || next === '') return last;
  return isListStep(next) || /^\d+$/.test(next) ? 'list' : 'map';
}

/** All places that a path means; missing ones are made where `creates` says what the last is. */
function placesAt(
  place: Place,
  steps: readonly string[],
  creates: NodeKind | undefined,
): readonly Place[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [place];
  const value = place.get();
  if (/^\d+$/.test(step)) {
    const list = listIn(value);
    const index = Number(step);
    if (index === list.length && creates !== undefined)
      list.push(emptyNode(kindBefore(rest[0], creates)));
    if (index >= list.length) {
      fail(`index ${index} specified but only ${list.length} elements found`);
    }
    return placesAt(element(list, index), rest, creates);
  }
  if (isListStep(step)) return matchingElements(listIn(value), step, rest, creates);
  if (step === '*') {
    const list = listIn(value);
    return [...list.keys()].flatMap((i) => placesAt(element(list, i), rest, creates));
  }
  if (!isTree(value)) {
    const got = Array.isArray(value) ? 'SequenceNode' : 'ScalarNode';
    return fail(
      `wrong node kind: expected MappingNode but got ${got}: node contents:\n${scalarText(value)}\n`,
    );
  }
  if (isMissing(own(value, step))) {
    if (creates === undefined)
      return Object.hasOwn(value, step) && rest.length === 0 ? [field(value, step)] : [];
    setField(value, step, emptyNode(kindBefore(rest[0], creates)));
  }
  return placesAt(field(value, step), rest, creates);
}

function listIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const got = isTree(value) ? 'MappingNode' : 'ScalarNode';
  return fail(
    `wrong node kind: expected SequenceNode but got ${got}: node contents:\n${scalarText(value)}\n`,
  );
}

function matchingElements(
  list: unknown[],
  step: string,
  rest: readonly string[],
  creates: NodeKind | undefined,
): readonly Place[] {
  const [name, pattern] = nameAndValue(step);
  const regex = compileRegex(pattern, { flavour: 'go' });
  const search = (): readonly Place[] =>
    [...list.keys()].flatMap((i) => {
      const text = name === '' ? list[i] : own(list[i], name);
      if (text === undefined || !regex.test(scalarText(text).trim())) return [];
      return name === '' ? [element(list, i)] : placesAt(element(list, i), rest, creates);
    });
  const found = search();
  if (found.length > 0 || creates === undefined) return found;
  const made: Tree = {};
  const value = resolveKyaml(pattern).value;
  if (name !== '') setField(made, name, value);
  list.push(name === '' ? value : made);
  return search();
}

function element(list: unknown[], index: number): Place {
  return { get: () => list[index], set: (value) => (list[index] = value) };
}

function field(tree: Tree, key: string): Place {
  return { get: () => own(tree, key), set: (value) => setField(tree, key, value) };
}

function setPlace(place: Place, value: unknown, options: FieldOptions | undefined): void {
  const old = place.get();
  const isScalarOld = old === untyped || typeof old !== 'object' || old === null;
  const { delimiter = '', index = 0 } = options ?? {};
  let fresh: unknown = value;
  if (delimiter !== '') {
    if (!isScalarOld) fail('delimiter option can only be used with scalar nodes');
    const parts = (old === untyped ? '' : scalarText(old)).split(delimiter);
    const text = scalarText(value);
    if (index < 0) parts.unshift(text);
    else if (index >= parts.length) parts.push(text);
    else parts[index] = text;
    fresh = parts.join(delimiter);
  }
  if (!isScalarOld) {
    place.set(copied(fresh));
    return;
  }
  const text = typeof fresh === 'object' ? '' : scalarText(fresh);
  place.set(typed(text, old));
}

/** The text as a value of the type that stood there. */
function typed(text: string, old: unknown): unknown {
  if (typeof old === 'string') return text;
  const resolved = resolveKyaml(text).value;
  if (old === untyped || isMissing(old)) return text === '' ? '' : resolved;
  return typeof resolved === typeof old ? resolved : text;
}
