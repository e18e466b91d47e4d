import { isRejected, type MaybeStatus } from '../framework/status.ts';
import { changedSince } from '../snapshot/node-table.ts';
import { positionOf, type Snapshot } from '../snapshot/snapshot.ts';
import { changeVerdict, type VerdictBook } from './verdict-book.ts';

/** What all nodes said to Pods of a kind that fitted nowhere. */
interface HopelessKind {
  readonly book: VerdictBook;
  /** The order of nodes it was written for. */
  readonly slots: Int32Array;
  /** Changes of nodes up to this version are in it. */
  version: number;
}

/** By the kind's identity. Derived, like the snapshot it belongs to. */
const kindsOf = new WeakMap<Snapshot, Map<string, HopelessKind>>();

const KINDS_MAX = 8;

/** Whether any kind of Pod is known to fit nowhere. */
export function knowsHopelessKinds(snapshot: Snapshot): boolean {
  return (kindsOf.get(snapshot)?.size ?? 0) > 0;
}

/**
 * What the nodes would say to a Pod of a kind that fitted nowhere before: of the many nodes only those that have
 * changed are asked. Undefined when it is not known, or may fit now.
 */
export function hopelessBook(
  snapshot: Snapshot,
  key: string,
  slots: Int32Array,
  ask: (slot: number) => MaybeStatus,
): VerdictBook | undefined {
  const kinds = kindsOf.get(snapshot);
  const kind = kinds?.get(key);
  if (kinds === undefined || kind === undefined) return undefined;
  const changed = kind.slots === slots ? changedSince(snapshot.table, kind.version) : undefined;
  if (changed === undefined) {
    kinds.delete(key);
    return undefined;
  }
  const { book } = kind;
  for (const slot of changed) {
    const status = ask(slot);
    if (status === undefined || !isRejected(status)) {
      kinds.delete(key);
      return undefined;
    }
    changeVerdict(book, positionOf(snapshot, slot), status);
  }
  kind.version = snapshot.table.nextVersion;
  return book;
}

/** Remembers what all nodes have said to a Pod that fits nowhere. */
export function rememberHopeless(
  snapshot: Snapshot,
  key: string,
  slots: Int32Array,
  book: VerdictBook,
): void {
  let kinds = kindsOf.get(snapshot);
  if (kinds === undefined) {
    kinds = new Map();
    kindsOf.set(snapshot, kinds);
  }
  if (kinds.size >= KINDS_MAX)
    for (const oldest of [...kinds.keys()].slice(0, 1)) kinds.delete(oldest);
  kinds.set(key, {
    book: {
      ...book,
      byPosition: book.byPosition.slice(),
      statuses: [...book.statuses],
      counts: [...book.counts],
    },
    slots,
    version: snapshot.table.nextVersion,
  });
}
