import type { ServiceAccount } from '../../api/generated/types.ts';
import { splitKey } from '../client/kube-object.ts';
import { itself, NO_KEYS, type Controller } from './controller.ts';
import { inOrder, rest } from './plan.ts';
import { create } from './writes.ts';

const NAME = 'default';

/** Gives every namespace the ServiceAccount `default`, which pods use that name none. */
export const serviceAccountController: Controller = {
  name: 'serviceaccount-controller',
  account: 'service-account-controller',
  workers: 1,
  wokenBy: [
    itself('namespaces'),
    {
      resource: 'serviceaccounts',
      keys: ({ key, next }) =>
        next === undefined && splitKey(key).name === NAME ? [splitKey(key).namespace] : NO_KEYS,
    },
  ],

  reconcile(key, cluster) {
    const namespace = cluster.get('namespaces', key);
    if (namespace === undefined || namespace.status?.phase === 'Terminating') {
      return rest('the namespace is gone or going');
    }
    if (cluster.get('serviceaccounts', `${key}/${NAME}`) !== undefined) return rest('it is there');
    const account: ServiceAccount = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: NAME, namespace: key },
    };
    return inOrder(`namespace ${key} has no ServiceAccount ${NAME}`, [
      create('serviceaccounts', account),
    ]);
  },
};
