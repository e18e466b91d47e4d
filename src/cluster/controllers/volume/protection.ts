import type { PersistentVolumeClaim, Pod } from '../../../api/generated/types.ts';
import { claimsOfPod, notMadeFor, type PodClaim } from '../../../api/pod-volume-claims.ts';
import { splitKey, type KubeObject } from '../../client/kube-object.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { ClusterView } from '../cluster-view.ts';
import { itself, NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest, type Plan } from '../plan.ts';
import type { ResourceName } from '../resources.ts';
import { update } from '../writes.ts';

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';

/** Lets a claim go once no Pod that has a node uses it (upstream: pkg/controller/volume/pvcprotection). */
export const claimProtection: Controller = {
  name: 'persistentvolumeclaim-protection-controller',
  account: 'pvc-protection-controller',
  workers: 1,
  wokenBy: [
    itself('persistentvolumeclaims'),
    { resource: 'pods', about: ['loss', 'unbound', 'ended'], keys: claimsLetGo },
  ],

  reconcile(key, cluster) {
    const claim = cluster.get('persistentvolumeclaims', key);
    if (claim === undefined) return rest('it is gone');
    const user =
      claim.metadata.deletionTimestamp === undefined ? undefined : userOf(claim, key, cluster);
    return protection('persistentvolumeclaims', claim, CLAIM_FINALIZER, user);
  },
};

/** Lets a volume go once it is not bound (upstream: pkg/controller/volume/pvprotection). */
export const volumeProtection: Controller = {
  name: 'persistentvolume-protection-controller',
  account: 'pv-protection-controller',
  workers: 1,
  wokenBy: [itself('persistentvolumes')],

  reconcile(key, cluster) {
    const volume = cluster.get('persistentvolumes', key);
    if (volume === undefined) return rest('it is gone');
    const user = volume.status?.phase === 'Bound' ? 'a claim' : undefined;
    return protection('persistentvolumes', volume, VOLUME_FINALIZER, user);
  },
};

/** The finalizer is there as long as the object shall stay, and goes when it is deleted and nobody uses it. */
function protection(
  resource: ResourceName,
  object: KubeObject,
  finalizer: string,
  user: string | undefined,
): Plan {
  const { finalizers = [], deletionTimestamp, name } = object.metadata;
  const has = finalizers.includes(finalizer);
  const write = (next: readonly string[]) =>
    update(resource, { ...object, metadata: { ...object.metadata, finalizers: next } });
  if (deletionTimestamp === undefined) {
    return has
      ? rest(`${name} is protected`)
      : inOrder(`${name} is not protected yet`, [write([...finalizers, finalizer])]);
  }
  if (!has) return rest(`${name} is let go`);
  if (user !== undefined) return rest(`${name} is being deleted and used by ${user}`);
  return inOrder(`${name} is being deleted and nobody uses it: lets it go`, [
    write(finalizers.filter((each) => each !== finalizer)),
  ]);
}

/** The claims of a Pod that has ended, gone, or not yet been given a node: they may be free now. */
function claimsLetGo({ old, next }: InformerChange): readonly string[] {
  const pod = (next ?? old) as Pod;
  const { volumes } = pod.spec;
  if (volumes === undefined) return NO_KEYS;
  const mayUse = next !== undefined && (pod.spec.nodeName ?? '') !== '' && !isOver(pod);
  if (mayUse) return NO_KEYS;
  const claims = claimsOfPod(pod);
  if (claims.length === 0) return NO_KEYS;
  return claims.map(({ claimName }) => `${pod.metadata.namespace}/${claimName}`);
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/**
 * A Pod with a node that uses the claim, if there is one: kubelets do not start Pods whose claims are being deleted. A claim
 * that was made for the Pod is let go once the kubelet is done with it, although finalizers may keep the Pod itself.
 */
function userOf(
  claim: PersistentVolumeClaim,
  key: string,
  cluster: ClusterView,
): string | undefined {
  const { namespace } = splitKey(key);
  for (const [podKey, pod] of cluster.filed('pods', 'namespace', namespace)) {
    if ((pod.spec.nodeName ?? '') === '' || pod.spec.volumes === undefined) continue;
    if (claimsOfPod(pod).some((each) => isUse(each, pod, claim))) return `Pod ${podKey}`;
  }
  return undefined;
}

function isUse(
  { claimName, isEphemeral }: PodClaim,
  pod: Pod,
  claim: PersistentVolumeClaim,
): boolean {
  if (claimName !== claim.metadata.name) return false;
  return !isEphemeral || (!isShutDown(pod) && notMadeFor(pod, claim) === undefined);
}

/** The kubelet has nothing left of it, or it was deleted by force. */
function isShutDown({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;
}
