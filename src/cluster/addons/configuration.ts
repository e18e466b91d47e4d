import { kubeletConfiguration } from '../../api/machines/kubelet-configuration.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  KubernetesObject,
  Role,
  RoleBinding,
  ServiceAccount,
  Subject,
} from '../../api/generated/types.ts';
import { sha256 } from '../../base/sha256.ts';
import {
  CERTIFICATE,
  clusterConfiguration,
  kubeconfig,
  kubeProxyConfiguration,
  publicKubeconfig,
  type ClusterFacts,
} from './documents.ts';
import { kubeProxyDaemonSet } from './kube-proxy.ts';

const KUBE_SYSTEM = 'kube-system';
const RBAC = 'rbac.authorization.k8s.io';
const RBAC_V1 = `${RBAC}/v1`;

function configMap(
  name: string,
  data: Readonly<Record<string, string>>,
  namespace = KUBE_SYSTEM,
): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** The ConfigMap that the API server publishes for servers behind it. */
export function extensionAuthentication(): KubernetesObject {
  return configMap('extension-apiserver-authentication', {
    'client-ca-file': CERTIFICATE,
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-client-ca-file': CERTIFICATE,
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  });
}

/** Phase upload-config: what machines that join read of the cluster. */
export function clusterConfigurationObjects(facts: ClusterFacts): readonly KubernetesObject[] {
  return [
    configMap('kubeadm-config', { ClusterConfiguration: clusterConfiguration(facts) }),
    ...readableBy('kubeadm:nodes-kubeadm-config', 'kubeadm-config', [JOINING, NODES]),
    signed(configMap('kubelet-config', { kubelet: kubeletConfiguration(facts.clusterDns, '""') })),
    ...readableBy('kubeadm:kubelet-config', 'kubelet-config', [NODES, JOINING]),
  ];
}

/** Phase bootstrap-token: what a machine may that joins, and what it finds before it has an identity. */
export function joiningObjects(facts: ClusterFacts): readonly KubernetesObject[] {
  const role: ClusterRole = {
    apiVersion: RBAC_V1,
    kind: 'ClusterRole',
    metadata: { name: 'kubeadm:get-nodes' },
    rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }],
  };
  const CSR = 'system:certificates.k8s.io:certificatesigningrequests';
  return [
    role,
    clusterBinding('kubeadm:get-nodes', 'kubeadm:get-nodes', JOINING),
    clusterBinding('kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', JOINING),
    clusterBinding('kubeadm:node-autoapprove-bootstrap', `${CSR}:nodeclient`, JOINING),
    clusterBinding('kubeadm:node-autoapprove-certificate-rotation', `${CSR}:selfnodeclient`, NODES),
    configMap('cluster-info', { kubeconfig: publicKubeconfig(facts) }, 'kube-public'),
    ...readableBy('kubeadm:bootstrap-signer-clusterinfo', 'cluster-info', [ANYBODY], 'kube-public'),
  ];
}

/** Phase addon kube-proxy. */
export function kubeProxyObjects(facts: ClusterFacts): readonly KubernetesObject[] {
  const name = 'kube-proxy';
  const data = {
    'config.conf': kubeProxyConfiguration(facts),
    'kubeconfig.conf': kubeconfig(facts),
  };
  const map = signed(configMap(name, data));
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: KUBE_SYSTEM },
  };
  const subject: Subject = { kind: 'ServiceAccount', name, namespace: KUBE_SYSTEM };
  return [
    { ...map, metadata: { ...map.metadata, labels: { app: name } } },
    account,
    clusterBinding('kubeadm:node-proxier', 'system:node-proxier', subject),
    ...readableBy(name, name, [JOINING]),
    kubeProxyDaemonSet(),
  ];
}

/** Phase kubeconfig: the administrator's group, which is no more than its binding says. */
export const administrators: KubernetesObject = clusterBinding(
  'kubeadm:cluster-admins',
  'cluster-admin',
  group('kubeadm:cluster-admins'),
);

// ── What the phases have in common ──────────────────────────────────────────────────────────────

/** Machines that join with a token of `kubeadm token create`. */
const JOINING = group('system:bootstrappers:kubeadm:default-node-token');
const NODES = group('system:nodes');
const ANYBODY: Subject = { kind: 'User', name: 'system:anonymous', apiGroup: RBAC };

function group(name: string): Subject {
  return { kind: 'Group', name, apiGroup: RBAC };
}

/** kubeadm's mark of a configuration that it made itself: a newer kubeadm may make it anew. */
function signed(map: ConfigMap): ConfigMap {
  const { data = {} } = map;
  const text = Object.keys(data)
    .sort()
    .map((key) => data[key] ?? '')
    .join('');
  const digest = sha256(text);
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const annotations = { 'kubeadm.kubernetes.io/component-config.hash': `sha256:${hash}` };
  return { ...map, metadata: { ...map.metadata, annotations } };
}

/** A role to read one ConfigMap, and its binding. */
function readableBy(
  name: string,
  map: string,
  subjects: readonly Subject[],
  namespace = KUBE_SYSTEM,
): readonly KubernetesObject[] {
  const metadata = { name, namespace };
  const rule = { apiGroups: [''], resources: ['configmaps'], resourceNames: [map], verbs: ['get'] };
  const role: Role = { apiVersion: RBAC_V1, kind: 'Role', metadata, rules: [rule] };
  const binding: RoleBinding = {
    apiVersion: RBAC_V1,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects,
  };
  return [role, binding];
}

function clusterBinding(name: string, role: string, subject: Subject): ClusterRoleBinding {
  return {
    apiVersion: RBAC_V1,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [subject],
  };
}
