import type { ConfigMap } from '../../api/generated/types.ts';
import { splitKey } from '../client/kube-object.ts';
import { itself, NO_KEYS, type Controller } from './controller.ts';
import { inOrder, rest } from './plan.ts';
import { create, update } from './writes.ts';

const NAME = 'kube-root-ca.crt';

/** Not a real certificate: nothing in the simulation speaks TLS, but what mounts it finds a file. */
const DATA: Readonly<Record<string, string>> = Object.freeze({
  'ca.crt':
    '-----BEGIN CERTIFICATE-----\nMIIBnotarealcertificatethesimulatedclusterspeaksnoTLS==\n-----END CERTIFICATE-----\n',
});

const ANNOTATIONS: Readonly<Record<string, string>> = Object.freeze({
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
});

/** Publishes the cluster's certificate authority as a ConfigMap in every namespace. */
export const rootCaController: Controller = {
  name: 'root-ca-certificate-publisher-controller',
  account: 'root-ca-cert-publisher',
  workers: 1,
  wokenBy: [
    itself('namespaces'),
    {
      resource: 'configmaps',
      keys: ({ key }) => (splitKey(key).name === NAME ? [splitKey(key).namespace] : NO_KEYS),
    },
  ],

  reconcile(key, cluster) {
    const namespace = cluster.get('namespaces', key);
    if (namespace === undefined || namespace.status?.phase === 'Terminating') {
      return rest('the namespace is gone or going');
    }
    const present = cluster.get('configmaps', `${key}/${NAME}`);
    if (present === undefined) {
      const map: ConfigMap = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: NAME, namespace: key, annotations: ANNOTATIONS },
        data: DATA,
      };
      return inOrder(`namespace ${key} has no ConfigMap ${NAME}`, [create('configmaps', map)]);
    }
    // Somebody's edit is undone; an unchanged map is not written.
    return inOrder(`ConfigMap ${NAME} of namespace ${key} was edited`, [
      update('configmaps', {
        ...present,
        metadata: {
          ...present.metadata,
          annotations: { ...present.metadata.annotations, ...ANNOTATIONS },
        },
        data: DATA,
      }),
    ]);
  },
};
