import {
  copyOf,
  difference,
  differenceNode,
  type Fields,
  leaf,
  type NodeOperation,
  union,
  unionNode,
} from './fields.ts';
import { gap, internFields, isInterned } from './interned.ts';

/** What an operation on two sets makes of interned ones: thousands of pods go through the very same sets. */
interface Known {
  readonly operation: NodeOperation<Fields>;
  readonly results: Map<Fields, Map<Fields, Fields>>;
  /** Sets that are not interned are asked about twice at most, soon one after the other. */
  last: { readonly a: Fields; readonly b: Fields; readonly result: Fields } | undefined;
}
const unions = newKnown((a, b) => union(a, b, sharedUnion));
const differences = newKnown((a, b) => difference(a, b, sharedDifference));
// The same below the roots, where a set that is not shared differs in a single branch from those that are.
const nodeUnions = newKnown((a, b) => unionNode(a, b, sharedUnion));
const nodeDifferences = newKnown((a, b) => differenceNode(a, b, sharedDifference) ?? GONE);
/** Stands for a node of which nothing is left. */
const GONE: Fields = Object.freeze({ 'f:': leaf });
let knownCount = 0;
// Beyond this many the tables start afresh.
const knownCountMax = 20_000;

function newKnown(operation: Known['operation']): Known {
  return { operation, results: new Map(), last: undefined };
}

function sharedUnion(a: Fields, b: Fields): Fields {
  return a === b ? a : remembered(nodeUnions, a, b);
}

function sharedDifference(a: Fields, b: Fields): Fields | undefined {
  const rest = remembered(nodeDifferences, a, b);
  return rest === GONE ? undefined : rest;
}

/** As `union`, interned, and remembered where both sets are interned. */
export function internedUnion(a: Fields, b: Fields): Fields {
  if (a === b) return a;
  return unions.results.get(a)?.get(b) ?? throughPattern(unions, a, b) ?? remembered(unions, a, b);
}

/** As `difference`, interned, and remembered where both sets are interned. */
export function internedDifference(a: Fields, b: Fields): Fields {
  if (a === leaf || b === leaf) return a;
  return (
    differences.results.get(a)?.get(b) ??
    throughPattern(differences, a, b) ??
    remembered(differences, a, b)
  );
}

function remembered(known: Known, a: Fields, b: Fields): Fields {
  const { results, last } = known;
  const result = results.get(a)?.get(b);
  if (result !== undefined) return result;
  if (last !== undefined && a === last.a && b === last.b) return last.result;
  const made = known.operation(a, b);
  // The very set that was given says that nothing has changed.
  const kept = made === a || made === GONE ? made : internFields(made);
  if (!isInterned(a) || !isInterned(b)) {
    known.last = { a, b, result: kept };
    return kept;
  }
  if (knownCount >= knownCountMax) {
    for (const each of [unions, differences, nodeUnions, nodeDifferences]) each.results.clear();
    knownCount = 0;
  }
  knownCount += 1;
  const kin = results.get(a);
  if (kin === undefined) results.set(a, new Map([[b, kept]]));
  else kin.set(b, kept);
  return kept;
}

/**
 * Sets that differ from a shared one, their pattern, in what fills its gaps: those of Pods in the Pod's own address.
 * Operations that do not touch the gap are done on the pattern, where their answers are known.
 */
const patterns = new WeakMap<Fields, Fields>();

/** Notes the pattern of a set, which must be equal but for the gaps. */
export function notePattern(fields: Fields, pattern: Fields): void {
  patterns.set(fields, pattern);
}

/** True for sets whose pattern is known. */
export function hasPattern(fields: Fields): boolean {
  return patterns.has(fields);
}

/** What an operation makes of a set with a pattern and a shared one; undefined where that must be worked out. */
function throughPattern(known: Known, a: Fields, b: Fields): Fields | undefined {
  const patternOfA = isInterned(a) ? a : patterns.get(a);
  const patternOfB = isInterned(b) ? b : patterns.get(b);
  if (patternOfA === undefined || patternOfB === undefined) return undefined;
  const isFirst = patternOfA !== a;
  if (isFirst === (patternOfB !== b)) return undefined;
  const [filled, pattern, other] = isFirst ? [a, patternOfA, b] : [b, patternOfB, a];
  const path = gapOf(pattern);
  if (path === undefined || nodeAt(other, path) !== undefined) return undefined;
  const made = remembered(known, patternOfA, patternOfB);
  if (made === pattern) return filled;
  // What takes fields away from others leaves its gap nowhere.
  if (known === differences && !isFirst) return made;
  return filledWith(made, path, nodeAt(filled, path) ?? leaf);
}

function filledWith(pattern: Fields, path: readonly string[], node: Fields): Fields {
  const filled = withNode(pattern, path, 0, node);
  patterns.set(filled, pattern);
  return filled;
}

function withNode(fields: Fields, path: readonly string[], depth: number, node: Fields): Fields {
  const element = path[depth];
  if (element === undefined) return node;
  const copy = copyOf(fields);
  copy[element] = withNode(fields[element] ?? leaf, path, depth + 1, node);
  return copy;
}

function nodeAt(fields: Fields, path: readonly string[]): Fields | undefined {
  let node: Fields | undefined = fields;
  for (let i = 0; i < path.length && node !== undefined; i += 1) node = node[path[i] ?? ''];
  return node;
}

const gaps = new WeakMap<Fields, { readonly path: readonly string[] | undefined }>();

/** The path to the gap of a pattern; undefined where it has several. */
function gapOf(pattern: Fields): readonly string[] | undefined {
  let known = gaps.get(pattern);
  if (known === undefined) {
    const paths = gapsOf(pattern);
    known = { path: paths.length === 1 ? paths[0] : undefined };
    gaps.set(pattern, known);
  }
  return known.path;
}

function gapsOf(node: Fields): readonly (readonly string[])[] {
  if (node === gap) return [[]];
  return Object.keys(node).flatMap((element) =>
    gapsOf(node[element] ?? leaf).map((path) => [element, ...path]),
  );
}
