/**
 * Sorts as Go's `sort.Sort` does. It is not stable, so which of two equal elements comes first depends on the algorithm:
 * pattern-defeating quicksort, with insertion sort for short runs. Lists of events, many of them in the same second,
 * show the difference.
 */
export function goSorted<T>(items: readonly T[], less: (a: T, b: T) => boolean): T[] {
  const list = [...items];
  const sort = createSort(list, less);
  sort(0, list.length, bitLength(list.length));
  return list;
}

const INSERTION_MAX = 12;
const NINTHER_MIN = 50;
const SWAPS_MAX = 12;
const PARTIAL_STEPS_MAX = 5;
const SHIFTING_MIN = 50;

type Hint = 'unknown' | 'increasing' | 'decreasing';

function bitLength(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log2(value)) + 1;
}

function createSort<T>(
  list: T[],
  less: (a: T, b: T) => boolean,
): (from: number, to: number, limit: number) => void {
  // Indexes are always inside the list.
  const isLess = (a: number, b: number): boolean => less(list[a] as T, list[b] as T);
  const swap = (a: number, b: number): void => {
    [list[a], list[b]] = [list[b] as T, list[a] as T];
  };

  function insertionSort(from: number, to: number): void {
    for (let i = from + 1; i < to; i += 1) {
      for (let j = i; j > from && isLess(j, j - 1); j -= 1) swap(j, j - 1);
    }
  }

  function siftDown(low: number, high: number, first: number): void {
    let root = low;
    for (;;) {
      let child = 2 * root + 1;
      if (child >= high) return;
      if (child + 1 < high && isLess(first + child, first + child + 1)) child += 1;
      if (!isLess(first + root, first + child)) return;
      swap(first + root, first + child);
      root = child;
    }
  }

  function heapSort(from: number, to: number): void {
    const length = to - from;
    for (let i = Math.floor((length - 1) / 2); i >= 0; i -= 1) siftDown(i, length, from);
    for (let i = length - 1; i >= 0; i -= 1) {
      swap(from, from + i);
      siftDown(0, i, from);
    }
  }

  /** Puts a few elements elsewhere, where partitions turned out lopsided. */
  function breakPatterns(from: number, to: number): void {
    const length = to - from;
    if (length < 8) return;
    let state = BigInt(length);
    const mask = (1n << BigInt(bitLength(length))) - 1n;
    const middle = from + Math.floor(length / 4) * 2;
    for (let i = 0; i < 3; i += 1) {
      state = BigInt.asUintN(64, state ^ (state << 13n));
      state ^= state >> 7n;
      state = BigInt.asUintN(64, state ^ (state << 17n));
      let other = Number(state & mask);
      if (other >= length) other -= length;
      swap(middle - 1 + i, from + other);
    }
  }

  function choosePivot(from: number, to: number): { pivot: number; hint: Hint } {
    const length = to - from;
    const quarter = Math.floor(length / 4);
    let swaps = 0;
    const median = (a: number, b: number, c: number): number => {
      let [x, y, z] = [a, b, c];
      if (isLess(y, x)) {
        swaps += 1;
        [x, y] = [y, x];
      }
      if (isLess(z, y)) {
        swaps += 1;
        [y, z] = [z, y];
      }
      if (isLess(y, x)) {
        swaps += 1;
        [x, y] = [y, x];
      }
      return y;
    };
    const around = (at: number): number => median(at - 1, at, at + 1);
    let [i, j, k] = [from + quarter, from + quarter * 2, from + quarter * 3];
    if (length >= 8) {
      if (length >= NINTHER_MIN) [i, j, k] = [around(i), around(j), around(k)];
      j = median(i, j, k);
    }
    const hint = swaps === 0 ? 'increasing' : swaps === SWAPS_MAX ? 'decreasing' : 'unknown';
    return { pivot: j, hint };
  }

  /** Mends a list that is nearly in order; true when that was enough. */
  function partialInsertionSort(from: number, to: number): boolean {
    let i = from + 1;
    for (let step = 0; step < PARTIAL_STEPS_MAX; step += 1) {
      while (i < to && !isLess(i, i - 1)) i += 1;
      if (i === to) return true;
      if (to - from < SHIFTING_MIN) return false;
      swap(i, i - 1);
      if (i - from >= 2) {
        for (let j = i - 1; j >= 1 && isLess(j, j - 1); j -= 1) swap(j, j - 1);
      }
      if (to - i >= 2) {
        for (let j = i + 1; j < to && isLess(j, j - 1); j += 1) swap(j, j - 1);
      }
    }
    return false;
  }

  /** Puts what equals the pivot first; answers where the rest begins. */
  function partitionEqual(from: number, to: number, pivot: number): number {
    swap(from, pivot);
    let [i, j] = [from + 1, to - 1];
    for (;;) {
      while (i <= j && !isLess(from, i)) i += 1;
      while (i <= j && isLess(from, j)) j -= 1;
      if (i > j) return i;
      swap(i, j);
      i += 1;
      j -= 1;
    }
  }

  function partition(from: number, to: number, pivot: number): { at: number; already: boolean } {
    swap(from, pivot);
    let [i, j] = [from + 1, to - 1];
    let already = true;
    for (;;) {
      while (i <= j && isLess(i, from)) i += 1;
      while (i <= j && !isLess(j, from)) j -= 1;
      if (i > j) break;
      already = false;
      swap(i, j);
      i += 1;
      j -= 1;
    }
    swap(j, from);
    return { at: j, already };
  }

  function reverse(from: number, to: number): void {
    for (let [i, j] = [from, to - 1]; i < j; i += 1, j -= 1) swap(i, j);
  }

  return function sort(start, end, startLimit) {
    let [from, to, limit] = [start, end, startLimit];
    let [wasBalanced, wasPartitioned] = [true, true];
    for (;;) {
      const length = to - from;
      if (length <= INSERTION_MAX) return insertionSort(from, to);
      if (limit === 0) return heapSort(from, to);
      if (!wasBalanced) {
        breakPatterns(from, to);
        limit -= 1;
      }
      let { pivot, hint } = choosePivot(from, to);
      if (hint === 'decreasing') {
        reverse(from, to);
        pivot = to - 1 - (pivot - from);
        hint = 'increasing';
      }
      if (wasBalanced && wasPartitioned && hint === 'increasing' && partialInsertionSort(from, to))
        return;
      if (from > 0 && !isLess(from - 1, pivot)) {
        from = partitionEqual(from, to, pivot);
        continue;
      }
      const { at, already } = partition(from, to, pivot);
      wasPartitioned = already;
      const [left, right] = [at - from, to - at];
      if (left < right) {
        wasBalanced = left >= Math.floor(length / 8);
        sort(from, at, limit);
        from = at + 1;
      } else {
        wasBalanced = right >= Math.floor(length / 8);
        sort(at + 1, to, limit);
        to = at;
      }
    }
  };
}
