import type { DaemonSet } from '../../api/generated/types.ts';
import { machineDaemonSet } from './machine-daemon-set.ts';

export const KUBE_PROXY_IMAGE = 'registry.k8s.io/kube-proxy:v1.35.0';

/** The DaemonSet of kubeadm's phase `addon kube-proxy`. */
export function kubeProxyDaemonSet(): DaemonSet {
  return machineDaemonSet({
    name: 'kube-proxy',
    image: KUBE_PROXY_IMAGE,
    command: [
      '/usr/local/bin/kube-proxy',
      '--config=/var/lib/kube-proxy/config.conf',
      '--hostname-override=$(NODE_NAME)',
    ],
    volumeMounts: [
      { mountPath: '/var/lib/kube-proxy', name: 'kube-proxy' },
      { mountPath: '/run/xtables.lock', name: 'xtables-lock' },
      { mountPath: '/lib/modules', name: 'lib-modules', readOnly: true },
    ],
    volumes: [
      { name: 'kube-proxy', configMap: { name: 'kube-proxy' } },
      { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
      { name: 'lib-modules', hostPath: { path: '/lib/modules' } },
    ],
  });
}
