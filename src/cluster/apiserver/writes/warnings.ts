/** Texts for the `Warning` header of a write's answer. */

export const NO_WARNINGS: readonly string[] = Object.freeze([]);

/** The warnings of several sources in one list. Nearly always there are none. */
export function allWarnings(...lists: readonly (readonly string[])[]): readonly string[] {
  return lists.every((each) => each.length === 0) ? NO_WARNINGS : lists.flat();
}
