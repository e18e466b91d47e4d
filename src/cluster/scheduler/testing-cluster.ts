import type {
  Namespace,
  Node,
  Pod,
  PodAffinityTerm,
  Service,
  TopologySpreadConstraint,
} from '../../api/generated/types.ts';
import { below, forkStream, pick, type RandomStream } from '../../kernel/random.ts';

/** For tests: objects of small random clusters, with every feature that places Pods. */
export interface RandomCluster {
  readonly stream: RandomStream;
  readonly nodes: Map<string, Node>;
  /** Placed Pods by uid. */
  readonly pods: Map<string, Pod>;
  readonly namespaces: Map<string, Namespace>;
  readonly services: Map<string, Service>;
  nextUid: number;
}

const APPS = ['web', 'db', 'cache'];
const TIERS = ['front', 'back'];
const ZONES = ['a', 'b', 'c'];
const NAMESPACES = ['default', 'team-a', 'team-b'];

export function randomCluster(seed: number): RandomCluster {
  const stream = forkStream(seed, 'cluster');
  const cluster: RandomCluster = {
    stream,
    nodes: new Map(),
    pods: new Map(),
    namespaces: new Map(),
    services: new Map(),
    nextUid: 1,
  };
  for (const name of NAMESPACES) {
    cluster.namespaces.set(name, namespaceWith(name, pick(stream, ['a', 'b'])));
  }
  const service = (app: string): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: app, namespace: 'default' },
    spec: { selector: { app } },
  });
  if (chance(stream, 50)) cluster.services.set('default/web', service('web'));
  for (let index = 0; index < 2 + below(stream, 8); index++) {
    const node = randomNode(cluster, `node-${index}`);
    cluster.nodes.set(node.metadata.name ?? '', node);
  }
  return cluster;
}

export function namespaceWith(name: string, team: string): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name, team } },
    spec: {},
  };
}

export function randomNode({ stream }: RandomCluster, name: string): Node {
  const labels: Record<string, string> = { 'kubernetes.io/hostname': name };
  if (chance(stream, 85)) labels['topology.kubernetes.io/zone'] = pick(stream, ZONES);
  if (chance(stream, 30)) labels['disk'] = pick(stream, ['ssd', 'hdd']);
  const taints = chance(stream, 20)
    ? [
        {
          key: 'dedicated',
          value: pick(stream, APPS),
          effect: pick(stream, ['NoSchedule', 'PreferNoSchedule'] as const),
        },
      ]
    : [];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { taints, ...(chance(stream, 8) ? { unschedulable: true } : undefined) },
    status: {
      allocatable: {
        cpu: pick(stream, ['2', '4', '8']),
        memory: pick(stream, ['4Gi', '8Gi', '16Gi']),
        pods: pick(stream, ['5', '10', '30']),
      },
      images: chance(stream, 40)
        ? [
            {
              names: [`${pick(stream, APPS)}:1`],
              sizeBytes: 50_000_000 + below(stream, 900_000_000),
            },
          ]
        : [],
    },
  };
}

/** A Pod that is to be placed; with `nodeName` one that is. */
export function randomPod(cluster: RandomCluster, nodeName?: string): Pod {
  const { stream } = cluster;
  const uid = `uid-${cluster.nextUid++}`;
  const app = pick(stream, APPS);
  const labels: Record<string, string> = { app };
  if (chance(stream, 50)) labels['tier'] = pick(stream, TIERS);
  const requests: Record<string, string> = {};
  if (chance(stream, 70)) requests['cpu'] = pick(stream, ['100m', '500m', '1', '3']);
  if (chance(stream, 60)) requests['memory'] = pick(stream, ['128Mi', '1Gi', '3Gi']);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `pod-${uid}`,
      namespace: pick(stream, NAMESPACES),
      uid,
      labels,
      ...(nodeName !== undefined && chance(stream, 10)
        ? { deletionTimestamp: '2026-01-01T00:00:00Z' }
        : undefined),
    },
    spec: {
      containers: [
        {
          name: 'main',
          image: `${app}:1`,
          resources: { requests },
          ...(chance(stream, 15)
            ? { ports: [{ containerPort: 80, hostPort: 8000 + below(stream, 2) }] }
            : undefined),
        },
      ],
      priority: pick(stream, [0, 0, 100, 1000]),
      tolerations: chance(stream, 30)
        ? [{ key: 'dedicated', operator: 'Equal', value: pick(stream, APPS) }]
        : [],
      ...(chance(stream, 15) ? { nodeSelector: { disk: 'ssd' } } : undefined),
      ...(chance(stream, 40) ? { affinity: randomAffinity(stream) } : undefined),
      ...(chance(stream, 35)
        ? { topologySpreadConstraints: [randomSpread(stream), randomSpread(stream)] }
        : undefined),
      ...(nodeName === undefined ? undefined : { nodeName }),
    },
    status: {
      phase: 'Running',
      startTime: `2026-01-01T00:00:${String(below(stream, 60)).padStart(2, '0')}Z`,
    },
  };
}

export function chance(stream: RandomStream, percent: number): boolean {
  return below(stream, 100) < percent;
}

export function randomAffinity(stream: RandomStream): NonNullable<Pod['spec']['affinity']> {
  const terms = (percent: number): PodAffinityTerm[] =>
    chance(stream, percent) ? [randomTerm(stream)] : [];
  const weighted = (percent: number) =>
    terms(percent).map((podAffinityTerm) => ({ weight: 1 + below(stream, 100), podAffinityTerm }));
  return {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: terms(20),
      preferredDuringSchedulingIgnoredDuringExecution: weighted(40),
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: terms(35),
      preferredDuringSchedulingIgnoredDuringExecution: weighted(40),
    },
  };
}

function randomTerm(stream: RandomStream): PodAffinityTerm {
  return {
    labelSelector: { matchLabels: { app: pick(stream, APPS) } },
    topologyKey: pick(stream, ['kubernetes.io/hostname', 'topology.kubernetes.io/zone']),
    ...(chance(stream, 30) ? { namespaces: [pick(stream, NAMESPACES)] } : undefined),
    ...(chance(stream, 30)
      ? { namespaceSelector: { matchLabels: { team: pick(stream, ['a', 'b']) } } }
      : undefined),
  };
}

function randomSpread(stream: RandomStream): TopologySpreadConstraint {
  return {
    maxSkew: 1 + below(stream, 2),
    topologyKey: pick(stream, ['kubernetes.io/hostname', 'topology.kubernetes.io/zone']),
    whenUnsatisfiable: pick(stream, ['DoNotSchedule', 'ScheduleAnyway'] as const),
    labelSelector: { matchLabels: { app: pick(stream, APPS) } },
    nodeTaintsPolicy: pick(stream, ['Honor', 'Ignore'] as const),
    nodeAffinityPolicy: pick(stream, ['Honor', 'Ignore'] as const),
    ...(chance(stream, 20) ? { matchLabelKeys: ['tier'] } : undefined),
  };
}
