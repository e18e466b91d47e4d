/**
 * What was lately made of the very same values, by their identity: for work that many writers have in common for a
 * moment (the Pods of one ReplicaSet go through the same lists within the same second). A handful of places, filled in
 * turn, are searched in no time and keep next to nothing alive, where a table of weak references would cost more than
 * it saves. A memo only: whether something is found must not show in what is made.
 */
export interface Recent<A, B, C, Made> {
  find(a: A, b: B, c: C): Made | undefined;
  /** Notes what was made, in place of the oldest, and hands it back. */
  keep(a: A, b: B, c: C, made: Made): Made;
}

export function createRecent<A, B, C, Made>(places = 8): Recent<A, B, C, Made> {
  const as: (A | undefined)[] = [];
  const bs: (B | undefined)[] = [];
  const cs: (C | undefined)[] = [];
  const results: (Made | undefined)[] = [];
  let next = 0;
  let last = 0;
  return {
    find(a, b, c) {
      // Mostly it is what was found just before.
      if (as[last] === a && bs[last] === b && cs[last] === c) return results[last];
      for (let i = 0; i < results.length; i += 1) {
        if (as[i] !== a || bs[i] !== b || cs[i] !== c) continue;
        last = i;
        return results[i];
      }
      return undefined;
    },
    keep(a, b, c, made) {
      as[next] = a;
      bs[next] = b;
      cs[next] = c;
      results[next] = made;
      last = next;
      next = next + 1 === places ? 0 : next + 1;
      return made;
    },
  };
}
