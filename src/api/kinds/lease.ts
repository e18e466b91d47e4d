import type { Lease } from '../generated/types.ts';
import { defineKind } from './define-kind.ts';

/** A claim that must be renewed: node heartbeats and leader elections. */
export const leaseKind = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  createOnUpdate: true,
  unconditionalUpdate: false,
  namespaced: true,
});
