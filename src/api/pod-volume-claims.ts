import type { PersistentVolumeClaim, Pod, Volume } from './generated/types.ts';
import { isControlledBy } from './owner-references.ts';

/** Which claims a Pod's volumes are (upstream: component-helpers' storage/ephemeral, and whoever maps volumes to claims). */

/** The claim behind a volume. */
export interface PodClaim {
  readonly claimName: string;
  /** It is made for this Pod, from the template in the volume, and goes with it. Ask `notMadeFor` before it is used. */
  readonly isEphemeral: boolean;
}

const NO_CLAIMS: readonly PodClaim[] = Object.freeze([]);

/** The name of the claim that is made for an ephemeral volume. */
export function ephemeralClaimName(podName: string, volumeName: string): string {
  return `${podName}-${volumeName}`;
}

/** The claim behind a volume of a Pod of this name; undefined: the volume is of another kind. */
export function claimOfVolume(
  { name, persistentVolumeClaim, ephemeral }: Volume,
  podName: string,
): PodClaim | undefined {
  if (persistentVolumeClaim !== undefined)
    return { claimName: persistentVolumeClaim.claimName, isEphemeral: false };
  if (ephemeral === undefined) return undefined;
  return { claimName: ephemeralClaimName(podName, name), isEphemeral: true };
}

/** The claims behind a Pod's volumes, in their order. */
export function claimsOfPod({ metadata, spec }: Pod): readonly PodClaim[] {
  const { volumes } = spec;
  if (volumes === undefined) return NO_CLAIMS;
  let claims: PodClaim[] | undefined;
  for (let index = 0; index < volumes.length; index += 1) {
    const claim = claimOfVolume(volumes[index] as Volume, metadata.name ?? ''); // In range.
    if (claim === undefined) continue;
    if (claims === undefined) claims = [claim];
    else claims.push(claim);
  }
  return claims ?? NO_CLAIMS;
}

/** What is wrong with the claim that has the name of a Pod's ephemeral volume: it was not made for this very Pod. */
export function notMadeFor(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  const { namespace, name } = claim.metadata;
  if (namespace === pod.metadata.namespace && isControlledBy(claim, pod)) return undefined;
  return `PVC ${namespace}/${name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`;
}
