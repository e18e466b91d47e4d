import { zeroOf, zeroStruct } from '../decode/zero-values.ts';
import type { JsonObject } from '../patch/json.ts';
import { structOf } from '../schema/lookup.ts';
import type { ListType, StructSchema, TypeSchema } from '../schema/schema.ts';
import { filledLike, type Found, foundOf, looseFound, NOTHING, resolved } from './difference.ts';
import { type Fields, leaf, listDraft } from './fields.ts';
import { isNovel, sortedNode, sharedNode } from './interned.ts';
import { isOneValue } from './one-value.ts';

/**
 * What a write changes follows from which fields differ, and from what differs in their parts: not from the values.
 * Components write thousands of objects in a few such ways, so each way is kept: a walk through the fields that differ
 * goes from place to place, and at its end stands what all walks of that way have found. A memo only.
 */

/** A struct, map or list that is compared part by part. */
export interface Composite {
  /** Undefined for maps and lists. */
  readonly struct: StructSchema | undefined;
  /** The type of a map's or list's entries. */
  readonly entryType: TypeSchema | undefined;
  readonly list: ListType | undefined;
  /** Fields that nobody owns. */
  readonly unmanaged: ReadonlySet<string>;
  /** The empty object of a struct. */
  readonly zero: JsonObject | undefined;
  /** Any entry of a list, wherever it is. */
  readonly entry: Turn;
  readonly start: Place;
}

/** Where a walk through a composite's parts stands. */
export interface Place {
  readonly composite: Composite;
  /** The turn that led here, and what was found there; undefined at the start. */
  readonly from: Turn | undefined;
  readonly outcome: Found | undefined;
  /** The part that came next the last time. */
  lastName: string | undefined;
  lastTurn: Turn;
  turns: Map<string, Turn> | undefined;
  /** What differs when no other part does; undefined where no walk has ended. */
  difference: Found | undefined;
  /** The same of a composite that is new as a whole. */
  whole: Found | undefined;
}

/** A part: the walk goes on by what differs in it. */
export interface Turn {
  readonly at: Place;
  readonly element: string;
  /** `none` for what nobody owns or no schema knows, `value` for what has one owner whatever is in it. */
  readonly kind: 'none' | 'value' | 'struct' | 'map' | 'list';
  /** What the API server holds where nobody has set it. */
  readonly zero: unknown;
  /** What the part consists of, where that is compared. */
  readonly composite: Composite | undefined;
  /** What a value adds to the zero value, by identity: all Pods of a ReplicaSet share their template's spec. */
  readonly known: WeakMap<object, Found> | undefined;
  lastOutcome: Found | undefined;
  lastPlace: Place;
  places: Map<Found, Place> | undefined;
}

/** Metadata that no manager owns. */
const unmanagedMetadata: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]);
const unmanagedRoot: ReadonlySet<string> = new Set(['apiVersion', 'kind']);
const nothing: ReadonlySet<string> = new Set();

// Stand where there is no place or turn yet, so that nobody need ask whether there is one.
const noPlace = {} as unknown as Place;
const noTurn = {} as unknown as Turn;

let roots = new WeakMap<StructSchema, Composite>();
let parts = new WeakMap<TypeSchema | StructSchema, Composite>();
let count = 0;
/** Beyond this many places the tables start afresh. */
const COUNT_MAX = 20_000;

/** The objects of a kind. */
export function kindOf(schema: StructSchema): Composite {
  if (count > COUNT_MAX) {
    roots = new WeakMap();
    parts = new WeakMap();
    count = 0;
  }
  // Whatever a comparison that failed may have left.
  if (loose.length > 0) loose.length = 0;
  let kind = roots.get(schema);
  if (kind === undefined) {
    kind = newComposite(schema, undefined, unmanagedRoot);
    roots.set(schema, kind);
  }
  return kind;
}

function compositeOf(type: TypeSchema): Composite | undefined {
  if (type.kind === 'scalar' || isOneValue(type)) return undefined;
  const key = type.kind === 'struct' ? structOf(type) : type;
  let composite = parts.get(key);
  if (composite === undefined) {
    composite =
      type.kind === 'struct'
        ? newComposite(structOf(type), undefined, nothing)
        : newComposite(undefined, type, nothing);
    parts.set(key, composite);
  }
  return composite;
}

function newComposite(
  struct: StructSchema | undefined,
  type: TypeSchema | undefined,
  unmanaged: ReadonlySet<string>,
): Composite {
  const isList = type?.kind === 'list';
  const composite = {
    struct,
    entryType: isList ? type.element : type?.kind === 'map' ? type.value : undefined,
    list: isList ? type : undefined,
    unmanaged,
    zero: struct === undefined ? undefined : zeroStruct(struct),
    entry: noTurn,
    start: noPlace,
  };
  composite.start = newPlace(composite, undefined, undefined);
  if (isList) composite.entry = newTurn(composite.start, '');
  return composite;
}

function newPlace(composite: Composite, from: Turn | undefined, outcome: Found | undefined): Place {
  count += 1;
  return {
    composite,
    from,
    outcome,
    lastName: undefined,
    lastTurn: noTurn,
    turns: undefined,
    difference: undefined,
    whole: undefined,
  };
}

/** The turn at a field, or at a map's key. */
export function turnAt(place: Place, name: string): Turn {
  place.turns ??= new Map();
  let turn = place.turns.get(name);
  if (turn === undefined) {
    turn = newTurn(place, name);
    place.turns.set(name, turn);
  }
  place.lastName = name;
  place.lastTurn = turn;
  return turn;
}

/** The turn at an entry of a list; undefined for one whose element is seen for the first time. */
function entryTurnAt(place: Place, element: string): Turn | undefined {
  return isFirst(element, place) ? undefined : turnAt(place, element);
}

/** True for a list's element that is seen for the first time; from now on it has been seen. */
export function isFirst(element: string, { turns }: Place): boolean {
  return turns?.has(element) !== true && isNovel(element);
}

function newTurn(at: Place, name: string): Turn {
  const { struct, entryType, list, unmanaged } = at.composite;
  if (struct === undefined) {
    return turnOf(at, { element: list === undefined ? `f:${name}` : name, type: entryType });
  }
  const field = unmanaged.has(name) ? undefined : struct.fields.get(name);
  if (field === undefined) return turnOf(at, { element: '', type: undefined });
  const { element, type } = field;
  const zero = field.emitted ? zeroOf(field) : undefined;
  if (unmanaged === unmanagedRoot && type.kind === 'struct') {
    if (name === 'spec') return turnOf(at, { element, type, zero, known: new WeakMap() });
    if (name === 'metadata') {
      const composite = newComposite(structOf(type), undefined, unmanagedMetadata);
      return turnOf(at, { element, type, zero, composite });
    }
  }
  return turnOf(at, { element, type, zero });
}

function turnOf(
  at: Place,
  part: {
    readonly element: string;
    readonly type: TypeSchema | undefined;
    readonly zero?: unknown;
    readonly known?: WeakMap<object, Found>;
    readonly composite?: Composite;
  },
): Turn {
  const { element, type, zero, known, composite = type && compositeOf(type) } = part;
  return {
    at,
    element,
    kind:
      type === undefined
        ? 'none'
        : composite === undefined || type.kind === 'scalar'
          ? 'value'
          : type.kind,
    zero,
    composite,
    known,
    lastOutcome: undefined,
    lastPlace: at,
    places: undefined,
  };
}

/** The place after a turn at which this has been found, which is shared. */
export function placeAfter(turn: Turn, outcome: Found): Place {
  turn.places ??= new Map();
  let place = turn.places.get(outcome);
  if (place === undefined) {
    place = newPlace(turn.at.composite, turn, outcome);
    turn.places.set(outcome, place);
  }
  turn.lastOutcome = outcome;
  turn.lastPlace = place;
  return place;
}

/**
 * What was found on walks that have not ended and is not shared: walks go on by its pattern. What belongs to one walk
 * lies above what belongs to those of which it is a part.
 */
export const loose: Found[] = [];

/** The place after a turn at which this has been found. */
export function onward(turn: Turn, found: Found): Place {
  const { pattern } = found;
  if (pattern !== found) loose.push(found);
  return turn.lastOutcome === pattern ? turn.lastPlace : placeAfter(turn, pattern);
}

/** What the parts on the way to a place differ in; `from` is where the walk's own begins among what is not shared. */
export function differenceAt(place: Place, from: number): Found {
  place.difference ??= foundAt(place, false);
  return loose.length === from ? place.difference : filledAt(place, from, false);
}

/** What a composite adds that is new as a whole, with these parts. */
export function wholeAt(place: Place, from: number): Found {
  place.whole ??= foundAt(place, true);
  return loose.length === from ? place.whole : filledAt(place, from, true);
}

/** The entries of a list walked through, with what was found in them; `isWhole` says that the list is new. */
export function foundInList(
  list: Composite,
  elements: readonly string[],
  founds: readonly Found[],
  isWhole: boolean,
): Found {
  const from = loose.length;
  let place = list.start;
  for (let i = 0; i < elements.length; i += 1) {
    const element = elements[i] as string; // In range; so below.
    const turn = place.lastName === element ? place.lastTurn : entryTurnAt(place, element);
    if (turn === undefined) {
      if (loose.length > from) loose.length = from;
      for (let j = i + 1; j < elements.length; j += 1) isNovel(elements[j] as string);
      return looseOf({ elements, founds }, list, isWhole);
    }
    place = onward(turn, founds[i] as Found);
  }
  return isWhole ? wholeAt(place, from) : differenceAt(place, from);
}

/**
 * A new list of one entry that is seen for the first time, as every Pod's list of addresses is: made at once, without
 * the lists of parts that are sorted elsewhere. The list itself is a member, and comes first.
 */
export function looseEntry(element: string, found: Found): Found {
  const node = listDraft();
  node['.'] = leaf;
  const { changed } = resolved(found);
  if (changed !== undefined) node[element] = changed;
  return looseFound(node, undefined);
}

/** Parts in which something was found, side by side. */
interface Parts {
  readonly elements: readonly string[];
  readonly founds: readonly Found[];
}

/** The parts on the way to a place, the last one first. */
function partsBefore(place: Place, unshared: Found[]): Parts {
  const elements: string[] = [];
  const founds: Found[] = [];
  let { from, outcome } = place;
  while (from !== undefined && outcome !== undefined) {
    elements.push(from.element);
    founds.push(outcome.hasGap ? (unshared.pop() ?? outcome) : outcome);
    ({ from, outcome } = from.at);
  }
  return { elements, founds };
}

function foundAt(place: Place, isWhole: boolean): Found {
  const before = partsBefore(place, []);
  const isListed = place.composite.list !== undefined;
  const changed = branchesOf(before, 'changed', isWhole);
  const removed = branchesOf(before, 'removed', false);
  return foundOf(
    changed && sharedNode(changed, isListed),
    removed && sharedNode(removed, isListed),
    before.founds.some((each) => each.hasGap),
  );
}

/** The pattern with its gaps filled by what lies above `from`, which is taken off. */
function filledAt(place: Place, from: number, isWhole: boolean): Found {
  const pattern = (isWhole ? place.whole : place.difference) ?? NOTHING;
  // One gap is what there is nearly always.
  if (loose.length === from + 1) {
    const only = loose.pop() as Found; // There is one.
    if (only.filling !== undefined) return filledLike(pattern, only);
    loose.push(only);
  }
  const unshared = loose.splice(from);
  return looseOf(partsBefore(place, unshared), place.composite, isWhole, pattern);
}

function looseOf(found: Parts, { list }: Composite, isWhole: boolean, pattern?: Found): Found {
  const isListed = list !== undefined;
  const changed = branchesOf(found, 'changed', isWhole);
  const removed = isWhole ? undefined : branchesOf(found, 'removed', false);
  return looseFound(
    changed && sortedNode(changed, isListed),
    removed && sortedNode(removed, isListed),
    pattern,
  );
}

/** One side of what was found in parts, with `.` for the composite itself where that is a member; undefined if none. */
function branchesOf(
  { elements, founds }: Parts,
  side: 'changed' | 'removed',
  isMember: boolean,
): { readonly elements: string[]; readonly nodes: Fields[] } | undefined {
  const branches = { elements: isMember ? ['.'] : [], nodes: isMember ? [leaf] : [] };
  for (let i = 0; i < founds.length; i += 1) {
    const node = resolved(founds[i] as Found)[side]; // In range.
    if (node === undefined) continue;
    branches.elements.push(elements[i] ?? '');
    branches.nodes.push(node);
  }
  return branches.elements.length === 0 ? undefined : branches;
}
