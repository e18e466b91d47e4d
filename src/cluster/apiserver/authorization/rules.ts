import type { PolicyRule } from '../../../api/generated/types.ts';
import type { Attributes, ResourceAttributes } from './attributes.ts';

/** Whether a rule grants what is asked (upstream: plugin/pkg/auth/authorizer/rbac, `RuleAllows`). */
export function ruleAllows(rule: PolicyRule, asked: Attributes): boolean {
  if (!includesOrAll(rule.verbs, asked.verb)) return false;
  if (asked.kind === 'path') return pathMatches(rule.nonResourceURLs, asked.path);
  return (
    coversResource(rule, asked) &&
    (isEmpty(rule.resourceNames) || rule.resourceNames?.includes(asked.name) === true)
  );
}

/** The same for any name at all: what a rule with names does not grant. */
export function coversResource(rule: PolicyRule, asked: ResourceAttributes): boolean {
  return includesOrAll(rule.apiGroups, asked.group) && resourceMatches(rule.resources, asked);
}

export function includesOrAll(list: readonly string[] | undefined, wanted: string): boolean {
  return list !== undefined && (list.includes(wanted) || list.includes('*'));
}

function isEmpty(list: readonly string[] | undefined): boolean {
  return list === undefined || list.length === 0;
}

/** `pods`, `pods/log`, `*`, and `*` before a subresource. */
function resourceMatches(
  resources: readonly string[] | undefined,
  { resource, subresource }: ResourceAttributes,
): boolean {
  if (resources === undefined) return false;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(
    (each) => each === '*' || each === whole || (subresource !== '' && each === `*/${subresource}`),
  );
}

function pathMatches(paths: readonly string[] | undefined, path: string): boolean {
  if (paths === undefined) return false;
  return paths.some(
    (each) =>
      each === '*' ||
      each === path ||
      (each.endsWith('*') && path.startsWith(each.replace(/\*+$/, ''))),
  );
}

/** Single grants, of which a rule is a bundle: what escalation checks compare. */
export function breakDown(rule: PolicyRule): readonly PolicyRule[] {
  const parts: PolicyRule[] = [];
  for (const verb of rule.verbs) {
    for (const path of rule.nonResourceURLs ?? [])
      parts.push({ nonResourceURLs: [path], verbs: [verb] });
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const bare = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (isEmpty(rule.resourceNames)) parts.push(bare);
        else
          for (const name of rule.resourceNames ?? [])
            parts.push({ ...bare, resourceNames: [name] });
      }
    }
  }
  return parts;
}

/** Those grants of a rule that none of the owned rules gives (upstream: validation.Covers). */
export function uncovered(owned: readonly PolicyRule[], wanted: PolicyRule): readonly PolicyRule[] {
  return breakDown(wanted).filter((part) => !owned.some((rule) => coversPart(rule, part)));
}

function coversPart(owner: PolicyRule, part: PolicyRule): boolean {
  const [verb = ''] = part.verbs;
  if (!includesOrAll(owner.verbs, verb)) return false;
  const [path] = part.nonResourceURLs ?? [];
  if (path !== undefined) return pathMatches(owner.nonResourceURLs, path);
  const [group = ''] = part.apiGroups ?? [];
  const [whole = ''] = part.resources ?? [];
  if (!includesOrAll(owner.apiGroups, group)) return false;
  const [resource = '', subresource = ''] = whole.split('/');
  const asked: ResourceAttributes = {
    kind: 'resource',
    verb,
    group,
    resource,
    subresource,
    namespace: '',
    name: '',
  };
  if (!resourceMatches(owner.resources, asked)) return false;
  if (isEmpty(owner.resourceNames)) return true;
  const [name] = part.resourceNames ?? [];
  return name !== undefined && owner.resourceNames?.includes(name) === true;
}

/** Single grants put together again where only their verbs differ (upstream: validation.CompactRules). */
export function compactRules(parts: readonly PolicyRule[]): readonly PolicyRule[] {
  const others: PolicyRule[] = [];
  const verbsOf = new Map<string, { readonly rule: PolicyRule; readonly verbs: string[] }>();
  for (const rule of parts) {
    if (!isEmpty(rule.nonResourceURLs)) {
      others.push(rule);
      continue;
    }
    const { apiGroups, resources, resourceNames } = rule;
    const key = JSON.stringify([apiGroups, resources, resourceNames]);
    const known = verbsOf.get(key);
    if (known === undefined) verbsOf.set(key, { rule, verbs: [...rule.verbs] });
    else known.verbs.push(...rule.verbs.filter((each) => !known.verbs.includes(each)));
  }
  return [...others, ...[...verbsOf.values()].map(({ rule, verbs }) => ({ ...rule, verbs }))];
}

/** A rule as upstream's messages print it: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`. */
export function ruleText(rule: PolicyRule): string {
  const list = (values: readonly string[]): string =>
    `[${values.map((each) => JSON.stringify(each)).join(' ')}]`;
  const parts: string[] = [];
  if (!isEmpty(rule.apiGroups)) parts.push(`APIGroups:${list(rule.apiGroups ?? [])}`);
  if (!isEmpty(rule.resources)) parts.push(`Resources:${list(rule.resources ?? [])}`);
  if (!isEmpty(rule.nonResourceURLs))
    parts.push(`NonResourceURLs:${list(rule.nonResourceURLs ?? [])}`);
  if (!isEmpty(rule.resourceNames)) parts.push(`ResourceNames:${list(rule.resourceNames ?? [])}`);
  if (!isEmpty(rule.verbs)) parts.push(`Verbs:${list(rule.verbs)}`);
  return `{${parts.join(', ')}}`;
}
