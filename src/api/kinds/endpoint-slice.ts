import type { EndpointSlice } from '../generated/types.ts';
import { defineKind } from './define-kind.ts';

/** A part of the addresses behind a Service. */
export const endpointSliceKind = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',

  namespaced: true,
});
