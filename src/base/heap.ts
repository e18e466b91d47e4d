/**
 * A binary heap over a plain array, so that a process may keep one in its state and have it checkpointed.
 * The array is the whole state; the order is handed in with each call. `before` must order every two
 * different items (ties broken by a sequence number), or the answer depends on the history of the heap.
 */
export type Before<T> = (a: T, b: T) => boolean;

/** Adds an item; O(log n). */
export function heapPush<T>(heap: T[], item: T, before: Before<T>): void {
  let index = heap.length;
  heap.push(item);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex] as T; // In range: 0 <= parentIndex < index.
    if (!before(item, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = item;
}

/** Takes the first item out, or answers undefined when the heap is empty; O(log n). */
export function heapPop<T>(heap: T[], before: Before<T>): T | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (heap.length === 0 || last === undefined) return first;
  let index = 0;
  for (;;) {
    let childIndex = 2 * index + 1;
    if (childIndex >= heap.length) break;
    let child = heap[childIndex] as T; // In range by the check above.
    const right = heap[childIndex + 1];
    if (right !== undefined && before(right, child)) {
      child = right;
      childIndex += 1;
    }
    if (!before(child, last)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
  return first;
}

/** The first item, left where it is. */
export function heapPeek<T>(heap: readonly T[]): T | undefined {
  return heap[0];
}
