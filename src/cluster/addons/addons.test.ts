import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ConfigMap, KubernetesObject, Pod } from '../../api/generated/types.ts';
import { SECOND } from '../../kernel/time.ts';
import { shownObject, storedObjects } from '../observe.ts';
import { defaultSetUp, type ClusterSetUp } from '../set-up.ts';
import { createCluster, kernel } from '../world.ts';

function objectsOf(setUp: Partial<ClusterSetUp> = {}): ReadonlyMap<string, KubernetesObject> {
  const world = createCluster({ ...defaultSetUp({ nodes: 1, addons: true }), ...setUp });
  kernel.runUntil(world, 20 * SECOND, () => {});
  const objects = new Map<string, KubernetesObject>();
  // Every stored object has its type.
  for (const stored of storedObjects(world)) {
    objects.set(stored.key.replace('/registry/', ''), shownObject(stored) as KubernetesObject);
  }
  return objects;
}

const objects = objectsOf();

function named(prefix: string): readonly string[] {
  return [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
}

function dataOf(map: ReadonlyMap<string, KubernetesObject>, key: string) {
  return (map.get(`configmaps/${key}`) as ConfigMap | undefined)?.data ?? {};
}

describe('what kubeadm leaves behind', () => {
  test('ConfigMaps', () => {
    expect(named('configmaps/kube-')).toEqual([
      'configmaps/kube-node-lease/kube-root-ca.crt',
      'configmaps/kube-public/cluster-info',
      'configmaps/kube-public/kube-root-ca.crt',
      'configmaps/kube-system/coredns',
      'configmaps/kube-system/extension-apiserver-authentication',
      'configmaps/kube-system/kube-apiserver-legacy-service-account-token-tracking',
      'configmaps/kube-system/kube-proxy',
      'configmaps/kube-system/kube-root-ca.crt',
      'configmaps/kube-system/kubeadm-config',
      'configmaps/kube-system/kubelet-config',
    ]);
  });

  test('roles and bindings, which belong to one another', () => {
    const roles = [
      'kube-public/kubeadm:bootstrap-signer-clusterinfo',
      'kube-public/system:controller:bootstrap-signer',
      'kube-system/extension-apiserver-authentication-reader',
      'kube-system/kube-proxy',
      'kube-system/kubeadm:kubelet-config',
      'kube-system/kubeadm:nodes-kubeadm-config',
      'kube-system/system::leader-locking-kube-controller-manager',
      'kube-system/system::leader-locking-kube-scheduler',
      'kube-system/system:controller:bootstrap-signer',
      'kube-system/system:controller:cloud-provider',
      'kube-system/system:controller:token-cleaner',
    ];
    expect(named('roles/')).toEqual(roles.map((name) => `roles/${name}`));
    const reader = 'kube-system/extension-apiserver-authentication-reader';
    const bound = roles
      .map((name) => (name === reader ? reader.replace('/', '/system::') : name))
      .map((name) => `rolebindings/${name}`);
    expect(named('rolebindings/')).toEqual(bound.sort());
    expect(named('clusterroles/kubeadm:')).toEqual(['clusterroles/kubeadm:get-nodes']);
    const bindings = named('clusterrolebindings/kubeadm:').map((key) => {
      const { roleRef, subjects, metadata } = objects.get(key) as unknown as {
        metadata: KubernetesObject['metadata'];
        roleRef: { name: string };
        subjects: readonly { name: string }[];
      };
      expect(metadata.labels).toBeUndefined();
      return `${metadata.name} ${roleRef.name} ${subjects.map(({ name }) => name).join()}`;
    });
    const joining = 'system:bootstrappers:kubeadm:default-node-token';
    const csr = 'system:certificates.k8s.io:certificatesigningrequests';
    expect(bindings).toEqual([
      'kubeadm:cluster-admins cluster-admin kubeadm:cluster-admins',
      `kubeadm:get-nodes kubeadm:get-nodes ${joining}`,
      `kubeadm:kubelet-bootstrap system:node-bootstrapper ${joining}`,
      `kubeadm:node-autoapprove-bootstrap ${csr}:nodeclient ${joining}`,
      `kubeadm:node-autoapprove-certificate-rotation ${csr}:selfnodeclient system:nodes`,
      'kubeadm:node-proxier system:node-proxier kube-proxy',
    ]);
  });

  test('its configurations bear its hash', () => {
    for (const name of ['kubelet-config', 'kube-proxy']) {
      const { metadata } = objects.get(`configmaps/kube-system/${name}`) as KubernetesObject;
      const text = Object.entries(dataOf(objects, `kube-system/${name}`))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, value]) => value)
        .join('');
      const hash = createHash('sha256').update(text).digest('hex');
      expect(metadata.annotations).toEqual({
        'kubeadm.kubernetes.io/component-config.hash': `sha256:${hash}`,
      });
    }
  });

  test('where the API server is: one machine, or what stands before several', () => {
    const one = dataOf(objects, 'kube-system/kubeadm-config')['ClusterConfiguration'] ?? '';
    expect(one).not.toContain('controlPlaneEndpoint');
    const info = dataOf(objects, 'kube-public/cluster-info')['kubeconfig'];
    expect(info).toContain('    server: https://192.168.0.10:6443\n  name: ""\n');
    const three = objectsOf(defaultSetUp({ nodes: 1, addons: true, controlPlanes: 3 }));
    const shared = dataOf(three, 'kube-system/kubeadm-config')['ClusterConfiguration'] ?? '';
    expect(shared).toContain('\ncontrolPlaneEndpoint: lb-1:6443\ncontrollerManager: {}\n');
    const proxy = dataOf(three, 'kube-system/kube-proxy')['kubeconfig.conf'];
    expect(proxy).toContain('    server: https://lb-1:6443\n');
  });

  test('DaemonSets: kube-proxy and the network plugin’s agent, one Pod on each machine', () => {
    expect(named('daemonsets/')).toEqual([
      'daemonsets/kube-system/cni-agent',
      'daemonsets/kube-system/kube-proxy',
    ]);
    for (const program of ['kube-proxy', 'cni-agent']) {
      const pods = named(`pods/kube-system/${program}-`).map(
        (key) => (objects.get(key) as Pod).spec.nodeName,
      );
      expect(pods.sort()).toEqual(['cp-1', 'node-1']);
    }
  });
});
