import { describe, expect, test } from 'vitest';
import type { Pod, PodDisruptionBudget } from '../../api/generated/types.ts';
import { below, pick } from '../../kernel/random.ts';
import { attemptPod } from './algorithm/schedule-pod.ts';
import { buildProfile } from './framework/profile.ts';
import { fitsNaively } from './naive-evaluation.ts';
import { pluginRegistry } from './plugins/index.ts';
import { clusterObjects } from './snapshot/cluster-objects.ts';
import { createNodeOrder, placeNode } from './snapshot/node-order.ts';
import { podInfoOf } from './snapshot/pod-info.ts';
import { addPod, buildSnapshot, removePod, type Snapshot } from './snapshot/snapshot.ts';
import { type RandomCluster, randomCluster, randomPod } from './testing-cluster.ts';

const profile = buildProfile({ percentageOfNodesToScore: 100 }, pluginRegistry);
const seeds = Array.from({ length: 25 }, (_, index) => index + 1);

function snapshotOf(
  cluster: RandomCluster,
  budgets: ReadonlyMap<string, PodDisruptionBudget>,
): Snapshot {
  const order = createNodeOrder();
  for (const node of cluster.nodes.values()) placeNode(order, node);
  const { namespaces, services } = cluster;
  const objects = clusterObjects({ namespaces, services, podDisruptionBudgets: budgets });
  return buildSnapshot(order, objects, cluster.nodes.values(), []);
}

/** Places a Pod as the scheduler decides; what it said when it found no node. */
function place(cluster: RandomCluster, snapshot: Snapshot, pod: Pod) {
  const attempt = attemptPod(podInfoOf(pod), {
    profile,
    snapshot,
    percentageOfNodesToScore: 100,
    start: 0,
    drawBelow: (bound) => below(cluster.stream, bound),
  });
  if (attempt.nodeName !== undefined) {
    const placed = { ...pod, spec: { ...pod.spec, nodeName: attempt.nodeName } };
    cluster.pods.set(pod.metadata.uid ?? '', placed);
    addPod(snapshot, podInfoOf(placed), attempt.nodeName);
  }
  return attempt;
}

describe('laws of placing Pods', () => {
  test.each(seeds)(
    'no node is over-allocated, and nobody is refused whom a node could take: seed %i',
    (seed) => {
      const cluster = randomCluster(seed + 5000);
      const snapshot = snapshotOf(cluster, new Map());
      for (let round = 0; round < 60; round++) {
        const pod = randomPod(cluster);
        const couldGo = [...cluster.nodes.values()].filter((node) =>
          fitsNaively(cluster, pod, node),
        );
        const { nodeName } = place(cluster, snapshot, pod);
        if (nodeName === undefined) expect(couldGo).toEqual([]);
        else expect(couldGo.map((node) => node.metadata.name)).toContain(nodeName);
        const { table } = snapshot;
        for (const slot of table.slotOf.values()) {
          expect(table.cpuRequested[slot]).toBeLessThanOrEqual(table.cpuAllocatable[slot] ?? 0);
          expect(table.memoryRequested[slot]).toBeLessThanOrEqual(
            table.memoryAllocatable[slot] ?? 0,
          );
          expect(table.podCount[slot]).toBeLessThanOrEqual(table.podsAllocatable[slot] ?? 0);
        }
        if (round % 5 === 4 && cluster.pods.size > 0) {
          const uid = pick(cluster.stream, [...cluster.pods.keys()]);
          cluster.pods.delete(uid);
          removePod(snapshot, uid);
        }
      }
    },
  );

  test.each(seeds)(
    'what a plugin scores for all candidates at once is what it scores for each: seed %i',
    (seed) => {
      const cluster = randomCluster(seed + 13000);
      const snapshot = snapshotOf(cluster, new Map());
      for (let round = 0; round < 40; round++) {
        const pod = randomPod(cluster);
        const { cycle, found } = place(cluster, snapshot, pod);
        const nodes = found?.feasible.slice() ?? new Int32Array(0);
        for (const plugin of profile.points.score) {
          if (plugin.scoreAll === undefined) continue;
          const prepared = plugin.preScore?.(cycle, nodes);
          if (prepared?.kind !== 'proceed') continue;
          const { state } = prepared;
          const scores = new Float64Array(nodes.length);
          plugin.scoreAll(cycle, nodes, scores, state);
          const each = [...nodes].map((node) => plugin.score?.(cycle, node, state));
          expect([plugin.name, ...scores]).toEqual([plugin.name, ...each]);
        }
      }
    },
  );

  test.each(seeds)(
    'preemption violates no budget where a choice without violation exists: seed %i',
    (seed) => {
      const cluster = randomCluster(seed + 9000);
      const budget = (app: string, disruptionsAllowed: number): PodDisruptionBudget => ({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: app, namespace: 'default' },
        spec: { selector: { matchLabels: { app } } },
        status: { currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, disruptionsAllowed },
      });
      const budgets = new Map([
        ['default/web', budget('web', 0)],
        ['default/db', budget('db', 1)],
      ]);
      const snapshot = snapshotOf(cluster, budgets);
      for (let round = 0; round < 60; round++) {
        const pod = randomPod(cluster);
        const outcome = place(cluster, snapshot, pod).failure?.postFilter?.preemption;
        if (outcome?.chosen === undefined) continue;
        const { chosen, candidates } = outcome;
        const least = Math.min(...candidates.map(({ numPDBViolations }) => numPDBViolations));
        expect(chosen.numPDBViolations).toBe(least);
        // The victims are really less important, and with them gone the Pod fits.
        expect(chosen.victims.every(({ priority }) => priority < (pod.spec.priority ?? 0))).toBe(
          true,
        );
        for (const { uid } of chosen.victims) {
          cluster.pods.delete(uid);
          removePod(snapshot, uid);
        }
        expect(place(cluster, snapshot, pod).nodeName).toBeDefined();
      }
    },
  );
});
