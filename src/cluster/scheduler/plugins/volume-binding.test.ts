import { describe, expect, test } from 'vitest';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
  Volume,
} from '../../../api/generated/types.ts';
import type { Cycle } from '../framework/plugin.ts';
import { clusterObjects } from '../snapshot/cluster-objects.ts';
import { createNodeOrder, placeNode } from '../snapshot/node-order.ts';
import { amountsAskedBy, podInfoOf } from '../snapshot/pod-info.ts';
import { buildSnapshot } from '../snapshot/snapshot.ts';
import { volumeBinding } from './volume-binding.ts';

const storageClass: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local' },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
};

function claim(
  more: Partial<PersistentVolumeClaim['metadata']> = {},
  volumeName?: string,
): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default', uid: 'claim', ...more },
    spec: {
      storageClassName: 'local',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '5Gi' } },
      ...(volumeName === undefined ? undefined : { volumeName }),
    },
    status: { phase: 'Pending' },
  };
}

function volume(name: string, size: string, host: string): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      storageClassName: 'local',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: size },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [host] }],
            },
          ],
        },
      },
    },
    status: { phase: 'Available' },
  };
}

function cycleWith(options: {
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly classes?: readonly StorageClass[];
  /** What the Pod's volume is; without, the claim `data`. */
  readonly source?: Omit<Volume, 'name'>;
}): Cycle {
  const nodes = ['node-1', 'node-2'].map(
    (name): Node => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      spec: {},
    }),
  );
  const order = createNodeOrder();
  for (const node of nodes) placeNode(order, node);
  const objects = clusterObjects({
    storageClasses: new Map(
      (options.classes ?? [storageClass]).map((each) => [each.metadata.name ?? '', each]),
    ),
    persistentVolumes: new Map(options.volumes.map((each) => [each.metadata.name ?? '', each])),
    persistentVolumeClaims: new Map(
      options.claims.map((each) => [`default/${each.metadata.name}`, each]),
    ),
  });
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'web' },
    spec: {
      containers: [],
      volumes: [
        { name: 'data', ...(options.source ?? { persistentVolumeClaim: { claimName: 'data' } }) },
      ],
    },
  };
  const info = podInfoOf(pod);
  return {
    snapshot: buildSnapshot(order, objects, nodes, []),
    pod: info,
    asked: amountsAskedBy(info),
  };
}

describe('VolumeBinding before the binding', () => {
  test('promises the smallest volume of the node to the claim, and writes so', () => {
    const cycle = cycleWith({
      claims: [claim()],
      volumes: [
        volume('large', '10Gi', 'node-1'),
        volume('small', '6Gi', 'node-1'),
        volume('far', '5Gi', 'node-2'),
      ],
    });
    const slot = cycle.snapshot.table.slotOf.get('node-1') ?? -1;
    const writes = volumeBinding.preBind?.(cycle, slot);
    expect(writes).toMatchObject([
      {
        method: 'PUT',
        path: '/api/v1/persistentvolumes/small',
        body: {
          metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } },
          spec: {
            claimRef: {
              kind: 'PersistentVolumeClaim',
              namespace: 'default',
              name: 'data',
              uid: 'claim',
            },
          },
        },
      },
    ]);
    const reserved = volumeBinding.reserve?.(cycle, slot);
    expect(
      reserved !== undefined &&
        'persistentVolumes' in reserved && [...reserved.persistentVolumes.keys()],
    ).toEqual(['small']);
  });

  test('has a volume made on the node where there is none', () => {
    const provisioning = { ...storageClass, provisioner: 'csi.example.com' };
    const cycle = cycleWith({ claims: [claim()], volumes: [], classes: [provisioning] });
    const slot = cycle.snapshot.table.slotOf.get('node-2') ?? -1;
    expect(volumeBinding.preBind?.(cycle, slot)).toMatchObject([
      {
        method: 'PUT',
        path: '/api/v1/namespaces/default/persistentvolumeclaims/data',
        body: { metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'node-2' } } },
      },
    ]);
  });

  test('waits until the claim is bound; a provisioner that gives up ends it', () => {
    const waiting = claim({ annotations: { 'volume.kubernetes.io/selected-node': 'node-1' } });
    const bound = claim({ annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, 'small');
    const answer = (one: PersistentVolumeClaim) => {
      const cycle = cycleWith({ claims: [one], volumes: [] });
      return volumeBinding.awaits?.(cycle, cycle.snapshot.table.slotOf.get('node-1') ?? -1);
    };
    expect(answer(waiting)).toBe('waiting');
    expect(answer(bound)).toBe('done');
    expect(answer(claim())).toMatchObject({
      reasons: ['provisioning failed for PVC "default/data"'],
    });
  });
});

describe('the claim of an ephemeral volume', () => {
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'web', controller: true };
  const own = { name: 'web-data', ownerReferences: [owner] };
  const bound = { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } };
  const NOT_OWN = 'PVC default/web-data was not created for pod default/web (pod is not owner)';
  test.each<[string, readonly PersistentVolumeClaim[], string | undefined]>([
    [
      'is not there yet',
      [],
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "web-data"',
    ],
    ['is the Pod’s and waits for it', [claim(own)], undefined],
    ['is the Pod’s and bound', [claim({ ...own, ...bound }, 'small')], undefined],
    ['has the name, and is nobody’s', [claim({ name: 'web-data' })], NOT_OWN],
    [
      'was an earlier Pod’s of the name',
      [claim({ ...own, ownerReferences: [{ ...owner, uid: 'old' }] })],
      NOT_OWN,
    ],
    [
      'is being deleted',
      [claim({ ...own, deletionTimestamp: '2026-01-01T00:00:00Z' })],
      'persistentvolumeclaim "web-data" is being deleted',
    ],
  ])('%s', (_, claims, reason) => {
    const cycle = cycleWith({ claims, volumes: [], source: { ephemeral: {} } });
    const answer = volumeBinding.preFilter?.(cycle);
    if (reason === undefined) expect(answer).toMatchObject({ kind: 'proceed' });
    else expect(answer).toMatchObject({ status: { reasons: [reason] } });
  });
});
