import { describe, expect, test } from 'vitest';
import type { ContainerStatus, Node, Pod } from '../../../api/generated/types.ts';
import { below, pick } from '../../../kernel/random.ts';
import { attemptPod, type Attempt } from '../algorithm/schedule-pod.ts';
import { buildProfile } from '../framework/profile.ts';
import { pluginRegistry } from '../plugins/index.ts';
import { affinityScoreNaively, fitsNaively, spreadScoreNaively } from '../naive-evaluation.ts';
import {
  chance,
  namespaceWith,
  type RandomCluster,
  randomCluster,
  randomNode,
  randomPod,
} from '../testing-cluster.ts';
import { clusterObjects } from './cluster-objects.ts';
import { createNodeOrder, dropNode, placeNode } from './node-order.ts';
import { podInfoOf } from './pod-info.ts';
import {
  addPod,
  buildSnapshot,
  createSnapshot,
  namesInOrder,
  namespacesChanged,
  orderChanged,
  removeNode,
  removePod,
  setNode,
  type Snapshot,
  updatePod,
} from './snapshot.ts';

const profile = buildProfile({ percentageOfNodesToScore: 100 }, pluginRegistry);
const seeds = Array.from({ length: 30 }, (_, index) => index + 1);

/** A snapshot that is kept up to date beside the cluster's objects. */
function live(cluster: RandomCluster): Snapshot {
  const order = createNodeOrder();
  const snapshot = createSnapshot(order, objectsOf(cluster));
  for (const node of cluster.nodes.values()) enterNode(snapshot, node);
  return snapshot;
}

function objectsOf(cluster: RandomCluster) {
  return clusterObjects({ namespaces: cluster.namespaces, services: cluster.services });
}

function enterNode(snapshot: Snapshot, node: Node): void {
  if (placeNode(snapshot.order, node)) orderChanged(snapshot);
  setNode(snapshot, node);
}

/** The same cluster, counted anew from its objects. */
function fromScratch(cluster: RandomCluster): Snapshot {
  const order = createNodeOrder();
  for (const node of cluster.nodes.values()) placeNode(order, node);
  const placements = [...cluster.pods.values()].map((pod) => ({
    pod: podInfoOf(pod),
    nodeName: pod.spec.nodeName ?? '',
  }));
  return buildSnapshot(order, objectsOf(cluster), cluster.nodes.values(), placements);
}

/** Another state of a placed Pod: started at another time, with what its kubelet grants, perhaps on its way out. */
function nextState({ stream }: RandomCluster, pod: Pod): Pod {
  const { metadata, spec, status } = pod;
  const asked = spec.containers[0]?.resources?.requests ?? {};
  // Less than is asked for: what is asked for counts, as it does for the plain evaluation.
  const isLess = asked['cpu'] !== undefined && chance(stream, 30);
  const requests = isLess ? { ...asked, cpu: '50m' } : asked;
  const containerStatus = { name: 'main', resources: { requests }, allocatedResources: requests };
  const ends = chance(stream, 10) ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : undefined;
  return {
    ...pod,
    metadata: { ...metadata, ...ends },
    status: {
      ...status,
      startTime: `2026-01-01T00:01:${10 + below(stream, 50)}Z`,
      // The other fields of a container's status are not looked at.
      containerStatuses: [containerStatus as ContainerStatus],
    },
  };
}

/** One random change, to the objects and to the snapshot alike. */
function change(cluster: RandomCluster, snapshot: Snapshot): void {
  const { stream } = cluster;
  const names = [...cluster.nodes.keys()];
  const uids = [...cluster.pods.keys()];
  const dice = below(stream, 100);
  if (dice < 55 && names.length > 0) {
    const pod = randomPod(cluster, pick(stream, names));
    cluster.pods.set(pod.metadata.uid ?? '', pod);
    addPod(snapshot, podInfoOf(pod), pod.spec.nodeName ?? '');
  } else if (dice < 65 && uids.length > 0) {
    const uid = pick(stream, uids);
    const next = nextState(cluster, cluster.pods.get(uid) as Pod);
    cluster.pods.set(uid, next);
    updatePod(snapshot, next, next.spec.nodeName ?? '');
  } else if (dice < 78 && uids.length > 0) {
    const uid = pick(stream, uids);
    cluster.pods.delete(uid);
    removePod(snapshot, uid);
  } else if (dice < 85 && names.length > 0) {
    const node = randomNode(cluster, pick(stream, names));
    cluster.nodes.set(node.metadata.name ?? '', node);
    enterNode(snapshot, node);
  } else if (dice < 90) {
    const node = randomNode(cluster, `node-${below(stream, 12)}`);
    cluster.nodes.set(node.metadata.name ?? '', node);
    enterNode(snapshot, node);
  } else if (dice < 95 && names.length > 1) {
    const name = pick(stream, names);
    cluster.nodes.delete(name);
    dropNode(snapshot.order, name);
    removeNode(snapshot, name);
  } else {
    const name = pick(stream, ['default', 'team-a', 'team-b']);
    cluster.namespaces.set(name, namespaceWith(name, pick(stream, ['a', 'b'])));
    namespacesChanged(snapshot);
  }
}

function attempt(snapshot: Snapshot, pod: Pod): Attempt {
  return attemptPod(podInfoOf(pod), {
    profile,
    snapshot,
    percentageOfNodesToScore: 100,
    start: 0,
    drawBelow: () => 0,
  });
}

/** What an attempt decided and why, by node name, so that orders do not matter. */
function told({ found, scoring, best, failure, cycle }: Attempt) {
  const { names } = cycle.snapshot.table;
  const nodes = [...(found?.feasible ?? [])].map((slot) => names[slot] as string);
  const byNode = (column: ArrayLike<number>) =>
    Object.fromEntries(
      nodes
        .map((name, index) => [name, column[index]] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  const candidates = failure?.postFilter?.preemption?.candidates ?? [];
  return {
    feasible: nodes.toSorted(),
    best: best.map((slot) => names[slot]).sort(),
    message: failure?.message,
    scores: scoring?.plugins.map(({ plugin, skipped, raw, normalized }) =>
      skipped ? plugin : { plugin, raw: byNode(raw), normalized: byNode(normalized) },
    ),
    candidates: candidates
      .map(({ nodeName, victims, numPDBViolations }) => ({
        nodeName,
        victims: victims.map(({ key }) => key),
        numPDBViolations,
      }))
      .sort((a, b) => (a.nodeName < b.nodeName ? -1 : 1)),
  };
}

describe('the snapshot', () => {
  test.each(seeds)('kept up to date equals one from scratch, seed %i', (seed) => {
    const cluster = randomCluster(seed);
    const snapshot = live(cluster);
    for (let round = 0; round < 60; round++) {
      change(cluster, snapshot);
      const pod = randomPod(cluster);
      const scratch = fromScratch(cluster);
      expect(told(attempt(snapshot, pod))).toEqual(told(attempt(scratch, pod)));
      // Trials of preemption leave it as it was.
      if (chance(cluster.stream, 20)) {
        expect(told(attempt(snapshot, pod))).toEqual(told(attempt(scratch, pod)));
      }
    }
    expect([...namesInOrder(snapshot)].sort()).toEqual([...cluster.nodes.keys()].sort());
  });

  test.each(seeds)('gives what the plain evaluation gives, seed %i', (seed) => {
    const cluster = randomCluster(seed + 1000);
    const snapshot = live(cluster);
    for (let round = 0; round < 40; round++) {
      change(cluster, snapshot);
      const pod = randomPod(cluster);
      const { feasible, scores } = told(attempt(snapshot, pod));
      const nodes = [...cluster.nodes.values()];
      const fitting = nodes.filter((node) => fitsNaively(cluster, pod, node));
      expect(feasible).toEqual(fitting.map((node) => node.metadata.name).sort());
      for (const score of scores ?? []) {
        if (typeof score === 'string') continue;
        for (const node of fitting) {
          const name = node.metadata.name ?? '';
          if (score.plugin === 'InterPodAffinity') {
            expect(score.raw[name]).toBe(affinityScoreNaively(cluster, pod, node));
          }
          if (score.plugin === 'PodTopologySpread' && pod.spec.topologySpreadConstraints) {
            expect(score.raw[name]).toBe(spreadScoreNaively(cluster, pod, node, fitting));
          }
        }
      }
    }
  });
});
