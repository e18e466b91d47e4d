import type {
  FlowcontrolV1Subject,
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  ResourcePolicyRule,
} from '../../../api/generated/types.ts';

/**
 * The FlowSchemas and PriorityLevelConfigurations that every cluster begins with (upstream: apis/flowcontrol/bootstrap,
 * the mandatory ones and the suggested ones).
 */

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';
/** The server keeps the specification of an object with this annotation as it is in its own list. */
const annotations = Object.freeze({ 'apf.kubernetes.io/autoupdate-spec': 'true' });

interface LevelSketch {
  readonly name: string;
  readonly shares: number;
  readonly lendablePercent: number;
  /** Undefined: what does not fit is refused and not queued. */
  readonly queuing: { readonly queues: number; readonly handSize: number } | undefined;
}

function limited({
  name,
  shares,
  lendablePercent,
  queuing,
}: LevelSketch): PriorityLevelConfiguration {
  return {
    apiVersion: API_VERSION,
    kind: 'PriorityLevelConfiguration',
    metadata: { name, annotations },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: shares,
        lendablePercent,
        limitResponse:
          queuing === undefined
            ? { type: 'Reject' }
            : { type: 'Queue', queuing: { ...queuing, queueLengthLimit: 50 } },
      },
    },
  };
}

const exempt: PriorityLevelConfiguration = {
  apiVersion: API_VERSION,
  kind: 'PriorityLevelConfiguration',
  metadata: { name: 'exempt', annotations },
  spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
};

export const bootstrapLevels: readonly PriorityLevelConfiguration[] = [
  exempt,
  limited({ name: 'catch-all', shares: 5, lendablePercent: 0, queuing: undefined }),
  ...(
    [
      ['system', 30, 33, 64, 6],
      ['node-high', 40, 25, 64, 6],
      ['leader-election', 10, 0, 16, 4],
      ['workload-high', 40, 50, 128, 6],
      ['workload-low', 100, 90, 128, 6],
      ['global-default', 20, 50, 128, 6],
    ] as const
  ).map(([name, shares, lendablePercent, queues, handSize]) =>
    limited({ name, shares, lendablePercent, queuing: { queues, handSize } }),
  ),
];

const all = ['*'];

function resources(
  rule: Partial<ResourcePolicyRule> & Pick<ResourcePolicyRule, 'apiGroups' | 'resources'>,
): ResourcePolicyRule {
  return { verbs: all, ...rule };
}

const everyResource = resources({
  apiGroups: all,
  resources: all,
  namespaces: all,
  clusterScope: true,
});
const everyPath: NonResourcePolicyRule = { verbs: all, nonResourceURLs: all };

function groups(...names: readonly string[]): readonly FlowcontrolV1Subject[] {
  return names.map((name) => ({ kind: 'Group', group: { name } }));
}

function users(...names: readonly string[]): readonly FlowcontrolV1Subject[] {
  return names.map((name) => ({ kind: 'User', user: { name } }));
}

function accountsOfKubeSystem(...names: readonly string[]): readonly FlowcontrolV1Subject[] {
  return names.map((name) => ({
    kind: 'ServiceAccount',
    serviceAccount: { name, namespace: 'kube-system' },
  }));
}

function schema(
  name: string,
  level: string,
  matchingPrecedence: number,
  distinguisher: 'ByUser' | 'ByNamespace' | undefined,
  rule: PolicyRulesWithSubjects,
): FlowSchema {
  return {
    apiVersion: API_VERSION,
    kind: 'FlowSchema',
    metadata: { name, annotations },
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence,
      ...(distinguisher === undefined
        ? undefined
        : { distinguisherMethod: { type: distinguisher } }),
      rules: [rule],
    },
  };
}

const everything = {
  resourceRules: [everyResource],
  nonResourceRules: [everyPath],
};
const everybody = groups('system:unauthenticated', 'system:authenticated');

export const bootstrapSchemas: readonly FlowSchema[] = [
  schema('exempt', 'exempt', 1, undefined, {
    subjects: groups('system:masters'),
    ...everything,
  }),
  schema('probes', 'exempt', 2, undefined, {
    subjects: everybody,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  schema('system-leader-election', 'leader-election', 100, 'ByUser', {
    subjects: users('system:kube-controller-manager', 'system:kube-scheduler'),
    resourceRules: [
      resources({
        verbs: ['get', 'create', 'update'],
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        namespaces: all,
      }),
    ],
  }),
  schema('endpoint-controller', 'workload-high', 150, 'ByUser', {
    subjects: [
      ...users('system:kube-controller-manager'),
      ...accountsOfKubeSystem('endpoint-controller', 'endpointslicemirroring-controller'),
    ],
    resourceRules: [
      resources({
        verbs: ['get', 'create', 'update'],
        apiGroups: [''],
        resources: ['endpoints'],
        namespaces: all,
      }),
    ],
  }),
  schema('workload-leader-election', 'leader-election', 200, 'ByUser', {
    subjects: accountsOfKubeSystem('*'),
    resourceRules: [
      resources({
        verbs: ['get', 'create', 'update'],
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        namespaces: all,
      }),
    ],
  }),
  schema('system-node-high', 'node-high', 400, 'ByUser', {
    subjects: groups('system:nodes'),
    resourceRules: [
      resources({ apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true }),
      resources({
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        namespaces: ['kube-node-lease'],
      }),
    ],
  }),
  schema('system-nodes', 'system', 500, 'ByUser', {
    subjects: groups('system:nodes'),
    ...everything,
  }),
  schema('kube-controller-manager', 'workload-high', 800, 'ByNamespace', {
    subjects: users('system:kube-controller-manager'),
    ...everything,
  }),
  schema('kube-scheduler', 'workload-high', 800, 'ByNamespace', {
    subjects: users('system:kube-scheduler'),
    ...everything,
  }),
  schema('kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', {
    subjects: accountsOfKubeSystem('*'),
    ...everything,
  }),
  schema('service-accounts', 'workload-low', 9000, 'ByUser', {
    subjects: groups('system:serviceaccounts'),
    ...everything,
  }),
  schema('global-default', 'global-default', 9900, 'ByUser', {
    subjects: everybody,
    ...everything,
  }),
  schema('catch-all', 'catch-all', 10_000, 'ByUser', {
    subjects: everybody,
    ...everything,
  }),
];
