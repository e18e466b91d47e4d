import {
  appendToLog,
  createSegmentLog,
  dropLogBefore,
  logItem,
  truncateLog,
  type SegmentLog,
} from '../../../base/segment-log.ts';
import type { RaftEntry } from './message.ts';
import type { RaftNode, RaftStorage } from './state.ts';

/** The log as a member sees it: what its disk has, continued or overruled by what the disk does not have yet. */

/** How many entries one append carries at most (upstream: half a megabyte). */
const ENTRIES_PER_APPEND = 512;

export function firstIndex({ raft, storage }: RaftNode): number {
  return raft.snapshot === undefined ? storage.log.first : raft.snapshot.index + 1;
}

export function lastIndex({ raft, storage }: RaftNode): number {
  if (raft.unstable.length > 0) return raft.offset + raft.unstable.length - 1;
  return raft.snapshot === undefined ? storage.log.next - 1 : raft.snapshot.index;
}

/** The last entry that the disk has and that still stands. */
export function stableIndex({ raft, storage }: RaftNode): number {
  if (raft.snapshot !== undefined) return storage.compacted.index;
  return raft.unstable.length > 0 ? raft.offset - 1 : storage.log.next - 1;
}

/** The term of an entry; undefined where the log has none (any more). */
export function termAt(node: RaftNode, index: number): number | undefined {
  const { raft, storage } = node;
  if (raft.unstable.length > 0 && index >= raft.offset) {
    return raft.unstable[index - raft.offset]?.term;
  }
  if (raft.snapshot !== undefined) {
    return index === raft.snapshot.index ? raft.snapshot.term : undefined;
  }
  if (index === storage.compacted.index) return storage.compacted.term;
  return logItem(storage.log, index)?.term;
}

/** An entry; undefined where the log has none (any more). */
export function entryAt({ raft, storage }: RaftNode, index: number): RaftEntry | undefined {
  if (raft.unstable.length > 0 && index >= raft.offset) return raft.unstable[index - raft.offset];
  return raft.snapshot === undefined ? logItem(storage.log, index) : undefined;
}

/** The entries from an index on, as many as one append carries. */
export function entriesFrom(node: RaftNode, from: number): readonly RaftEntry[] {
  const entries: RaftEntry[] = [];
  const most = node.raft.settings.variant?.appendOneByOne === true ? 1 : ENTRIES_PER_APPEND;
  const last = Math.min(lastIndex(node), from + most - 1);
  for (let index = from; index <= last; index++) {
    const entry = entryAt(node, index);
    if (entry === undefined) break;
    entries.push(entry);
  }
  return Object.freeze(entries);
}

/** Puts entries at their places, in place of whatever stood there and after. */
export function placeEntries(node: RaftNode, entries: readonly RaftEntry[]): void {
  const { raft } = node;
  const first = entries[0];
  if (first === undefined) return;
  if (raft.unstable.length === 0 || first.index <= raft.offset) {
    raft.unstable = entries.slice();
    raft.offset = first.index;
    return;
  }
  const kept = first.index - raft.offset;
  // Setting a length costs more than all the rest, even to what it is.
  if (raft.unstable.length !== kept) raft.unstable.length = kept;
  for (const entry of entries) raft.unstable.push(entry);
}

/** The first of the entries that the log does not have; undefined when it has them all. */
export function firstNew(node: RaftNode, entries: readonly RaftEntry[]): number | undefined {
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as RaftEntry; // In range by the condition.
    if (termAt(node, entry.index) !== entry.term) return i;
  }
  return undefined;
}

/**
 * The last index, at most `index`, whose entry has at most `term`: where two logs may agree. The whole rest of a
 * disagreeing term is skipped at once.
 */
export function conflictBelow(
  node: RaftNode,
  index: number,
  term: number,
): { readonly index: number; readonly term: number } {
  let at = index;
  for (; at > 0; at--) {
    const own = termAt(node, at);
    if (own === undefined) return { index: at, term: 0 };
    if (own <= term) return { index: at, term: own };
  }
  return { index: 0, term: 0 };
}

/** Whether a log that ends so knows at least as much as this one. */
export function isUpToDate(node: RaftNode, index: number, term: number): boolean {
  const last = lastIndex(node);
  const lastTerm = termAt(node, last) ?? 0;
  return term > lastTerm || (term === lastTerm && index >= last);
}

/** Writes entries that a flush has brought to safety to the disk's log, in place of whatever stood there and after. */
export function storeEntries(log: SegmentLog<RaftEntry>, entries: readonly RaftEntry[]): void {
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as RaftEntry; // In range by the condition.
    if (entry.index < log.next && i === 0) truncateLog(log, entry.index);
    // Entries before a snapshot that came meanwhile are no longer wanted.
    if (entry.index === log.next) appendToLog(log, entry);
  }
}

/** Forgets applied entries up to and including `index`. */
export function compactLog(node: RaftNode, index: number): void {
  const { storage } = node;
  if (index <= storage.compacted.index) return;
  const term = logItem(storage.log, index)?.term;
  if (term === undefined) return;
  storage.compacted = Object.freeze({ index, term });
  dropLogBefore(storage.log, index + 1);
}

/** Begins the disk's log anew after a snapshot. */
export function storeSnapshot(storage: RaftStorage, at: { index: number; term: number }): void {
  storage.compacted = Object.freeze({ index: at.index, term: at.term });
  storage.log = createSegmentLog(at.index + 1);
  storage.commit = Math.max(storage.commit, at.index);
}
