import type {
  CSIStorageCapacity,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../../api/generated/types.ts';
import { value } from '../../../../api/quantity/numbers.ts';
import { labelOf } from '../../../../api/selectors/label-requirement.ts';
import { labelSelectorMatcher } from '../../../../api/selectors/label-selector.ts';
import { nodeSelectorMatches } from '../../../../api/selectors/node-selector.ts';
import { compareStrings } from '../../../../base/compare.ts';
import { goQuote } from '../../../../api/go-text.ts';
import type { ClusterObjects } from '../../snapshot/cluster-objects.ts';
import { selectableNode } from '../../snapshot/node-affinity.ts';
import { isProvisioning, storageClassOf } from './claims.ts';

/** A Pod's claims by how they get their volume. */
export interface PodVolumeClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Claims that get their volume where the Pod is placed. */
  readonly waiting: readonly PersistentVolumeClaim[];
}

/** What the Pod's volumes say of a node, and what would be done there. */
export interface VolumesOnNode {
  /** A bound volume can be reached from the node. */
  readonly boundFit: boolean;
  readonly boundExist: boolean;
  /** There is, or can be made, a volume for every waiting claim. */
  readonly waitingFit: boolean;
  readonly isStorageEnough: boolean;
  readonly bindings: readonly VolumeBinding[];
  readonly provisions: readonly PersistentVolumeClaim[];
  readonly error?: string;
}

export interface VolumeBinding {
  readonly volume: PersistentVolume;
  readonly claim: PersistentVolumeClaim;
}

const ALL_FIT: VolumesOnNode = {
  boundFit: true,
  boundExist: true,
  waitingFit: true,
  isStorageEnough: true,
  bindings: [],
  provisions: [],
};

/** Looks whether a node can have all of a Pod's volumes (kube-scheduler's volume binder). */
export function findVolumes(
  objects: ClusterObjects,
  claims: PodVolumeClaims,
  node: Node,
): VolumesOnNode {
  const ofBound = checkBound(objects, claims.bound, node);
  if (claims.waiting.length === 0) return { ...ALL_FIT, ...ofBound };

  const toProvision: PersistentVolumeClaim[] = [];
  const toMatch: PersistentVolumeClaim[] = [];
  for (const claim of claims.waiting) {
    const selected = labelOf(claim.metadata.annotations, 'volume.kubernetes.io/selected-node');
    if (selected === undefined) toMatch.push(claim);
    else if (selected === node.metadata.name) toProvision.push(claim);
    else return { ...ALL_FIT, ...ofBound, waitingFit: false };
  }
  const { bindings, unmatched } = matchVolumes(objects, toMatch, node);
  toProvision.push(...unmatched);
  const ofProvisions = checkProvisions(objects, toProvision, node);
  return { ...ALL_FIT, ...ofBound, bindings, ...ofProvisions };
}

function checkBound(
  objects: ClusterObjects,
  claims: readonly PersistentVolumeClaim[],
  node: Node,
): Pick<VolumesOnNode, 'boundFit' | 'boundExist'> {
  for (const claim of claims) {
    const volume = objects.store('persistentVolumes').get(claim.spec?.volumeName ?? '');
    if (volume === undefined) return { boundFit: true, boundExist: false };
    if (!canReach(volume, node)) return { boundFit: false, boundExist: true };
  }
  return { boundFit: true, boundExist: true };
}

/** Whether the volume's node affinity admits the node. */
export function canReach(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec?.nodeAffinity?.required;
  return required === undefined || nodeSelectorMatches(required, selectableNode(node));
}

/** Gives each claim the smallest volume that suits, small claims first. */
function matchVolumes(
  objects: ClusterObjects,
  claims: readonly PersistentVolumeClaim[],
  node: Node,
): { readonly bindings: VolumeBinding[]; readonly unmatched: PersistentVolumeClaim[] } {
  const bindings: VolumeBinding[] = [];
  const unmatched: PersistentVolumeClaim[] = [];
  const taken = new Set<PersistentVolume>();
  for (const claim of claims.toSorted((a, b) => sizeAsked(a) - sizeAsked(b))) {
    const volume = smallestMatch(objects, claim, node, taken);
    if (volume === undefined) unmatched.push(claim);
    else {
      taken.add(volume);
      bindings.push({ volume, claim });
    }
  }
  return { bindings, unmatched };
}

function smallestMatch(
  objects: ClusterObjects,
  claim: PersistentVolumeClaim,
  node: Node,
  taken: ReadonlySet<PersistentVolume>,
): PersistentVolume | undefined {
  const asked = sizeAsked(claim);
  const className = storageClassOf(claim);
  let smallest: PersistentVolume | undefined;
  for (const volume of objects.store('persistentVolumes').values()) {
    if (taken.has(volume) || storageClassOf(volume) !== className) continue;
    const isOwn = isReservedFor(volume, claim);
    if (volume.spec?.claimRef !== undefined && !isOwn) continue;
    if (sizeOf(volume) < asked || !isSameKind(claim, volume)) continue;
    if (volume.metadata.deletionTimestamp !== undefined) continue;
    const isReachable = canReach(volume, node);
    // A volume kept for this claim decides: there or nowhere.
    if (isOwn) return isReachable ? volume : undefined;
    if (volume.status?.phase !== 'Available' || !isReachable) continue;
    const { selector } = claim.spec ?? {};
    if (selector !== undefined && !labelSelectorMatcher(selector)(volume.metadata.labels)) continue;
    if (!offersAccess(claim, volume)) continue;
    if (smallest === undefined || isSmaller(volume, smallest)) smallest = volume;
  }
  return smallest;
}

function isSmaller(a: PersistentVolume, b: PersistentVolume): boolean {
  const difference = sizeOf(a) - sizeOf(b);
  if (difference !== 0) return difference < 0;
  // Upstream takes any of equal ones; the name makes it one answer.
  return compareStrings(a.metadata.name ?? '', b.metadata.name ?? '') < 0;
}

function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const ref = volume.spec?.claimRef;
  if (ref === undefined) return false;
  const { namespace, name, uid } = claim.metadata;
  if (ref.name !== name || ref.namespace !== namespace) return false;
  return ref.uid === undefined || ref.uid === '' || ref.uid === uid;
}

function isSameKind(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return (
    (claim.spec?.volumeMode ?? 'Filesystem') === (volume.spec?.volumeMode ?? 'Filesystem') &&
    (claim.spec?.volumeAttributesClassName ?? '') === (volume.spec?.volumeAttributesClassName ?? '')
  );
}

function offersAccess(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  const offered = volume.spec?.accessModes ?? [];
  return (claim.spec?.accessModes ?? []).every((mode) => offered.includes(mode));
}

function sizeAsked(claim: PersistentVolumeClaim): number {
  return value(claim.spec?.resources?.requests?.['storage']);
}

function sizeOf(volume: PersistentVolume): number {
  return value(volume.spec?.capacity?.['storage']);
}

/** Whether volumes for the claims can be made on the node. */
function checkProvisions(
  objects: ClusterObjects,
  claims: readonly PersistentVolumeClaim[],
  node: Node,
): Pick<VolumesOnNode, 'waitingFit' | 'isStorageEnough' | 'provisions'> & { error?: string } {
  for (const claim of claims) {
    const { namespace, name } = claim.metadata;
    const className = storageClassOf(claim);
    if (className === '') {
      return { ...NOT_MADE, error: `no class for claim ${goQuote(`${namespace}/${name}`)}` };
    }
    const storageClass = objects.store('storageClasses').get(className);
    if (storageClass === undefined) {
      return { ...NOT_MADE, error: `failed to find storage class ${goQuote(className)}` };
    }
    if (!isProvisioning(storageClass) || !allowsNode(storageClass, node)) return NOT_MADE;
    if (!hasCapacity(objects, claim, storageClass, node)) {
      return { waitingFit: true, isStorageEnough: false, provisions: [] };
    }
  }
  return { waitingFit: true, isStorageEnough: true, provisions: claims };
}

const NOT_MADE: Pick<VolumesOnNode, 'waitingFit' | 'isStorageEnough' | 'provisions'> = {
  waitingFit: false,
  isStorageEnough: true,
  provisions: [],
};

function allowsNode({ allowedTopologies = [] }: StorageClass, node: Node): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) => {
    if (matchLabelExpressions.length === 0) return false;
    return matchLabelExpressions.every(({ key, values }) => {
      const label = labelOf(node.metadata.labels, key);
      return label !== undefined && values.includes(label);
    });
  });
}

/** Drivers that publish their capacity must have enough of it within the node's reach. */
function hasCapacity(
  objects: ClusterObjects,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: Node,
): boolean {
  if (claim.spec?.resources?.requests?.['storage'] === undefined) return true;
  const driver = objects.store('csiDrivers').get(storageClass.provisioner);
  if (driver?.spec.storageCapacity !== true) return true;
  const asked = sizeAsked(claim);
  const className = storageClass.metadata.name;
  for (const capacity of objects.store('csiStorageCapacities').values()) {
    if (
      capacity.storageClassName === className &&
      holds(capacity, asked) &&
      capacity.nodeTopology !== undefined &&
      labelSelectorMatcher(capacity.nodeTopology)(node.metadata.labels)
    ) {
      return true;
    }
  }
  return false;
}

function holds({ capacity, maximumVolumeSize }: CSIStorageCapacity, asked: number): boolean {
  const limit = maximumVolumeSize ?? capacity;
  return limit !== undefined && value(limit) >= asked;
}
