import { describe, expect, test } from 'vitest';
import type { Deployment, Pod, ReplicaSet } from '../../api/generated/types.ts';
import { SECOND } from '../../kernel/time.ts';
import { ask, list, managerRig, memoryOf, run } from './testing-rig.ts';

const deployment = (replicas: number, image = 'nginx:1') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image }] },
    },
  },
});

describe('controller manager', () => {
  test('leads, and brings a Deployment up', () => {
    const rig = managerRig({ nodes: 3 });
    expect(memoryOf(rig).running?.synced).toBe(true);
    ask(rig, 'POST', '/apis/apps/v1/namespaces/default/deployments', deployment(3));
    run(rig, 5 * SECOND);
    expect(list<Pod>(rig, '/api/v1/namespaces/default/pods')).toHaveLength(3);
    const [set] = list<ReplicaSet>(rig, '/apis/apps/v1/replicasets');
    expect(set?.status).toMatchObject({ replicas: 3, readyReplicas: 3, availableReplicas: 3 });
    const web = list<Deployment>(rig, '/apis/apps/v1/deployments')[0];
    expect(web?.status).toMatchObject({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 });
    expect(web?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
  });
});
