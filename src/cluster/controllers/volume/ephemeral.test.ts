import { describe, expect, test } from 'vitest';
import type {
  Event,
  OwnerReference,
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  Volume,
} from '../../../api/generated/types.ts';
import { SECOND } from '../../../kernel/time.ts';
import { ask, list, managerRig, run, type ManagerRig } from '../testing-rig.ts';
import { seenCluster, summary } from '../testing.ts';
import { ephemeralVolumeController } from './ephemeral.ts';

const template = {
  metadata: { labels: { app: 'web' }, annotations: { note: 'x' } },
  spec: {
    accessModes: ['ReadWriteOnce' as const],
    resources: { requests: { storage: '1Gi' } },
  },
};
const scratch: Volume = { name: 'scratch', ephemeral: { volumeClaimTemplate: template } };
const cache: Volume = { name: 'cache', ephemeral: { volumeClaimTemplate: template } };
const plain: Volume = { name: 'plain', persistentVolumeClaim: { claimName: 'plain' } };

function aPod(volumes: readonly Volume[], more: Partial<Pod['metadata']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'uid-web', ...more },
    spec: { containers: [{ name: 'a', image: 'b' }], volumes },
  };
}

const owner: OwnerReference = {
  apiVersion: 'v1',
  kind: 'Pod',
  name: 'web',
  uid: 'uid-web',
  controller: true,
  blockOwnerDeletion: true,
};

function aClaim(name: string, ownerReferences?: readonly OwnerReference[]): PersistentVolumeClaim {
  const owned = ownerReferences === undefined ? {} : { ownerReferences };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', ...owned },
    spec: template.spec,
  };
}

const planFor = (pods: readonly Pod[], persistentvolumeclaims: readonly PersistentVolumeClaim[]) =>
  ephemeralVolumeController.reconcile(
    'default/web',
    seenCluster({ pods, persistentvolumeclaims }).view,
    0,
    undefined,
  );

describe('the claims of a Pod’s ephemeral volumes', () => {
  const NOT_OWN =
    'event Warning FailedBinding ephemeral volume scratch: PVC default/web-scratch was not created for pod default/web (pod is not owner)';
  const cases: [string, readonly Pod[], readonly PersistentVolumeClaim[], readonly string[]][] = [
    ['no such Pod', [], [], []],
    ['no such volumes', [aPod([plain])], [], []],
    [
      'one for each volume',
      [aPod([scratch, plain, cache])],
      [],
      ['create persistentvolumeclaims web-scratch', 'create persistentvolumeclaims web-cache'],
    ],
    [
      'not those that are there',
      [aPod([scratch, cache])],
      [aClaim('web-scratch', [owner])],
      ['create persistentvolumeclaims web-cache'],
    ],
    [
      'a Pod that is being deleted gets none',
      [aPod([scratch], { deletionTimestamp: '2026-01-01T09:00:00Z' })],
      [],
      [],
    ],
    ['somebody else’s has the name', [aPod([scratch])], [aClaim('web-scratch')], [NOT_OWN]],
    [
      'an earlier Pod’s has the name',
      [aPod([scratch])],
      [aClaim('web-scratch', [{ ...owner, uid: 'uid-old' }])],
      [NOT_OWN],
    ],
    [
      'volume after volume, until one cannot have its own',
      [aPod([cache, scratch, { ...cache, name: 'third' }])],
      [aClaim('web-scratch')],
      ['create persistentvolumeclaims web-cache', NOT_OWN],
    ],
  ];
  test.each(cases)('%s', (_, pods, claims, writes) => {
    const plan = planFor(pods, claims);
    expect(summary(plan)).toEqual(writes);
    expect(plan.retry === true).toBe(writes.includes(NOT_OWN));
  });

  test('are as their templates, and the Pod’s', () => {
    expect(planFor([aPod([scratch])], []).writes[0]).toMatchObject({
      object: {
        metadata: {
          name: 'web-scratch',
          namespace: 'default',
          labels: { app: 'web' },
          annotations: { note: 'x' },
          ownerReferences: [owner],
        },
        spec: template.spec,
      },
    });
  });
});

describe('on the API server', () => {
  const PODS = '/api/v1/namespaces/default/pods';
  const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
  const uidOf = (rig: ManagerRig, path: string) => list<Pod>(rig, path)[0]?.metadata.uid;
  const eventsOf = (rig: ManagerRig) =>
    list<Event>(rig, '/api/v1/namespaces/default/events')
      .filter(({ involvedObject }) => involvedObject.kind === 'Pod')
      .map(({ source, reason, message }) => `${source?.component} ${reason} ${message}`);

  test('a Pod’s claim is made, made again when it is deleted, and goes with the Pod', () => {
    const rig = managerRig();
    ask(rig, 'POST', PODS, aPod([scratch]));
    run(rig, SECOND);
    const [made] = list<PersistentVolumeClaim>(rig, CLAIMS);
    expect(made?.metadata).toMatchObject({
      name: 'web-scratch',
      labels: { app: 'web' },
      ownerReferences: [{ ...owner, uid: uidOf(rig, PODS) }],
    });
    ask(rig, 'DELETE', `${CLAIMS}/web-scratch`);
    run(rig, SECOND);
    const [again] = list<PersistentVolumeClaim>(rig, CLAIMS);
    expect(again?.metadata.uid).not.toBe(made?.metadata.uid);
    ask(rig, 'DELETE', `${PODS}/web?gracePeriodSeconds=0`);
    run(rig, 2 * SECOND);
    expect(list(rig, CLAIMS)).toEqual([]);
  });

  test('a claim that is in the way is told of, and left alone; when it goes, the Pod gets its own', () => {
    const rig = managerRig();
    ask(rig, 'POST', CLAIMS, aClaim('web-scratch'));
    ask(rig, 'POST', PODS, aPod([scratch]));
    run(rig, 5 * SECOND);
    expect(eventsOf(rig)).toEqual([
      'ephemeral_volume FailedBinding ephemeral volume scratch: PVC default/web-scratch was not created for pod default/web (pod is not owner)',
    ]);
    expect(
      list<PersistentVolumeClaim>(rig, CLAIMS).map(({ metadata }) => metadata.ownerReferences),
    ).toEqual([undefined]);
    ask(rig, 'DELETE', `${CLAIMS}/web-scratch`);
    run(rig, SECOND);
    const [own] = list<PersistentVolumeClaim>(rig, CLAIMS);
    expect(own?.metadata.ownerReferences?.[0]?.uid).toBe(uidOf(rig, PODS));
  });

  test('a claim that is refused is told of, and tried again', () => {
    const rig = managerRig();
    const quota: ResourceQuota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'default' },
      spec: { hard: { persistentvolumeclaims: '0' } },
    };
    ask(rig, 'POST', '/api/v1/namespaces/default/resourcequotas', quota);
    run(rig, SECOND);
    ask(rig, 'POST', PODS, aPod([scratch]));
    run(rig, SECOND);
    expect(eventsOf(rig)).toEqual([
      'ephemeral_volume FailedBinding ephemeral volume scratch: create PVC web-scratch: persistentvolumeclaims "web-scratch" is forbidden: exceeded quota: none, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0',
    ]);
    ask(rig, 'DELETE', '/api/v1/namespaces/default/resourcequotas/none');
    run(rig, 5 * SECOND);
    expect(list(rig, CLAIMS)).toHaveLength(1);
  });

  test('a Pod’s claim is kept while the Pod runs, whoever deletes it; a stranger’s of its name is not', () => {
    const rig = managerRig();
    const bound = (name: string) => {
      const pod = aPod([scratch], { name });
      return { ...pod, spec: { ...pod.spec, nodeName: 'node-1' } };
    };
    ask(rig, 'POST', CLAIMS, aClaim('other-scratch'));
    ask(rig, 'POST', PODS, bound('web'));
    ask(rig, 'POST', PODS, bound('other'));
    run(rig, SECOND);
    ask(rig, 'DELETE', `${CLAIMS}/web-scratch`);
    ask(rig, 'DELETE', `${CLAIMS}/other-scratch`);
    run(rig, 2 * SECOND);
    const claims = list<PersistentVolumeClaim>(rig, CLAIMS).map(({ metadata }) => ({
      name: metadata.name,
      isLeaving: metadata.deletionTimestamp !== undefined,
      owner: metadata.ownerReferences?.[0]?.name,
    }));
    expect(claims).toEqual([
      { name: 'other-scratch', isLeaving: false, owner: 'other' },
      { name: 'web-scratch', isLeaving: true, owner: 'web' },
    ]);
  });
});
