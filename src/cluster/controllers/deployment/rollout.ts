import type { Deployment, ReplicaSet } from '../../../api/generated/types.ts';
import { compareStrings } from '../../../base/compare.ts';
import { isControlledBy } from '../../../api/owner-references.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import type { ClusterView } from '../cluster-view.ts';
import { POD_TEMPLATE_HASH_LABEL } from './template-hash.ts';

/** A Deployment and its ReplicaSets, sorted out. */
export interface Rollout {
  readonly deployment: Deployment;
  /** The set whose template is the Deployment's; undefined until it is made. */
  readonly newSet: ReplicaSet | undefined;
  /** All others, oldest first. */
  readonly oldSets: readonly ReplicaSet[];
}

/** Sorts the Deployment's ReplicaSets into the new one and the old ones. */
export function rolloutOf(deployment: Deployment, cluster: ClusterView): Rollout {
  const { uid = '' } = deployment.metadata;
  const sets: ReplicaSet[] = [];
  for (const set of cluster.filed('replicasets', 'owner', uid).values()) {
    if (isControlledBy(set, deployment)) sets.push(set);
  }
  if (sets.length > 1) sets.sort(olderFirst);
  // Several sets may have the template after a rollback of clocks; the oldest is taken.
  for (let index = 0; index < sets.length; index += 1) {
    const set = sets[index] as ReplicaSet; // In range by the loop's condition.
    if (hasTemplateOf(set, deployment))
      return { deployment, newSet: set, oldSets: sets.toSpliced(index, 1) };
  }
  return { deployment, newSet: undefined, oldSets: sets };
}

/** Every set of the rollout, the new one last. */
export function allSets({ newSet, oldSets }: Rollout): readonly ReplicaSet[] {
  return newSet === undefined ? oldSets : [...oldSets, newSet];
}

export function sizeOf(set: ReplicaSet): number {
  return set.spec.replicas ?? 1;
}

type Template = Deployment['spec']['template'];

/** A set's template → the Deployment's that it was compared with last, and whether they are alike. A memo only. */
const compared = new WeakMap<Template, { readonly wanted: Template; readonly isAlike: boolean }>();

/** Whether a set's pods are made from the Deployment's template, but for the hash that tells sets apart. */
export function hasTemplateOf(set: ReplicaSet, deployment: Deployment): boolean {
  const own = set.spec.template;
  const wanted = deployment.spec.template;
  if (own === undefined) return false;
  const known = compared.get(own);
  if (known?.wanted === wanted) return known.isAlike;
  const isAlike =
    semanticEqual(own.spec, wanted.spec) &&
    semanticEqual(withoutHash(own.metadata ?? {}), withoutHash(wanted.metadata ?? {}));
  compared.set(own, { wanted, isAlike });
  return isAlike;
}

interface Labelled {
  readonly labels?: Readonly<Record<string, string>>;
}

function withoutHash<T extends Labelled>(metadata: T): T {
  const { labels } = metadata;
  if (labels === undefined || !Object.hasOwn(labels, POD_TEMPLATE_HASH_LABEL)) return metadata;
  const others = Object.entries(labels).filter(([key]) => key !== POD_TEMPLATE_HASH_LABEL);
  return { ...metadata, labels: Object.fromEntries(others) };
}

function olderFirst(a: ReplicaSet, b: ReplicaSet): number {
  return (
    compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareStrings(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}
