import type { PersistentVolumeClaim, Pod, Volume } from '../../api/generated/types.ts';
import { claimOfVolume, notMadeFor, type PodClaim } from '../../api/pod-volume-claims.ts';
import { allContainers } from './references.ts';
import type { References } from './state.ts';

/**
 * The kubelet's complaint of volumes whose claim cannot be used; undefined: all can (upstream: the volume manager's
 * desired state of world populator, and WaitForAttachAndMount). A claim that is being deleted gives no Pod its volume
 * any more; volumes that no container mounts are not waited for.
 */
export function claimProblem(pod: Pod, references: References): string | undefined {
  let unusable: { volume: string; why: string }[] | undefined;
  for (const volume of pod.spec.volumes ?? []) {
    const used = claimOfVolume(volume, pod.metadata.name ?? '');
    if (used === undefined) continue;
    const why = problemOf(used, pod, references);
    if (why !== undefined && isMounted(volume, pod)) {
      unusable ??= [];
      unusable.push({ volume: volume.name, why });
    }
  }
  if (unusable === undefined) return undefined;
  const volumes = unusable
    .map(({ volume }) => volume)
    .sort()
    .join(' ');
  const reasons = unusable.map(({ why }) => why).join('; ');
  return `Unable to attach or mount volumes: unmounted volumes=[${volumes}], unattached volumes=[], failed to process volumes=[${volumes}]: ${reasons}`;
}

function problemOf(
  { claimName: name, isEphemeral }: PodClaim,
  pod: Pod,
  references: References,
): string | undefined {
  const claim = references.objects.get(`persistentvolumeclaims/${name}`) as
    | PersistentVolumeClaim // The key's first word says the kind.
    | null
    | undefined;
  const why = problemOfClaim(name, claim);
  if (why !== undefined) return `error processing PVC ${pod.metadata.namespace}/${name}: ${why}`;
  return isEphemeral && claim ? notMadeFor(pod, claim) : undefined;
}

function problemOfClaim(
  name: string,
  claim: PersistentVolumeClaim | null | undefined,
): string | undefined {
  if (claim === undefined) return 'failed to fetch PVC from API server: context deadline exceeded';
  if (claim === null) {
    return `failed to fetch PVC from API server: persistentvolumeclaims "${name}" not found`;
  }
  const { metadata, spec, status } = claim;
  if (metadata.deletionTimestamp !== undefined) return 'PVC is being deleted';
  const isBound = status?.phase === 'Bound' && (spec.volumeName ?? '') !== '';
  return isBound ? undefined : 'PVC is not bound';
}

function isMounted({ name }: Volume, pod: Pod): boolean {
  return allContainers(pod).some(
    ({ volumeMounts = [], volumeDevices = [] }) =>
      volumeMounts.some((mount) => mount.name === name) ||
      volumeDevices.some((device) => device.name === name),
  );
}
