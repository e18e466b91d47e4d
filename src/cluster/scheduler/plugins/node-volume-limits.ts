import type { CSINode, PersistentVolumeClaim, Pod } from '../../../api/generated/types.ts';
import { notMadeFor } from '../../../api/pod-volume-claims.ts';
import { ACTION, ACTION_UPDATE } from '../framework/cluster-event.ts';
import { type Cycle, definePlugin, SKIP } from '../framework/plugin.ts';
import { failure, type MaybeStatus, unresolvable, unschedulable } from '../framework/status.ts';
import type { ClusterObjects } from '../snapshot/cluster-objects.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { claimOf, notFound, storageClassOf } from './volumes/claims.ts';

const NAME = 'NodeVolumeLimits';
const TOO_MANY = unschedulable(NAME, 'node(s) exceed max volume count');

/** Keeps Pods off nodes that cannot attach as many volumes of a CSI driver as they would need. */
export const nodeVolumeLimits = definePlugin({
  name: NAME,
  repeats: true,
  wakesOn: [
    { resource: 'CSINode', action: ACTION.add | ACTION_UPDATE },
    {
      resource: 'AssignedPod',
      action: ACTION.delete,
      helps: (_waiting, { old }) => ((old as Pod | undefined)?.spec.volumes ?? []).length > 0,
    },
    { resource: 'PersistentVolumeClaim', action: ACTION.add },
    { resource: 'VolumeAttachment', action: ACTION.delete },
  ],
  preFilter: ({ pod }: Cycle) =>
    pod.claims.length === 0 ? SKIP : { kind: 'proceed', state: undefined },
  filter: ({ snapshot, pod }, node): MaybeStatus => checkNode(snapshot, pod, node),
});

/** Volumes by their unique name, with the driver that attaches them. */
type Attached = Map<string, string>;

function checkNode(snapshot: Snapshot, pod: PodInfo, node: number): MaybeStatus {
  const { objects, table } = snapshot;
  const wanted: Attached = new Map();
  const problem = addVolumes(objects, pod, wanted, true);
  if (problem !== undefined) return problem;
  if (wanted.size === 0) return undefined;
  const nodeName = table.names[node] as string;
  const limits = limitsOf(objects.store('csiNodes').get(nodeName));
  if (limits.size === 0) return undefined;

  const attached: Attached = new Map();
  for (const other of table.pods[node]?.values() ?? []) {
    const wrong = addVolumes(objects, other, attached, false);
    if (wrong !== undefined) return wrong;
  }
  addAttachments(objects, nodeName, attached);
  const counts = new Map<string, number>();
  for (const [volume, driver] of attached) {
    // A volume that is there already needs no second attachment.
    wanted.delete(volume);
    counts.set(driver, (counts.get(driver) ?? 0) + 1);
  }
  for (const driver of wanted.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  for (const driver of new Set(wanted.values())) {
    const limit = limits.get(driver);
    if (limit !== undefined && (counts.get(driver) ?? 0) > limit) return TOO_MANY;
  }
  return undefined;
}

function limitsOf(csiNode: CSINode | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of csiNode?.spec.drivers ?? []) {
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  }
  return limits;
}

/** Enters a Pod's CSI volumes. A claim that is missing is an obstacle for a new Pod only. */
function addVolumes(
  objects: ClusterObjects,
  pod: PodInfo,
  volumes: Attached,
  isNew: boolean,
): MaybeStatus {
  for (const { claimName, isEphemeral } of pod.claims) {
    if (claimName === '') return failure(NAME, 'PersistentVolumeClaim had no name');
    const claim = claimOf(objects, pod.namespace, claimName);
    if (claim === undefined) {
      if (!isNew) continue;
      const reason = notFound('persistentvolumeclaim', claimName);
      return unresolvable(NAME, `looking up PVC ${pod.namespace}/${claimName}: ${reason}`);
    }
    if (isEphemeral) {
      const wrong = notMadeFor(pod.pod, claim);
      if (wrong !== undefined) return failure(NAME, wrong);
    }
    const source = csiSourceOf(objects, claim);
    if (source !== undefined) volumes.set(`${source.driver}/${source.handle}`, source.driver);
  }
  return undefined;
}

/** Driver and volume of a claim: those of its volume, or what its class would make. */
function csiSourceOf(
  objects: ClusterObjects,
  claim: PersistentVolumeClaim,
): { readonly driver: string; readonly handle: string } | undefined {
  const volumeName = claim.spec?.volumeName ?? '';
  const volume = volumeName === '' ? undefined : objects.store('persistentVolumes').get(volumeName);
  if (volume !== undefined) {
    const csi = volume.spec?.csi;
    if (csi === undefined || csi.driver === '' || csi.volumeHandle === '') return undefined;
    return { driver: csi.driver, handle: csi.volumeHandle };
  }
  const className = storageClassOf(claim);
  const storageClass =
    className === '' ? undefined : objects.store('storageClasses').get(className);
  if (storageClass === undefined || storageClass.provisioner === '') return undefined;
  const { namespace, name } = claim.metadata;
  return { driver: storageClass.provisioner, handle: `unbound-${namespace}/${name}` };
}

/** Volumes that are attached to the node whether or not a Pod there uses them (still). */
function addAttachments(objects: ClusterObjects, nodeName: string, volumes: Attached): void {
  for (const { spec } of objects.store('volumeAttachments').values()) {
    if (spec.nodeName !== nodeName) continue;
    const volumeName = spec.source.persistentVolumeName;
    if (volumeName === undefined) continue;
    const csi = objects.store('persistentVolumes').get(volumeName)?.spec?.csi;
    if (csi !== undefined) volumes.set(`${spec.attacher}/${csi.volumeHandle}`, spec.attacher);
  }
}
