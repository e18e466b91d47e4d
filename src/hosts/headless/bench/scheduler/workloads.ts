import type { Namespace, Node, Pod } from '../../../../api/generated/types.ts';
import type { KubeObject } from '../../../../cluster/client/kube-object.ts';
import { aNode, aPod, aService, shapes } from './shapes.ts';

/** One of upstream's scheduler_perf workloads: the cluster before, and the Pods that are measured. */
export interface Workload {
  readonly name: string;
  /** Upstream's threshold in Pods a second. */
  readonly threshold: number;
  readonly nodes: () => readonly Node[];
  /** Namespaces, services and the like. */
  readonly others?: () => readonly {
    readonly resource: string;
    readonly objects: readonly KubeObject[];
  }[];
  /** Pods that stand before the measurement begins. */
  readonly before?: () => readonly Pod[];
  /** Pods that are created before and are not waited for. */
  readonly pending?: () => readonly Pod[];
  readonly measured: () => readonly Pod[];
  /** What goes on meanwhile, once each simulated second. */
  readonly churn?: (round: number) => {
    readonly put?: readonly {
      readonly resource: string;
      readonly objects: readonly KubeObject[];
    }[];
    readonly deleted?: readonly { readonly resource: string; readonly keys: readonly string[] }[];
  };
}

type Options = Parameters<typeof aPod>[1];

function pods(count: number, prefix: string, options: () => Options = () => ({})): () => Pod[] {
  return () => Array.from({ length: count }, (_, index) => aPod(`${prefix}-${index}`, options()));
}

function nodes(count: number, zones: readonly string[] = []): () => Node[] {
  return () =>
    Array.from({ length: count }, (_, index) => {
      const zone = zones[index % Math.max(1, zones.length)];
      return aNode(`node-${index}`, zone === undefined ? {} : { zone });
    });
}

function inNamespace(namespace: string, shape: () => Options): () => Options {
  return () => ({ ...shape(), namespace });
}

function namespaces(names: readonly string[], labels: Readonly<Record<string, string>> = {}) {
  const objects = names.map(
    (name): Namespace => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
      spec: {},
    }),
  );
  return () => [{ resource: 'namespaces', objects }];
}

const MOONS = ['moon-1', 'moon-2', 'moon-3'];
const SCHED = ['sched-0', 'sched-1'];

/** Init Pods in `sched-0`, measured ones in `sched-1`, all of one shape. */
function twoNamespaces(shape: () => Options, before: number, measured: number) {
  return {
    others: namespaces(SCHED),
    before: pods(before, 'init', inNamespace('sched-0', shape)),
    measured: pods(measured, 'pod', inNamespace('sched-1', shape)),
  };
}

export const workloads: readonly Workload[] = [
  {
    name: 'SchedulingBasic/5000Nodes_10000Pods',
    threshold: 680,
    nodes: nodes(5000),
    before: pods(1000, 'init'),
    measured: pods(10_000, 'pod'),
  },
  {
    name: 'SchedulingBasic/5000Nodes_50000Pods',
    threshold: 810,
    nodes: nodes(5000),
    before: pods(5000, 'init'),
    measured: pods(50_000, 'pod'),
  },
  {
    name: 'SchedulingDaemonset/15000Nodes',
    threshold: 1100,
    nodes: () => [aNode('scheduler-perf-node', { isHuge: true }), ...nodes(15_000)()],
    measured: pods(30_000, 'pod', shapes.daemon),
  },
  {
    name: 'SchedulingPodAntiAffinity/5000Nodes_2000Pods',
    threshold: 60,
    nodes: nodes(5000),
    ...twoNamespaces(shapes.antiAffinity, 1000, 2000),
  },
  {
    name: 'SchedulingPodMatchingAntiAffinity/5000Nodes_5000Pods',
    threshold: 595,
    nodes: nodes(5000),
    others: namespaces(SCHED),
    before: pods(1000, 'init', inNamespace('sched-0', shapes.antiAffinity)),
    measured: pods(5000, 'pod', () => ({ namespace: 'sched-1', labels: { color: 'green' } })),
  },
  {
    name: 'SchedulingPodAffinity/5000Nodes_5000Pods',
    threshold: 35,
    nodes: nodes(5000, ['zone1']),
    ...twoNamespaces(shapes.affinity, 5000, 5000),
  },
  {
    name: 'SchedulingPreferredPodAffinity/5000Nodes_5000Pods',
    threshold: 90,
    nodes: nodes(5000),
    ...twoNamespaces(shapes.preferredAffinity, 5000, 5000),
  },
  {
    name: 'SchedulingPreferredPodAntiAffinity/5000Nodes_5000Pods',
    threshold: 90,
    nodes: nodes(5000),
    ...twoNamespaces(shapes.preferredAntiAffinity, 5000, 5000),
  },
  {
    name: 'SchedulingNodeAffinity/5000Nodes_10000Pods',
    threshold: 220,
    nodes: nodes(5000, ['zone1']),
    before: pods(5000, 'init', shapes.nodeAffinity),
    measured: pods(10_000, 'pod', shapes.nodeAffinity),
  },
  {
    name: 'MixedSchedulingBasePod/5000Nodes_5000Pods',
    threshold: 140,
    nodes: nodes(5000, ['zone1']),
    others: namespaces(SCHED),
    before: () => [
      ...pods(2000, 'plain', () => ({ namespace: 'sched-0' }))(),
      ...pods(2000, 'affinity', inNamespace('sched-0', shapes.affinity))(),
      ...pods(2000, 'anti', inNamespace('sched-0', shapes.antiAffinity))(),
      ...pods(2000, 'preferred', inNamespace('sched-0', shapes.preferredAffinity))(),
      ...pods(2000, 'preferred-anti', inNamespace('sched-0', shapes.preferredAntiAffinity))(),
    ],
    measured: pods(5000, 'pod'),
  },
  {
    name: 'SchedulingRequiredPodAntiAffinityWithNSSelector/5000Nodes_2000Pods',
    threshold: 24,
    nodes: nodes(6000),
    others: namespaces(
      [...Array.from({ length: 100 }, (_, index) => `init-ns-${index}`), 'measure-ns-0'],
      { team: 'devops' },
    ),
    before: () =>
      Array.from({ length: 4000 }, (_, index) =>
        aPod(`init-${index}`, {
          ...shapes.antiAffinityByNamespace(),
          namespace: `init-ns-${index % 100}`,
        }),
      ),
    measured: pods(2000, 'pod', inNamespace('measure-ns-0', shapes.antiAffinityByNamespace)),
  },
  {
    name: 'TopologySpreading/5000Nodes_5000Pods',
    threshold: 460,
    nodes: nodes(5000, MOONS),
    before: pods(5000, 'init'),
    measured: pods(5000, 'pod', () => shapes.spread('DoNotSchedule')),
  },
  {
    name: 'PreferredTopologySpreading/5000Nodes_5000Pods',
    threshold: 340,
    nodes: nodes(5000, MOONS),
    before: pods(5000, 'init'),
    measured: pods(5000, 'pod', () => shapes.spread('ScheduleAnyway')),
  },
  {
    name: 'DefaultTopologySpreading/5000Nodes_50000Pods',
    threshold: 160,
    nodes: nodes(5000, MOONS),
    others: () => [{ resource: 'services', objects: [aService('web', { app: 'scheduler-perf' })] }],
    before: pods(5000, 'init', () => ({ labels: { app: 'scheduler-perf' } })),
    measured: pods(50_000, 'pod', () => ({ labels: { app: 'scheduler-perf' } })),
  },
  {
    name: 'SchedulingWithNodeInclusionPolicy/5000Nodes',
    threshold: 270,
    nodes: () =>
      Array.from({ length: 5000 }, (_, index) =>
        aNode(`node-${index}`, { tainted: index % 5 === 0 }),
      ),
    measured: pods(4000, 'pod', shapes.spreadHonoringTaints),
  },
  {
    name: 'PreemptionAsync/5000Nodes',
    threshold: 570,
    nodes: nodes(5000),
    before: pods(20_000, 'low', () => ({ cpu: '900m' })),
    measured: pods(5000, 'high', () => ({ cpu: '3000m', priority: 10 })),
  },
  {
    name: 'Unschedulable/5kNodes_100Init_10kPods',
    threshold: 590,
    nodes: nodes(5000),
    pending: pods(100, 'large', () => ({ cpu: '9' })),
    measured: pods(10_000, 'pod'),
  },
  {
    name: 'SchedulingWithMixedChurn/5000Nodes_10000Pods',
    threshold: 710,
    nodes: nodes(5000),
    measured: pods(10_000, 'pod'),
    churn: (round) => ({
      deleted: [
        { resource: 'nodes', keys: [`churn-${round - 1}`] },
        { resource: 'pods', keys: [`default/churn-${round - 1}`] },
        { resource: 'services', keys: [`default/churn-${round - 1}`] },
      ],
      put: [
        { resource: 'nodes', objects: [aNode(`churn-${round}`)] },
        { resource: 'pods', objects: [aPod(`churn-${round}`, { cpu: '9', priority: 10 })] },
        { resource: 'services', objects: [aService(`churn-${round}`, { app: 'none' })] },
      ],
    }),
  },
  {
    name: 'SchedulingWhileGated/1Node_10000GatedPods',
    threshold: 910,
    nodes: () => [aNode('node-0', { isHuge: true })],
    pending: pods(10_000, 'gated', () => ({ spec: { schedulingGates: [{ name: 'foo' }] } })),
    before: pods(20_000, 'leaving'),
    measured: pods(20_000, 'pod'),
    churn: (round) => ({
      deleted: [
        {
          resource: 'pods',
          keys: Array.from({ length: 50 }, (_, index) => `default/leaving-${round * 50 + index}`),
        },
      ],
    }),
  },
];
