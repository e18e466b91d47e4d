import type { ManagedFieldsEntry } from '../generated/types.ts';
import { type Fields, leaf } from './fields.ts';
import { gap, isInterned, withGapFilled } from './interned.ts';

/** What a write changed, as field sets. */
export interface Difference {
  /** Fields added or given another value. A map or list entry that is new is a member, and so is all that is in it. */
  readonly changed: Fields | undefined;
  /** Fields that are no more. */
  readonly removed: Fields | undefined;
}

/**
 * A difference as comparing finds it in an object or a part of one. Most are shared by all that differ alike, and are
 * compared by identity. One with what is seen only once, such as a Pod's address, is not: its pattern is, which has
 * gaps in those places.
 */
export interface Found extends Difference {
  /** Itself, where it is shared. */
  readonly pattern: Found;
  readonly hasGap: boolean;
  /** What belongs into the one gap of the pattern, in what changed; the sets are the pattern's then. */
  readonly filling: Fields | undefined;
  /** What this makes of sets where it is shared (see `set-memo.ts`): of its writer's own, and of all others. */
  gained: Map<Fields, Fields> | undefined;
  left: Map<Fields, Fields> | undefined;
  /** The list of managers that was last made of a new object in which this was found. */
  created: readonly ManagedFieldsEntry[] | undefined;
}

function sharedFound(
  changed: Fields | undefined,
  removed: Fields | undefined,
  hasGap: boolean,
): Found {
  const found = {
    changed,
    removed,
    pattern: undefined as unknown as Found,
    hasGap,
    filling: undefined,
    gained: undefined,
    left: undefined,
    created: undefined,
  };
  found.pattern = found;
  return found;
}

/** No difference. */
export const NOTHING = sharedFound(undefined, undefined, false);
/** A single value was added or changed, or is no more. */
export const CHANGED = sharedFound(leaf, undefined, false);
export const REMOVED = sharedFound(undefined, leaf, false);

const gapAdded = sharedFound(gap, undefined, true);
const gapRemoved = sharedFound(undefined, gap, true);
const gapInBoth = sharedFound(gap, gap, true);

const added = new WeakMap([
  [leaf, CHANGED],
  [gap, gapAdded],
]);
const removedOnly = new WeakMap([
  [leaf, REMOVED],
  [gap, gapRemoved],
]);

/** The difference of these sets, which are shared themselves. */
export function foundOf(
  changed: Fields | undefined,
  removed: Fields | undefined,
  hasGap: boolean,
): Found {
  if (changed !== undefined && removed !== undefined) return sharedFound(changed, removed, hasGap);
  const only = changed ?? removed;
  if (only === undefined) return NOTHING;
  const known = changed === undefined ? removedOnly : added;
  let found = known.get(only);
  if (found === undefined) {
    found = sharedFound(changed, removed, hasGap);
    known.set(only, found);
  }
  return found;
}

/** A difference that nobody shares; by default of a pattern that is one gap. */
export function looseFound(
  changed: Fields | undefined,
  removed: Fields | undefined,
  pattern?: Found,
): Found {
  if (pattern !== undefined) return newLoose(changed, removed, pattern, undefined);
  if (removed === undefined) return newLoose(gap, undefined, gapAdded, changed);
  return newLoose(changed, removed, changed === undefined ? gapRemoved : gapInBoth, undefined);
}

/** The difference of any sets. */
export function differenceOf(changed: Fields | undefined, removed: Fields | undefined): Found {
  const isShared = [changed, removed].every((each) => each === undefined || isInterned(each));
  return isShared
    ? foundOf(changed, removed, false)
    : newLoose(changed, removed, gapInBoth, undefined);
}

/** The difference with the pattern's one gap filled as the other's is. */
export function filledLike(pattern: Found, { filling }: Found): Found {
  return newLoose(pattern.changed, pattern.removed, pattern, filling);
}

function newLoose(
  changed: Fields | undefined,
  removed: Fields | undefined,
  pattern: Found,
  filling: Fields | undefined,
): Found {
  return {
    changed,
    removed,
    pattern,
    hasGap: false,
    filling,
    gained: undefined,
    left: undefined,
    created: undefined,
  };
}

/** The difference with its sets as they are. */
export function resolved(found: Found): Difference {
  const { changed, removed, filling } = found;
  if (filling === undefined || changed === undefined) return found;
  return { changed: changed === gap ? filling : withGapFilled(changed, filling), removed };
}

/** The loss of what the other difference adds. */
export function reverseOf(found: Found): Found {
  const { changed, pattern, hasGap } = found;
  return pattern === found
    ? foundOf(undefined, changed, hasGap)
    : looseFound(undefined, resolved(found).changed, reverseOf(pattern));
}

/** What one difference adds and another one takes away. */
export function bothOf(some: Found, other: Found): Found {
  const { changed } = resolved(some);
  const { removed } = other;
  return some.pattern === some && other.pattern === other
    ? foundOf(changed, removed, some.hasGap || other.hasGap)
    : looseFound(changed, removed, bothOf(some.pattern, other.pattern));
}
