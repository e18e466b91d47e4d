/**
 * A list with room for exactly so many elements, to be filled by index. One that grows by `push` takes room for
 * seventeen with its first element: most lists are of one or two, many are kept, and there are dozens for each Pod.
 */
export function roomFor<T>(length: number): T[] {
  return Array<T>(length);
}
