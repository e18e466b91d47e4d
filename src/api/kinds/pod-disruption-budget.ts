import type { PodDisruptionBudget } from '../generated/types.ts';
import { defineKind, statusOf } from './define-kind.ts';

/** How many pods of an application may be taken away at a time. */
export const podDisruptionBudgetKind = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  unconditionalUpdate: false,
  subresources: { status: statusOf('PodDisruptionBudget') },
  namespaced: true,
});
