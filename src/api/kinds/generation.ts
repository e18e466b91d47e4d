import type { KubernetesObject, ObjectMeta } from '../generated/types.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { copyWith } from '../../base/copy.ts';

/**
 * What most kinds do with status and generation. The status belongs to the status endpoint, everything else to the
 * main one; a change of the spec raises `metadata.generation`, so that controllers can say which spec they have seen.
 */
interface WithSpecAndStatus extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** The object with this generation. */
export function withGeneration<T extends KubernetesObject>(object: T, generation: number): T {
  if (object.metadata.generation === generation) return object;
  const metadata = copyWith(object.metadata, { generation });
  return copyWith<KubernetesObject>(object, { metadata }) as T; // The rest is the object's own.
}

/** A new object: generation 1, and the status its kind begins with. */
export function asNew<T extends WithSpecAndStatus>(object: T, status: NonNullable<T['status']>): T {
  const metadata = copyWith(object.metadata, { generation: 1 });
  return copyWith<WithSpecAndStatus>(object, { metadata, status }) as T; // As above.
}

/** The object with the old one's status. */
export function keepStatus<T extends WithSpecAndStatus>(next: T, old: T): T {
  if (next.status === old.status) return next;
  if (old.status !== undefined) {
    return copyWith<WithSpecAndStatus>(next, { status: old.status }) as T; // As above.
  }
  const { status: _, ...rest } = next;
  return rest as T;
}

/** The main endpoint of kinds with status and generation. */
export function keepStatusRaiseGeneration<T extends WithSpecAndStatus>(next: T, old: T): T {
  return raiseGenerationIf(specChanged(next, old), keepStatus(next, old), old);
}

export function specChanged<T extends WithSpecAndStatus>(next: T, old: T): boolean {
  return next.spec !== old.spec && !semanticEqual(next.spec, old.spec);
}

/** One more than the old generation when something changed that counts, else the old one. */
export function raiseGenerationIf<T extends KubernetesObject>(
  changed: boolean,
  next: T,
  old: T,
): T {
  const before = old.metadata.generation ?? 0;
  const generation = changed ? before + 1 : before;
  if (generation === 0 && next.metadata.generation === undefined) return next;
  return withGeneration(next, generation);
}

/** The status endpoint: only the status comes from `next`, and of the metadata what `keptMeta` does not name. */
export function onlyStatus<T extends WithSpecAndStatus>(
  next: T,
  old: T,
  keptMeta: readonly (keyof ObjectMeta)[] = NOTHING_KEPT,
): T {
  let { metadata } = next;
  for (let i = 0; i < keptMeta.length; i += 1) {
    const field = keptMeta[i] as keyof ObjectMeta; // In range by the loop.
    if (metadata[field] !== old.metadata[field])
      metadata = withField(metadata, field, old.metadata);
  }
  if (next.spec === old.spec && metadata === next.metadata) return next;
  return { ...next, metadata, ...(old.spec === undefined ? {} : { spec: old.spec }) };
}

const NOTHING_KEPT: readonly never[] = [];

/** The metadata with one field as the other ones have it. */
function withField(metadata: ObjectMeta, field: keyof ObjectMeta, from: ObjectMeta): ObjectMeta {
  const value = from[field];
  if (value !== undefined) return { ...metadata, [field]: value };
  const { [field]: _, ...rest } = metadata;
  return rest;
}
