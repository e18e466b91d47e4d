import type { PriorityClass } from '../generated/types.ts';
import { defineKind } from './define-kind.ts';

/** A name for how much a pod matters to the scheduler. */
export const priorityClassKind = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
});
