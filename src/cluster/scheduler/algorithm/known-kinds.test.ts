import { describe, expect, test } from 'vitest';
import type { Node, Pod, ReplicaSet, Service } from '../../../api/generated/types.ts';
import { below, pick } from '../../../kernel/random.ts';
import { bestPositions } from '../explanation/explanations.ts';
import { recordAttempt } from '../explanation/record-attempt.ts';
import { buildProfile } from '../framework/profile.ts';
import { pluginRegistry } from '../plugins/index.ts';
import { clusterObjects } from '../snapshot/cluster-objects.ts';
import { createNodeOrder, dropNode, type NodeOrder, placeNode } from '../snapshot/node-order.ts';
import { podInfoAfter, podInfoOf } from '../snapshot/pod-info.ts';
import {
  addPod,
  buildSnapshot,
  namespacesChanged,
  orderChanged,
  positionOf,
  removeNode,
  removePod,
  selectorsChanged,
  setNode,
  setNomination,
  type Snapshot,
  updatePod,
} from '../snapshot/snapshot.ts';
import {
  chance,
  namespaceWith,
  randomAffinity,
  type RandomCluster,
  randomCluster,
  randomNode,
  randomPod,
} from '../testing-cluster.ts';
import { attemptPod } from './schedule-pod.ts';

/** A cluster with the snapshot that has lived through its history. */
interface Living {
  readonly cluster: RandomCluster;
  readonly order: NodeOrder;
  readonly snapshot: Snapshot;
  /** Waiting Pods by the node they are nominated for. */
  readonly nominated: Map<Pod, string>;
  readonly replicaSets: Map<string, ReplicaSet>;
  start: number;
}

const profile = buildProfile({}, pluginRegistry);

function living(seed: number, nodeCount: number): Living {
  const cluster = randomCluster(seed);
  while (cluster.nodes.size < nodeCount) {
    const node = randomNode(cluster, `node-${cluster.nodes.size}`);
    cluster.nodes.set(node.metadata.name ?? '', node);
  }
  const order = createNodeOrder();
  for (const node of cluster.nodes.values()) placeNode(order, node);
  const { namespaces, services } = cluster;
  const replicaSets = new Map<string, ReplicaSet>();
  const objects = clusterObjects({ namespaces, services, replicaSets });
  const snapshot = buildSnapshot(order, objects, cluster.nodes.values(), []);
  return { cluster, order, snapshot, nominated: new Map(), replicaSets, start: 0 };
}

/** The same cluster, as it is now, as somebody sees it who has seen nothing before. */
function fresh({ cluster, order, nominated, replicaSets }: Living): Snapshot {
  const placements = [...cluster.pods.values()].map((pod) => ({
    pod: podInfoOf({ ...pod }),
    nodeName: pod.spec.nodeName ?? '',
  }));
  const objects = clusterObjects({
    namespaces: new Map(cluster.namespaces),
    services: new Map(cluster.services),
    replicaSets: new Map(replicaSets),
  });
  const nodes = cluster.nodes.values();
  const snapshot = buildSnapshot(structuredClone(order), objects, nodes, placements);
  for (const [pod, nodeName] of nominated) setNomination(snapshot, podInfoOf(pod), nodeName);
  return snapshot;
}

/** Tries a Pod on a snapshot: everything that is told of the attempt, and the draw that was made. */
function attempt(snapshot: Snapshot, pod: Pod, start: number, fraction: number) {
  const bounds: number[] = [];
  const made = attemptPod(podInfoOf(pod), {
    profile,
    snapshot,
    percentageOfNodesToScore: undefined,
    start,
    drawBelow: (bound) => {
      bounds.push(bound);
      return Math.floor(fraction * bound);
    },
  });
  const totals = [...(made.scoring?.totals ?? [])];
  const { nextStart, failure } = made;
  const record = recordAttempt(made, 0, 1);
  // The record leaves out what follows from it.
  const best = made.best.map((slot) => positionOf(snapshot, slot));
  expect(bestPositions(record)).toEqual(best);
  // Victims are told in the record: their views are the snapshot's, and go on.
  const { isError, rejectedBy, pendingOn, postFilter } = failure ?? {};
  const { status, nominatedNode } = postFilter ?? {};
  const why = { isError, rejectedBy, pendingOn, status, nominatedNode };
  return { record, totals, bounds, nextStart, why };
}

/** Something else happens than that a Pod is placed. */
function disturb(world: Living): void {
  const { cluster, order, snapshot } = world;
  const { stream, nodes, pods } = cluster;
  const name = pick(stream, [...nodes.keys()]);
  const node = nodes.get(name) as Node;
  const set = (next: Node) => {
    nodes.set(name, next);
    const isMoved = placeNode(order, next);
    setNode(snapshot, next);
    if (isMoved) orderChanged(snapshot);
  };
  switch (below(stream, 11)) {
    case 0: {
      // Mostly it stays in its zone, and so in its place among the nodes.
      const disk = { disk: pick(stream, ['ssd', 'hdd', 'tape']) };
      const labels = chance(stream, 70)
        ? { ...node.metadata.labels, ...disk }
        : { ...randomNode(cluster, name).metadata.labels };
      set({ ...node, metadata: { ...node.metadata, labels } });
      return;
    }
    case 1:
      set({ ...node, spec: randomNode(cluster, name).spec });
      return;
    case 2: {
      const { status } = randomNode(cluster, name);
      set({ ...node, ...(status === undefined ? undefined : { status }) });
      return;
    }
    case 3: {
      const added = randomNode(cluster, `node-x${cluster.nextUid++}`);
      nodes.set(added.metadata.name ?? '', added);
      placeNode(order, added);
      setNode(snapshot, added);
      return;
    }
    case 4:
      if (nodes.size < 4) return;
      nodes.delete(name);
      dropNode(order, name);
      removeNode(snapshot, name);
      return;
    case 5:
      cluster.namespaces.set('team-a', namespaceWith('team-a', pick(stream, ['a', 'b'])));
      namespacesChanged(snapshot);
      return;
    case 6: {
      if (pods.size === 0) return;
      const uid = pick(stream, [...pods.keys()]);
      pods.delete(uid);
      removePod(snapshot, uid);
      return;
    }
    case 7: {
      // Another state of a Pod; now and then one that is on its way out, which counts otherwise.
      if (pods.size === 0) return;
      const [uid, pod] = pick(stream, [...pods]);
      const ends = chance(stream, 30) ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : undefined;
      const startTime = `2026-01-01T00:01:${10 + below(stream, 50)}Z`;
      const next: Pod = {
        ...pod,
        metadata: { ...pod.metadata, ...ends, resourceVersion: '2' },
        status: { ...pod.status, startTime },
      };
      pods.set(uid, next);
      updatePod(snapshot, next, next.spec.nodeName ?? '');
      return;
    }
    case 8: {
      const service: Service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'any', namespace: 'default' },
        spec: { selector: pick(stream, [{ app: 'web' }, { tier: 'front' }]) },
      };
      if (!cluster.services.delete('default/any')) cluster.services.set('default/any', service);
      snapshot.servicesVersion += 1;
      return;
    }
    case 9: {
      const owner = pick(stream, OWNERS);
      const { metadata, spec } = replicaSetNamed(owner, pick(stream, ['web', 'db']));
      for (const namespace of ['default', 'team-a', 'team-b']) {
        const key = `${namespace}/${owner}`;
        if (chance(stream, 70)) {
          world.replicaSets.set(key, { metadata: { ...metadata, namespace }, spec } as ReplicaSet);
        } else world.replicaSets.delete(key);
      }
      selectorsChanged(snapshot);
      return;
    }
    default: {
      for (const pod of world.nominated.keys()) setNomination(snapshot, podInfoOf(pod), undefined);
      world.nominated.clear();
      if (!chance(stream, 50)) return;
      const waiting = randomPod(cluster);
      world.nominated.set(waiting, name);
      setNomination(snapshot, podInfoOf(waiting), name);
    }
  }
}

const OWNERS = ['one', 'other'];

function replicaSetNamed(name: string, app: string): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name },
    spec: { selector: { matchLabels: { app } } },
  };
}

/** A template: its Pods share everything but their names. Most are simple, so that they are of a kind that is known. */
function randomTemplate(cluster: RandomCluster): Pod {
  const { stream } = cluster;
  const pod = maybeOwned(cluster, randomPod(cluster));
  if (chance(stream, 25)) return pod;
  const { affinity: _affinity, topologySpreadConstraints: own = [], ...spec } = pod.spec;
  const soft = own.map((each) => ({
    ...each,
    whenUnsatisfiable: 'ScheduleAnyway' as const,
    topologyKey: pick(stream, [each.topologyKey, 'disk']),
  }));
  return { ...pod, spec: { ...spec, topologySpreadConstraints: soft } };
}

function maybeOwned({ stream }: RandomCluster, pod: Pod): Pod {
  return chance(stream, 40) ? pod : owned(pod, pick(stream, OWNERS));
}

function owned(pod: Pod, name: string): Pod {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: name, controller: true };
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: [owner] } };
}

/** Templates that differ much, and some that differ in little. */
function randomTemplates(cluster: RandomCluster): readonly Pod[] {
  const { stream } = cluster;
  const first = randomTemplate(cluster);
  const { tolerations, ...intolerant } = first.spec;
  const everything = [{ operator: 'Exists' as const }];
  return [
    first,
    {
      ...first,
      spec: tolerations === undefined ? { ...first.spec, tolerations: everything } : intolerant,
    },
    { ...first, spec: { ...first.spec, nodeSelector: { disk: 'ssd' } } },
    { ...first, spec: { ...first.spec, affinity: randomAffinity(stream) } },
    owned(first, 'one'),
    owned(first, 'other'),
    randomTemplate(cluster),
    randomTemplate(cluster),
  ];
}

function fromTemplate(cluster: RandomCluster, template: Pod): Pod {
  const uid = `uid-${cluster.nextUid++}`;
  const { ownerReferences, ...metadata } = { ...template.metadata, name: `pod-${uid}`, uid };
  // Each Pod has a list of its own.
  const owners = ownerReferences === undefined ? {} : { ownerReferences: [...ownerReferences] };
  return { ...template, metadata: { ...metadata, ...owners } };
}

const runs = [
  ...Array.from({ length: 40 }, (_, index) => ({ seed: index + 1, nodes: 0, rounds: 120 })),
  // Of so many not all are looked at, and the next search begins elsewhere.
  ...Array.from({ length: 6 }, (_, index) => ({ seed: index + 101, nodes: 130, rounds: 80 })),
];

describe('what is remembered of kinds of Pods', () => {
  test.each(runs)(
    'changes nothing of what is decided and told: seed $seed, $nodes nodes',
    ({ seed, nodes, rounds }) => {
      const world = living(seed + 31_000, nodes);
      const { cluster, snapshot } = world;
      const { stream } = cluster;
      const templates = randomTemplates(cluster);
      let template = templates[0] as Pod;
      const tries: { got: unknown; expected: () => unknown }[] = [];
      for (let round = 0; round < rounds; round++) {
        // The Pods of one template come one after another, with one of another between them now and then.
        if (chance(stream, 10)) template = pick(stream, templates);
        const pod = fromTemplate(cluster, chance(stream, 25) ? pick(stream, templates) : template);
        const fraction = below(stream, 1000) / 1000;
        const { start } = world;
        const seen = fresh(world);
        const got = attempt(snapshot, pod, start, fraction);
        tries.push({ got, expected: () => attempt(seen, pod, start, fraction) });
        world.start = got.nextStart;
        const { chosen } = got.record;
        if (chosen !== undefined) {
          const placed = { ...pod, spec: { ...pod.spec, nodeName: chosen } };
          cluster.pods.set(pod.metadata.uid ?? '', placed);
          addPod(snapshot, podInfoAfter(pod, placed), chosen);
        }
        while (chance(stream, 20)) disturb(world);
      }
      // Only afterwards, so that what is remembered from one Pod to the next is not of two clusters in turn.
      for (const { got, expected } of tries) expect(got).toEqual(expected());
    },
  );
});
