import type { ConfigMap, KubernetesObject, Role, RoleBinding } from '../../api/generated/types.ts';

/** What a cluster made by kubeadm says about itself. */
export interface ClusterFacts {
  readonly clusterDns: string;
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  /** Where clients find the API server: host and port. */
  readonly controlPlaneEndpoint: string;
}

function configMap(
  name: string,
  data: Readonly<Record<string, string>>,
  namespace = 'kube-system',
): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** Not a real certificate: nothing here speaks TLS. */
const CERTIFICATE =
  '-----BEGIN CERTIFICATE-----\nMIIBnotarealcertificatethesimulatedclusterspeaksnoTLS==\n-----END CERTIFICATE-----\n';

/**
 * The objects of kubeadm's phases upload-config, kubelet-config, bootstrap-token and addon kube-proxy. Here kube-proxy
 * is a unit of each machine and not a DaemonSet, but its configuration is where people look for it.
 */
export function configurationObjects(facts: ClusterFacts): readonly KubernetesObject[] {
  return [
    configMap('extension-apiserver-authentication', {
      'client-ca-file': CERTIFICATE,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-client-ca-file': CERTIFICATE,
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    }),
    configMap('kubeadm-config', { ClusterConfiguration: clusterConfiguration(facts) }),
    configMap('kubelet-config', { kubelet: kubeletConfiguration(facts) }),
    configMap('kube-proxy', {
      'config.conf': kubeProxyConfiguration(facts),
      'kubeconfig.conf': kubeconfig(facts),
    }),
    configMap('cluster-info', { kubeconfig: kubeconfig(facts) }, 'kube-public'),
    ...clusterInfoAccess(),
  ];
}

function clusterConfiguration(facts: ClusterFacts): string {
  return `apiServer: {}
apiVersion: kubeadm.k8s.io/v1beta4
caCertificateValidityPeriod: 87600h0m0s
certificateValidityPeriod: 8760h0m0s
certificatesDir: /etc/kubernetes/pki
clusterName: kubernetes
controlPlaneEndpoint: ${facts.controlPlaneEndpoint}
controllerManager: {}
dns: {}
encryptionAlgorithm: RSA-2048
etcd:
  local:
    dataDir: /var/lib/etcd
imageRepository: registry.k8s.io
kind: ClusterConfiguration
kubernetesVersion: v1.35.0
networking:
  dnsDomain: cluster.local
  podSubnet: ${facts.clusterCidr}
  serviceSubnet: ${facts.serviceCidr}
proxy: {}
scheduler: {}
`;
}

function kubeletConfiguration(facts: ClusterFacts): string {
  return `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
cgroupDriver: systemd
clusterDNS:
- ${facts.clusterDns}
clusterDomain: cluster.local
healthzBindAddress: 127.0.0.1
healthzPort: 10248
kind: KubeletConfiguration
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
`;
}

function kubeProxyConfiguration(facts: ClusterFacts): string {
  return `apiVersion: kubeproxy.config.k8s.io/v1alpha1
bindAddress: 0.0.0.0
clientConnection:
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
clusterCIDR: ${facts.clusterCidr}
healthzBindAddress: 0.0.0.0:10256
iptables:
  masqueradeAll: false
  minSyncPeriod: 1s
  syncPeriod: 30s
kind: KubeProxyConfiguration
metricsBindAddress: 127.0.0.1:10249
mode: iptables
`;
}

function kubeconfig({ controlPlaneEndpoint }: ClusterFacts): string {
  return `apiVersion: v1
kind: Config
clusters:
- cluster:
    server: https://${controlPlaneEndpoint}
  name: default
`;
}

/** Anybody may read `cluster-info`: a machine that joins has no identity yet. */
function clusterInfoAccess(): readonly KubernetesObject[] {
  const metadata = { name: 'kubeadm:bootstrap-signer-clusterinfo', namespace: 'kube-public' };
  const role: Role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata,
    rules: [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: ['cluster-info'],
        verbs: ['get'],
      },
    ],
  };
  const binding: RoleBinding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    subjects: [{ kind: 'User', name: 'system:anonymous', apiGroup: 'rbac.authorization.k8s.io' }],
  };
  return [role, binding];
}
