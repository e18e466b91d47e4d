import { invalid, notSupported, required } from '../field-errors.ts';
import type {
  AggregationRule,
  ClusterRoleBinding,
  PolicyRule,
  RoleBinding,
  Subject,
} from '../generated/types.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../names/dns.ts';
import { addMessages, type Errors } from './fields.ts';
import { checkLabelSelector } from './labels.ts';

/** Upstream: pkg/apis/rbac/validation. */

const RBAC = 'rbac.authorization.k8s.io';

/** The rules of a role; those of a namespace's say nothing of paths. */
export function checkRoleRules(
  rules: readonly PolicyRule[],
  isNamespaced: boolean,
  errors: Errors,
): void {
  for (const [index, rule] of rules.entries()) {
    const path = `rules[${index}]`;
    const { verbs = [], nonResourceURLs = [], apiGroups = [], resources = [] } = rule;
    if (verbs.length === 0) {
      errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
    }
    if (nonResourceURLs.length > 0) {
      const at = `${path}.nonResourceURLs`;
      if (isNamespaced) {
        const message = 'namespaced rules cannot apply to non-resource URLs';
        errors.push(invalid(at, nonResourceURLs, message));
      }
      if (apiGroups.length + resources.length + (rule.resourceNames ?? []).length > 0) {
        const message = 'rules cannot apply to both regular resources and non-resource URLs';
        errors.push(invalid(at, nonResourceURLs, message));
      }
      continue;
    }
    if (apiGroups.length === 0) {
      const message = 'resource rules must supply at least one api group';
      errors.push(required(`${path}.apiGroups`, message));
    }
    if (resources.length === 0) {
      const message = 'resource rules must supply at least one resource';
      errors.push(required(`${path}.resources`, message));
    }
  }
}

/** Whose rules a cluster role gathers. */
export function checkAggregation(rule: AggregationRule | undefined, errors: Errors): void {
  if (rule === undefined) return;
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = rule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    const message = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
    errors.push(required(path, message));
  }
  for (const [index, selector] of selectors.entries()) {
    checkLabelSelector(selector, `${path}[${index}]`, errors);
  }
}

/** Who holds which role. A service account of a binding's own namespace needs no namespace. */
export function checkBinding(
  { kind: own, roleRef, subjects = [] }: RoleBinding | ClusterRoleBinding,
  errors: Errors,
): void {
  const { apiGroup = RBAC, kind = '', name = '' } = roleRef ?? {};
  if (apiGroup !== RBAC) errors.push(notSupported('roleRef.apiGroup', apiGroup, [RBAC]));
  const kinds = own === 'RoleBinding' ? ['ClusterRole', 'Role'] : ['ClusterRole'];
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  if (name === '') errors.push(required('roleRef.name'));
  else addMessages(pathSegmentErrors(name), name, 'roleRef.name', errors);
  for (const [index, subject] of subjects.entries()) {
    checkSubject(subject, own === 'RoleBinding', `subjects[${index}]`, errors);
  }
}

function checkSubject(
  { kind, name = '', namespace = '', apiGroup = '' }: Subject,
  isNamespaced: boolean,
  path: string,
  errors: Errors,
): void {
  if (name === '') errors.push(required(`${path}.name`));
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') addMessages(dns1123SubdomainErrors(name), name, `${path}.name`, errors);
      if (apiGroup !== '') errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
      if (namespace !== '') {
        addMessages(dns1123LabelErrors(namespace), namespace, `${path}.namespace`, errors);
      } else if (!isNamespaced) errors.push(required(`${path}.namespace`));
      return;
    case 'User':
    case 'Group':
      if (apiGroup !== RBAC) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [RBAC]));
      return;
    default:
      errors.push(notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
}

/** Names that can be a part of a path, and hold colons for example. */
export function pathSegmentErrors(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  if (name.includes('/')) return ["may not contain '/'"];
  return name.includes('%') ? ["may not contain '%'"] : [];
}
