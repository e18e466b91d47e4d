import { compareStrings } from '../base/compare.ts';

/** Names as people count them: `node-2` before `node-10`. Equal only for equal texts. */
export function compareNatural(a: string, b: string): number {
  const left = split(a);
  const right = split(b);
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const order = comparePart(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length || compareStrings(a, b);
}

// The same names are compared again and again while sorting; a bounded memo, emptied when full.
const PARTS_MAX = 20_000;
const parts = new Map<string, readonly string[]>();

function split(text: string): readonly string[] {
  const known = parts.get(text);
  if (known !== undefined) return known;
  if (parts.size >= PARTS_MAX) parts.clear();
  const made = text.split(/(\d+)/);
  parts.set(text, made);
  return made;
}

function comparePart(a: string, b: string): number {
  const left = Number(a);
  const right = Number(b);
  const numbers = a !== '' && b !== '' && Number.isFinite(left) && Number.isFinite(right);
  if (numbers && left !== right) return left - right;
  return compareStrings(a, b);
}
