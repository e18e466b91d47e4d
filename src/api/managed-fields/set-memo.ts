import { type Difference, type Found, resolved } from './difference.ts';
import {
  difference,
  differenceNode,
  type Fields,
  leaf,
  type NodeOperation,
  union,
  unionNode,
} from './fields.ts';
import { gap, gapOf, internFields, isInterned, patternOf, withGapFilled } from './interned.ts';

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
  return a === b ? a : remembered(unions, a, b);
}

/** As `difference`, interned, and remembered where both sets are interned. */
export function internedDifference(a: Fields, b: Fields): Fields {
  return a === leaf || b === leaf ? a : remembered(differences, a, b);
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
 * What a change makes of a manager's set: its writer's own loses what was removed and gains what changed, that of
 * others loses both. Thousands of Pods' sets go the same way, so the answers are kept with the change; where the sets
 * differ in an address, with its pattern.
 */
export function setAfter(fields: Fields, change: Found, isWriters: boolean): Fields {
  const { pattern, filling } = change;
  if (pattern !== change && filling === undefined) return workedOut(fields, change, isWriters);
  const answers = isWriters ? (pattern.gained ??= new Map()) : (pattern.left ??= new Map());
  const known = answers.get(fields);
  // Nearly always.
  if (known !== undefined && filling === undefined) return known;
  const set = patternOf(fields);
  // Two gaps are more than is known of.
  if (set === undefined || (set !== fields && filling !== undefined)) {
    return workedOut(fields, resolved(change), isWriters);
  }
  const made = known ?? answers.get(set) ?? noted(answers, set, pattern, isWriters);
  if (made === gap) return workedOut(fields, resolved(change), isWriters);
  if (set !== fields)
    return made === set ? fields : withGapFilled(made, nodeAt(fields, gapOf(set) ?? []) ?? leaf);
  return filling !== undefined && isWriters ? withGapFilled(made, filling) : made;
}

/** Makes an answer and notes it: the gap itself says that it takes more than the patterns. */
function noted(
  answers: Map<Fields, Fields>,
  set: Fields,
  change: Found,
  isWriters: boolean,
): Fields {
  const isApart =
    !touchesGap(set, change.changed) &&
    !touchesGap(set, change.removed) &&
    (change.changed === undefined || !touchesGap(change.changed, set));
  const made = isApart ? workedOut(set, change, isWriters) : gap;
  if (answers.size >= answersMax) answers.clear();
  answers.set(set, made);
  return made;
}

const answersMax = 1000;

/** True when the other set has a node where the pattern has its gap, if it has one. */
function touchesGap(pattern: Fields, other: Fields | undefined): boolean {
  const path = gapOf(pattern);
  return path !== undefined && other !== undefined && nodeAt(other, path) !== undefined;
}

function nodeAt(fields: Fields, path: readonly string[]): Fields | undefined {
  let node: Fields | undefined = fields;
  for (let i = 0; i < path.length && node !== undefined; i += 1) node = node[path[i] ?? ''];
  return node;
}

function workedOut(fields: Fields, { changed, removed }: Difference, isWriters: boolean): Fields {
  let set = fields;
  if (changed !== undefined && !isWriters) set = internedDifference(set, changed);
  if (removed !== undefined) set = internedDifference(set, removed);
  return changed !== undefined && isWriters ? internedUnion(set, changed) : set;
}
