import { describe, expect, test } from 'vitest';
import type { Pod, ReplicaSet, ResourceQuota } from '../../../api/generated/types.ts';
import { SECOND } from '../../../kernel/time.ts';
import { ask, list, managerRig, run } from '../testing-rig.ts';

const QUOTAS = '/api/v1/namespaces/default/resourcequotas';
const PODS = '/api/v1/namespaces/default/pods';
const SETS = '/apis/apps/v1/namespaces/default/replicasets';

describe('ResourceQuota', () => {
  test('bounds a ReplicaSet exactly, counts what goes, and counts anew when it changes', () => {
    const rig = managerRig({ nodes: 2 });
    const quota = (pods: string) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'quota', namespace: 'default' },
      spec: { hard: { pods, 'count/replicasets.apps': '2', configmaps: '9' } },
    });
    ask(rig, 'POST', QUOTAS, quota('3'));
    const labels = { app: 'web' };
    ask(rig, 'POST', SETS, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 10,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
      },
    });
    run(rig, 10 * SECOND);
    const used = () => list<ResourceQuota>(rig, QUOTAS)[0]?.status?.used;
    expect(list<Pod>(rig, PODS)).toHaveLength(3);
    // The configuration map is the cluster's certificate.
    expect(used()).toEqual({ pods: '3', 'count/replicasets.apps': '1', configmaps: '1' });
    const failure = list<ReplicaSet>(rig, SETS)[0]?.status?.conditions?.[0]?.message;
    expect(failure).toContain(
      'exceeded quota: quota, requested: pods=1, used: pods=3, limited: pods=3',
    );
    ask(rig, 'PATCH', `${QUOTAS}/quota`, { spec: { hard: { pods: '5' } } });
    run(rig, 60 * SECOND);
    expect(list<Pod>(rig, PODS)).toHaveLength(5);
    ask(rig, 'PATCH', `${SETS}/web`, { spec: { replicas: 2 } });
    run(rig, 10 * SECOND);
    expect(used()?.['pods']).toBe('2');
  });
});
