import { describe, expect, test } from 'vitest';
import type { PersistentVolumeClaim, Pod, Volume } from '../../api/generated/types.ts';
import { claimProblem } from './claims.ts';
import { NOT_FETCHED, referencedKeys } from './references.ts';
import { aPod, ask, createPod, eventsOf, kubeletRig, later, row, sh } from './testing-rig.ts';

const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';

const mounted = (claimName: string) => ({
  containers: [
    { name: 'c', ...sh('sleep 1000'), volumeMounts: [{ name: 'data', mountPath: '/data' }] },
  ],
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
});

const aClaim = (finalizers?: readonly string[]) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: {
    name: 'claim',
    namespace: 'default',
    ...(finalizers === undefined ? {} : { finalizers }),
  },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: '',
  },
});

const aVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    hostPath: { path: '/data' },
  },
};

const complaint = (why: string) =>
  `FailedMount Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[data]: error processing PVC default/claim: ${why}`;

describe('a Pod that is bound to a node by hand', () => {
  test('waits for its claim to be there, and to be bound', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('p', mounted('claim')));
    later(rig, 5);
    expect(row(rig, 'p')).toBe('0/1 ContainerCreating 0');
    const missing = 'failed to fetch PVC from API server: persistentvolumeclaims "claim" not found';
    expect(eventsOf(rig, 'p')).toEqual([complaint(missing)]);
    ask(rig, 'POST', CLAIMS, aClaim());
    later(rig, 16);
    expect(eventsOf(rig, 'p').at(-1)).toBe(complaint('PVC is not bound'));
    ask(rig, 'POST', '/api/v1/persistentvolumes', aVolume);
    later(rig, 20);
    expect(row(rig, 'p')).toBe('1/1 Running 0');
  });

  test('does not start with a claim that is being deleted; one that runs goes on', () => {
    const rig = kubeletRig();
    ask(rig, 'POST', '/api/v1/persistentvolumes', aVolume);
    ask(rig, 'POST', CLAIMS, aClaim(['example.com/kept']));
    later(rig, 2);
    createPod(rig, aPod('first', mounted('claim')));
    later(rig, 10);
    expect(row(rig, 'first')).toBe('1/1 Running 0');
    ask(rig, 'DELETE', `${CLAIMS}/claim`);
    createPod(rig, aPod('second', mounted('claim')));
    later(rig, 40);
    expect(row(rig, 'first')).toBe('1/1 Running 0');
    expect(row(rig, 'second')).toBe('0/1 ContainerCreating 0');
    // Every ten to fifteen seconds.
    const [event = '', ...more] = eventsOf(rig, 'second');
    expect(more).toEqual([]);
    expect(event.replace(/ \(x[34]\)$/, '')).toBe(complaint('PVC is being deleted'));
  });
});

describe('claims of a Pod', () => {
  const bound = (more: Partial<PersistentVolumeClaim['metadata']> = {}): PersistentVolumeClaim => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'p-own', namespace: 'default', ...more },
    spec: { volumeName: 'v' },
    status: { phase: 'Bound' },
  });
  const own: Volume = { name: 'own', ephemeral: {} };
  const pod = (isMounted: boolean): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', uid: 'u' },
    spec: {
      containers: [
        {
          name: 'c',
          image: 'busybox',
          ...(isMounted ? { volumeMounts: [{ name: 'own', mountPath: '/o' }] } : {}),
        },
      ],
      volumes: [own],
    },
  });
  const references = (claim: PersistentVolumeClaim | null) => ({
    ...NOT_FETCHED,
    objects: new Map([['persistentvolumeclaims/p-own', claim]]),
  });
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', controller: true };

  test('one that is made for the Pod is asked for by its name', () => {
    expect(referencedKeys(pod(true))).toEqual(['persistentvolumeclaims/p-own']);
  });

  test('… and must have been made for this Pod', () => {
    expect(claimProblem(pod(true), references(bound()))).toMatch(
      /: PVC default\/p-own was not created for pod default\/p \(pod is not owner\)$/,
    );
    expect(claimProblem(pod(true), references(bound({ ownerReferences: [owner] })))).toBe(
      undefined,
    );
  });

  test('what no container mounts is not waited for', () => {
    expect(claimProblem(pod(false), references(null))).toBe(undefined);
  });
});
