import type { Secret } from '../generated/types.ts';
import { defineKind } from './define-kind.ts';

/** Settings that are not for every eye. */
export const secretKind = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',

  selectableFields: { type: (secret) => secret.type ?? '' },
  namespaced: true,
});
