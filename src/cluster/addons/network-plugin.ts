import type {
  ClusterRole,
  ClusterRoleBinding,
  DaemonSet,
  KubernetesObject,
  ServiceAccount,
} from '../../api/generated/types.ts';
import { machineDaemonSet } from './machine-daemon-set.ts';

/**
 * What an administrator applies after `kubeadm init`: a network plugin, of which kubeadm has none. This one is no
 * product's, and has what most have: a plugin on each machine, and an agent in a Pod there, which the plugin asks.
 */

const NAME = 'cni-agent';
const NAMESPACE = 'kube-system';
const ROLE = 'system:cni-agent';
export const CNI_AGENT_IMAGE = 'ghcr.io/kubarium/cni-agent:v1.0.0';

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
  return machineDaemonSet({
    name: NAME,
    image: CNI_AGENT_IMAGE,
    command: ['/usr/local/bin/cni-agent'],
    volumeMounts: [
      { mountPath: '/etc/cni/net.d', name: 'cni-configuration' },
      { mountPath: '/opt/cni/bin', name: 'cni-plugins' },
      { mountPath: '/run/cni-agent', name: 'socket' },
    ],
    volumes: [
      {
        name: 'cni-configuration',
        hostPath: { path: '/etc/cni/net.d', type: 'DirectoryOrCreate' },
      },
      { name: 'cni-plugins', hostPath: { path: '/opt/cni/bin', type: 'DirectoryOrCreate' } },
      { name: 'socket', hostPath: { path: '/run/cni-agent', type: 'DirectoryOrCreate' } },
    ],
  });
}
