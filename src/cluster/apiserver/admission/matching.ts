import type {
  KubernetesObject,
  MatchResources,
  NamedRuleWithOperations,
  Namespace,
} from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { labelSelectorMatches } from '../../../api/selectors/label-selector.ts';
import type { AskAuthorizer } from '../../../api/cel/authorizer-question.ts';
import { authorizerOf, resourceCheckOf } from '../../../api/cel/library/authorizer.ts';
import { groupsOf, userOf, wholeUserOf } from '../authorization/attributes.ts';
import { authorize } from '../authorization/authorize.ts';
import { servedKinds } from '../discovery/resources.ts';
import type { VerbCall } from '../verb.ts';
import { cachedObject } from './cached.ts';

/** Which changes policies and webhooks are about, and how their expressions see one. */

/** A change as it is put before policies and webhooks. */
export interface ReviewedChange {
  readonly call: VerbCall;
  readonly next: KubernetesObject | undefined;
  readonly old: KubernetesObject | undefined;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
}

/** What policies and webhooks have in common. */
type Wanted = Pick<
  MatchResources,
  'matchPolicy' | 'namespaceSelector' | 'objectSelector' | 'resourceRules' | 'excludeResourceRules'
>;

export function operationOf(
  next: KubernetesObject | undefined,
  old: KubernetesObject | undefined,
): ReviewedChange['operation'] {
  return next === undefined ? 'DELETE' : old === undefined ? 'CREATE' : 'UPDATE';
}

/** The authorizers as an expression asks them: about the user of the request, or a service account. */
function authorizerOfCall({ server, exchange }: VerbCall): AskAuthorizer {
  return (question, verb) => {
    const { serviceAccount, path, group, resource, subresource, namespace, name } = question;
    const account =
      serviceAccount && `system:serviceaccount:${serviceAccount.namespace}:${serviceAccount.name}`;
    const user =
      account === undefined
        ? userOf(exchange.request)
        : { name: account, groups: groupsOf(account) };
    const decision = authorize(
      server,
      user,
      path === undefined
        ? { kind: 'resource', verb, group, resource, subresource, namespace, name }
        : { kind: 'path', verb, path },
    );
    return { allowed: decision.allowed, reason: decision.allowed ? '' : decision.reason };
  };
}

/** The variables that expressions of policies and of webhooks share. */
export function requestVariables({
  call,
  next,
  old,
  operation,
}: ReviewedChange): readonly (readonly [name: string, value: unknown])[] {
  const { kind, namespace, name, subresource } = call.target;
  const own = { group: kind.group, version: kind.version };
  const ownKind = { ...own, kind: kind.kind };
  const ownResource = { ...own, resource: kind.plural };
  const ask = authorizerOfCall(call);
  return [
    ['authorizer', authorizerOf(ask)],
    [
      'authorizer.requestResource',
      resourceCheckOf(ask, {
        group: kind.group,
        resource: kind.plural,
        subresource,
        namespace,
        name,
      }),
    ],
    ['object', next ?? null],
    ['oldObject', old ?? null],
    [
      'request',
      {
        kind: ownKind,
        resource: ownResource,
        subResource: subresource,
        // Policies see every request as it came: none is converted for them.
        requestKind: ownKind,
        requestResource: ownResource,
        requestSubResource: subresource,
        name: name === '' ? (next?.metadata.name ?? '') : name,
        namespace,
        operation,
        userInfo: wholeUserOf(call.exchange.request),
        dryRun: call.exchange.request.query['dryRun'] === 'All',
      },
    ],
  ];
}

/** Whether a change is among those that a policy or a webhook wants to see. */
export function isMatched(wanted: Wanted, change: ReviewedChange): boolean {
  const isExact = wanted.matchPolicy === 'Exact';
  const { resourceRules, excludeResourceRules = [], namespaceSelector, objectSelector } = wanted;
  if (excludeResourceRules.some((rule) => ruleMatches(rule, change, isExact))) return false;
  if (resourceRules !== undefined && resourceRules.length > 0) {
    if (!resourceRules.some((rule) => ruleMatches(rule, change, isExact))) return false;
  }
  const { next, old } = change;
  if (namespaceSelector !== undefined) {
    const namespace = namespaceOf(change);
    if (
      namespace !== undefined &&
      !labelSelectorMatches(namespaceSelector, namespace.metadata.labels)
    ) {
      return false;
    }
  }
  return (
    objectSelector === undefined ||
    [next, old].some(
      (each) => each !== undefined && labelSelectorMatches(objectSelector, each.metadata.labels),
    )
  );
}

function includes(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value));
}

/** By exact match, or as another version of the kind would match. */
function ruleMatches(
  rule: NamedRuleWithOperations,
  change: ReviewedChange,
  isExact: boolean,
): boolean {
  const { kind } = change.call.target;
  if (ruleNames(rule, change, kind)) return true;
  return (
    !isExact &&
    servedKinds(change.call.server.memory.custom.definitions).some(
      (other) => other !== kind && other.storage === kind.storage && ruleNames(rule, change, other),
    )
  );
}

function ruleNames(
  rule: NamedRuleWithOperations,
  { call, operation }: ReviewedChange,
  kind: KindDeclaration,
): boolean {
  const { subresource, name } = call.target;
  const whole = subresource === '' ? kind.plural : `${kind.plural}/${subresource}`;
  const { resources = [], resourceNames = [], scope = '*' } = rule;
  return (
    includes(rule.operations, operation) &&
    includes(rule.apiGroups, kind.group) &&
    includes(rule.apiVersions, kind.version) &&
    (resources.includes(whole) ||
      resources.includes('*/*') ||
      (subresource === '' ? resources.includes('*') : resources.includes(`${kind.plural}/*`))) &&
    (resourceNames.length === 0 || resourceNames.includes(name)) &&
    (scope === '*' || (scope === 'Namespaced') === kind.namespaced)
  );
}

/** The namespace of the object in question, or the object itself where it is one. */
export function namespaceOf({ call, next, old }: ReviewedChange): Namespace | undefined {
  const { kind, namespace } = call.target;
  if (kind.kind === 'Namespace' && kind.group === '') return (next ?? old) as Namespace | undefined;
  return namespace === ''
    ? undefined
    : cachedObject<Namespace>(call.server, 'namespaces', namespace);
}
