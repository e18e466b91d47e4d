import { parseQuantity } from '../../api/quantity/parse.ts';
import { fail } from './failure.ts';

/** Leaves with the words of Go's parser for what is no quantity. */
export function refuseWrongQuantity(text: string): void {
  if (parseQuantity(text).ok) return;
  fail(
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  );
}
