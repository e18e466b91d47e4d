import { defineKind } from './define-kind.ts';
import type { KindDeclaration } from './kind.ts';

/** Questions in the shape of objects: they are created, answered in their status, and never stored. */
export const reviewKinds: readonly KindDeclaration[] = [
  review('authentication.k8s.io', 'SelfSubjectReview', false),
  review('authentication.k8s.io', 'TokenReview', false),
  review('authorization.k8s.io', 'LocalSubjectAccessReview', true),
  review('authorization.k8s.io', 'SelfSubjectAccessReview', false),
  review('authorization.k8s.io', 'SelfSubjectRulesReview', false),
  review('authorization.k8s.io', 'SubjectAccessReview', false),
];

function review(group: string, kind: string, namespaced: boolean): KindDeclaration {
  const plural = `${kind.toLowerCase()}s`;
  return defineKind({ group, version: 'v1', kind, plural, namespaced, verbs: ['create'] });
}
