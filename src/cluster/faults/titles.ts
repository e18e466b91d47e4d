/**
 * What each kind of fault is called, as its declaration says (a test compares them): for whoever shows what is broken
 * before the faults themselves are loaded.
 */
const TITLES: Readonly<Record<string, string>> = {
  'power-off': 'Machine without power',
  reboot: 'Machine rebooted',
  'clock-skew': 'Clock skew',
  'network-cut': 'Network cut',
  'network-partition': 'Network partition',
  'network-delay': 'Network latency',
  'network-loss': 'Packet loss',
  'process-stopped': 'Component stopped',
  'process-crash': 'Component crash',
  'process-hang': 'Component hangs',
  'process-slow': 'Component short of CPU',
  'disk-slow': 'Slow disk',
  'disk-full': 'Disk full',
  'etcd-member-lost': 'etcd member lost',
  'etcd-quorum-lost': 'etcd quorum lost',
  'etcd-leader-isolated': 'etcd leader isolated',
  'etcd-quota-reached': 'etcd database at its quota',
  'etcd-data-corrupt': 'etcd data corrupt',
  'api-overload': 'API server overload',
  'certificate-expired': 'Serving certificate expired',
  'kubelet-stopped': 'kubelet stopped',
  'runtime-hang': 'Container runtime hangs',
  'kube-proxy-stopped': 'kube-proxy cannot start',
  'cni-agent-stopped': 'CNI agent cannot start',
  'memory-pressure': 'Memory pressure',
  'disk-pressure': 'Disk pressure',
  'pid-pressure': 'PID pressure',
  'container-crash': 'Container crash',
  'container-oom': 'Out of memory',
};

/** A kind's title; the kind itself where it has none. */
export function faultTitle(kind: string): string {
  return Object.hasOwn(TITLES, kind) ? (TITLES[kind] ?? kind) : kind;
}
