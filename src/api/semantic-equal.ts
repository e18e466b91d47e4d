/**
 * Equality as the API server understands it: absent, null, and empty lists and maps are the same, and the order of
 * keys does not matter (upstream: apiequality.Semantic). Quantities are texts here and in canonical form, so that
 * comparing texts compares amounts. Objects that share parts by identity compare fast. One function that calls itself,
 * so that a list or a map takes no second call.
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return (a ?? undefined) === (b ?? undefined) || (isEmpty(a) && isEmpty(b));
  }
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (!semanticEqual(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  // Not Object.keys, whose lists would be garbage at once: what JSON holds inherits nothing that could be listed.
  for (const key in left) {
    if (!semanticEqual(left[key], Object.hasOwn(right, key) ? right[key] : undefined)) return false;
  }
  for (const key in right) {
    if (!Object.hasOwn(left, key) && !isEmpty(right[key])) return false;
  }
  return true;
}

/** Absent, null, or a list or map of nothing. An object of the API that has only empty fields is not empty. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object') return false;
  for (const key in value) if (Object.hasOwn(value, key)) return false;
  return true;
}
