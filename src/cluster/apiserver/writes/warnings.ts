/** Texts for the `Warning` header of a write's answer. */

export const NO_WARNINGS: readonly string[] = Object.freeze([]);

/** The warnings of several sources in one list. Nearly always there are none. */
export function allWarnings(
  ofDecoding: readonly string[],
  ofKind: readonly string[],
  ofSecurity: readonly string[],
  ofPolicies: readonly string[],
): readonly string[] {
  const count = ofDecoding.length + ofKind.length + ofSecurity.length + ofPolicies.length;
  return count === 0 ? NO_WARNINGS : [...ofDecoding, ...ofKind, ...ofSecurity, ...ofPolicies];
}
