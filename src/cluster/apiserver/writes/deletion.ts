import type {
  DeleteOptions,
  KubernetesObject,
  Namespace,
  ObjectMeta,
} from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { equalJson } from '../../../api/patch/json.ts';
import { conflictError, type StatusError } from '../../../api/status-error.ts';
import { formatTime, parseTime } from '../../../api/time.ts';
import { namespaceFinalizers } from './update.ts';

/** What a delete makes of an object (upstream: rest.BeforeDelete and the generic store's Delete). */
export type Deletion =
  | { readonly kind: 'refused'; readonly status: StatusError }
  /** It is marked; somebody else must act before it goes, or its grace period end. */
  | { readonly kind: 'marked'; readonly next: KubernetesObject }
  /** It is marked, and then it goes. */
  | { readonly kind: 'marked-and-removed'; readonly next: KubernetesObject }
  | { readonly kind: 'removed' }
  /** It has been marked before, and nothing changes. */
  | { readonly kind: 'pending' };

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** Decides a deletion. `now` in milliseconds since 1970. */
export function decideDeletion(
  object: KubernetesObject,
  kind: KindDeclaration,
  { options, now }: { readonly options: DeleteOptions; readonly now: number },
): Deletion {
  const refused = preconditionProblem(object, kind, options);
  if (refused !== undefined) return { kind: 'refused', status: refused };
  if (kind.kind === 'Namespace') return decideNamespace(object, { options, now });
  const grace = graceOf(object, kind, { options, now });
  if (grace === 'pending') return { kind: 'pending' };
  const finalizers = finalizersFor(
    withKindFinalizers(object, kind),
    options,
    kind.defaultPropagation,
  );
  const isHeld = finalizers.length > 0;
  if (grace !== 'none') {
    const metadata = withFinalizers({ ...object.metadata, ...grace }, finalizers);
    const next = { ...object, metadata };
    return isHeld || grace.deletionGracePeriodSeconds > 0
      ? { kind: 'marked', next }
      : { kind: 'marked-and-removed', next };
  }
  if (!isHeld) return { kind: 'removed' };
  const next = { ...object, metadata: withFinalizers(markedMetadata(object, now), finalizers) };
  return equalJson(next.metadata, object.metadata) ? { kind: 'pending' } : { kind: 'marked', next };
}

/** A first deletion adds what the kind itself must see to before its objects go. */
function withKindFinalizers({ metadata }: KubernetesObject, kind: KindDeclaration): ObjectMeta {
  const own = kind.deletionFinalizers;
  if (own === undefined || metadata.deletionTimestamp !== undefined) return metadata;
  const existing = metadata.finalizers ?? [];
  const added = own.filter((each) => !existing.includes(each));
  return added.length === 0 ? metadata : { ...metadata, finalizers: [...existing, ...added] };
}

function preconditionProblem(
  object: KubernetesObject,
  kind: KindDeclaration,
  { preconditions }: DeleteOptions,
): StatusError | undefined {
  const { uid = '', resourceVersion = '', name = '' } = object.metadata;
  const resource = { group: kind.group, resource: kind.plural };
  const { uid: wantedUid, resourceVersion: wantedVersion } = preconditions ?? {};
  if (wantedUid !== undefined && wantedUid !== uid) {
    return conflictError(
      resource,
      name,
      `the UID in the precondition (${wantedUid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (wantedVersion !== undefined && wantedVersion !== resourceVersion) {
    return conflictError(
      resource,
      name,
      `the ResourceVersion in the precondition (${wantedVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
  return undefined;
}

interface Grace {
  readonly deletionTimestamp: string;
  readonly deletionGracePeriodSeconds: number;
  readonly generation?: number;
}

/** When the object goes: `none` for kinds (or states) that go at once, `pending` where that is settled already. */
function graceOf(
  object: KubernetesObject,
  kind: KindDeclaration,
  { options, now }: { options: DeleteOptions; now: number },
): Grace | 'none' | 'pending' {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, generation = 0 } = object.metadata;
  if (kind.gracePeriodSeconds === undefined) return 'none';
  const asked = options.gracePeriodSeconds;
  const requested = asked !== undefined && asked < 0 ? 1 : asked;
  if (deletionTimestamp !== undefined) {
    if (deletionGracePeriodSeconds === 0) return 'none';
    // A grace period that runs can only be shortened.
    if (requested === undefined || requested >= deletionGracePeriodSeconds) return 'pending';
    const begun = (parseTime(deletionTimestamp) ?? now) - deletionGracePeriodSeconds * 1000;
    return {
      deletionTimestamp: formatTime(begun + requested * 1000),
      deletionGracePeriodSeconds: requested,
    };
  }
  const seconds = kind.gracePeriodSeconds(object, requested);
  return {
    deletionTimestamp: formatTime(now + seconds * 1000),
    deletionGracePeriodSeconds: seconds,
    // Being deleted is a change of what is wanted.
    ...(generation > 0 ? { generation: generation + 1 } : undefined),
  };
}

/** Kinds without grace periods are marked when finalizers hold them. */
function markedMetadata({ metadata }: KubernetesObject, now: number): ObjectMeta {
  const { deletionGracePeriodSeconds, generation = 0 } = metadata;
  return {
    ...metadata,
    deletionTimestamp: metadata.deletionTimestamp ?? formatTime(now),
    deletionGracePeriodSeconds: 0,
    ...(deletionGracePeriodSeconds === undefined && generation > 0
      ? { generation: generation + 1 }
      : undefined),
  };
}

/** The finalizers that the deleter's propagation policy asks the garbage collector to remove. */
function finalizersFor(
  metadata: ObjectMeta,
  options: DeleteOptions,
  byDefault: KindDeclaration['defaultPropagation'],
): readonly string[] {
  const existing = metadata.finalizers ?? [];
  const orphan = shouldOrphan(existing, options, byDefault);
  const foreground = shouldWaitForDependents(existing, options);
  if (existing.includes(ORPHAN) === orphan && existing.includes(FOREGROUND) === foreground) {
    return existing;
  }
  const others = existing.filter((each) => each !== ORPHAN && each !== FOREGROUND);
  return [...others, ...(orphan ? [ORPHAN] : []), ...(foreground ? [FOREGROUND] : [])];
}

function shouldOrphan(
  existing: readonly string[],
  { orphanDependents, propagationPolicy }: DeleteOptions,
  byDefault: KindDeclaration['defaultPropagation'],
): boolean {
  if (orphanDependents !== undefined) return orphanDependents;
  if (propagationPolicy !== undefined) return propagationPolicy === 'Orphan';
  if (existing.includes(ORPHAN)) return true;
  if (existing.includes(FOREGROUND)) return false;
  return byDefault === 'Orphan';
}

function shouldWaitForDependents(
  existing: readonly string[],
  { orphanDependents, propagationPolicy }: DeleteOptions,
): boolean {
  if (orphanDependents !== undefined) return false;
  if (propagationPolicy !== undefined) return propagationPolicy === 'Foreground';
  return !existing.includes(ORPHAN) && existing.includes(FOREGROUND);
}

function withFinalizers(metadata: ObjectMeta, finalizers: readonly string[]): ObjectMeta {
  if (finalizers.length > 0) {
    return finalizers === metadata.finalizers ? metadata : { ...metadata, finalizers };
  }
  const { finalizers: _, ...rest } = metadata;
  return rest;
}

/** A namespace first ends: its controller empties it, and the last finalizer of its spec holds it until then. */
function decideNamespace(
  object: KubernetesObject,
  { options, now }: { options: DeleteOptions; now: number },
): Deletion {
  const namespace = object as Namespace;
  if (namespace.metadata.deletionTimestamp === undefined) {
    const finalizers = finalizersFor(namespace.metadata, options, 'Background');
    const marked = { ...namespace.metadata, deletionTimestamp: formatTime(now) };
    return {
      kind: 'marked',
      next: {
        ...namespace,
        metadata: withFinalizers(marked, finalizers),
        status: { ...namespace.status, phase: 'Terminating' },
      } as KubernetesObject,
    };
  }
  const isHeld =
    namespaceFinalizers(namespace).length > 0 || (namespace.metadata.finalizers ?? []).length > 0;
  return isHeld ? { kind: 'pending' } : { kind: 'removed' };
}
