import { kubeletConfiguration } from '../../api/machines/kubelet-configuration.ts';
import type { MachineFacts } from '../../api/machines/questions.ts';
import { formatTime } from '../../api/time.ts';

/** The files of a machine that its tools and their users read. Manifests are kept apart: they can be changed. */

export const MANIFESTS = '/etc/kubernetes/manifests';
const LOGS = '/var/log/containers';
const RUNTIME_ENDPOINT = 'unix:///run/containerd/containerd.sock';

/** Files by path, made anew whenever somebody looks. */
export function machineFiles(facts: MachineFacts): ReadonlyMap<string, string> {
  const files = new Map<string, string>([
    ['/etc/hostname', `${facts.name}\n`],
    ['/etc/hosts', hosts(facts)],
    ['/etc/resolv.conf', 'nameserver 192.168.0.1\noptions edns0 trust-ad\n'],
    ['/etc/os-release', OS_RELEASE],
    ['/proc/uptime', `${(facts.upMicros / 1e6).toFixed(2)} ${(facts.upMicros / 1e6).toFixed(2)}\n`],
    ['/proc/loadavg', '0.12 0.10 0.09 1/312 4102\n'],
    ['/proc/sys/kernel/pid_max', '4194304\n'],
  ]);
  if (facts.role === 'laptop' || facts.role === 'load-balancer') return files;
  files.set(
    '/var/lib/kubelet/config.yaml',
    kubeletConfiguration(facts.clusterDns, RUNTIME_ENDPOINT),
  );
  files.set('/var/lib/kubelet/kubeadm-flags.env', 'KUBELET_KUBEADM_ARGS=""\n');
  files.set('/etc/kubernetes/kubelet.conf', kubeconfig(facts, `system:node:${facts.name}`));
  files.set('/etc/containerd/config.toml', CONTAINERD);
  files.set('/etc/crictl.yaml', 'runtime-endpoint: unix:///run/containerd/containerd.sock\n');
  if (facts.podCidr !== '') files.set('/etc/cni/net.d/10-kubarium.conflist', conflist(facts));
  if (facts.role === 'control-plane') addControlPlane(files, facts);
  for (const { pod, namespace, name, id } of facts.containers) {
    // The texts themselves are read by `crictl logs`.
    files.set(`${LOGS}/${pod}_${namespace}_${name}-${id.replace(/^.*\/\//, '')}.log`, '');
  }
  return files;
}

function hosts({ lan, name }: MachineFacts): string {
  const rows = lan.map((each) => `${each.address} ${each.name}`);
  return ['127.0.0.1 localhost', `127.0.1.1 ${name}`, ...rows, ''].join('\n');
}

const OS_RELEASE = `PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
VERSION="13 (trixie)"
VERSION_CODENAME=trixie
ID=debian
HOME_URL="https://www.debian.org/"
`;

const CONTAINERD = `version = 3

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  SystemdCgroup = true
`;

function conflist({ podCidr }: MachineFacts): string {
  const plugin = {
    type: 'bridge',
    bridge: 'cni0',
    isGateway: true,
    ipam: { type: 'host-local', subnet: podCidr },
  };
  const list = {
    cniVersion: '1.0.0',
    name: 'kubarium',
    plugins: [plugin, { type: 'portmap', capabilities: { portMappings: true } }],
  };
  return `${JSON.stringify(list, null, 2)}\n`;
}

function kubeconfig({ lan }: MachineFacts, user: string): string {
  const server = lan.find(({ name }) => name.startsWith('cp-'))?.address ?? '127.0.0.1';
  return `apiVersion: v1
clusters:
- cluster:
    server: https://${server}:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: ${user}
  name: ${user}@kubernetes
current-context: ${user}@kubernetes
kind: Config
users:
- name: ${user}
`;
}

const CERTIFICATES: readonly (readonly [name: string, subject: string])[] = [
  ['ca', 'kubernetes'],
  ['apiserver', 'kube-apiserver'],
  ['apiserver-etcd-client', 'kube-apiserver-etcd-client'],
  ['apiserver-kubelet-client', 'kube-apiserver-kubelet-client'],
  ['front-proxy-ca', 'front-proxy-ca'],
  ['front-proxy-client', 'front-proxy-client'],
  ['etcd/ca', 'etcd-ca'],
  ['etcd/server', ''],
  ['etcd/peer', ''],
  ['etcd/healthcheck-client', 'kube-etcd-healthcheck-client'],
];

/** Certificates hold what `openssl x509` prints of them; keys hold nothing. */
function addControlPlane(files: Map<string, string>, facts: MachineFacts): void {
  for (const user of ['kubernetes-admin', 'controller-manager', 'scheduler']) {
    const name = user === 'kubernetes-admin' ? 'admin' : user;
    const subject = name === 'admin' ? user : `system:kube-${name}`;
    files.set(`/etc/kubernetes/${name}.conf`, kubeconfig(facts, subject));
  }
  for (const [name, subject] of CERTIFICATES) {
    const commonName = subject === '' ? facts.name : subject;
    files.set(`/etc/kubernetes/pki/${name}.crt`, certificateText(facts, name, commonName));
    files.set(`/etc/kubernetes/pki/${name}.key`, '-----BEGIN RSA PRIVATE KEY-----\n(not kept)\n');
  }
  files.set('/etc/kubernetes/pki/sa.pub', '-----BEGIN PUBLIC KEY-----\n(not kept)\n');
  files.set('/etc/kubernetes/pki/sa.key', '-----BEGIN RSA PRIVATE KEY-----\n(not kept)\n');
}

export const CERTIFICATE_MARK = '-----BEGIN CERTIFICATE-----';
const TEN_YEARS = 3650 * 24 * 3_600_000;
const YEAR = 365 * 24 * 3_600_000;

function certificateText(facts: MachineFacts, name: string, commonName: string): string {
  const until = certificateUntil(facts, name);
  return `${CERTIFICATE_MARK}\nsubject=CN = ${commonName}\nnotAfter=${formatTime(until)}\n-----END CERTIFICATE-----\n`;
}

/** When a certificate of kubeadm's runs out: authorities after ten years, the others after one. */
export function certificateUntil(facts: MachineFacts, name: string): number {
  const bornAt = facts.nowMillis - facts.clockAheadMillis - facts.worldMicros / 1000;
  if (name === 'ca' || name.endsWith('-ca') || name.endsWith('/ca')) return bornAt + TEN_YEARS;
  return name === 'apiserver' ? facts.servingCertificateUntilMillis : bornAt + YEAR;
}
