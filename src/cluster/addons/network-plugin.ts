import type {
  ClusterRole,
  ClusterRoleBinding,
  DaemonSet,
  KubernetesObject,
  PodSpec,
  ServiceAccount,
} from '../../api/generated/types.ts';

/**
 * What an administrator applies after `kubeadm init`: a network plugin, of which kubeadm has none. This one is no
 * product's, and has what most have: a plugin on each machine, and an agent in a Pod there, which the plugin asks.
 */

const NAME = 'cni-agent';
const NAMESPACE = 'kube-system';
const ROLE = 'system:cni-agent';
export const CNI_AGENT_IMAGE = 'ghcr.io/kubarium/cni-agent:v1.0.0';

const LABELS = Object.freeze({ 'k8s-app': NAME });

/** In the order in which they are created. */
export function networkPluginObjects(): readonly KubernetesObject[] {
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: NAME, namespace: NAMESPACE },
  };
  const role: ClusterRole = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: ROLE },
    rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] }],
  };
  const binding: ClusterRoleBinding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: ROLE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLE },
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
  };
  return [account, role, binding, daemonSet()];
}

function daemonSet(): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: NAME, namespace: NAMESPACE, labels: LABELS },
    spec: {
      selector: { matchLabels: LABELS },
      updateStrategy: { type: 'RollingUpdate' },
      template: { metadata: { labels: LABELS }, spec: podSpec() },
    },
  };
}

function podSpec(): PodSpec {
  return {
    priorityClassName: 'system-node-critical',
    containers: [
      {
        name: NAME,
        image: CNI_AGENT_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: ['/usr/local/bin/cni-agent'],
        securityContext: { privileged: true },
        volumeMounts: [
          { mountPath: '/etc/cni/net.d', name: 'cni-configuration' },
          { mountPath: '/opt/cni/bin', name: 'cni-plugins' },
          { mountPath: '/run/cni-agent', name: 'socket' },
        ],
        env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
      },
    ],
    // Whoever makes the Pods' network cannot wait for it.
    hostNetwork: true,
    serviceAccountName: NAME,
    volumes: [
      {
        name: 'cni-configuration',
        hostPath: { path: '/etc/cni/net.d', type: 'DirectoryOrCreate' },
      },
      { name: 'cni-plugins', hostPath: { path: '/opt/cni/bin', type: 'DirectoryOrCreate' } },
      { name: 'socket', hostPath: { path: '/run/cni-agent', type: 'DirectoryOrCreate' } },
    ],
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
  };
}
