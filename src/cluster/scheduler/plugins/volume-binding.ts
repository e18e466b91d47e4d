import { goQuote } from '../../../api/go-text.ts';
import type { PersistentVolumeClaim } from '../../../api/generated/types.ts';
import { ACTION, ACTION_UPDATE } from '../framework/cluster-event.ts';
import {
  type Cycle,
  definePlugin,
  type PreFilterAnswer,
  reject,
  SKIP,
} from '../framework/plugin.ts';
import { failure, type MaybeStatus, type Status, unresolvable } from '../framework/status.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import { claimOf, isFullyBound, notForPod, notFound, waitsForConsumer } from './volumes/claims.ts';
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

  // Scoring by capacity is off by default: the plugin is asked and always stands back.
  preScore: () => SKIP,
  score: () => 0,
});

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
    const wrong = isEphemeral ? notForPod(pod.pod, claim) : undefined;
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
