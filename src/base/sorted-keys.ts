/**
 * A set of texts that is read in order far less often than it changes: a change costs O(1), and the first reading
 * after some changes sorts the new ones and merges. Which texts are still members is the owner's knowledge (the
 * table that they are keys of), so a removal leaves nothing behind but a count.
 */
export interface SortedKeys {
  /** In ascending order; may still hold members that left since the last merge. Frozen. */
  sorted: readonly string[];
  added: string[];
  /** How many members there are. */
  size: number;
  stale: boolean;
}

export function createSortedKeys(): SortedKeys {
  return { sorted: Object.freeze([]), added: [], size: 0, stale: false };
}

/** Adds a text that is not a member. */
export function addKey(keys: SortedKeys, key: string): void {
  keys.added.push(key);
  keys.size += 1;
}

/** So many texts that have left are kept in any case, before the lists are put in order for their sake. */
const LEFT_BEHIND_MAX = 256;

/**
 * Takes a member away, which the owner's table must no longer hold. What nobody reads in order is put in order all the
 * same when more texts have left than are there: O(1) over many removals, and the lists stay as long as the table.
 */
export function removeKey(keys: SortedKeys, members: Members): void {
  keys.size -= 1;
  keys.stale = true;
  const leftBehind = keys.sorted.length + keys.added.length - keys.size;
  if (leftBehind > keys.size + LEFT_BEHIND_MAX) keysInOrder(keys, (key) => members.has(key));
}

/** The owner's table: it knows who is a member. */
interface Members {
  has(key: string): boolean;
}

/** The members in ascending order. `isMember` decides about texts that have come and gone. */
export function keysInOrder(
  keys: SortedKeys,
  isMember: (key: string) => boolean,
): readonly string[] {
  if (keys.added.length === 0 && !keys.stale) return keys.sorted;
  const added = keys.added.sort();
  const merged: string[] = [];
  let last: string | undefined;
  const take = (key: string): void => {
    // A member that left and came back stands in both lists.
    if (key !== last && isMember(key)) merged.push(key);
    last = key;
  };
  let index = 0;
  for (const key of keys.sorted) {
    for (let next = added[index]; next !== undefined && next < key; next = added[index]) {
      take(next);
      index += 1;
    }
    take(key);
  }
  for (; index < added.length; index++) take(added[index] as string); // In range by the condition.
  keys.sorted = Object.freeze(merged);
  keys.added = [];
  keys.stale = false;
  return keys.sorted;
}

/** The index of the first text of an ascending list that is not below `key`. O(log n). */
export function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
