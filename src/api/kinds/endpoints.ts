import type { Endpoints } from '../generated/types.ts';
import { defineKind } from './define-kind.ts';

/** The addresses behind a Service in the old form, one object a Service. */
export const endpointsKind = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  storage: 'services/endpoints',
  createOnUpdate: true,
  namespaced: true,
});
