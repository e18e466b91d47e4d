import type { JsonValue } from '../../../api/generated/types.ts';
import { findJsonPath } from '../../../api/jsonpath/evaluate.ts';
import { relaxedJsonPath } from '../../../api/jsonpath/jsonpath.ts';
import { parseJsonPath } from '../../../api/jsonpath/parse.ts';
import { compareQuantities } from '../../../api/quantity/arithmetic.ts';
import { parseQuantity } from '../../../api/quantity/parse.ts';
import { goTypeName } from '../../../api/jsonpath/values.ts';
import { fail } from '../failure.ts';
import { goSorted } from './go-sort.ts';

/**
 * Orders by the value that each item's object has at a path (`--sort-by`): texts by quantity where both are some, else by
 * character; items without a value come first.
 */
export function sortedBy<T>(
  items: readonly T[],
  path: string,
  objectOf: (item: T) => unknown,
  onUnsortable: (message: string) => never = fail,
): readonly T[] {
  const relaxed = relaxedJsonPath(path);
  if (!relaxed.ok) return fail(relaxed.error);
  const parsed = parseJsonPath(relaxed.value);
  if (!parsed.ok) return fail(parsed.error);
  const template = parsed.value;
  const keyed = items.map((item) => {
    const found = findJsonPath(template, objectOf(item) as JsonValue, { allowMissingKeys: true });
    if (!found.ok) return fail(found.error);
    return { item, key: found.value.flat()[0] };
  });
  if (items.length > 0 && keyed.every(({ key }) => key === undefined)) {
    return fail(
      `couldn't find any field with path ${JSON.stringify(relaxed.value)} in the list of objects`,
    );
  }
  const isLess = (a: unknown, b: unknown): boolean => {
    // What has no value comes before everything, even before another one without.
    if (a === undefined || b === undefined) return a === undefined;
    if (a === null || b === null) return a === null && b !== null;
    if (typeof a === 'number' && typeof b === 'number') return a < b;
    if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b) < 0;
    const isKnown = typeof a === 'number' || typeof a === 'string';
    const why = isKnown
      ? 'unsortable interface: interface'
      : `unsortable type: ${goTypeName(a as JsonValue)}`;
    return onUnsortable(
      `Field ${relaxed.value} in [][][]reflect.Value is an unsortable type: interface, err: ${why}`,
    );
  };
  return goSorted(keyed, (a, b) => isLess(a.key, b.key)).map(({ item }) => item);
}

function compareTexts(a: string, b: string): number {
  const left = parseQuantity(a);
  const right = parseQuantity(b);
  if (left.ok && right.ok) return compareQuantities(left.value, right.value);
  return a < b ? -1 : a > b ? 1 : 0;
}
