import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PodCard, ServiceCard } from '../bridge/cards.ts';
import type { Frame } from '../bridge/protocol.ts';
import { laneOf, workloadKey } from './indexes.ts';
import { countByNode } from './service-links.ts';
import { aFrame, aNode, aPod, aService, aWorkload } from './testing/cards.ts';
import { createView, type View } from './view.ts';

const POD_IDS = Array.from({ length: 12 }, (_, at) => `pod-${at}`);
const NODES = ['', 'node-1', 'node-2', 'node-10'];

function aView(): View {
  return createView({ onWanted: () => undefined });
}

function take(view: View, frame: Partial<Frame>): void {
  view.take({ type: 'frame', frame: aFrame(frame) });
}

const podChange = fc.record({
  id: fc.constantFrom(...POD_IDS),
  node: fc.constantFrom(...NODES),
  workload: fc.constantFrom('web', 'api'),
  queue: fc.constantFrom('active' as const, 'unschedulable' as const, '' as const),
  statusClass: fc.constantFrom('good' as const, 'failed' as const),
  createdAt: fc.constant(0),
});

const serviceChange = fc.record({
  id: fc.constantFrom('svc-a', 'svc-b'),
  ready: fc.uniqueArray(fc.constantFrom(...POD_IDS), { maxLength: 6 }),
  notReady: fc.uniqueArray(fc.constantFrom(...POD_IDS), { maxLength: 3 }),
});

const someFrame = fc.record({
  full: fc.boolean().map((coin) => coin),
  podUpserts: fc.uniqueArray(podChange, { maxLength: 8, selector: (pod) => pod.id }),
  podRemovals: fc.uniqueArray(fc.constantFrom(...POD_IDS), { maxLength: 3 }),
  serviceUpserts: fc.uniqueArray(serviceChange, { maxLength: 2, selector: (row) => row.id }),
  serviceRemovals: fc.uniqueArray(fc.constantFrom('svc-a', 'svc-b'), { maxLength: 1 }),
  // Reading between frames fills the caches that later frames must invalidate.
  read: fc.boolean(),
});

describe('the view under random frames', () => {
  test('incremental indexes equal those made from scratch', () => {
    fc.assert(
      fc.property(fc.array(someFrame, { maxLength: 12 }), (frames) => {
        const view = aView();
        const pods = new Map<string, PodCard>();
        const services = new Map<string, ServiceCard>();
        for (const [at, frame] of frames.entries()) {
          // Full frames are rare, so that diffs have something to work on.
          const full = at === 0 || (frame.full && at % 5 === 0);
          if (full) {
            pods.clear();
            services.clear();
          }
          for (const id of frame.podRemovals) pods.delete(id);
          for (const id of frame.serviceRemovals) services.delete(id);
          const podRows = frame.podUpserts.map((row) => aPod({ ...row, name: row.id }));
          const serviceRows = frame.serviceUpserts.map((row) => aService(row));
          for (const row of podRows) pods.set(row.id, row);
          for (const row of serviceRows) services.set(row.id, row);
          take(view, {
            full,
            now: at,
            pods: { upsert: podRows, remove: frame.podRemovals },
            services: { upsert: serviceRows, remove: frame.serviceRemovals },
          });
          if (frame.read) expectSame(view, pods, services);
        }
        expectSame(view, pods, services);
      }),
      { numRuns: 300 },
    );
  });
});

/** Compares every index with the naive answer. */
function expectSame(
  view: View,
  pods: ReadonlyMap<string, PodCard>,
  services: ReadonlyMap<string, ServiceCard>,
): void {
  const rows = [...pods.values()];
  const idsWhere = (holds: (row: PodCard) => boolean): string[] =>
    rows.filter(holds).map((row) => row.id);
  const sorted = (ids: readonly string[]): string[] => [...ids].sort();

  expect(sorted(view.pods.ids())).toEqual(sorted([...pods.keys()]));
  for (const node of NODES.slice(1)) {
    const ids = view.index.podsOnNode.ids(node);
    expect(sorted(ids)).toEqual(sorted(idsWhere((row) => row.node === node)));
    expect(ids).toBe(view.index.podsOnNode.ids(node));
    // On a card the Pods of a workload stand side by side.
    const order = ids.map((id) => view.pods.get(id)?.workload ?? '');
    expect(order).toEqual([...order].sort());
  }
  for (const lane of ['active', 'unschedulable', 'unseen']) {
    expect(sorted(view.index.waiting.ids(lane))).toEqual(
      sorted(idsWhere((row) => laneOf(row) === lane)),
    );
  }
  for (const workload of ['web', 'api']) {
    const key = workloadKey({ namespace: 'default', workload });
    expect(sorted(view.index.podsOfWorkload.ids(key))).toEqual(
      sorted(idsWhere((row) => row.workload === workload)),
    );
  }
  for (const id of ['svc-a', 'svc-b']) {
    const service = services.get(id);
    expect(view.links.of(id)).toEqual(service ? countByNode(service, view.pods) : []);
  }
  for (const id of POD_IDS) {
    const naming = [...services.values()].filter(
      (service) => service.ready.includes(id) || service.notReady.includes(id),
    );
    expect(sorted(view.index.servicesOfPod.ids(id))).toEqual(
      sorted(naming.map((service) => service.id)),
    );
  }
}

describe('cost of a frame', () => {
  test('a frame of 2,000 Pods tells each watched id once, and nobody else', () => {
    const view = aView();
    const pods = Array.from({ length: 2000 }, (_, at) =>
      aPod({ id: `pod-${at}`, node: `node-${at % 100}` }),
    );
    take(view, { full: true, pods: { upsert: pods, remove: [] } });
    const heard: string[] = [];
    for (const id of ['pod-7', 'pod-8']) view.pods.watch(id, () => heard.push(id));
    view.pods.watchIds(() => heard.push('membership'));
    view.index.podsOnNode.watch('node-7', () => heard.push('node-7'));
    const before = view.index.podsOnNode.ids('node-7');

    const changed = pods.map((pod) =>
      pod.id === 'pod-8' ? pod : { ...pod, statusClass: 'good' as const },
    );
    take(view, { pods: { upsert: changed, remove: [] } });

    expect(heard).toEqual(['pod-7']);
    expect(view.index.podsOnNode.ids('node-7')).toBe(before);
    expect(view.pods.get('pod-8')).toBe(pods[8]);
  });

  test('a Pod that moves touches the two groups it leaves and enters', () => {
    const view = aView();
    const pod = aPod({ id: 'pod-1' });
    take(view, { full: true, pods: { upsert: [pod], remove: [] } });
    const heard: string[] = [];
    for (const node of NODES.slice(1)) {
      view.index.podsOnNode.watch(node, () => heard.push(node));
    }
    view.index.waiting.watch('active', () => heard.push('active'));
    take(view, { pods: { upsert: [{ ...pod, node: 'node-2' }], remove: [] } });
    expect(heard.sort()).toEqual(['active', 'node-2']);
  });
});

describe('moves', () => {
  test('a Pod that gets its node is a move; an old one seen for the first time is not', () => {
    const view = aView();
    const pod = aPod({ id: 'pod-1' });
    const old = aPod({ id: 'pod-9', node: 'node-3' });
    const now = 60_000_000;
    const moves: string[] = [];
    view.onFrame((effects) => moves.push(...effects.moves.map((move) => move.node)));
    take(view, {
      full: true,
      pods: { upsert: [aPod({ id: 'pod-0', node: 'node-1' })], remove: [] },
    });
    take(view, { now, pods: { upsert: [pod, old], remove: [] } });
    take(view, { now, pods: { upsert: [{ ...pod, node: 'node-2' }], remove: [] } });
    take(view, { now, pods: { upsert: [{ ...pod, node: 'node-2', ready: true }], remove: [] } });
    expect(moves).toEqual(['node-2']);
  });

  test('a Pod that was made and placed between two frames has moved too', () => {
    const view = aView();
    const moves: string[] = [];
    view.onFrame((effects) => moves.push(...effects.moves.map((move) => move.pod)));
    const pod = aPod({ id: 'pod-1', node: 'node-2', createdAt: 60_000 });
    take(view, { now: 60_500_000, pods: { upsert: [pod], remove: [] } });
    expect(moves).toEqual(['pod-1']);
  });
});

describe('history', () => {
  const second = 1_000_000;

  test('a rollout opens with the first unmet figure and closes green', () => {
    const view = aView();
    const card = aWorkload({ id: 'web', desired: 3, current: 0, readyCount: 0, available: 0 });
    take(view, { now: second, workloads: { upsert: [card], remove: [] } });
    const done = { ...card, current: 3, readyCount: 3, available: 3, updated: 3 };
    take(view, { now: 4 * second, workloads: { upsert: [done], remove: [] } });
    expect(view.history.spans('workloads')).toMatchObject([
      { from: second, to: 4 * second, statusClass: 'good', label: 'web' },
    ]);
  });

  test('a ReplicaSet of a Deployment has no span of its own', () => {
    const view = aView();
    const card = aWorkload({ id: 'rs', kind: 'ReplicaSet', ownerId: 'web', desired: 3 });
    take(view, { workloads: { upsert: [card], remove: [] } });
    expect(view.history.spans('workloads')).toEqual([]);
  });

  test('a silent node is a span until it is heard again', () => {
    const view = aView();
    const node = aNode({ id: 'n2', name: 'node-2' });
    take(view, { full: true, nodes: { upsert: [node], remove: [] } });
    take(view, { now: 5, nodes: { upsert: [{ ...node, ready: 'Unknown' }], remove: [] } });
    expect(view.history.since('not-ready:n2', 5)).toBe(5);
    take(view, { now: 9, nodes: { upsert: [node], remove: [] } });
    expect(view.history.spans('nodes')).toMatchObject([
      { from: 5, to: 9, label: 'node-2 NotReady' },
    ]);
  });

  test('nodes that boot are one span, and no bad news', () => {
    const view = aView();
    const nodes = ['n1', 'n2'].map((id) => aNode({ id, ready: 'False' }));
    take(view, { full: true, now: 1, nodes: { upsert: nodes, remove: [] } });
    const ready = nodes.map((node) => ({ ...node, ready: 'True' as const }));
    take(view, { now: 5, nodes: { upsert: ready, remove: [] } });
    expect(view.history.spans('nodes')).toMatchObject([
      { from: 1, to: 5, statusClass: 'moving', label: 'nodes starting' },
    ]);
    take(view, { now: 9, nodes: { upsert: nodes, remove: [] } });
    expect(view.history.since('not-ready:n1', 9)).toBe(9);
  });

  test('a pause shorter than a breath does not end a span', () => {
    const view = aView();
    const pod = aPod({ id: 'p', queue: 'active' });
    const placed = { ...pod, node: 'node-1' };
    for (const [now, row] of [
      [1, pod],
      [2, placed],
      [second, pod],
      [second + 1, placed],
      [9 * second, pod],
    ] as const) {
      take(view, { now, pods: { upsert: [row], remove: [] } });
    }
    expect(view.history.spans('scheduler').map(({ from, to }) => [from, to])).toEqual([
      [1, second + 1],
      [9 * second, undefined],
    ]);
  });

  test('a fault is a bar in the lane of what it hits, from when it began', () => {
    const view = aView();
    const fault = {
      id: 'f1',
      kind: 'process-stopped',
      title: 'Scheduler stopped',
      params: { process: 'kube-scheduler-cp-1' },
      since: 3,
    };
    take(view, { now: 10, faults: [fault] });
    take(view, { now: 20, faults: [] });
    expect(view.history.spans('control-plane')).toMatchObject([{ from: 3, to: 20 }]);
  });

  test('a world at an earlier moment has no past of the later one', () => {
    const view = aView();
    const fault = {
      id: 'f',
      kind: 'power-off',
      title: '',
      params: { machine: 'node-1' },
      since: 5,
    };
    take(view, { now: 10, faults: [fault] });
    take(view, { now: 2, full: true });
    expect(view.history.spans('nodes')).toEqual([]);
  });
});
