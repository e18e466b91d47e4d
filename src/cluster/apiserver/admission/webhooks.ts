import { evaluateCel } from '../../../api/cel/evaluate.ts';
import { parseCel } from '../../../api/cel/parse.ts';
import type {
  KubernetesObject,
  MatchCondition,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../../api/generated/types.ts';
import { goQuote } from '../../../api/go-text.ts';
import { forbiddenError, internalError, type StatusError } from '../../../api/status-error.ts';
import { compareStrings } from '../../../base/compare.ts';
import { cacheOf } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import type { AskedCaches } from './cached.ts';
import { isMatched, operationOf, requestVariables, type ReviewedChange } from './matching.ts';
import { webhookFailure } from './webhook-call.ts';

const STORAGES = {
  mutating: 'mutatingwebhookconfigurations',
  validating: 'validatingwebhookconfigurations',
} as const;

/** Whether anybody has set up webhooks or policies that could have a say in a change. Mostly nobody has. */
export function hasReviewers(asked: AskedCaches): boolean {
  const { mutatingWebhooks, validatingWebhooks, policies } = asked;
  return (
    mutatingWebhooks.objects.size > 0 ||
    validatingWebhooks.objects.size > 0 ||
    policies.objects.size > 0
  );
}

/**
 * Calls every webhook whose rules, selectors and conditions a change meets, in the order of their configurations' names
 * (upstream: the plugins MutatingAdmissionWebhook and ValidatingAdmissionWebhook). One that cannot be reached refuses the
 * change, unless its policy is to be ignored then.
 */
export function callWebhooks(
  call: VerbCall,
  which: keyof typeof STORAGES,
  {
    next,
    old,
  }: { readonly next: KubernetesObject | undefined; readonly old: KubernetesObject | undefined },
): StatusError | undefined {
  const { objects } = cacheOf(call.server, STORAGES[which]);
  if (objects.size === 0) return undefined;
  const { kind } = call.target;
  // Otherwise a webhook could make it impossible to take it away.
  if (kind.group === 'admissionregistration.k8s.io') return undefined;
  const change: ReviewedChange = { call, next, old, operation: operationOf(next, old) };
  // The cache holds one kind, whose webhooks have the fields of validating ones in common.
  const configurations = [
    ...(objects.values() as Iterable<
      ValidatingWebhookConfiguration | MutatingWebhookConfiguration
    >),
  ].sort((a, b) => compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''));
  for (const { webhooks = [] } of configurations) {
    for (const webhook of webhooks) {
      const refused = callOne(webhook, change);
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
}

function callOne(webhook: ValidatingWebhook, change: ReviewedChange): StatusError | undefined {
  const { name, rules = [], failurePolicy = 'Fail', timeoutSeconds = 10 } = webhook;
  if (rules.length === 0) return undefined;
  const { matchPolicy, namespaceSelector, objectSelector, clientConfig } = webhook;
  const wanted = {
    resourceRules: rules,
    ...(matchPolicy === undefined ? undefined : { matchPolicy }),
    ...(namespaceSelector === undefined ? undefined : { namespaceSelector }),
    ...(objectSelector === undefined ? undefined : { objectSelector }),
  };
  if (!isMatched(wanted, change)) return undefined;
  const isMeant = meets(webhook.matchConditions ?? [], change);
  if (typeof isMeant === 'string') {
    if (failurePolicy === 'Ignore') return undefined;
    const { kind } = change.call.target;
    const { name: object = change.call.target.name } = (change.next ?? change.old)?.metadata ?? {};
    return forbiddenError({ group: kind.group, resource: kind.plural }, object, isMeant);
  }
  if (!isMeant) return undefined;
  const failure = webhookFailure(change.call.server, clientConfig, timeoutSeconds);
  if (failure === undefined || failurePolicy === 'Ignore') return undefined;
  return internalError(
    `failed calling webhook ${goQuote(name)}: failed to call webhook: ${failure}`,
  );
}

/** Whether all conditions hold: one that is false decides, whatever errors others have. The text of an error otherwise. */
function meets(conditions: readonly MatchCondition[], change: ReviewedChange): boolean | string {
  if (conditions.length === 0) return true;
  const variables = new Map(requestVariables(change));
  let error: string | undefined;
  for (const { expression } of conditions) {
    const parsed = parseCel(expression);
    if (!parsed.ok) {
      error ??= parsed.error;
      continue;
    }
    const result = evaluateCel(parsed.value, variables);
    if (!result.ok) {
      error ??= result.error;
    } else if (result.value !== true) return false;
  }
  return error ?? true;
}
