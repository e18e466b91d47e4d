import type {
  Affinity,
  Node,
  Pod,
  PodAffinityTerm,
  PodSpec,
  Service,
} from '../../../../api/generated/types.ts';

/** Shapes of nodes and Pods as in upstream's scheduler_perf. */

export function aNode(
  name: string,
  options: {
    readonly zone?: string;
    readonly tainted?: boolean;
    readonly isHuge?: boolean;
  } = {},
): Node {
  const amounts = options.isHuge
    ? { cpu: '90000', memory: '450Ti', pods: '90000' }
    : { cpu: '4', memory: '32Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        ...(options.zone === undefined
          ? undefined
          : { 'topology.kubernetes.io/zone': options.zone }),
      },
    },
    spec:
      options.tainted === true ? { taints: [{ key: 'foo', value: '', effect: 'NoSchedule' }] } : {},
    status: {
      capacity: amounts,
      allocatable: amounts,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  };
}

export function aPod(
  name: string,
  options: {
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly cpu?: string;
    readonly priority?: number;
    readonly spec?: Partial<PodSpec>;
  } = {},
): Pod {
  const { namespace = 'default', labels, cpu = '100m', priority, spec } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `${namespace}-${name}`,
      creationTimestamp: '2026-01-01T09:00:00Z',
      ...(labels === undefined ? undefined : { labels }),
    },
    spec: {
      schedulerName: 'default-scheduler',
      containers: [
        {
          name: 'pause',
          image: 'registry.k8s.io/pause:3.10.1',
          ports: [{ containerPort: 80 }],
          resources: {
            limits: { cpu, memory: '500Mi' },
            requests: { cpu, memory: '500Mi' },
          },
        },
      ],
      ...(priority === undefined ? undefined : { priority }),
      ...spec,
    },
    status: { phase: 'Pending' },
  };
}

const NAMESPACES = ['sched-1', 'sched-0'];
const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

function term(color: string, topologyKey: string): PodAffinityTerm {
  return { labelSelector: { matchLabels: { color } }, topologyKey, namespaces: NAMESPACES };
}

type Options = Parameters<typeof aPod>[1];

function colored(color: string, affinity: Affinity): NonNullable<Options> {
  return { labels: { color }, spec: { affinity } };
}

export const shapes = {
  antiAffinity: () =>
    colored('green', {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('green', HOST)] },
    }),
  affinity: () =>
    colored('blue', {
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('blue', ZONE)] },
    }),
  preferredAffinity: () =>
    colored('red', {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, podAffinityTerm: term('red', HOST) },
        ],
      },
    }),
  preferredAntiAffinity: () =>
    colored('yellow', {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, podAffinityTerm: term('yellow', HOST) },
        ],
      },
    }),
  antiAffinityByNamespace: () =>
    colored('green', {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            labelSelector: { matchLabels: { color: 'green' } },
            topologyKey: HOST,
            namespaceSelector: { matchLabels: { team: 'devops' } },
          },
        ],
      },
    }),
  nodeAffinity: () => ({
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone1', 'zone2'] }] },
            ],
          },
        },
      },
    } satisfies Partial<PodSpec>,
  }),
  daemon: () => ({
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchFields: [
                  { key: 'metadata.name', operator: 'In', values: ['scheduler-perf-node'] },
                ],
              },
            ],
          },
        },
      },
    } satisfies Partial<PodSpec>,
  }),
  spread: (whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway') => ({
    labels: { color: 'blue' },
    spec: {
      topologySpreadConstraints: [
        {
          maxSkew: 5,
          topologyKey: ZONE,
          whenUnsatisfiable,
          labelSelector: { matchLabels: { color: 'blue' } },
        },
      ],
    } satisfies Partial<PodSpec>,
  }),
  spreadHonoringTaints: () => ({
    labels: { foo: '' },
    spec: {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: HOST,
          whenUnsatisfiable: 'DoNotSchedule',
          nodeTaintsPolicy: 'Honor',
          labelSelector: { matchExpressions: [{ key: 'foo', operator: 'Exists' }] },
        },
      ],
    } satisfies Partial<PodSpec>,
  }),
};

export function aService(name: string, selector: Readonly<Record<string, string>>): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector },
  };
}
