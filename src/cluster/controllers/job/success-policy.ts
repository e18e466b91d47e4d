import type { SuccessPolicy } from '../../../api/generated/types.ts';
import { parseIndexes } from './indexes.ts';

/** The first rule of a success policy that is met, in upstream's words; undefined: none. */
export function metSuccessRule(
  policy: SuccessPolicy | undefined,
  completions: number,
  succeeded: ReadonlySet<number>,
): string | undefined {
  for (const [at, { succeededIndexes, succeededCount }] of (policy?.rules ?? []).entries()) {
    const wanted =
      succeededIndexes === undefined ? undefined : parseIndexes(succeededIndexes, completions);
    const got =
      wanted === undefined
        ? succeeded.size
        : [...wanted].filter((each) => succeeded.has(each)).length;
    if (got >= (succeededCount ?? wanted?.size ?? completions))
      return `Matched rules at index ${at}`;
  }
  return undefined;
}
