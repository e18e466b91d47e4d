import type { ControllerRevision, PodTemplateSpec } from '../../../api/generated/types.ts';
import { compareNumbers, compareStrings } from '../../../base/compare.ts';
import { controllerReference, isControlledBy } from '../../../api/owner-references.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import type { LabelMatcher } from '../../../api/selectors/label-selector.ts';
import type { KubeObject } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import { podTemplateHash } from '../deployment/template-hash.ts';
import { adoptionPatch } from '../owner-references.ts';
import type { ObjectWrite, Write } from '../plan.ts';
import { create, patch, remove, update } from '../writes.ts';

/**
 * The history of DaemonSets and StatefulSets: each template that was ever rolled out is kept in a
 * ControllerRevision, numbered in order (upstream: pkg/controller/history).
 */
interface Owner extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: { readonly template: PodTemplateSpec };
}

const datas = new WeakMap<PodTemplateSpec, NonNullable<ControllerRevision['data']>>();

/** The patch that brings an owner back to this template: what a revision stores. A memo, templates are immutable. */
export function revisionData(template: PodTemplateSpec): NonNullable<ControllerRevision['data']> {
  let data = datas.get(template);
  if (data === undefined) {
    // A template is JSON, which its interface does not say.
    const json = { spec: { template: { ...template, $patch: 'replace' } } } as unknown;
    data = json as NonNullable<ControllerRevision['data']>;
    datas.set(template, data);
  }
  return data;
}

/** The template that a revision stores. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec | undefined {
  const data = revision.data as { readonly spec?: { readonly template?: unknown } } | undefined;
  const stored = data?.spec?.template;
  if (stored === null || typeof stored !== 'object') return undefined;
  const { $patch: _, ...template } = stored as Record<string, unknown>;
  return template as unknown as PodTemplateSpec;
}

/** An owner's revisions, oldest first. */
export function revisionsOf(
  owner: KubeObject,
  cluster: ClusterView,
): readonly ControllerRevision[] {
  const found: ControllerRevision[] = [];
  const uid = owner.metadata.uid ?? '';
  for (const revision of cluster.filed('controllerrevisions', 'owner', uid).values()) {
    if (isControlledBy(revision, owner)) found.push(revision);
  }
  return found.sort(
    (a, b) =>
      compareNumbers(a.revision, b.revision) ||
      compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''),
  );
}

/** Adopts revisions without a controller that the selector wants. */
export function revisionClaims(
  owner: Owner,
  matches: LabelMatcher,
  cluster: ClusterView,
): readonly Write[] {
  const { namespace = '' } = owner.metadata;
  const writes: Write[] = [];
  for (const [key, each] of cluster.filed('controllerrevisions', 'orphan', namespace)) {
    if (each.metadata.deletionTimestamp !== undefined || !matches(each.metadata.labels)) continue;
    writes.push(patch('controllerrevisions', key, adoptionPatch(owner, each)));
  }
  return writes;
}

/** The newest revision that stores the owner's template; undefined when it is to be made. */
export function currentRevision(
  owner: Owner,
  revisions: readonly ControllerRevision[],
): ControllerRevision | undefined {
  const data = revisionData(owner.spec.template);
  return revisions.findLast((each) => semanticEqual(each.data, data));
}

/**
 * Brings the history up to date: the write that makes the template's revision, or that makes an old one
 * the newest after a rollback, and whether its name is taken; undefined when nothing is to be done.
 */
export function revisionWrite(
  owner: Owner,
  revisions: readonly ControllerRevision[],
  hashLabel: string,
  collisionCount: number | undefined,
  cluster: ClusterView,
): { readonly write: ObjectWrite } | { readonly collides: true } | undefined {
  const current = currentRevision(owner, revisions);
  const newest = revisions.at(-1);
  if (current !== undefined) {
    if (current.revision === newest?.revision) return undefined;
    const raised = { ...current, revision: (newest?.revision ?? 0) + 1 };
    return { write: update('controllerrevisions', raised) };
  }
  const { namespace = '', annotations } = owner.metadata;
  const hash = podTemplateHash(owner.spec.template, collisionCount);
  const name = `${owner.metadata.name}-${hash}`;
  const taken = cluster.get('controllerrevisions', `${namespace}/${name}`);
  if (taken !== undefined) return { collides: true };
  const revision: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace,
      labels: { ...owner.spec.template.metadata?.labels, [hashLabel]: hash },
      ...(annotations === undefined ? undefined : { annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    data: revisionData(owner.spec.template),
    revision: (newest?.revision ?? 0) + 1,
  };
  return { write: create('controllerrevisions', revision) };
}

/** Deletes the oldest revisions beyond the limit, of those that nothing lives by. */
export function historyCleanup(
  revisions: readonly ControllerRevision[],
  limit: number,
  isLive: (revision: ControllerRevision) => boolean,
): readonly Write[] {
  const dead = revisions.filter((each) => !isLive(each));
  return dead
    .slice(0, Math.max(0, dead.length - limit))
    .map((each) => remove('controllerrevisions', each));
}
