import { changeField, changeOrMake, fill, mapSame } from '../defaults/fill.ts';
import type {
  MatchResources,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../generated/types.ts';
import {
  admissionPolicyBindingTable,
  admissionPolicyTable,
  webhookTable,
} from '../printers/machinery.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { checkPolicyBindingSpec, checkPolicySpec } from '../validation/admission-policy.ts';
import { checkWebhooks } from '../validation/webhook-configuration.ts';
import { statusOf } from './define-kind.ts';
import {
  asNew,
  keepStatusRaiseGeneration,
  onlyStatus,
  raiseGenerationIf,
  withGeneration,
} from './generation.ts';
import type { KindDeclaration } from './kind.ts';
import { plain, withSpec } from './stored-kinds.ts';

/** Who is asked before a change is stored: webhooks, and policies in CEL. */

const ADMISSION = 'admissionregistration.k8s.io';

/** Said with every create and change of a configuration. */
export const WEBHOOKS_ALLOW =
  'Kubarium calls webhooks as far as their endpoints: one that is there allows everything and changes nothing';

const warning: readonly string[] = Object.freeze([WEBHOOKS_ALLOW]);

function webhookWarnings(): readonly string[] {
  return warning;
}

function withScope<T extends RuleWithOperations>(rule: T): T {
  return rule.scope === undefined ? { ...rule, scope: '*' } : rule;
}

const webhookDefaults: Partial<ValidatingWebhook> = {
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  failurePolicy: 'Fail',
  timeoutSeconds: 10,
};

function defaultWebhook<T extends ValidatingWebhook>(webhook: T): T {
  // What T adds to these fields has a default of its own.
  let filled = fill(webhook, webhookDefaults as Partial<T>);
  const { rules, clientConfig } = filled;
  if (rules !== undefined) {
    const scoped = mapSame(rules, withScope);
    if (scoped !== rules) filled = { ...filled, rules: scoped };
  }
  const service = clientConfig?.service;
  if (service === undefined || service.port !== undefined) return filled;
  return { ...filled, clientConfig: { ...clientConfig, service: { ...service, port: 443 } } };
}

const validatingWebhook = plain<ValidatingWebhookConfiguration>(
  {
    group: ADMISSION,
    version: 'v1',
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
    categories: ['api-extensions'],
    namespaced: false,
    table: webhookTable,
    defaults: (object) =>
      changeField(object, 'webhooks', (webhooks) => mapSame(webhooks, defaultWebhook)),
    warnings: webhookWarnings,
    prepareForCreate: (object) => withGeneration(object, 1),
    prepareForUpdate: (next, old) =>
      raiseGenerationIf(!semanticEqual(next.webhooks, old.webhooks), next, old),
  },
  checkWebhooks,
);

const mutatingWebhook = plain<MutatingWebhookConfiguration>(
  {
    group: ADMISSION,
    version: 'v1',
    kind: 'MutatingWebhookConfiguration',
    plural: 'mutatingwebhookconfigurations',
    categories: ['api-extensions'],
    namespaced: false,
    table: webhookTable,
    defaults: (object) =>
      changeField(object, 'webhooks', (webhooks) =>
        mapSame(webhooks, (webhook) =>
          fill(defaultWebhook<MutatingWebhook>(webhook), { reinvocationPolicy: 'Never' }),
        ),
      ),
    warnings: webhookWarnings,
    prepareForCreate: (object) => withGeneration(object, 1),
    prepareForUpdate: (next, old) =>
      raiseGenerationIf(!semanticEqual(next.webhooks, old.webhooks), next, old),
  },
  checkWebhooks,
);

function defaultMatch(match: MatchResources): MatchResources {
  const filled = fill(match, {
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
  });
  const { resourceRules, excludeResourceRules } = filled;
  const own = resourceRules === undefined ? resourceRules : mapSame(resourceRules, withScope);
  const excluded =
    excludeResourceRules === undefined
      ? excludeResourceRules
      : mapSame(excludeResourceRules, withScope);
  if (own === resourceRules && excluded === excludeResourceRules) return filled;
  return {
    ...filled,
    ...(own === undefined ? undefined : { resourceRules: own }),
    ...(excluded === undefined ? undefined : { excludeResourceRules: excluded }),
  };
}

const admissionPolicy = plain<ValidatingAdmissionPolicy>(
  {
    group: ADMISSION,
    version: 'v1',
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
    singular: 'validatingadmissionpolicy',
    categories: ['api-extensions'],
    namespaced: false,
    table: admissionPolicyTable,
    subresources: { status: statusOf('ValidatingAdmissionPolicy') },
    defaults: (policy) =>
      changeOrMake(policy, 'spec', {}, (spec) => {
        const filled = fill(spec ?? {}, { failurePolicy: 'Fail' });
        const match = filled.matchConstraints;
        if (match === undefined) return filled;
        const own = defaultMatch(match);
        return own === match ? filled : { ...filled, matchConstraints: own };
      }),
    prepareForCreate: (policy) => asNew(policy, {}),
    prepareForUpdate: keepStatusRaiseGeneration,
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  },
  ({ spec }, errors) => checkPolicySpec(spec ?? {}, errors),
);

const admissionPolicyBinding = plain<ValidatingAdmissionPolicyBinding>(
  {
    group: ADMISSION,
    version: 'v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
    categories: ['api-extensions'],
    namespaced: false,
    table: admissionPolicyBindingTable,
    ...withSpec,
    defaults: (binding) => {
      const match = binding.spec?.matchResources;
      if (match === undefined) return binding;
      const own = defaultMatch(match);
      return own === match
        ? binding
        : { ...binding, spec: { ...binding.spec, matchResources: own } };
    },
  },
  ({ spec }, errors) => {
    // A decoded object has it; one of a careless component may not.
    if (spec !== undefined) checkPolicyBindingSpec(spec, errors);
  },
);

export const admissionKinds: readonly KindDeclaration[] = [
  admissionPolicy,
  admissionPolicyBinding,
  mutatingWebhook,
  validatingWebhook,
];
