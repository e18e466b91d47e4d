import type { JsonObject } from '../patch/json.ts';
import type { FieldSchema, StructSchema } from '../schema/schema.ts';
import { zeroOf } from '../decode/zero-values.ts';
import type { Fields } from './fields.ts';
import { isInterned } from './interned.ts';
import type { Difference } from './compare.ts';

/**
 * What new objects of a kind add to an empty one follows from which fields they have, which of these hold more than
 * their zero value, and from what their parts add: not from the values. Components make thousands of objects of a few
 * such shapes (Events above all), so the answers are remembered along the way through an object's fields. A memo only.
 */

type PartOf = (
  value: unknown,
  zero: unknown,
  field: FieldSchema,
  unmanaged: ReadonlySet<string>,
) => Fields | undefined | null;

/** Where a walk through an object's fields stands. */
export interface Place {
  /** The field that came next the last time, and what followed. */
  lastName: string;
  lastTurn: Turn | undefined;
  turns: Map<string, Turn> | undefined;
  /** What objects add whose fields end here; undefined where that has not been seen. */
  added: { readonly difference: Difference | undefined } | undefined;
}

/** A field: it leads on by what its value adds. */
interface Turn {
  /** Undefined for what nobody owns. */
  readonly field: FieldSchema | undefined;
  readonly zero: unknown;
  lastOutcome: Outcome;
  lastPlace: Place;
  places: Map<Outcome, Place> | undefined;
}

/** Nothing, a plain value, or the fields of a part. */
type Outcome = typeof NOTHING | typeof PLAIN | Fields;
const NOTHING = 0;
const PLAIN = 1;

let starts = new WeakMap<StructSchema, Map<ReadonlySet<string>, Place>>();
let count = 0;
/** Beyond this many places the tables start afresh. */
const COUNT_MAX = 20_000;

/**
 * The place at which an object's fields end; undefined where a part adds something that equal ones do not share, so that
 * nothing can be remembered. `partOf` says what a part adds to its zero value: `null` where it also takes away.
 */
export function placeOf(
  object: JsonObject,
  struct: StructSchema,
  unmanaged: ReadonlySet<string>,
  partOf: PartOf,
): Place | undefined {
  let place = startOf(struct, unmanaged);
  for (const name in object) {
    const { lastTurn } = place;
    const turn =
      lastTurn !== undefined && place.lastName === name
        ? lastTurn
        : turnAt(place, name, struct, unmanaged);
    const { field } = turn;
    let outcome: Outcome = NOTHING;
    if (field !== undefined) {
      const value = object[name];
      if (value === undefined || value === turn.zero) outcome = NOTHING;
      else if (typeof value !== 'object' && field.type.kind === 'scalar') outcome = PLAIN;
      else {
        const part = partOf(value, turn.zero, field, unmanaged);
        if (part === null || (part !== undefined && !isInterned(part))) return undefined;
        outcome = part ?? NOTHING;
      }
    }
    place = turn.lastOutcome === outcome ? turn.lastPlace : placeAfter(turn, outcome);
  }
  return place;
}

function startOf(struct: StructSchema, unmanaged: ReadonlySet<string>): Place {
  if (count > COUNT_MAX) {
    starts = new WeakMap();
    count = 0;
  }
  let places = starts.get(struct);
  if (places === undefined) {
    places = new Map();
    starts.set(struct, places);
  }
  let place = places.get(unmanaged);
  if (place === undefined) {
    place = newPlace();
    places.set(unmanaged, place);
  }
  return place;
}

function newPlace(): Place {
  count += 1;
  return { lastName: '', lastTurn: undefined, turns: undefined, added: undefined };
}

function turnAt(
  place: Place,
  name: string,
  struct: StructSchema,
  unmanaged: ReadonlySet<string>,
): Turn {
  place.turns ??= new Map();
  let turn = place.turns.get(name);
  if (turn === undefined) {
    const field = unmanaged.has(name) ? undefined : struct.fields.get(name);
    turn = {
      field,
      zero: field?.emitted === true ? zeroOf(field) : undefined,
      lastOutcome: NOTHING,
      lastPlace: newPlace(),
      places: undefined,
    };
    turn.places = new Map([[NOTHING, turn.lastPlace]]);
    place.turns.set(name, turn);
  }
  place.lastName = name;
  place.lastTurn = turn;
  return turn;
}

function placeAfter(turn: Turn, outcome: Outcome): Place {
  turn.places ??= new Map();
  let place = turn.places.get(outcome);
  if (place === undefined) {
    place = newPlace();
    turn.places.set(outcome, place);
  }
  turn.lastOutcome = outcome;
  turn.lastPlace = place;
  return place;
}
