import type { Namespace } from '../generated/types.ts';
import { defineKind, statusOf } from './define-kind.ts';

/** A drawer for names. Its deletion empties it first, which is why it has a finalizer and the phase Terminating. */
export const namespaceKind = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  selectableFields: { 'status.phase': (namespace) => namespace.status?.phase ?? '' },
  subresources: {
    finalize: { kind: 'Namespace', verbs: ['update'] },
    status: statusOf('Namespace'),
  },
});
