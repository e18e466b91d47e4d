/**
 * The one order of strings in the engine: by UTF-16 code units, the same in every browser and language.
 * (Go compares UTF-8 bytes; the two differ only between characters beyond U+FFFF and those from U+E000 to U+FFFF.)
 */
export function compareStrings(a: string, b: string): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Ascending order of numbers. */
export function compareNumbers(a: number, b: number): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The strings in ascending code-unit order, as a new list. */
export function sortedStrings(strings: Iterable<string>): string[] {
  // The default order of `sort` is by code units, which is just the order wanted here.
  return [...strings].sort();
}
