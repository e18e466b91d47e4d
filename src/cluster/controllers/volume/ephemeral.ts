import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimTemplate,
  Pod,
} from '../../../api/generated/types.ts';
import { controllerReference } from '../../../api/owner-references.ts';
import { claimsOfPod, ephemeralClaimName, notMadeFor } from '../../../api/pod-volume-claims.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { ClusterView } from '../cluster-view.ts';
import { NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest, type Write } from '../plan.ts';
import { create, event } from '../writes.ts';

/**
 * Makes the claims of Pods' ephemeral volumes, which the Pods own: the garbage collector takes them away (upstream:
 * pkg/controller/volume/ephemeral). A claim that has the name and is not the Pod's is in the way until somebody deletes it.
 */
export const ephemeralVolumeController: Controller = {
  name: 'ephemeral-volume-controller',
  component: 'ephemeral_volume',
  workers: 5,
  wokenBy: [
    // Volumes of a Pod never change, so that it is looked at once; the key alone need be found.
    { resource: 'pods', about: ['spec'], keys: newPod },
    { resource: 'persistentvolumeclaims', about: ['loss'], keys: podsWithout },
  ],

  reconcile(key, cluster) {
    const pod = cluster.get('pods', key);
    if (pod === undefined) return rest('it is gone');
    if (pod.metadata.deletionTimestamp !== undefined) return rest('it is being deleted');
    const { namespace, name = '' } = pod.metadata;
    const about = referenceTo(pod);
    const reason = 'FailedBinding';
    const writes: Write[] = [];
    for (const { name: volume, ephemeral } of pod.spec.volumes ?? []) {
      if (ephemeral === undefined) continue;
      const claimName = ephemeralClaimName(name, volume);
      const there = cluster.get('persistentvolumeclaims', `${namespace}/${claimName}`);
      const wrong = there === undefined ? undefined : notMadeFor(pod, there);
      if (wrong !== undefined) {
        writes.push(event(about, 'Warning', reason, `ephemeral volume ${volume}: ${wrong}`));
        return inOrder(`claim ${claimName} is not Pod ${key}'s own`, writes, { retry: true });
      }
      if (there !== undefined) continue;
      const claim = claimFor(pod, claimName, ephemeral.volumeClaimTemplate);
      const message = `ephemeral volume ${volume}: create PVC ${claimName}: {error}`;
      const failed = { reason, message };
      writes.push(create('persistentvolumeclaims', claim, { about, failed }));
    }
    if (writes.length === 0) return rest('its claims are there');
    return inOrder(`Pod ${key} lacks claims of its volumes (${writes.length}): makes them`, writes);
  },
};

/** A Pod that is new and has such volumes. */
function newPod({ key, old, next }: InformerChange): readonly string[] {
  if (old !== undefined) return NO_KEYS;
  const pod = next as Pod; // What was not there before has come.
  const isConcerned =
    pod.spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true &&
    pod.metadata.deletionTimestamp === undefined;
  return isConcerned ? [key] : NO_KEYS;
}

/** The Pods that should have a claim which has gone: their names are what its own begins with. */
function podsWithout({ old, next }: InformerChange, cluster: ClusterView): readonly string[] {
  if (old === undefined || next !== undefined) return NO_KEYS;
  const { namespace, name = '' } = old.metadata;
  const keys: string[] = [];
  for (let end = name.indexOf('-'); end >= 0; end = name.indexOf('-', end + 1)) {
    const key = `${namespace}/${name.slice(0, end)}`;
    const pod = cluster.get('pods', key);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    if (claimsOfPod(pod).some((each) => each.isEphemeral && each.claimName === name))
      keys.push(key);
  }
  return keys;
}

function claimFor(
  pod: Pod,
  name: string,
  template: PersistentVolumeClaimTemplate | undefined,
): PersistentVolumeClaim {
  const { labels, annotations } = template?.metadata ?? {};
  const { namespace } = pod.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      ...(namespace === undefined ? undefined : { namespace }),
      ...(labels === undefined ? undefined : { labels }),
      ...(annotations === undefined ? undefined : { annotations }),
      ownerReferences: [controllerReference(pod)],
    },
    // The API server lets no Pod pass whose volume has no template.
    spec: template?.spec ?? {},
  };
}
