import { evaluateCel } from '../../../api/cel/evaluate.ts';
import { unsupportedIn } from '../../../api/cel/survey.ts';
import type { Expression } from '../../../api/cel/expression.ts';
import { parseCel } from '../../../api/cel/parse.ts';
import { CelError } from '../../../api/cel/values.ts';
import type {
  KubernetesObject,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../api/generated/types.ts';
import { labelSelectorMatches } from '../../../api/selectors/label-selector.ts';
import { forbiddenError, type StatusError } from '../../../api/status-error.ts';
import { refusal, type Result } from '../../../base/result.ts';
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
 * name). Expressions that use what the interpreter does not have are passed over, with a warning that says so.
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
    const isMeant = (policy.spec?.matchConditions ?? []).every(
      ({ expression }) => run(expression, variables, warnings).value === true,
    );
    if (!isMeant) continue;
    for (const { expression, message, messageExpression, reason = 'Invalid' } of policy.spec
      ?.validations ?? []) {
      const outcome = run(expression, variables, warnings);
      if (outcome.value === true || outcome.isSkipped) continue;
      if (outcome.error !== undefined && policy.spec?.failurePolicy === 'Ignore') continue;
      const said =
        messageExpression === undefined
          ? undefined
          : run(messageExpression, variables, warnings).value;
      const why =
        outcome.error !== undefined
          ? `expression '${expression}' resulted in error: ${outcome.error}`
          : typeof said === 'string' && said.trim() !== ''
            ? said.trim()
            : (message ?? `failed expression: ${expression.trim()}`);
      const refused = fails(why, reason);
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
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

const KNOWN: ReadonlySet<string> = new Set([
  'object',
  'oldObject',
  'request',
  'params',
  'namespaceObject',
  'variables',
  'authorizer',
]);

const parsed = new Map<string, Result<Expression, string>>();

function expressionOf(text: string): Result<Expression, string> {
  let known = parsed.get(text);
  if (known === undefined) {
    known = parseCel(text);
    if (known.ok) {
      const missing = unsupportedIn(known.value, KNOWN);
      if (missing.length > 0) known = refusal(`unsupported: ${missing.join(', ')}`);
    }
    if (parsed.size > 2000) parsed.clear();
    parsed.set(text, known);
  }
  return known;
}

interface Outcome {
  readonly value: unknown;
  readonly error: string | undefined;
  readonly isSkipped: boolean;
}

function run(text: string, variables: ReadonlyMap<string, unknown>, warnings: string[]): Outcome {
  const expression = expressionOf(text);
  if (!expression.ok) {
    const isSkipped = expression.error.startsWith('unsupported: ');
    if (isSkipped) {
      warnings.push(
        `Kubarium does not evaluate this expression of a policy, a real cluster does (${expression.error}): ${text.trim()}`,
      );
    }
    return { value: undefined, error: expression.error, isSkipped };
  }
  const result = evaluateCel(expression.value, variables);
  return result.ok
    ? { value: result.value, error: undefined, isSkipped: false }
    : { value: undefined, error: result.error, isSkipped: false };
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
    ['namespaceObject', namespaceOf(change) ?? null],
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
