import { describe, expect, test } from 'vitest';
import type { DaemonSet, Job, Pod, StatefulSet } from '../../api/generated/types.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import { ask, list, MANAGER, managerRig, run, SERVER, type ManagerRig } from './testing-rig.ts';

const APPS = '/apis/apps/v1/namespaces/default';
const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const PODS = '/api/v1/namespaces/default/pods';

function workload(kind: string, name: string, spec: object, policy?: string) {
  const labels = { app: name };
  const pod = {
    containers: [{ name: 'c', image: 'nginx' }],
    ...(policy === undefined ? {} : { restartPolicy: policy }),
  };
  const template = { metadata: { labels }, spec: pod };
  const selector = kind === 'Job' ? {} : { selector: { matchLabels: labels } };
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name, namespace: 'default' },
    spec: { ...selector, template, ...spec },
  };
}

function crash(rig: ManagerRig, process: string, down: number): void {
  rig.kernel.stopProcess(rig.world, process, undefined);
  run(rig, down);
  rig.kernel.startProcess(rig.world, process, undefined, () => {});
}

function endJobPods(rig: ManagerRig): void {
  for (const pod of list<Pod>(rig, PODS)) {
    if (pod.metadata.ownerReferences?.[0]?.kind !== 'Job' || pod.status?.phase !== 'Running')
      continue;
    const path = `${PODS}/${pod.metadata.name}/status`;
    ask(rig, 'PATCH', path, { status: { phase: 'Succeeded', conditions: [] } });
  }
}

describe('workloads of all kinds', () => {
  test.each([
    [SERVER, 40 * MILLISECOND],
    [SERVER, 150 * MILLISECOND],
    [MANAGER, 40 * MILLISECOND],
    [MANAGER, 150 * MILLISECOND],
  ])('come up although %s crashes after %i µs, and again later', (process, after) => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', `${APPS}/daemonsets`, workload('DaemonSet', 'agent', {}));
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    const spec = { replicas: 3, serviceName: 'db', volumeClaimTemplates: [claim] };
    ask(rig, 'POST', `${APPS}/statefulsets`, workload('StatefulSet', 'db', spec));
    const indexed = { completions: 4, parallelism: 2, completionMode: 'Indexed' };
    ask(rig, 'POST', JOBS, workload('Job', 'work', indexed, 'Never'));
    run(rig, after);
    crash(rig, process, 3 * SECOND);
    run(rig, 30 * SECOND);
    endJobPods(rig);
    run(rig, SECOND + after);
    crash(rig, process, 3 * SECOND);
    run(rig, 40 * SECOND);
    endJobPods(rig);
    run(rig, 30 * SECOND);
    const [agent] = list<DaemonSet>(rig, `${APPS}/daemonsets`);
    const [db] = list<StatefulSet>(rig, `${APPS}/statefulsets`);
    const [job] = list<Job>(rig, JOBS);
    expect(agent?.status?.numberAvailable).toBe(3);
    expect(db?.status?.availableReplicas).toBe(3);
    expect(list(rig, '/api/v1/persistentvolumeclaims')).toHaveLength(3);
    expect(job?.status).toMatchObject({ succeeded: 4, completedIndexes: '0-3' });
    expect(job?.status?.conditions?.at(-1)?.type).toBe('Complete');
    // No index was run twice, and nothing is held.
    expect(list<Pod>(rig, PODS)).toHaveLength(3 + 3 + 4);
    const held = list<Pod>(rig, PODS).filter((pod) => (pod.metadata.finalizers ?? []).length > 0);
    expect(held).toEqual([]);
  });
});
