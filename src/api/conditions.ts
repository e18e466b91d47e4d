/** A condition as many kinds have it in their status. Kinds add fields of their own. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export function findCondition<T extends { readonly type: string }>(
  conditions: readonly T[] | undefined,
  type: string,
): T | undefined {
  if (conditions === undefined) return undefined;
  for (let index = 0; index < conditions.length; index += 1) {
    const condition = conditions[index];
    if (condition?.type === type) return condition;
  }
  return undefined;
}

export function isConditionTrue(
  conditions: readonly { readonly type: string; readonly status: string }[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/** The conditions without those of the given type; the same list when there was none. */
export function withoutCondition<T extends { readonly type: string }>(
  conditions: readonly T[],
  type: string,
): readonly T[] {
  return findCondition(conditions, type) === undefined
    ? conditions
    : conditions.filter((each) => each.type !== type);
}

/**
 * The conditions with this one set, in its old place or at the end. While the status stays the same, so does the time
 * of the last transition; when nothing differs the list itself is given back, so that a writer can tell.
 */
export function withCondition<T extends Condition>(
  conditions: readonly T[] | undefined,
  next: T,
): readonly T[] {
  if (conditions === undefined) return [next];
  const index = conditions.findIndex((each) => each.type === next.type);
  const before = conditions[index];
  if (before === undefined) return [...conditions, next];
  const kept =
    before.status === next.status && before.lastTransitionTime !== undefined
      ? { ...next, lastTransitionTime: before.lastTransitionTime }
      : next;
  return areSame(before, kept) ? conditions : conditions.with(index, kept);
}

function areSame(a: object, b: object): boolean {
  const left = Object.entries(a);
  const right: Readonly<Record<string, unknown>> = { ...b };
  if (left.length !== Object.keys(right).length) return false;
  return left.every(([key, each]) => right[key] === each);
}
