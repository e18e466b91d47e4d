import { describe, expect, test } from 'vitest';
import type {
  Event,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../api/generated/types.ts';
import { SECOND } from '../../../kernel/time.ts';
import { seenCluster, summary } from '../testing.ts';
import { ask, list, managerRig, run, type ManagerRig } from '../testing-rig.ts';
import { bestMatch } from './best-match.ts';
import { persistentVolumeBinder } from './persistent-volume-binder.ts';

function aClaim(spec: PersistentVolumeClaim['spec'] = {}): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'claim', namespace: 'default', uid: 'uid-claim' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '3Gi' } },
      storageClassName: 'manual',
      ...spec,
    },
  };
}

function aVolume(
  name: string,
  size: string,
  more: PersistentVolume['spec'] = {},
): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, uid: `uid-${name}` },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: size },
      hostPath: { path: '/data' },
      storageClassName: 'manual',
      persistentVolumeReclaimPolicy: 'Retain',
      ...more,
    },
    status: { phase: 'Available' },
  };
}

const late: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'manual' },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
};

describe('the volume for a claim', () => {
  const choices: [string, readonly PersistentVolume[], string | undefined][] = [
    [
      'the smallest that is large enough',
      [aVolume('a', '10Gi'), aVolume('b', '5Gi'), aVolume('c', '1Gi')],
      'b',
    ],
    ['of the same class', [aVolume('a', '5Gi', { storageClassName: 'other' })], undefined],
    ['with the access modes', [aVolume('a', '5Gi', { accessModes: ['ReadOnlyMany'] })], undefined],
    [
      'not another claim’s',
      [aVolume('a', '5Gi', { claimRef: { name: 'x', namespace: 'default' } })],
      undefined,
    ],
    [
      'one promised to it first',
      [
        aVolume('a', '5Gi'),
        aVolume('b', '9Gi', { claimRef: { name: 'claim', namespace: 'default' } }),
      ],
      'b',
    ],
  ];
  test.each(choices)('%s', (_, persistentvolumes, name) => {
    const { view } = seenCluster({ persistentvolumes });
    expect(bestMatch(aClaim(), false, view)?.metadata.name).toBe(name);
  });
});

describe('a claim without a volume says why', () => {
  const cases: [string, PersistentVolumeClaim, readonly StorageClass[], string][] = [
    [
      'no class',
      aClaim({ storageClassName: '' }),
      [],
      'Normal FailedBinding no persistent volumes available for this claim and no storage class is set',
    ],
    [
      'unknown class',
      aClaim(),
      [],
      'Warning ProvisioningFailed storageclass.storage.k8s.io "manual" not found',
    ],
    [
      'no consumer',
      aClaim(),
      [late],
      'Normal WaitForFirstConsumer waiting for first consumer to be created before binding',
    ],
  ];
  test.each(cases)('%s', (_, claim, storageclasses, message) => {
    const { view } = seenCluster({ persistentvolumeclaims: [claim], storageclasses });
    const plan = persistentVolumeBinder.reconcile('claim:default/claim', view, 0, undefined);
    expect(summary(plan)).toEqual([`event ${message}`]);
  });
});

describe('on the API server', () => {
  const VOLUMES = '/api/v1/persistentvolumes';
  const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
  const CLASSES = '/apis/storage.k8s.io/v1/storageclasses';
  const claim = (rig: ManagerRig) => list<PersistentVolumeClaim>(rig, CLAIMS)[0];
  const volume = (rig: ManagerRig) => list<PersistentVolume>(rig, VOLUMES)[0];

  test('a claim is bound, and its volume is released with it', () => {
    const rig = managerRig();
    ask(rig, 'POST', CLAIMS, aClaim());
    run(rig, SECOND);
    expect(claim(rig)?.status?.phase).toBe('Pending');
    ask(rig, 'POST', VOLUMES, aVolume('v', '5Gi'));
    run(rig, 2 * SECOND);
    expect(claim(rig)?.spec?.volumeName).toBe('v');
    expect(claim(rig)?.status).toMatchObject({ phase: 'Bound', capacity: { storage: '5Gi' } });
    expect(volume(rig)?.status?.phase).toBe('Bound');
    ask(rig, 'DELETE', `${CLAIMS}/claim`);
    run(rig, 2 * SECOND);
    expect(volume(rig)?.status?.phase).toBe('Released');
  });

  test('two claims, one volume: one of them waits', () => {
    const rig = managerRig();
    ask(rig, 'POST', VOLUMES, aVolume('v', '5Gi'));
    ask(rig, 'POST', CLAIMS, aClaim());
    ask(rig, 'POST', CLAIMS, { ...aClaim(), metadata: { name: 'other', namespace: 'default' } });
    run(rig, 3 * SECOND);
    const phases = list<PersistentVolumeClaim>(rig, CLAIMS).map((each) => each.status?.phase);
    expect(phases.sort()).toEqual(['Bound', 'Pending']);
  });

  test('a claim that a Pod uses is kept until the Pod has gone, and its volume until the claim has', () => {
    const rig = managerRig();
    ask(rig, 'POST', VOLUMES, aVolume('v', '5Gi'));
    ask(rig, 'POST', CLAIMS, aClaim());
    run(rig, 2 * SECOND);
    expect(claim(rig)?.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    expect(volume(rig)?.metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
    const PODS = '/api/v1/namespaces/default/pods';
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'claim' } }];
    const spec = { nodeName: 'node-1', containers: [{ name: 'a', image: 'b' }], volumes };
    ask(rig, 'POST', PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'user', namespace: 'default' },
      spec,
    });
    ask(rig, 'DELETE', `${VOLUMES}/v`);
    ask(rig, 'DELETE', `${CLAIMS}/claim`);
    run(rig, 5 * SECOND);
    expect(claim(rig)?.metadata.deletionTimestamp).toBeDefined();
    expect(volume(rig)?.status?.phase).toBe('Bound');
    ask(rig, 'DELETE', `${PODS}/user?gracePeriodSeconds=0`);
    run(rig, 5 * SECOND);
    expect(claim(rig)).toBeUndefined();
    expect(volume(rig)).toBeUndefined();
  });

  test('claims and volumes that nobody uses go at once', () => {
    const rig = managerRig();
    ask(rig, 'POST', VOLUMES, aVolume('v', '5Gi', { storageClassName: 'other' }));
    ask(rig, 'POST', CLAIMS, aClaim());
    run(rig, 2 * SECOND);
    ask(rig, 'DELETE', `${VOLUMES}/v`);
    ask(rig, 'DELETE', `${CLAIMS}/claim`);
    run(rig, 2 * SECOND);
    expect([claim(rig), volume(rig)]).toEqual([undefined, undefined]);
  });

  test('the built-in provisioner makes volumes, and takes them away', () => {
    const rig = managerRig();
    const immediate = {
      ...late,
      provisioner: 'kubarium.io/provisioner',
      volumeBindingMode: 'Immediate',
    };
    ask(rig, 'POST', CLASSES, immediate);
    ask(rig, 'POST', CLAIMS, aClaim());
    run(rig, 2 * SECOND);
    expect(claim(rig)?.status?.phase).toBe('Bound');
    expect(volume(rig)?.spec).toMatchObject({
      capacity: { storage: '3Gi' },
      persistentVolumeReclaimPolicy: 'Delete',
    });
    const reasons = list<Event>(rig, '/api/v1/events').map((each) => each.reason);
    expect(reasons).toEqual(
      expect.arrayContaining(['ExternalProvisioning', 'Provisioning', 'ProvisioningSucceeded']),
    );
    ask(rig, 'DELETE', `${CLAIMS}/claim`);
    run(rig, 2 * SECOND);
    expect(volume(rig)).toBeUndefined();
  });
});
