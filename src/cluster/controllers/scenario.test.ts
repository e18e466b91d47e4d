import { describe, expect, test } from 'vitest';
import type {
  Deployment,
  Event,
  Pod,
  ReplicaSet,
  ReplicationController,
} from '../../api/generated/types.ts';
import { checkpoint, restore } from '../../kernel/checkpoint.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import { loopFigures } from './metrics.ts';
import {
  ask,
  list,
  MANAGER,
  managerRig,
  memoryOf,
  run,
  SERVER,
  type ManagerRig,
} from './testing-rig.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const SETS = '/apis/apps/v1/namespaces/default/replicasets';
const PODS = '/api/v1/namespaces/default/pods';

function deployment(replicas: number, more: { image?: string; account?: string } = {}) {
  const { image = 'nginx:1', account } = more;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [{ name: 'web', image }],
          ...(account === undefined ? {} : { serviceAccountName: account }),
        },
      },
    },
  };
}

function messages(rig: ManagerRig, reason: string): readonly string[] {
  return list<Event>(rig, '/api/v1/events')
    .filter((each) => each.reason === reason)
    .map((each) => each.message ?? '');
}

function readyPods(rig: ManagerRig): number {
  return list<Pod>(rig, PODS).filter((pod) =>
    pod.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True'),
  ).length;
}

function web(rig: ManagerRig): Deployment | undefined {
  return list<Deployment>(rig, DEPLOYMENTS)[0];
}

describe('controller manager', () => {
  test('brings a Deployment up, and says so', () => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', DEPLOYMENTS, deployment(3));
    run(rig, 5 * SECOND);
    const [set] = list<ReplicaSet>(rig, SETS);
    expect(set?.status).toMatchObject({ replicas: 3, readyReplicas: 3, availableReplicas: 3 });
    expect(web(rig)?.status).toMatchObject({
      replicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    expect(web(rig)?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    const conditions = web(rig)?.status?.conditions?.map((each) => `${each.type} ${each.message}`);
    expect(conditions).toEqual([
      'Available Deployment has minimum availability.',
      `Progressing ReplicaSet "${set?.metadata.name}" has successfully progressed.`,
    ]);
    expect(messages(rig, 'ScalingReplicaSet')).toEqual([
      `Scaled up replica set ${set?.metadata.name} from 0 to 3`,
    ]);
    expect(messages(rig, 'SuccessfulCreate')).toHaveLength(3);
  });

  test('a rolling update never has too few or too many pods, and can be undone', () => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', DEPLOYMENTS, deployment(4));
    run(rig, 5 * SECOND);
    const [old] = list<ReplicaSet>(rig, SETS);
    ask(rig, 'PATCH', `${DEPLOYMENTS}/web`, deployment(4, { image: 'nginx:2' }));
    for (let tick = 0; tick < 100; tick++) {
      run(rig, 10 * MILLISECOND);
      expect(readyPods(rig)).toBeGreaterThanOrEqual(3);
      const alive = list<Pod>(rig, PODS).filter(
        (pod) => pod.metadata.deletionTimestamp === undefined,
      );
      expect(alive.length).toBeLessThanOrEqual(5);
    }
    run(rig, 5 * SECOND);
    const images = list<Pod>(rig, PODS).map((pod) => pod.spec.containers[0]?.image);
    expect(images).toEqual(Array.from({ length: 4 }, () => 'nginx:2'));
    expect(web(rig)?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    ask(rig, 'PATCH', `${DEPLOYMENTS}/web`, deployment(4, { image: 'nginx:1' }));
    run(rig, 10 * SECOND);
    const sets = list<ReplicaSet>(rig, SETS);
    expect(sets).toHaveLength(2);
    const back = sets.find((each) => each.metadata.uid === old?.metadata.uid);
    expect(back?.spec.replicas).toBe(4);
    expect(back?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  test('refused pods: tries one at a time, ever more rarely, and says why', () => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', DEPLOYMENTS, deployment(50, { account: 'nobody' }));
    run(rig, 5 * SECOND);
    const { running } = memoryOf(rig);
    const figures = running === undefined ? [] : loopFigures(running, rig.world.now);
    const sets = figures.find((each) => each.controller === 'replicaset-controller');
    // Each try is one pod of the fifty, and the pauses between tries double.
    expect(sets?.retries).toBeGreaterThan(5);
    expect(sets?.retries).toBeLessThan(15);
    expect(sets).toMatchObject({ depth: 0, workersBusy: 0, oldestMicros: 0 });
    const reason =
      'error looking up service account default/nobody: serviceaccount "nobody" not found';
    const [set] = list<ReplicaSet>(rig, SETS);
    const failure = set?.status?.conditions?.[0];
    expect(failure).toMatchObject({
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
    });
    expect(failure?.message).toContain(reason);
    const above = web(rig)?.status?.conditions?.find((each) => each.type === 'ReplicaFailure');
    expect(above?.message).toBe(failure?.message);
    expect(messages(rig, 'FailedCreate')[0]).toContain(`Error creating: pods "`);
    ask(rig, 'POST', '/api/v1/namespaces/default/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'nobody', namespace: 'default' },
    });
    run(rig, 30 * SECOND);
    expect(readyPods(rig)).toBe(50);
    expect(list<ReplicaSet>(rig, SETS)[0]?.status?.conditions ?? []).toEqual([]);
  });

  test('the API server crashes in the middle of it', () => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', DEPLOYMENTS, deployment(40));
    run(rig, 30 * MILLISECOND);
    rig.kernel.stopProcess(rig.world, SERVER, undefined);
    run(rig, 4 * SECOND);
    rig.kernel.startProcess(rig.world, SERVER, undefined, () => {});
    run(rig, 30 * SECOND);
    expect(readyPods(rig)).toBe(40);
    expect(list<Pod>(rig, PODS)).toHaveLength(40);
    expect(web(rig)?.status?.availableReplicas).toBe(40);
  });

  test('while it is down nothing is reconciled, and afterwards everything is', () => {
    const rig = managerRig({ nodes: 3 });
    rig.kernel.stopProcess(rig.world, MANAGER, undefined);
    ask(rig, 'POST', DEPLOYMENTS, deployment(3));
    run(rig, 60 * SECOND);
    expect(list<ReplicaSet>(rig, SETS)).toEqual([]);
    rig.kernel.startProcess(rig.world, MANAGER, undefined, () => {});
    run(rig, 30 * SECOND);
    expect(readyPods(rig)).toBe(3);
  });

  test('cut off from the API server it stops leading, and begins anew when it can', () => {
    const rig = managerRig({ nodes: 3 });
    rig.kernel.stopProcess(rig.world, SERVER, undefined);
    run(rig, 30 * SECOND);
    // It has ended and been started again.
    expect(memoryOf(rig).election.leading).toBe(false);
    expect(rig.world.processes.get(MANAGER)?.incarnation).toBe(2);
    expect(memoryOf(rig).running).toBeUndefined();
    rig.kernel.startProcess(rig.world, SERVER, undefined, () => {});
    run(rig, 30 * SECOND);
    expect(memoryOf(rig).running?.synced).toBe(true);
    ask(rig, 'POST', DEPLOYMENTS, deployment(3));
    run(rig, 10 * SECOND);
    expect(readyPods(rig)).toBe(3);
  });

  test('a ReplicationController keeps its pods, adopts and lets go', () => {
    const rig = managerRig({ nodes: 3 });
    const path = '/api/v1/namespaces/default/replicationcontrollers';
    const labels = { app: 'old' };
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    };
    const metadata = { name: 'old', namespace: 'default' };
    const kind = 'ReplicationController';
    const spec = { replicas: 3, template };
    ask(rig, 'POST', path, { apiVersion: 'v1', kind, metadata, spec });
    run(rig, 5 * SECOND);
    const [controller] = list<ReplicationController>(rig, path);
    expect(controller?.status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    const [pod] = list<Pod>(rig, PODS);
    expect(pod?.metadata.ownerReferences?.[0]).toMatchObject({ kind, name: 'old' });
    ask(rig, 'PATCH', `${PODS}/${pod?.metadata.name}`, { metadata: { labels: { app: 'new' } } });
    run(rig, 5 * SECOND);
    expect(readyPods(rig)).toBe(4);
    ask(rig, 'PATCH', `${PODS}/${pod?.metadata.name}`, { metadata: { labels } });
    run(rig, 5 * SECOND);
    expect(readyPods(rig)).toBe(3);
    ask(rig, 'PATCH', `${path}/old/scale`, { spec: { replicas: 1 } });
    run(rig, 5 * SECOND);
    expect(readyPods(rig)).toBe(1);
  });

  test('same seed, same history, with or without a checkpoint on the way', () => {
    const history = (saves: boolean) => {
      const rig = managerRig({ nodes: 3, seed: 5 });
      ask(rig, 'POST', DEPLOYMENTS, deployment(30));
      run(rig, 500 * MILLISECOND);
      const world = saves ? restore(checkpoint(rig.world)) : rig.world;
      rig.kernel.runUntil(world, 20 * SECOND, () => {});
      return hashWorld(world);
    };
    expect(history(false)).toBe(history(false));
    expect(history(true)).toBe(history(false));
  });
});
