import { evaluateCel } from '../../../api/cel/evaluate.ts';
import type { Expression } from '../../../api/cel/expression.ts';
import { parseCel } from '../../../api/cel/parse.ts';
import { CelError, Special } from '../../../api/cel/values.ts';
import type {
  KubernetesObject,
  Namespace,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../api/generated/types.ts';
import { labelSelectorMatches } from '../../../api/selectors/label-selector.ts';
import { parseTime } from '../../../api/time.ts';
import { forbiddenError, type StatusError } from '../../../api/status-error.ts';
import type { Result } from '../../../base/result.ts';
import { cacheOf } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import {
  isMatched,
  namespaceOf,
  operationOf,
  requestVariables,
  type ReviewedChange,
} from './matching.ts';

/** What policies make of a change. */
export interface PolicyVerdict {
  readonly refused: StatusError | undefined;
  readonly warnings: readonly string[];
}

const NOTHING: PolicyVerdict = Object.freeze({ refused: undefined, warnings: [] });

const POLICIES = 'validatingadmissionpolicies';
const BINDINGS = 'validatingadmissionpolicybindings';

/**
 * Puts a change before every ValidatingAdmissionPolicy that a binding puts in force (upstream: the plugin of that
 * name).
 */
export function validatingPolicies(
  call: VerbCall,
  {
    next,
    old,
  }: { readonly next: KubernetesObject | undefined; readonly old: KubernetesObject | undefined },
): PolicyVerdict {
  const policies = cacheOf(call.server, POLICIES).objects;
  const bindings = cacheOf(call.server, BINDINGS).objects;
  if (policies.size === 0 || bindings.size === 0) return NOTHING;
  const { kind } = call.target;
  // A policy must not make it impossible to take it away.
  if (kind.group === 'admissionregistration.k8s.io') return NOTHING;
  const change: ReviewedChange = { call, next, old, operation: operationOf(next, old) };
  const warnings: string[] = [];
  // These caches hold one kind each.
  for (const binding of bindings.values() as Iterable<ValidatingAdmissionPolicyBinding>) {
    const policy = policies.get(`/registry/${POLICIES}/${binding.spec?.policyName ?? ''}`) as
      | ValidatingAdmissionPolicy
      | undefined;
    if (policy === undefined || !applies(policy, binding, change)) continue;
    const refused = enforce(policy, binding, change, warnings);
    if (refused !== undefined) return { refused, warnings };
  }
  return warnings.length === 0 ? NOTHING : { refused: undefined, warnings };
}

function applies(
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  change: ReviewedChange,
): boolean {
  const constraints = policy.spec?.matchConstraints;
  return (
    constraints !== undefined &&
    isMatched(constraints, change) &&
    (binding.spec?.matchResources === undefined || isMatched(binding.spec.matchResources, change))
  );
}

/** The objects that hold a binding's parameters; undefined stands for none being asked for. */
function parametersOf(
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  { call }: ReviewedChange,
): readonly (KubernetesObject | null)[] | 'missing' {
  const { paramKind } = policy.spec ?? {};
  const { paramRef } = binding.spec ?? {};
  if (paramKind === undefined || paramRef === undefined) return [null];
  const { apiVersion = '', kind = '' } = paramKind;
  const { namespace = call.target.namespace, name, selector } = paramRef;
  const found: KubernetesObject[] = [];
  for (const cache of call.server.memory.caches.values()) {
    for (const object of cache.objects.values()) {
      // A cache holds objects of one kind.
      if (object.kind !== kind || object.apiVersion !== apiVersion) break;
      const { metadata } = object;
      if (metadata.namespace !== undefined && metadata.namespace !== namespace) continue;
      if (
        name === undefined
          ? labelSelectorMatches(selector, metadata.labels)
          : metadata.name === name
      ) {
        found.push(object);
      }
    }
  }
  if (found.length > 0) return found;
  return paramRef.parameterNotFoundAction === 'Allow' ? [] : 'missing';
}

const codes: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  Invalid: 422,
  RequestEntityTooLarge: 413,
};

function enforce(
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  change: ReviewedChange,
  warnings: string[],
): StatusError | undefined {
  const actions: readonly string[] = binding.spec?.validationActions ?? [];
  const names = `ValidatingAdmissionPolicy '${policy.metadata.name ?? ''}' with binding '${binding.metadata.name ?? ''}'`;
  const fails = (why: string, reason: string): StatusError | undefined => {
    if (actions.includes('Warn')) warnings.push(`Validation failed for ${names}: ${why}`);
    return actions.includes('Deny')
      ? denial(change, `${names} denied request: ${why}`, reason)
      : undefined;
  };
  const parameters = parametersOf(policy, binding, change);
  if (parameters === 'missing') {
    return fails(
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
      'Invalid',
    );
  }
  for (const params of parameters) {
    const variables = variablesOf(policy, change, params);
    const isMeant = (policy.spec?.matchConditions ?? []).every(({ expression }) =>
      isTrue(run(expression, variables)),
    );
    if (!isMeant) continue;
    for (const { expression, message, messageExpression, reason = 'Invalid' } of policy.spec
      ?.validations ?? []) {
      const outcome = run(expression, variables);
      if (isTrue(outcome)) continue;
      if (!outcome.ok && policy.spec?.failurePolicy === 'Ignore') continue;
      const own = messageExpression === undefined ? undefined : run(messageExpression, variables);
      const said = own?.ok === true && typeof own.value === 'string' ? own.value.trim() : '';
      const why = outcome.ok
        ? said || (message ?? `failed expression: ${expression.trim()}`)
        : `expression '${expression}' resulted in error: ${outcome.error}`;
      const refused = fails(why, reason);
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
}

function isTrue(outcome: Result<unknown, string>): boolean {
  return outcome.ok && outcome.value === true;
}

function denial({ call, next, old }: ReviewedChange, message: string, reason: string): StatusError {
  const { kind } = call.target;
  const name = (next ?? old)?.metadata.name ?? call.target.name;
  const status = forbiddenError({ group: kind.group, resource: kind.plural }, name, message);
  return {
    ...status,
    // What a policy may give as its reason.
    reason: reason as StatusError['reason'],
    code: codes[reason] ?? 422,
    details: { ...status.details, causes: [{ message }] },
  };
}

const parsed = new Map<string, Result<Expression, string>>();

function expressionOf(text: string): Result<Expression, string> {
  let known = parsed.get(text);
  if (known === undefined) {
    known = parseCel(text);
    if (parsed.size > 2000) parsed.clear();
    parsed.set(text, known);
  }
  return known;
}

function run(text: string, variables: ReadonlyMap<string, unknown>): Result<unknown, string> {
  const expression = expressionOf(text);
  return expression.ok ? evaluateCel(expression.value, variables) : expression;
}

/** A namespace as expressions see it: its times are such. */
function namespaceSeen(namespace: Namespace | undefined): unknown {
  if (namespace === undefined) return null;
  const { metadata, spec, status } = namespace;
  const { creationTimestamp, deletionTimestamp } = metadata;
  return {
    metadata: {
      ...metadata,
      ...(creationTimestamp && { creationTimestamp: timeOf(creationTimestamp) }),
      ...(deletionTimestamp && { deletionTimestamp: timeOf(deletionTimestamp) }),
    },
    spec,
    status,
  };
}

function timeOf(text: string): Special {
  return new Special({ type: 'timestamp', millis: parseTime(text) ?? 0 });
}

function variablesOf(
  policy: ValidatingAdmissionPolicy,
  change: ReviewedChange,
  params: KubernetesObject | null,
): ReadonlyMap<string, unknown> {
  const lazy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const variables = new Map<string, unknown>([
    ...requestVariables(change),
    ['params', params],
    ['namespaceObject', namespaceSeen(namespaceOf(change))],
    ['variables', lazy],
  ]);
  for (const { name: variable, expression } of policy.spec?.variables ?? []) {
    const made = expressionOf(expression);
    if (!made.ok) continue;
    let value: Result<unknown, string> | undefined;
    lazy[variable] = (): unknown => {
      value ??= evaluateCel(made.value, variables);
      if (value.ok) return value.value;
      throw new CelError(`composited variable "${variable}" fails to evaluate: ${value.error}`);
    };
  }
  return variables;
}
