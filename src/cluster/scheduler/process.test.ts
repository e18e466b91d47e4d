import { describe, expect, test } from 'vitest';
import { checkpoint, restore } from '../../kernel/checkpoint.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { SECOND } from '../../kernel/time.ts';
import { feasiblePositions, numberAt, totalScores } from './explanation/explanations.ts';
import {
  addNode,
  aNode,
  ask,
  createPod,
  eventsAbout,
  memoryOf,
  podOf,
  run,
  schedulerRig,
  SCHEDULER,
} from './testing-rig.ts';

describe('kube-scheduler', () => {
  test('binds a Pod, says so, and leads with a lease', () => {
    const rig = schedulerRig();
    createPod(rig, 'web', { cpu: '500m' });
    run(rig, SECOND);
    expect(podOf(rig, 'web').spec.nodeName).toMatch(/^node-[123]$/);
    expect(eventsAbout(rig, 'web')).toEqual([
      `Scheduled: Successfully assigned default/web to ${podOf(rig, 'web').spec.nodeName}`,
    ]);
    const lease = ask(
      rig,
      'GET',
      '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler',
    );
    expect(lease).toMatchObject({ spec: { leaseDurationSeconds: 15 } });
    expect(memoryOf(rig).assumed.size).toBe(0);
  });

  test('spreads Pods by the requests of those before them', () => {
    const rig = schedulerRig();
    for (let index = 0; index < 6; index++) createPod(rig, `web-${index}`, { cpu: '1' });
    run(rig, SECOND);
    const nodes = Array.from({ length: 6 }, (_, index) => podOf(rig, `web-${index}`).spec.nodeName);
    expect(nodes.toSorted()).toEqual(['node-1', 'node-1', 'node-2', 'node-2', 'node-3', 'node-3']);
  });

  test('says why a Pod fits nowhere, and tries again when a node is added that could take it', () => {
    const rig = schedulerRig();
    createPod(rig, 'big', { cpu: '6' });
    run(rig, SECOND);
    const message =
      '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
    expect(eventsAbout(rig, 'big')).toEqual([`FailedScheduling: ${message}`]);
    expect(podOf(rig, 'big').status?.conditions).toEqual([
      expect.objectContaining({
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
      }),
    ]);
    addNode(rig, aNode('node-big', '8'));
    run(rig, 3 * SECOND);
    expect(podOf(rig, 'big').spec.nodeName).toBe('node-big');
  });

  test('an event that cannot help wakes nobody', () => {
    const rig = schedulerRig();
    createPod(rig, 'big', { cpu: '6' });
    run(rig, 2 * SECOND);
    const before = memoryOf(rig).counters.attempts;
    // A new node as small as the others, and a Pod that comes: neither can make room.
    addNode(rig, aNode('node-small'));
    createPod(rig, 'small', { cpu: '1' });
    run(rig, 5 * SECOND);
    expect(memoryOf(rig).counters.attempts).toBe(before + 1);
    // After five minutes it is tried whatever happened.
    run(rig, 331 * SECOND);
    expect(memoryOf(rig).counters.attempts).toBeGreaterThanOrEqual(before + 2);
  });

  test('a gated Pod is not tried until its gates are gone', () => {
    const rig = schedulerRig();
    createPod(rig, 'gated', { schedulingGates: [{ name: 'example.com/wait' }] });
    run(rig, 2 * SECOND);
    expect(podOf(rig, 'gated').spec.nodeName).toBeUndefined();
    expect(memoryOf(rig).queue.gatedCount).toBe(1);
    ask(rig, 'PATCH', '/api/v1/namespaces/default/pods/gated', { spec: { schedulingGates: null } });
    run(rig, SECOND);
    expect(podOf(rig, 'gated').spec.nodeName).toMatch(/^node-/);
  });

  test('preempts the least important Pods and takes their place', () => {
    const rig = schedulerRig({ nodes: 1 });
    for (const [name, value] of [
      ['low', 1],
      ['high', 1000],
    ] as const) {
      ask(rig, 'POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name },
        value,
      });
    }
    for (let index = 0; index < 4; index++) {
      createPod(rig, `low-${index}`, {
        cpu: '1',
        priorityClassName: 'low',
        terminationGracePeriodSeconds: 0,
      });
    }
    run(rig, SECOND);
    createPod(rig, 'high', { cpu: '2', priorityClassName: 'high' });
    run(rig, 4 * SECOND);
    expect(podOf(rig, 'high').spec.nodeName).toBe('node-1');
    const { items } = ask(rig, 'GET', '/api/v1/namespaces/default/pods') as { items: unknown[] };
    expect(items).toHaveLength(3);
  });

  test('goes on after a restart, and a stopped one leaves Pods Pending without events', () => {
    const rig = schedulerRig();
    rig.kernel.stopProcess(rig.world, SCHEDULER, undefined);
    createPod(rig, 'web', { cpu: '1' });
    run(rig, 20 * SECOND);
    expect(podOf(rig, 'web').spec.nodeName).toBeUndefined();
    expect(eventsAbout(rig, 'web')).toEqual([]);
    rig.kernel.startProcess(rig.world, SCHEDULER, undefined, () => {});
    run(rig, 20 * SECOND);
    expect(podOf(rig, 'web').spec.nodeName).toMatch(/^node-/);
  });

  test('tells of an attempt every number that decided', () => {
    const rig = schedulerRig();
    createPod(rig, 'web', { cpu: '500m' });
    run(rig, SECOND);
    const record = memoryOf(rig).explanations.byPod.get('default/web');
    expect(record).toBeDefined();
    if (record === undefined) return;
    expect(record.nodes).toEqual(['node-1', 'node-2', 'node-3']);
    expect(feasiblePositions(record)).toEqual([0, 1, 2]);
    const totals = totalScores(record);
    const chosen = record.nodes.indexOf(record.chosen ?? '');
    expect(totals[chosen]).toBe(Math.max(...totals));
    expect(record.scores.map(({ plugin, weight, skipped }) => [plugin, weight, skipped])).toEqual([
      ['TaintToleration', 3, false],
      ['NodeAffinity', 2, true],
      ['NodeResourcesFit', 1, false],
      ['VolumeBinding', 1, true],
      ['PodTopologySpread', 2, true],
      ['InterPodAffinity', 2, true],
      ['NodeResourcesBalancedAllocation', 1, false],
      ['ImageLocality', 1, false],
    ]);
    createPod(rig, 'big', { cpu: '6' });
    run(rig, SECOND);
    const refused = memoryOf(rig).explanations.byPod.get('default/big');
    expect(refused?.refusals).toEqual([
      {
        plugin: 'NodeResourcesFit',
        code: 'UnschedulableAndUnresolvable',
        reasons: ['Insufficient cpu'],
      },
    ]);
    expect([0, 1, 2].map((index) => refused && numberAt(refused.verdicts, index))).toEqual([
      1, 1, 1,
    ]);
    // The record goes with the Pod.
    ask(rig, 'DELETE', '/api/v1/namespaces/default/pods/big');
    run(rig, 31 * SECOND);
    expect(memoryOf(rig).explanations.byPod.has('default/big')).toBe(false);
  });

  test('goes on alike from a checkpoint, whose snapshot is built anew', () => {
    const history = (interrupted: boolean) => {
      const rig = schedulerRig({ nodes: 5, seed: 3 });
      for (let index = 0; index < 12; index++) createPod(rig, `a-${index}`, { cpu: '700m' });
      run(rig, SECOND);
      if (interrupted) rig.world = restore(checkpoint(rig.world));
      for (let index = 0; index < 20; index++) {
        createPod(rig, `b-${index}`, { cpu: '900m', labels: { app: 'b' } });
      }
      run(rig, 30 * SECOND);
      return hashWorld(rig.world);
    };
    expect(history(true)).toBe(history(false));
  });
});
