/**
 * What was made of keys not long ago, in two generations: when the young one is full it becomes the old one, whose entries
 * go unless they are asked for meanwhile. So there are never more than twice `sizeMax` entries, and nothing else to tend. A
 * table of weak references would keep what was made for as long as the key lives, which for a history is too long, and
 * costs more at each collection of garbage. A memo only: whether something is found must not show in what is made.
 */
export interface Generations<Key, Made> {
  get(key: Key): Made | undefined;
  set(key: Key, made: Made): void;
  /** How many entries there are, at most twice `sizeMax`. */
  readonly size: number;
}

/** An empty memo. `undefined` is not a value that it can keep. */
export function createGenerations<Key, Made>(sizeMax: number): Generations<Key, Made> {
  let young = new Map<Key, Made>();
  let old = new Map<Key, Made>();
  const set = (key: Key, made: Made): void => {
    if (young.size >= sizeMax) {
      old = young;
      young = new Map();
    }
    young.set(key, made);
  };
  return {
    get(key) {
      const made = young.get(key);
      if (made !== undefined) return made;
      const kept = old.get(key);
      if (kept !== undefined) set(key, kept);
      return kept;
    },
    set,
    get size() {
      return young.size + old.size;
    },
  };
}
