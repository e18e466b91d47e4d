import { assertNever } from '../../base/exhaustive.ts';
import { type Result, refusal, success } from '../../base/result.ts';
import type { JsonValue } from '../generated/types.ts';
import { compareValues } from './compare.ts';
import type { JsonPathFilter, JsonPathNode, JsonPathSlice, JsonPathTemplate } from './nodes.ts';
import {
  childrenOf,
  goText,
  goTypeName,
  type JsonPathValue,
  kindOf,
  markedFloat,
} from './values.ts';

export interface JsonPathOptions {
  /** A field that is nowhere found gives nothing instead of an error; kubectl's usual setting. */
  readonly allowMissingKeys: boolean;
}

/** What one step of the template found. */
export type JsonPathResults = readonly JsonPathValue[];

/**
 * Runs a template over a document: for each text and each `{…}` the values found, in the order of the output.
 * Values of maps are visited by sorted key, where upstream's order is any. Upstream sets no limit to the work; here
 * a template that visits more than a million values is refused.
 */
export function findJsonPath(
  template: JsonPathTemplate,
  document: JsonValue,
  options: JsonPathOptions,
): Result<readonly JsonPathResults[], string> {
  const run: Run = {
    nodes: template.nodes,
    allowMissingKeys: options.allowMissingKeys,
    rangesToBegin: 0,
    rangesOpen: 0,
    rangesToEnd: 0,
    lastEndAt: -1,
    visitsLeft: visitsMax,
  };
  return runFrom(run, document, 0, 0);
}

const visitsMax = 1_000_000;
const rangeDepthMax = 200;

interface Run {
  readonly nodes: readonly JsonPathNode[];
  readonly allowMissingKeys: boolean;
  /** `{range}` and `{end}` are noticed while a list is walked and acted on after it. */
  rangesToBegin: number;
  rangesOpen: number;
  rangesToEnd: number;
  lastEndAt: number;
  visitsLeft: number;
}

/** Values so far, together with the error if there is one: filters of one side look at the values even then. */
interface Found {
  readonly values: JsonPathResults;
  readonly error?: string;
}

const nothing: Found = { values: [] };
const tooMuchWork = refusal('the template visits too many values');

function runFrom(
  run: Run,
  document: JsonPathValue,
  from: number,
  depth: number,
): Result<readonly JsonPathResults[], string> {
  if (depth > rangeDepthMax) return refusal('ranges are nested too deeply');
  const all: JsonPathResults[] = [];
  for (let at = from; at < run.nodes.length; at += 1) {
    const node = run.nodes[at] as JsonPathNode; // In range by the loop's bound.
    const { values, error } = walk(run, [document], node);
    if (error !== undefined) return refusal(error);
    if (run.visitsLeft < 0) return tooMuchWork;
    if (run.rangesToEnd > 0 && run.rangesToEnd <= run.rangesOpen) {
      run.rangesToEnd -= 1;
      run.lastEndAt = at;
      break;
    }
    if (run.rangesToBegin === 0) {
      all.push(values);
      continue;
    }
    run.rangesToBegin -= 1;
    run.rangesOpen += 1;
    for (const value of values) {
      const inner = runFrom(run, value, at + 1, depth + 1);
      if (!inner.ok) return inner;
      for (const each of inner.value) all.push(each);
    }
    if (values.length === 0) {
      // Nothing is printed, but the end must be found.
      const inner = runFrom(run, undefined, at + 1, depth + 1);
      if (!inner.ok) return inner;
    }
    run.rangesOpen -= 1;
    // A range without an end is followed by its own body once more, over the outer document.
    if (run.lastEndAt > at) at = run.lastEndAt;
  }
  return success(all);
}

function walkList(run: Run, input: JsonPathResults, nodes: readonly JsonPathNode[]): Found {
  let found: Found = { values: input };
  for (const node of nodes) {
    found = walk(run, found.values, node);
    if (found.error !== undefined) return found;
  }
  return found;
}

function walk(run: Run, input: JsonPathResults, node: JsonPathNode): Found {
  run.visitsLeft -= 1 + input.length;
  if (run.visitsLeft < 0) return { values: [], error: tooMuchWork.error };
  switch (node.kind) {
    case 'list':
      return walkList(run, input, node.nodes);
    case 'text':
      return { values: [node.text] };
    case 'int':
    case 'bool':
      return { values: input.map(() => node.value) };
    case 'float':
      return { values: input.map(() => markedFloat(node.value)) };
    case 'identifier':
      return walkIdentifier(run, input, node.name);
    case 'field':
      return walkField(run, input, node.name);
    case 'slice':
      return walkSlice(input, node.slice);
    case 'filter':
      return walkFilter(run, input, node.filter);
    case 'wildcard':
      return { values: input.flatMap(childrenOf) };
    case 'recursive':
      return walkRecursive(run, input);
    case 'union':
      return walkUnion(run, input, node.members);
    default:
      return assertNever(node);
  }
}

function walkIdentifier(run: Run, input: JsonPathResults, name: string): Found {
  if (name === 'range') {
    run.rangesToBegin += 1;
    return { values: input };
  }
  if (name !== 'end') return { values: input, error: `unrecognized identifier ${name}` };
  if (run.rangesOpen === 0) return { values: [], error: 'not in range, nothing to end' };
  run.rangesToEnd += 1;
  return nothing;
}

function walkField(run: Run, input: JsonPathResults, name: string): Found {
  if (input.length === 0) return nothing;
  const values: JsonPathValue[] = [];
  for (const value of input) {
    if (kindOf(value) !== 'map') continue;
    const map = value as Readonly<Record<string, JsonValue>>;
    if (Object.hasOwn(map, name)) values.push(map[name]);
  }
  if (values.length > 0 || run.allowMissingKeys) return { values };
  return { values, error: `${name} is not found` };
}

function walkSlice(input: JsonPathResults, slice: JsonPathSlice): Found {
  const values: JsonPathValue[] = [];
  for (const value of input) {
    if (kindOf(value) === 'nil') continue;
    if (!Array.isArray(value)) {
      return { values: input, error: `${goTypeName(value)} is not array or slice` };
    }
    const { length } = value;
    let { from = 0, to = length } = slice;
    if (from < 0) from += length;
    if (to < 0 || (to === 0 && slice.isSingle)) to += length;
    if (from === to) return { values };
    const error = boundsError(from, to, length);
    if (error !== undefined) return { values: input, error };
    const { step = 1 } = slice;
    if (step <= 0) return { values: input, error: 'step must be > 0' };
    for (let at = from; at < to; at += step) values.push(value[at]);
  }
  return { values };
}

function boundsError(from: number, to: number, length: number): string | undefined {
  if (from >= length || from < 0) {
    return `array index out of bounds: index ${from}, length ${length}`;
  }
  if (to > length || to < 0) {
    return `array index out of bounds: index ${to - 1}, length ${length}`;
  }
  if (from > to) return `starting index ${from} is greater than ending index ${to}`;
  return undefined;
}

function walkUnion(
  run: Run,
  input: JsonPathResults,
  members: readonly (readonly JsonPathNode[])[],
): Found {
  const values: JsonPathValue[] = [];
  for (const member of members) {
    const found = walkList(run, input, member);
    if (found.error !== undefined) return { values: input, error: found.error };
    for (const each of found.values) values.push(each);
  }
  return { values };
}

/** Each value that has something inside, and then all that is inside it, outermost first. */
function walkRecursive(run: Run, input: JsonPathResults): Found {
  const values: JsonPathValue[] = [];
  const visit = (value: JsonPathValue, depth: number): void => {
    run.visitsLeft -= 1;
    if (run.visitsLeft < 0 || depth > 1000) return;
    const children = childrenOf(value);
    if (children.length === 0) return;
    values.push(value);
    if (typeof value === 'string') return; // Its bytes have nothing inside.
    for (const each of children) visit(each, depth + 1);
  };
  for (const each of input) visit(each, 0);
  return { values };
}

function walkFilter(run: Run, input: JsonPathResults, filter: JsonPathFilter): Found {
  const values: JsonPathValue[] = [];
  for (const value of input) {
    if (!Array.isArray(value)) {
      const error = `${goText(value)} is not array or slice and cannot be filtered`;
      return { values: input, error };
    }
    for (const item of value as readonly JsonValue[]) {
      const passes = passesFilter(run, item, filter);
      if (!passes.ok) return { values, error: passes.error };
      if (passes.value) values.push(item);
    }
  }
  return { values };
}

function passesFilter(run: Run, item: JsonValue, filter: JsonPathFilter): Result<boolean, string> {
  const left = walkList(run, [item], filter.left);
  if (run.visitsLeft < 0) return tooMuchWork;
  if (filter.operator === 'exists') return success(left.values.length > 0);
  if (left.error !== undefined) return refusal(left.error);
  if (left.values.length === 0) return success(false);
  if (left.values.length > 1) return tooManyToCompare;
  const right = walkList(run, [item], filter.right);
  if (right.error !== undefined) return refusal(right.error);
  if (right.values.length === 0) return success(false);
  if (right.values.length > 1) return tooManyToCompare;
  return compareValues(filter.operator, left.values[0], right.values[0]);
}

const tooManyToCompare = refusal('can only compare one element at a time');
