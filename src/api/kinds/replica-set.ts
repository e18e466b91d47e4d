import type { ReplicaSet } from '../generated/types.ts';
import { defineKind, scaleSubresource, statusOf } from './define-kind.ts';

/** Keeps a number of equal pods. */
export const replicaSetKind = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  subresources: { scale: scaleSubresource, status: statusOf('ReplicaSet') },
  selectableFields: { 'status.replicas': (set) => String(set.status?.replicas ?? 0) },
  scale: {
    specReplicas: (set) => set.spec.replicas ?? 1,
    statusReplicas: (set) => set.status?.replicas ?? 0,
    selector: () => '',
    withReplicas: (set, replicas) => ({ ...set, spec: { ...set.spec, replicas } }),
  },
  namespaced: true,
});
