import type { OwnerReference, Pod } from '../../../api/generated/types.ts';
import type { Cycle } from '../framework/plugin.ts';
import type { Profile } from '../framework/profile.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import { circumstancesOf, type Snapshot } from '../snapshot/snapshot.ts';
import { type PreFiltered, runPreFilters } from './filters.ts';

/**
 * What the `preFilter` plugins have said of the last Pod. The Pods of a workload come one after another, and for all of them
 * it is the same while nothing but the Pods on nodes has changed.
 */
interface Precedent {
  readonly profile: Profile;
  readonly cycle: Cycle;
  /** As they were before anybody was asked. */
  readonly circumstances: number;
  readonly preFiltered: PreFiltered;
}

/** Derived, like the snapshot it belongs to. */
const precedents = new WeakMap<Snapshot, Precedent>();

/**
 * Asks the `preFilter` plugins, where the answer is not known from a Pod that is alike: then it is the very same object, and
 * so whoever has gone on from it (the scores, for one) need not ask again either.
 */
export function preFilteredOf(profile: Profile, cycle: Cycle): PreFiltered {
  const { snapshot } = cycle;
  const circumstances = circumstancesOf(snapshot);
  const last = precedents.get(snapshot);
  if (
    last !== undefined &&
    last.profile === profile &&
    last.circumstances === circumstances &&
    isAlike(last.cycle, cycle)
  ) {
    return last.preFiltered;
  }
  const preFiltered = runPreFilters(profile, cycle);
  if (profile.isRepeating && isUntied(cycle.pod) && preFiltered.rejection === undefined) {
    precedents.set(snapshot, { profile, cycle, circumstances, preFiltered });
  }
  return preFiltered;
}

/** Whether two Pods are the same in all that plugins which repeat themselves look at beforehand. */
function isAlike({ pod: a, asked }: Cycle, { pod: b, asked: asks }: Cycle): boolean {
  return (
    asked === asks &&
    a.labelSet === b.labelSet &&
    a.priority === b.priority &&
    a.hostPorts === b.hostPorts &&
    isUntied(b) &&
    isOfTemplate(a.pod, b.pod)
  );
}

/** What stands behind claims, and where Pods are that others want to be near, changes by itself. */
function isUntied({ affinity, claims, disks }: PodInfo): boolean {
  return affinity === undefined && claims.length === 0 && disks.length === 0;
}

function isOfTemplate({ metadata, spec }: Pod, { metadata: otherMeta, spec: other }: Pod): boolean {
  return (
    spec.affinity === other.affinity &&
    spec.nodeSelector === other.nodeSelector &&
    spec.tolerations === other.tolerations &&
    spec.topologySpreadConstraints === other.topologySpreadConstraints &&
    spec.resourceClaims === other.resourceClaims &&
    (spec.nodeName ?? '') === (other.nodeName ?? '') &&
    spec.initContainers === other.initContainers &&
    isSameImages(spec.containers, other.containers) &&
    isSameOwner(metadata.ownerReferences, otherMeta.ownerReferences)
  );
}

/** Of containers the images alone: mounts differ from Pod to Pod. */
function isSameImages(a: Pod['spec']['containers'], b: Pod['spec']['containers']): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (a[index]?.image !== b[index]?.image) return false;
  }
  return true;
}

type Owners = readonly OwnerReference[] | undefined;

/** Pods have one owner, or none. */
function isSameOwner(a: Owners, b: Owners): boolean {
  if (a === b) return true;
  const owner = a?.[0];
  const other = b?.[0];
  return (
    owner !== undefined &&
    owner.uid === other?.uid &&
    owner.controller === other.controller &&
    owner.name === other.name &&
    owner.kind === other.kind &&
    owner.apiVersion === other.apiVersion &&
    a?.length === 1 &&
    b?.length === 1
  );
}
