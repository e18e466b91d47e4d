import { goQuote } from '../../../api/go-text.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/generated/types.ts';
import { notMadeFor } from '../../../api/pod-volume-claims.ts';
import { labelOf } from '../../../api/selectors/label-requirement.ts';
import { ACTION, ACTION_UPDATE } from '../framework/cluster-event.ts';
import {
  type ApiWrite,
  type Awaited,
  type Cycle,
  definePlugin,
  type PreFilterAnswer,
  reject,
  type Reservation,
  SKIP,
} from '../framework/plugin.ts';
import { failure, type MaybeStatus, type Status, unresolvable } from '../framework/status.ts';
import type { ClusterObjects } from '../snapshot/cluster-objects.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import { claimOf, isFullyBound, notFound, waitsForConsumer } from './volumes/claims.ts';
import { findVolumes, type PodVolumeClaims } from './volumes/find-volumes.ts';

const NAME = 'VolumeBinding';
const UNBOUND_IMMEDIATE = unresolvable(NAME, 'pod has unbound immediate PersistentVolumeClaims');

const OUT_OF_REACH = "node(s) didn't match PersistentVolume's node affinity";
const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
const NO_SPACE = 'node(s) did not have enough free storage';
const VOLUME_GONE = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

/** Keeps Pods where their volumes are or can be made, and ties waiting claims to volumes there. */
export const volumeBinding = definePlugin({
  name: NAME,
  repeats: true,
  wakesOn: [
    { resource: 'StorageClass', action: ACTION.add | ACTION_UPDATE },
    {
      resource: 'PersistentVolumeClaim',
      action: ACTION.add | ACTION_UPDATE,
      helps: (waiting, { next }) => isOwnClaim(waiting, next as PersistentVolumeClaim),
    },
    { resource: 'PersistentVolume', action: ACTION.add | ACTION_UPDATE },
    { resource: 'Node', action: ACTION.add | ACTION.updateNodeLabel },
    { resource: 'CSINode', action: ACTION.add | ACTION_UPDATE },
    { resource: 'CSIDriver', action: ACTION_UPDATE },
    { resource: 'CSIStorageCapacity', action: ACTION.add | ACTION_UPDATE },
  ],

  preFilter(cycle: Cycle): PreFilterAnswer<PodVolumeClaims> {
    if (cycle.pod.claims.length === 0) return SKIP;
    const wrong = firstProblem(cycle);
    if (wrong !== undefined) return reject(wrong);
    const claims = sortClaims(cycle);
    if ('code' in claims) return reject(claims);
    return { kind: 'proceed', state: claims };
  },

  filter({ snapshot }, slot, claims: PodVolumeClaims): MaybeStatus {
    const node = snapshot.table.nodes[slot];
    if (node === undefined) return undefined;
    const found = findVolumes(snapshot.objects, claims, node);
    if (found.error !== undefined) return failure(NAME, found.error);
    if (found.boundFit && found.boundExist && found.waitingFit && found.isStorageEnough) {
      return undefined;
    }
    const reasons: string[] = [];
    if (!found.boundFit) reasons.push(OUT_OF_REACH);
    if (!found.waitingFit) reasons.push(NO_VOLUME);
    if (!found.isStorageEnough) reasons.push(NO_SPACE);
    if (!found.boundExist) reasons.push(VOLUME_GONE);
    return unresolvable(NAME, ...reasons);
  },

  reserve: (cycle: Cycle, slot) =>
    cycle.pod.claims.length === 0 ? NOTHING_RESERVED : reserveVolumes(cycle, slot),
  preBind: (cycle: Cycle, slot) =>
    cycle.pod.claims.length === 0 ? NO_WRITES : volumeWrites(cycle, slot),
  awaits: (cycle: Cycle, slot) => volumesAwaited(cycle, slot),

  // Scoring by capacity is off by default: the plugin is asked and always stands back.
  preScore: () => SKIP,
  score: () => 0,
});

/** What the node's volumes will look like once the Pod is bound: no other Pod may choose them meanwhile. */
function reserveVolumes(cycle: Cycle, slot: number): Reservation | Status {
  const node = cycle.snapshot.table.nodes[slot];
  const claims = sortClaims(cycle);
  if ('code' in claims) return claims;
  if (node === undefined || claims.waiting.length === 0) return NOTHING_RESERVED;
  const found = findVolumes(cycle.snapshot.objects, claims, node);
  if (!found.waitingFit || !found.isStorageEnough) return unresolvable(NAME, NO_VOLUME);
  return {
    persistentVolumes: new Map(
      found.bindings.map(({ volume, claim }) => [volume.metadata.name ?? '', bound(volume, claim)]),
    ),
    persistentVolumeClaims: new Map(
      found.provisions.map((claim) => [
        `${claim.metadata.namespace}/${claim.metadata.name}`,
        placed(claim, node.metadata.name ?? ''),
      ]),
    ),
  };
}

const NOTHING_RESERVED: Reservation = Object.freeze({
  persistentVolumes: new Map(),
  persistentVolumeClaims: new Map(),
});

const NO_WRITES: readonly ApiWrite[] = Object.freeze([]);

/** The volume as it is once it is promised to the claim. */
function bound(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const claimRef = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...(namespace === undefined ? undefined : { namespace }),
    ...(name === undefined ? undefined : { name }),
    ...(uid === undefined ? undefined : { uid }),
    ...(resourceVersion === undefined ? undefined : { resourceVersion }),
  };
  const annotations = {
    ...volume.metadata.annotations,
    'pv.kubernetes.io/bound-by-controller': 'yes',
  };
  const isPromised = volume.spec?.claimRef !== undefined;
  return Object.freeze({
    ...volume,
    // One that was kept for the claim by hand is not the controller's doing.
    metadata: isPromised ? volume.metadata : { ...volume.metadata, annotations },
    spec: { ...volume.spec, claimRef: { ...volume.spec?.claimRef, ...claimRef } },
  });
}

/** The claim with the node for which its volume is to be made. */
function placed(claim: PersistentVolumeClaim, nodeName: string): PersistentVolumeClaim {
  const annotations = {
    ...claim.metadata.annotations,
    'volume.kubernetes.io/selected-node': nodeName,
  };
  return Object.freeze({ ...claim, metadata: { ...claim.metadata, annotations } });
}

function volumeWrites(cycle: Cycle, slot: number): readonly ApiWrite[] | Status {
  const reserved = reserveVolumes(cycle, slot);
  if ('code' in reserved) return reserved;
  if (reserved === NOTHING_RESERVED) return NO_WRITES;
  const writes: ApiWrite[] = [];
  for (const [name, body] of reserved.persistentVolumes) {
    writes.push({ method: 'PUT', path: `/api/v1/persistentvolumes/${name}`, body });
  }
  for (const body of reserved.persistentVolumeClaims.values()) {
    const { namespace, name } = body.metadata;
    const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
    writes.push({ method: 'PUT', path, body });
  }
  return writes;
}

/** The claims that are not bound yet; a claim whose volume could not be made ends the wait. */
function volumesAwaited({ snapshot, pod }: Cycle, slot: number): Awaited {
  const nodeName = snapshot.table.names[slot];
  let isWaiting = false;
  for (const { claimName } of pod.claims) {
    const claim = claimOf(snapshot.objects, pod.namespace, claimName);
    if (claim === undefined) {
      return failure(NAME, `error getting PVC ${goQuote(`${pod.namespace}/${claimName}`)}`);
    }
    if (isFullyBound(claim)) continue;
    isWaiting = true;
    const selected = labelOf(claim.metadata.annotations, 'volume.kubernetes.io/selected-node');
    const isProvisioned = (claim.spec?.volumeName ?? '') === '' && selected !== nodeName;
    // The provisioner takes the mark away when it cannot make the volume there.
    if (isProvisioned && !isPromised(snapshot.objects, claim)) {
      const key = `${claim.metadata.namespace}/${claim.metadata.name}`;
      return failure(NAME, `provisioning failed for PVC ${goQuote(key)}`);
    }
  }
  return isWaiting ? 'waiting' : 'done';
}

function isPromised(objects: ClusterObjects, { metadata }: PersistentVolumeClaim): boolean {
  for (const volume of objects.store('persistentVolumes').values()) {
    const ref = volume.spec?.claimRef;
    if (ref?.name === metadata.name && ref?.namespace === metadata.namespace) return true;
  }
  return false;
}

/** The first claim that keeps the Pod from any node. */
function firstProblem({ snapshot, pod }: Cycle): Status | undefined {
  for (const { claimName, isEphemeral } of pod.claims) {
    const claim = claimOf(snapshot.objects, pod.namespace, claimName);
    if (claim === undefined) {
      const reason = isEphemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim ${goQuote(claimName)}`
        : notFound('persistentvolumeclaim', claimName);
      return unresolvable(NAME, reason);
    }
    if (claim.status?.phase === 'Lost') {
      const volume = goQuote(claim.spec?.volumeName ?? '');
      return unresolvable(
        NAME,
        `persistentvolumeclaim ${goQuote(claimName)} bound to non-existent persistentvolume ${volume}`,
      );
    }
    if (claim.metadata.deletionTimestamp !== undefined) {
      return unresolvable(NAME, `persistentvolumeclaim ${goQuote(claimName)} is being deleted`);
    }
    const wrong = isEphemeral ? notMadeFor(pod.pod, claim) : undefined;
    if (wrong !== undefined) return unresolvable(NAME, wrong);
  }
  return undefined;
}

/** Tells bound claims from waiting ones; a claim that should be bound and is not keeps the Pod waiting. */
function sortClaims({ snapshot, pod }: Cycle): PodVolumeClaims | Status {
  const bound: PersistentVolumeClaim[] = [];
  const waiting: PersistentVolumeClaim[] = [];
  let isAnyUnbound = false;
  for (const { claimName } of pod.claims) {
    const claim = claimOf(snapshot.objects, pod.namespace, claimName);
    if (claim === undefined) continue;
    if (isFullyBound(claim)) {
      bound.push(claim);
      continue;
    }
    const answer = waitsForConsumer(snapshot.objects, claim);
    if ('error' in answer) return failure(NAME, answer.error);
    if (answer.waits && (claim.spec?.volumeName ?? '') === '') waiting.push(claim);
    else isAnyUnbound = true;
  }
  return isAnyUnbound ? UNBOUND_IMMEDIATE : { bound, waiting };
}

function isOwnClaim(waiting: PodInfo, claim: PersistentVolumeClaim | undefined): boolean {
  return (
    claim !== undefined &&
    claim.metadata.namespace === waiting.namespace &&
    waiting.claims.some((each) => each.claimName === claim.metadata.name)
  );
}
