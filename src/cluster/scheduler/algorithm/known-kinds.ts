import type { FilterRun } from '../framework/plugin.ts';
import type { Profile } from '../framework/profile.ts';
import { isRejected } from '../framework/status.ts';
import { changedSince } from '../snapshot/node-table.ts';
import { positionOf, type Snapshot } from '../snapshot/snapshot.ts';
import { createScoreTable, type ScoreTable } from './score-table.ts';
import { askNode, type Search } from './search.ts';
import { changeVerdict, type VerdictBook } from './verdict-book.ts';

/**
 * What all nodes have said to the last Pod of a kind, and how those that said yes were scored: the Pods of a workload come
 * one after another, and between two of them a node or two have changed.
 */
export interface KnownKind {
  readonly book: VerdictBook;
  /** The nodes that said yes, in the order found. */
  readonly feasible: Int32Array;
  /** Where each of them stands in `feasible`, by slot; −1: it said no. */
  readonly indexOf: Int32Array;
  /** The order of nodes it was written for, where the search began, and the filters that were asked. */
  readonly slots: Int32Array;
  readonly startedAt: number;
  readonly plugins: FilterRun['plugins'];
  /** Changes of nodes up to this version are in it. */
  version: number;
  /** Feasible nodes that have changed since they were scored, by where they stand in `feasible`. */
  unscored: number[];
  scores: ScoreTable | undefined;
}

type KnownKinds = Map<string, KnownKind>;

/** Derived, like the snapshot it belongs to. */
const kindsBySnapshot = new WeakMap<Snapshot, KnownKinds>();

const KINDS_MAX = 8;

/** The kinds of which something is known, by their identity. */
export function kindsOf(snapshot: Snapshot): KnownKinds {
  let kinds = kindsBySnapshot.get(snapshot);
  if (kinds === undefined) {
    kinds = new Map();
    kindsBySnapshot.set(snapshot, kinds);
  }
  return kinds;
}

/**
 * What all nodes would say to a Pod of the kind now: of the many only those that have changed are asked. Undefined when it
 * is not known, or other nodes than before would take the Pod.
 */
export function recallKind(kinds: KnownKinds, key: string, search: Search): KnownKind | undefined {
  const kind = kinds.get(key);
  if (kind === undefined) return undefined;
  // Where nobody said yes it does not matter where the search begins.
  const isOfSearch =
    kind.slots === search.slots &&
    kind.plugins === search.filters.plugins &&
    (kind.startedAt === search.startedAt || kind.feasible.length === 0);
  if (isOfSearch && takeChanges(kind, search)) return kind;
  kinds.delete(key);
  return undefined;
}

/** Asks the nodes that have changed; false when one of them has changed its mind between yes and no. */
function takeChanges(kind: KnownKind, search: Search): boolean {
  const { snapshot } = search.cycle;
  const changed = changedSince(snapshot.table, kind.version);
  if (changed === undefined) return false;
  const { book, indexOf, unscored } = kind;
  for (let at = 0; at < changed.length; at++) {
    const slot = changed[at]!; // In range by the loop's bound.
    const status = askNode(search, slot);
    const index = indexOf[slot]!; // By slot, and all slots were there when it was made.
    if (status === undefined) {
      if (index < 0) return false;
      unscored.push(index);
    } else {
      if (index >= 0 || !isRejected(status)) return false;
      changeVerdict(book, positionOf(snapshot, slot), status);
    }
  }
  kind.version = snapshot.table.nextChange;
  if (unscored.length > kind.feasible.length) {
    // Nobody asks for scores, or it is as well to work out all of them.
    kind.unscored = [];
    kind.scores = undefined;
  }
  return true;
}

/** Remembers what all nodes have said to a Pod. */
export function rememberKind(
  snapshot: Snapshot,
  key: string,
  search: Search,
  found: { readonly book: VerdictBook; readonly feasible: Int32Array },
): KnownKind {
  const kinds = kindsOf(snapshot);
  if (kinds.size >= KINDS_MAX)
    for (const oldest of [...kinds.keys()].slice(0, 1)) kinds.delete(oldest);
  const { book } = found;
  const feasible = found.feasible.slice();
  const indexOf = new Int32Array(snapshot.table.capacity).fill(-1);
  for (let index = 0; index < feasible.length; index++) indexOf[feasible[index]!] = index; // In range.
  const kind: KnownKind = {
    book: {
      ...book,
      byPosition: book.byPosition.slice(),
      statuses: [...book.statuses],
      counts: [...book.counts],
    },
    feasible,
    indexOf,
    slots: search.slots,
    startedAt: search.startedAt,
    plugins: search.filters.plugins,
    version: snapshot.table.nextChange,
    unscored: [],
    scores: undefined,
  };
  kinds.set(key, kind);
  return kind;
}

/** The scores of the kind's feasible nodes, as far as they are known. */
export function scoresOfKind(kind: KnownKind, profile: Profile): ScoreTable {
  if (kind.scores?.profile !== profile) {
    kind.scores = createScoreTable(profile, kind.feasible);
    kind.unscored = [];
  }
  return kind.scores;
}
