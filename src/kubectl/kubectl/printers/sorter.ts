import type { JsonValue } from '../../../api/generated/types.ts';
import { findJsonPath } from '../../../api/jsonpath/evaluate.ts';
import { relaxedJsonPath } from '../../../api/jsonpath/jsonpath.ts';
import { parseJsonPath } from '../../../api/jsonpath/parse.ts';
import { compareQuantities } from '../../../api/quantity/arithmetic.ts';
import { parseQuantity } from '../../../api/quantity/parse.ts';
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
  return goSorted(keyed, (a, b) => isLess(a.key, b.key)).map(({ item }) => item);
}

/** What has no value comes before everything, even before another one without. */
function isLess(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === undefined;
  if (a === null || b === null) return a === null && b !== null;
  return compare(a, b) < 0;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareTexts(a: string, b: string): number {
  const left = parseQuantity(a);
  const right = parseQuantity(b);
  if (left.ok && right.ok) return compareQuantities(left.value, right.value);
  return naturalCompare(a, b);
}

/** Runs of digits compare as numbers (upstream: the sortorder package). */
function naturalCompare(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const [one = '', two = ''] = [left[at], right[at]];
    if (one === two) continue;
    if (/^\d/.test(one) && /^\d/.test(two)) {
      const difference = BigInt(one) - BigInt(two);
      if (difference !== 0n) return difference < 0n ? -1 : 1;
      return one.length - two.length;
    }
    return one < two ? -1 : 1;
  }
  return left.length - right.length;
}
