import type { ServiceAccount } from '../generated/types.ts';
import { serviceAccountTable } from '../printers/simple-tables.ts';
import { collectErrors } from '../validation/collect.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { defineKind } from './define-kind.ts';

/** Who the processes in a pod are to the API. */
export const serviceAccountKind = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  unconditionalUpdate: false,
  subresources: {
    token: {
      kind: 'TokenRequest',
      group: 'authentication.k8s.io',
      version: 'v1',
      verbs: ['create'],
    },
  },
  namespaced: true,
  table: serviceAccountTable,

  validate: (account) =>
    collectErrors((errors) => checkObjectMeta(account.metadata, true, subdomainName, errors)),
  validateUpdate: (next, old) =>
    collectErrors((errors) => checkObjectMetaUpdate(next, old, errors)),
});
