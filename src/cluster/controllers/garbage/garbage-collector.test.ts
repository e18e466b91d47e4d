import { describe, expect, test } from 'vitest';
import type { ConfigMap, OwnerReference, Pod, ReplicaSet } from '../../../api/generated/types.ts';
import { SECOND } from '../../../kernel/time.ts';
import { aPod, aReplicaSet, seenCluster, summary } from '../testing.ts';
import { ask, list, managerRig, run, type ManagerRig } from '../testing-rig.ts';
import { garbageCollector } from './garbage-collector.ts';

function plan(
  id: string,
  objects: Parameters<typeof seenCluster>[0],
  absent: readonly string[] = [],
) {
  const cluster = seenCluster(objects);
  for (const uid of absent) cluster.derived.absent.add(uid);
  return garbageCollector.reconcile(id, cluster.view, 0, undefined);
}

const web = aReplicaSet();
const pod = aPod('p', { owner: web });
const foreground: ReplicaSet = {
  ...aReplicaSet({ deleting: true }),
  metadata: { ...aReplicaSet({ deleting: true }).metadata, finalizers: ['foregroundDeletion'] },
};

function aMap(owners: readonly OwnerReference[]): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'm', namespace: 'default', uid: 'uid-m', ownerReferences: owners },
  };
}

const toSet = (name: string): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name,
  uid: `uid-${name}`,
});

describe('garbage collector', () => {
  const cases: { name: string; plan: ReturnType<typeof plan>; writes: readonly string[] }[] = [
    {
      name: 'an owner is there',
      plan: plan('pods:default/p', { pods: [pod], replicasets: [web] }),
      writes: [],
    },
    {
      name: 'the owner is known to be gone',
      plan: plan('pods:default/p', { pods: [pod] }, ['uid-web']),
      writes: ['delete pods default/p'],
    },
    {
      name: 'the owner is in doubt: asks first',
      plan: plan('pods:default/p', { pods: [pod] }),
      writes: ['get replicasets default/web'],
    },
    {
      name: 'another object has the owner’s name',
      plan: plan('pods:default/p', { pods: [pod], replicasets: [aReplicaSet({ uid: 'new' })] }, [
        'uid-web',
      ]),
      writes: ['delete pods default/p'],
    },
    {
      name: 'one owner of two is gone: the reference goes',
      plan: plan(
        'configmaps:default/m',
        { configmaps: [aMap([toSet('web'), toSet('old')])], replicasets: [web] },
        ['uid-old'],
      ),
      writes: ['patch configmaps default/m'],
    },
    {
      name: 'the owner waits in the foreground: the dependent goes',
      plan: plan('pods:default/p', { pods: [pod], replicasets: [foreground] }),
      writes: ['delete pods default/p'],
    },
    {
      name: 'the owner waits while it has blocking dependents',
      plan: plan('replicasets:default/web', { pods: [pod], replicasets: [foreground] }),
      writes: [],
    },
    {
      name: 'nothing blocks any longer: the finalizer goes',
      plan: plan('replicasets:default/web', { replicasets: [foreground] }),
      writes: ['patch replicasets default/web'],
    },
    {
      name: 'an owner of a kind that is not served is left alone',
      plan: plan('configmaps:default/m', {
        configmaps: [aMap([{ apiVersion: 'example.com/v1', kind: 'Thing', name: 't', uid: 't' }])],
      }),
      writes: [],
    },
  ];
  test.each(cases)('$name', ({ plan: result, writes }) => {
    expect(summary(result)).toEqual(writes);
  });

  const path = '/apis/apps/v1/namespaces/default/deployments/web';
  function deployed(): ManagerRig {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', '/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'nginx' }] },
        },
      },
    });
    run(rig, 5 * SECOND);
    return rig;
  }
  const kept = (rig: ManagerRig) => [
    list(rig, '/apis/apps/v1/namespaces/default/deployments').length,
    list(rig, '/apis/apps/v1/namespaces/default/replicasets').length,
    list<Pod>(rig, '/api/v1/namespaces/default/pods').length,
  ];

  test.each(['Background', 'Foreground'])(
    '%s deletion of a Deployment takes all with it',
    (propagationPolicy) => {
      const rig = deployed();
      expect(kept(rig)).toEqual([1, 1, 3]);
      ask(rig, 'DELETE', path, { propagationPolicy });
      run(rig, 5 * SECOND);
      expect(kept(rig)).toEqual([0, 0, 0]);
    },
  );

  test('orphaned dependents stay, and have no owner', () => {
    const rig = deployed();
    ask(rig, 'DELETE', path, { propagationPolicy: 'Orphan' });
    run(rig, 5 * SECOND);
    expect(kept(rig)).toEqual([0, 1, 3]);
    const [set] = list<ReplicaSet>(rig, '/apis/apps/v1/namespaces/default/replicasets');
    expect(set?.metadata.ownerReferences ?? []).toEqual([]);
  });

  test('a namespace goes with everything in it', () => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'a' },
    });
    run(rig, SECOND);
    expect(
      list<ConfigMap>(rig, '/api/v1/namespaces/a/configmaps').map((each) => each.metadata.name),
    ).toEqual(['kube-root-ca.crt']);
    expect(list(rig, '/api/v1/namespaces/a/serviceaccounts')).toHaveLength(1);
    ask(rig, 'POST', '/apis/apps/v1/namespaces/a/replicasets', {
      ...aReplicaSet({ replicas: 2 }),
      metadata: { name: 'web', namespace: 'a' },
    });
    run(rig, 3 * SECOND);
    expect(list(rig, '/api/v1/namespaces/a/pods')).toHaveLength(2);
    ask(rig, 'DELETE', '/api/v1/namespaces/a');
    run(rig, 60 * SECOND);
    const names = list<ConfigMap>(rig, '/api/v1/namespaces').map((each) => each.metadata.name);
    expect(names).not.toContain('a');
    expect(list(rig, '/api/v1/pods')).toHaveLength(0);
  });
});
