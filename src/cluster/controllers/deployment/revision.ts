import type { Deployment, ReplicaSet } from '../../../api/generated/types.ts';
import {
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  maxSurge,
  revisionAnnotation,
  rolloutDeployment,
} from '../../../api/deployment/fenceposts.ts';

/** Earlier revisions of a set that was rolled back to, comma-separated. */
const HISTORY_ANNOTATION = 'deployment.kubernetes.io/revision-history';
/** Upstream's bound on that text. */
const HISTORY_CHARACTERS_MAX = 2000;

/** What a set does not take over from its Deployment's annotations. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  HISTORY_ANNOTATION,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  'deprecated.deployment.rollback.to',
]);

type Annotations = Readonly<Record<string, string>>;

/** The revision a set carries; 0 without one. */
export function revisionOf(set: ReplicaSet): number {
  return revisionNumber(set.metadata.annotations?.[revisionAnnotation]);
}

/** The revision that the Deployment's new set gets: one more than the newest of the old ones. */
export function nextRevision(oldSets: readonly ReplicaSet[]): number {
  let newest = 0;
  for (let index = 0; index < oldSets.length; index += 1)
    newest = Math.max(newest, revisionOf(oldSets[index] as ReplicaSet)); // In range.
  return newest + 1;
}

/**
 * The annotations the new set should have: the Deployment's own, the revision and, where the set was
 * rolled back to, the revisions it had before. The same object when nothing is to change.
 */
export function newSetAnnotations(
  deployment: Deployment,
  present: Annotations | undefined,
  revision: number,
): Annotations | undefined {
  const { annotations = NO_ANNOTATIONS } = deployment.metadata;
  let changes: Record<string, string> | undefined;
  for (const key in annotations) {
    const value = annotations[key];
    if (value === undefined || NOT_COPIED.has(key) || hasValue(present, key, value)) continue;
    changes ??= Object.create(null) as Record<string, string>;
    changes[key] = value;
  }
  const before = present?.[revisionAnnotation];
  if (revisionNumber(before) < revision) {
    changes ??= Object.create(null) as Record<string, string>;
    changes[revisionAnnotation] = String(revision);
    if (before !== undefined) {
      changes[HISTORY_ANNOTATION] = history(present?.[HISTORY_ANNOTATION] ?? '', before);
    }
  }
  return changes === undefined ? present : { ...present, ...changes };
}

const NO_ANNOTATIONS: Annotations = Object.freeze({});

/** The annotations by which a set remembers how large its Deployment was; unchanged ones are the same object. */
export function sizeAnnotations(
  deployment: Deployment,
  present: Annotations | undefined,
): Annotations {
  const terms = rolloutDeployment(deployment);
  const desired = String(terms.replicas);
  const max = String(terms.replicas + maxSurge(terms));
  if (
    present !== undefined &&
    present[desiredReplicasAnnotation] === desired &&
    present[maxReplicasAnnotation] === max
  ) {
    return present;
  }
  return { ...present, [desiredReplicasAnnotation]: desired, [maxReplicasAnnotation]: max };
}

/** The Deployment with its own revision annotation; the same object when it has it already. */
export function withRevision(deployment: Deployment, revision: string): Deployment {
  const { annotations } = deployment.metadata;
  if (annotations?.[revisionAnnotation] === revision) return deployment;
  return {
    ...deployment,
    metadata: {
      ...deployment.metadata,
      annotations: { ...annotations, [revisionAnnotation]: revision },
    },
  };
}

function hasValue(annotations: Annotations | undefined, key: string, value: string): boolean {
  return annotations !== undefined && Object.hasOwn(annotations, key) && annotations[key] === value;
}

function revisionNumber(text: string | undefined): number {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : 0;
}

function history(earlier: string, revision: string): string {
  if (earlier === '') return revision;
  let revisions = [...earlier.split(','), revision];
  while (revisions.join(',').length > HISTORY_CHARACTERS_MAX) revisions = revisions.slice(1);
  return revisions.join(',');
}
