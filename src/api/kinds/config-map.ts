import type { ConfigMap } from '../generated/types.ts';
import { defineKind } from './define-kind.ts';

/** Settings as keys and texts. */
export const configMapKind = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
});
