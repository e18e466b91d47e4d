import type { Service } from '../generated/types.ts';
import { defineKind, statusOf } from './define-kind.ts';

/** A stable name and address in front of changing pods. */
export const serviceKind = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  selectableFields: {
    'spec.clusterIP': (service) => service.spec?.clusterIP ?? '',
    'spec.type': (service) => service.spec?.type ?? '',
  },
  storage: 'services/specs',
  createOnUpdate: true,
  subresources: {
    proxy: { kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    status: statusOf('Service'),
  },
  namespaced: true,
});
