import { LOGGING } from '../../api/machines/kubelet-configuration.ts';
/** The documents that kubeadm puts into ConfigMaps, as it writes them: in its own order, with every field of a type. */

/** What a cluster made by kubeadm says about itself. */
export interface ClusterFacts {
  readonly clusterDns: string;
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  /** Where clients find the API server: host and port. */
  readonly controlPlaneEndpoint: string;
  /** Several API servers are behind that address: kubeadm was told of it. */
  readonly isShared: boolean;
}

/** Not a real certificate: nothing here speaks TLS. */
export const CERTIFICATE =
  '-----BEGIN CERTIFICATE-----\nMIIBnotarealcertificatethesimulatedclusterspeaksnoTLS==\n-----END CERTIFICATE-----\n';

export function clusterConfiguration(facts: ClusterFacts): string {
  return `apiServer: {}
apiVersion: kubeadm.k8s.io/v1beta4
caCertificateValidityPeriod: 87600h0m0s
certificateValidityPeriod: 8760h0m0s
certificatesDir: /etc/kubernetes/pki
clusterName: kubernetes
${facts.isShared ? `controlPlaneEndpoint: ${facts.controlPlaneEndpoint}\n` : ''}controllerManager: {}
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

export function kubeProxyConfiguration(facts: ClusterFacts): string {
  return `apiVersion: kubeproxy.config.k8s.io/v1alpha1
bindAddress: 0.0.0.0
bindAddressHardFail: false
clientConnection:
  acceptContentTypes: ""
  burst: 0
  contentType: ""
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
  qps: 0
clusterCIDR: ${facts.clusterCidr}
configSyncPeriod: 0s
conntrack:
  maxPerCore: null
  min: null
  tcpBeLiberal: false
  tcpCloseWaitTimeout: null
  tcpEstablishedTimeout: null
  udpStreamTimeout: 0s
  udpTimeout: 0s
detectLocal:
  bridgeInterface: ""
  interfaceNamePrefix: ""
detectLocalMode: ""
enableProfiling: false
healthzBindAddress: ""
hostnameOverride: ""
iptables:
  localhostNodePorts: null
  masqueradeAll: false
  masqueradeBit: null
  minSyncPeriod: 0s
  syncPeriod: 0s
ipvs:
  excludeCIDRs: null
  minSyncPeriod: 0s
  scheduler: ""
  strictARP: false
  syncPeriod: 0s
  tcpFinTimeout: 0s
  tcpTimeout: 0s
  udpTimeout: 0s
kind: KubeProxyConfiguration
${LOGGING}metricsBindAddress: ""
mode: ""
nftables:
  masqueradeAll: false
  masqueradeBit: null
  minSyncPeriod: 0s
  syncPeriod: 0s
nodePortAddresses: null
oomScoreAdj: null
portRange: ""
showHiddenMetricsForVersion: ""
winkernel:
  enableDSR: false
  forwardHealthCheckVip: false
  networkName: ""
  rootHnsEndpointName: ""
  sourceVip: ""
`;
}

/** For a kube-proxy in a Pod. */
export function kubeconfig({ controlPlaneEndpoint }: ClusterFacts): string {
  const account = '/var/run/secrets/kubernetes.io/serviceaccount';
  return `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: ${account}/ca.crt
    server: https://${controlPlaneEndpoint}
  name: default
contexts:
- context:
    cluster: default
    namespace: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    tokenFile: ${account}/token
`;
}

/** What anybody may know: where the API server is, and whose certificates to believe. */
export function publicKubeconfig({ controlPlaneEndpoint }: ClusterFacts): string {
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${btoa(CERTIFICATE)}
    server: https://${controlPlaneEndpoint}
  name: ""
contexts: null
current-context: ""
kind: Config
users: null
`;
}
