import type { FieldSpec } from './field-spec.ts';
import type { Gvk } from './resource-id.ts';

/** Which kinds name others, and where: `referrers` hold names of `target`s. */
export interface NameReference {
  readonly target: Partial<Gvk>;
  readonly referrers: readonly FieldSpec[];
}

/** What the transformers work on; a kustomization adds to it with `configurations` and `crds`. */
export interface FieldConfig {
  readonly namePrefix: readonly FieldSpec[];
  readonly nameSuffix: readonly FieldSpec[];
  readonly namespace: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  readonly labels: readonly FieldSpec[];
  readonly templateLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  readonly nameReference: readonly NameReference[];
  readonly varReference: readonly FieldSpec[];
  readonly images: readonly FieldSpec[];
  readonly replicas: readonly FieldSpec[];
}

export const noFields: FieldConfig = {
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  labels: [],
  templateLabels: [],
  commonAnnotations: [],
  nameReference: [],
  varReference: [],
  images: [],
  replicas: [],
};

/** Where each workload keeps the spec of its Pods. */
const podSpecs: Readonly<Record<string, string>> = {
  Pod: 'spec',
  PodTemplate: 'template/spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  ReplicationController: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  Job: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
};

const podKinds = 'Pod PodTemplate Deployment ReplicaSet DaemonSet StatefulSet Job CronJob'.split(
  ' ',
);
/** Those whose service accounts, claims and priority classes are followed; ReplicaSets are forgotten upstream. */
const accountKinds = 'Pod StatefulSet Deployment ReplicationController CronJob Job DaemonSet'.split(
  ' ',
);

function inPods(kinds: readonly string[], ...paths: readonly string[]): FieldSpec[] {
  return kinds.flatMap((kind) =>
    paths.map((path) => ({ kind, path: `${podSpecs[kind] ?? 'spec'}/${path}` })),
  );
}

function all(path: string, ...kinds: readonly string[]): FieldSpec[] {
  return kinds.map((kind) => ({ kind, path }));
}

const rbac = 'rbac.authorization.k8s.io';
const ingressNotes = 'metadata/annotations/';

const nameReference: readonly NameReference[] = [
  ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) => ({
    target: { kind },
    referrers: [{ kind: 'HorizontalPodAutoscaler', path: 'spec/scaleTargetRef/name' }],
  })),
  {
    target: { kind: 'ConfigMap', version: 'v1' },
    referrers: [
      ...inPods(
        podKinds,
        'volumes/configMap/name',
        'containers/env/valueFrom/configMapKeyRef/name',
        'initContainers/env/valueFrom/configMapKeyRef/name',
        'containers/envFrom/configMapRef/name',
        'initContainers/envFrom/configMapRef/name',
        'volumes/projected/sources/configMap/name',
      ),
      { kind: 'Node', path: 'spec/configSource/configMap' },
      ...all('rules/resourceNames', 'Role', 'ClusterRole'),
      {
        kind: 'Ingress',
        path: `${ingressNotes}nginx.ingress.kubernetes.io\\/fastcgi-params-configmap`,
      },
    ],
  },
  {
    target: { kind: 'Secret', version: 'v1' },
    referrers: [
      ...inPods(
        podKinds,
        'volumes/secret/secretName',
        'containers/env/valueFrom/secretKeyRef/name',
        'initContainers/env/valueFrom/secretKeyRef/name',
        'containers/envFrom/secretRef/name',
        'initContainers/envFrom/secretRef/name',
        'imagePullSecrets/name',
        'volumes/projected/sources/secret/name',
      ),
      { kind: 'Ingress', path: 'spec/tls/secretName' },
      ...[
        'ingress.kubernetes.io\\/auth-secret',
        'nginx.ingress.kubernetes.io\\/auth-secret',
        'nginx.ingress.kubernetes.io\\/auth-tls-secret',
      ].map((note) => ({ kind: 'Ingress', path: ingressNotes + note })),
      { kind: 'ServiceAccount', path: 'imagePullSecrets/name' },
      ...['secretName', 'adminSecretName', 'userSecretName', 'secretRef'].map((field) => ({
        kind: 'StorageClass',
        path: `parameters/${field}`,
      })),
      ...all('rules/resourceNames', 'Role', 'ClusterRole'),
      {
        kind: 'Service',
        group: 'serving.knative.dev',
        version: 'v1',
        path: 'spec/template/spec/containers/env/valueFrom/secretKeyRef/name',
      },
      { kind: 'PersistentVolume', path: 'spec/azureFile/secretName' },
    ],
  },
  {
    target: { kind: 'Service', version: 'v1' },
    referrers: [
      { kind: 'StatefulSet', group: 'apps', path: 'spec/serviceName' },
      ...[
        'spec/rules/http/paths/backend/serviceName',
        'spec/backend/serviceName',
        'spec/rules/http/paths/backend/service/name',
        'spec/defaultBackend/service/name',
      ].map((path) => ({ kind: 'Ingress', path })),
      { kind: 'APIService', group: 'apiregistration.k8s.io', path: 'spec/service/name' },
      ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => ({
        kind,
        group: 'admissionregistration.k8s.io',
        path: 'webhooks/clientConfig/service',
      })),
    ],
  },
  {
    target: { kind: 'Role', group: rbac },
    referrers: [{ kind: 'RoleBinding', group: rbac, path: 'roleRef/name' }],
  },
  {
    target: { kind: 'ClusterRole', group: rbac },
    referrers: ['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({
      kind,
      group: rbac,
      path: 'roleRef/name',
    })),
  },
  {
    target: { kind: 'ServiceAccount', version: 'v1' },
    referrers: [
      ...['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({
        kind,
        group: rbac,
        path: 'subjects',
      })),
      ...inPods(accountKinds, 'serviceAccountName'),
    ],
  },
  {
    target: { kind: 'PersistentVolumeClaim', version: 'v1' },
    referrers: inPods(accountKinds, 'volumes/persistentVolumeClaim/claimName'),
  },
  {
    target: { kind: 'PersistentVolume', version: 'v1' },
    referrers: [
      { kind: 'PersistentVolumeClaim', path: 'spec/volumeName' },
      { kind: 'ClusterRole', path: 'rules/resourceNames' },
    ],
  },
  {
    target: { kind: 'StorageClass', version: 'v1', group: 'storage.k8s.io' },
    referrers: [
      ...all('spec/storageClassName', 'PersistentVolume', 'PersistentVolumeClaim'),
      { kind: 'StatefulSet', path: 'spec/volumeClaimTemplates/spec/storageClassName' },
    ],
  },
  {
    target: { kind: 'PriorityClass', version: 'v1', group: 'scheduling.k8s.io' },
    referrers: inPods(accountKinds, 'priorityClassName'),
  },
  {
    // The group is written with its version upstream, so that it never fits anything.
    target: { kind: 'IngressClass', version: 'v1', group: 'networking.k8s.io/v1' },
    referrers: [{ kind: 'Ingress', path: 'spec/ingressClassName' }],
  },
  {
    target: { kind: 'ValidatingAdmissionPolicy', group: 'admissionregistration.k8s.io' },
    referrers: [
      {
        kind: 'ValidatingAdmissionPolicyBinding',
        group: 'admissionregistration.k8s.io',
        path: 'spec/policyName',
      },
    ],
  },
];

const varKinds = 'CronJob DaemonSet Deployment Job Pod ReplicaSet StatefulSet'.split(' ');

const varReference: readonly FieldSpec[] = [
  ...inPods(
    varKinds,
    ...['containers', 'initContainers'].flatMap((list) =>
      ['args', 'command', 'env/value', 'volumeMounts/mountPath'].map((field) => `${list}/${field}`),
    ),
  ),
  ...inPods(['DaemonSet', 'Deployment', 'Job', 'Pod', 'ReplicaSet'], 'volumes/nfs/server'),
  { kind: 'CronJob', path: 'spec/jobTemplate/spec/template/volumes/nfs/server' },
  { kind: 'StatefulSet', path: 'spec/volumeClaimTemplates/spec/nfs/server' },
  { kind: 'Deployment', path: 'spec/template/metadata/annotations' },
  ...['spec/rules/host', 'spec/tls/hosts', 'spec/tls/secretName'].map((path) => ({
    kind: 'Ingress',
    path,
  })),
  ...['spec/ports/port', 'spec/ports/targetPort'].map((path) => ({ kind: 'Service', path })),
  { kind: 'PersistentVolume', path: 'spec/nfs/server' },
  { path: 'metadata/labels' },
  { path: 'metadata/annotations' },
];

/** The metadata of Pods and of what makes them. */
function templateMetadata(field: 'labels' | 'annotations'): FieldSpec[] {
  const path = `spec/template/metadata/${field}`;
  const apps = field === 'labels' ? { group: 'apps' } : {};
  return [
    { path: `metadata/${field}`, create: true },
    { path, create: true, version: 'v1', kind: 'ReplicationController' },
    ...all(path, 'Deployment', 'ReplicaSet', 'DaemonSet').map((each) => ({
      ...each,
      create: true,
    })),
    { path, create: true, ...apps, kind: 'StatefulSet' },
    { path, create: true, group: 'batch', kind: 'Job' },
    { path: `spec/jobTemplate/metadata/${field}`, create: true, group: 'batch', kind: 'CronJob' },
    {
      path: `spec/jobTemplate/spec/template/metadata/${field}`,
      create: true,
      group: 'batch',
      kind: 'CronJob',
    },
  ];
}

const templateLabels: readonly FieldSpec[] = [
  ...templateMetadata('labels'),
  {
    path: 'spec/volumeClaimTemplates[]/metadata/labels',
    create: true,
    group: 'apps',
    kind: 'StatefulSet',
  },
];

const matchLabels = 'labelSelector/matchLabels';
const podSelectors = [
  ...['podAffinity', 'podAntiAffinity'].flatMap((field) => [
    `affinity/${field}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/${matchLabels}`,
    `affinity/${field}/requiredDuringSchedulingIgnoredDuringExecution/${matchLabels}`,
  ]),
  `topologySpreadConstraints/${matchLabels}`,
];

const commonLabels: readonly FieldSpec[] = [
  ...['Service', 'ReplicationController'].map((kind) => ({
    path: 'spec/selector',
    create: true,
    version: 'v1',
    kind,
  })),
  ...all('spec/selector/matchLabels', 'Deployment', 'ReplicaSet', 'DaemonSet').map((each) => ({
    ...each,
    create: true,
  })),
  { path: 'spec/selector/matchLabels', create: true, group: 'apps', kind: 'StatefulSet' },
  ...['Deployment', 'StatefulSet'].flatMap((kind) =>
    podSelectors.map((path) => ({ path: `spec/template/spec/${path}`, group: 'apps', kind })),
  ),
  { path: 'spec/selector/matchLabels', group: 'batch', kind: 'Job' },
  { path: 'spec/jobTemplate/spec/selector/matchLabels', group: 'batch', kind: 'CronJob' },
  { path: 'spec/selector/matchLabels', group: 'policy', kind: 'PodDisruptionBudget' },
  ...['spec/podSelector', 'spec/ingress/from/podSelector', 'spec/egress/to/podSelector'].map(
    (path) => ({ path: `${path}/matchLabels`, group: 'networking.k8s.io', kind: 'NetworkPolicy' }),
  ),
  ...templateLabels,
];

const imagePaths = ['containers[]/image', 'initContainers[]/image', 'volumes[]/image/reference'];

/** What kustomize v5.7 works on without being told (its builtinpluginconsts). */
export const defaultFields: FieldConfig = {
  namePrefix: [{ path: 'metadata/name' }],
  nameSuffix: [{ path: 'metadata/name' }],
  namespace: [
    { path: 'metadata/name', kind: 'Namespace', create: true },
    {
      path: 'spec/service/namespace',
      group: 'apiregistration.k8s.io',
      kind: 'APIService',
      create: true,
    },
    {
      path: 'spec/conversion/webhook/clientConfig/service/namespace',
      group: 'apiextensions.k8s.io',
      kind: 'CustomResourceDefinition',
    },
  ],
  commonLabels,
  labels: [],
  templateLabels,
  commonAnnotations: templateMetadata('annotations'),
  nameReference,
  varReference,
  images: ['spec', 'spec/template/spec'].flatMap((spec) =>
    imagePaths.map((path) => ({ path: `${spec}/${path}`, create: true })),
  ),
  replicas: ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'].map((kind) => ({
    path: 'spec/replicas',
    create: true,
    kind,
  })),
};
