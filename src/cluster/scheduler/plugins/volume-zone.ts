import { goQuote } from '../../../api/go-text.ts';
import type { Node, PersistentVolume } from '../../../api/generated/types.ts';
import { labelOf } from '../../../api/selectors/label-requirement.ts';
import { ACTION, ACTION_UPDATE } from '../framework/cluster-event.ts';
import {
  type Cycle,
  definePlugin,
  type PreFilterAnswer,
  reject,
  SKIP,
} from '../framework/plugin.ts';
import { type Status, unresolvable } from '../framework/status.ts';
import { notFound, storageClassOf, waitsForConsumer } from './volumes/claims.ts';

const NAME = 'VolumeZone';
const OTHER_ZONE = unresolvable(NAME, 'node(s) had no available volume zone');

/** Labels that tie a volume to zones or regions, with the name each has today. */
const TOPOLOGY_LABELS: ReadonlyMap<string, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
]);

interface ZoneLimit {
  readonly key: string;
  readonly values: ReadonlySet<string>;
}

/** Keeps Pods in the zones and regions that the labels of their bound volumes name. */
export const volumeZone = definePlugin({
  name: NAME,
  repeats: true,
  wakesOn: [
    { resource: 'StorageClass', action: ACTION.add },
    { resource: 'Node', action: ACTION.add | ACTION.updateNodeLabel },
    { resource: 'PersistentVolumeClaim', action: ACTION.add | ACTION_UPDATE },
    { resource: 'PersistentVolume', action: ACTION.add | ACTION_UPDATE },
  ],
  preFilter(cycle: Cycle): PreFilterAnswer<readonly ZoneLimit[]> {
    if (cycle.pod.claims.length === 0) return SKIP;
    const limits = zoneLimits(cycle);
    if (!Array.isArray(limits)) return reject(limits as Status);
    return limits.length === 0 ? SKIP : { kind: 'proceed', state: limits };
  },
  filter({ snapshot }, slot, limits: readonly ZoneLimit[]) {
    const node = snapshot.table.nodes[slot];
    // A node that names no zone at all is held to none.
    if (node === undefined || !namesTopology(node)) return undefined;
    const { labels } = node.metadata;
    for (const { key, values } of limits) {
      const value = labelOf(labels, key) ?? labelOf(labels, TOPOLOGY_LABELS.get(key) ?? key);
      if (value === undefined || !values.has(value)) return OTHER_ZONE;
    }
    return undefined;
  },
});

function namesTopology({ metadata }: Node): boolean {
  for (const key of TOPOLOGY_LABELS.keys()) {
    if (labelOf(metadata.labels, key) !== undefined) return true;
  }
  return false;
}

function zoneLimits({ snapshot, pod }: Cycle): ZoneLimit[] | Status {
  const { objects } = snapshot;
  const limits: ZoneLimit[] = [];
  for (const { claimName, isEphemeral } of pod.claims) {
    if (isEphemeral) continue;
    if (claimName === '') return unresolvable(NAME, 'PersistentVolumeClaim had no name');
    const claim = objects.store('persistentVolumeClaims').get(`${pod.namespace}/${claimName}`);
    if (claim === undefined) {
      return unresolvable(NAME, notFound('persistentvolumeclaim', claimName));
    }
    const volumeName = claim.spec?.volumeName ?? '';
    if (volumeName !== '') {
      const volume = objects.store('persistentVolumes').get(volumeName);
      if (volume === undefined) {
        return unresolvable(NAME, notFound('persistentvolume', volumeName));
      }
      limits.push(...limitsOf(volume));
      continue;
    }
    const className = storageClassOf(claim);
    if (className === '') {
      return unresolvable(NAME, 'PersistentVolumeClaim had no pv name and storageClass name');
    }
    if (!objects.store('storageClasses').has(className)) {
      return unresolvable(NAME, `storageclass.storage.k8s.io ${goQuote(className)} not found`);
    }
    const waiting = waitsForConsumer(objects, claim);
    if ('error' in waiting) return unresolvable(NAME, waiting.error);
    if (!waiting.waits) return unresolvable(NAME, 'PersistentVolume had no name');
  }
  return limits;
}

/** A volume may lie in several zones: their names stand between double underscores. */
function limitsOf({ metadata }: PersistentVolume): ZoneLimit[] {
  const limits: ZoneLimit[] = [];
  for (const key of TOPOLOGY_LABELS.keys()) {
    const text = labelOf(metadata.labels, key);
    if (text === undefined) continue;
    const values = text.split('__').map((each) => each.trim());
    // A list with a gap in it is no list of zones; upstream leaves such a label out.
    if (values.includes('')) continue;
    limits.push({ key, values: new Set(values) });
  }
  return limits;
}
