import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type {
  FlowSchemaSpec,
  FlowcontrolV1Subject,
  LimitedPriorityLevelConfiguration,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
  ResourcePolicyRule,
} from '../generated/types.ts';
import { dns1123SubdomainErrors } from '../names/dns.ts';
import { addMessages, type Errors } from './fields.ts';
import { checkAlone } from './webhook-configuration.ts';

/** Upstream: pkg/apis/flowcontrol/validation. */

const PRECEDENCE_MAX = 10_000;
const QUEUES_MAX = 10_000_000;
/** A hand is dealt from one hash of so many bits. */
const ENTROPY_BITS_MAX = 60;

const VERBS = [
  '*',
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'proxy',
  'update',
  'watch',
];
const NON_RESOURCE_VERBS = ['*', 'delete', 'get', 'head', 'options', 'patch', 'post', 'put'];

/** Which requests go to which level. */
export function checkFlowSchemaSpec(spec: FlowSchemaSpec, name: string, errors: Errors): void {
  const path = 'spec.matchingPrecedence';
  const precedence = spec.matchingPrecedence ?? 0;
  if (precedence <= 0) errors.push(invalid(path, precedence, 'must be a positive value'));
  if (precedence > PRECEDENCE_MAX) {
    errors.push(invalid(path, precedence, `must not be greater than ${PRECEDENCE_MAX}`));
  }
  if (precedence === 1 && name !== 'exempt') {
    const message = "only the schema named 'exempt' may have matchingPrecedence 1";
    errors.push(invalid(path, precedence, message));
  }
  const { type } = spec.distinguisherMethod ?? {};
  if (spec.distinguisherMethod !== undefined && type !== 'ByUser' && type !== 'ByNamespace') {
    const supported = ['ByNamespace', 'ByUser'];
    errors.push(notSupported('spec.distinguisherMethod', spec.distinguisherMethod, supported));
  }
  const level = spec.priorityLevelConfiguration?.name ?? '';
  const at = 'spec.priorityLevelConfiguration.name';
  if (level === '') errors.push(required(at, 'must reference a priority level'));
  else addMessages(dns1123SubdomainErrors(level), level, at, errors);
  for (const [index, rule] of (spec.rules ?? []).entries()) {
    checkRules(rule, `spec.rules[${index}]`, errors);
  }
}

function checkRules(
  { subjects = [], resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects,
  path: string,
  errors: Errors,
): void {
  if (subjects.length === 0) {
    errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'));
  }
  for (const [index, subject] of subjects.entries()) {
    checkSubject(subject, `${path}.subjects[${index}]`, errors);
  }
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    const message = 'at least one of resourceRules and nonResourceRules has to be non-empty';
    errors.push(required(path, message));
  }
  for (const [index, rule] of resourceRules.entries()) {
    checkResourceRule(rule, `${path}.resourceRules[${index}]`, errors);
  }
  for (const [index, rule] of nonResourceRules.entries()) {
    checkNonResourceRule(rule, `${path}.nonResourceRules[${index}]`, errors);
  }
}

/** Each kind of subject has a field of its own. */
const subjectFields = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;

function checkSubject(subject: FlowcontrolV1Subject, path: string, errors: Errors): void {
  const kinds = Object.keys(subjectFields) as (keyof typeof subjectFields)[];
  const { kind } = subject;
  if (!kinds.some((each) => each === kind)) {
    errors.push(notSupported(`${path}.kind`, kind, kinds));
    return;
  }
  for (const each of kinds.toReversed()) {
    const field = subjectFields[each];
    const value = subject[field];
    if (each !== kind) {
      if (value === undefined) continue;
      const message = `${field} is forbidden when subject kind is not '${each}'`;
      errors.push(forbidden(`${path}.${field}`, message));
    } else if (value === undefined) {
      const message = `${field} is required when subject kind is '${each}'`;
      errors.push(required(`${path}.${field}`, message));
    } else {
      if ((value.name ?? '') === '') errors.push(required(`${path}.${field}.name`));
      if (each === 'ServiceAccount' && (subject.serviceAccount?.namespace ?? '') === '') {
        const message = 'must specify namespace for service account';
        errors.push(required(`${path}.${field}.namespace`, message));
      }
    }
  }
}

function checkVerbs(
  verbs: readonly string[],
  supported: readonly string[],
  path: string,
  errors: Errors,
): void {
  if (verbs.length === 0) {
    errors.push(required(path, 'verbs must contain at least one value'));
    return;
  }
  checkAlone(verbs, 'verbs', path, errors);
  if (!verbs.every((verb) => supported.includes(verb))) {
    errors.push(notSupported(path, verbs, supported));
  }
}

function checkResourceRule(rule: ResourcePolicyRule, path: string, errors: Errors): void {
  const { apiGroups = [], resources = [], namespaces = [], clusterScope } = rule;
  checkVerbs(rule.verbs ?? [], VERBS, `${path}.verbs`, errors);
  if (apiGroups.length === 0) {
    const message = 'resource rules must supply at least one api group';
    errors.push(required(`${path}.apiGroups`, message));
  } else checkAlone(apiGroups, 'api groups', `${path}.apiGroups`, errors);
  if (resources.length === 0) {
    const message = 'resource rules must supply at least one resource';
    errors.push(required(`${path}.resources`, message));
  } else checkAlone(resources, 'resources', `${path}.resources`, errors);
  if (namespaces.length === 0 && clusterScope !== true) {
    const message = 'resource rules that are not cluster scoped must supply at least one namespace';
    errors.push(required(`${path}.namespaces`, message));
  } else checkAlone(namespaces, 'namespaces', `${path}.namespaces`, errors);
}

function checkNonResourceRule(rule: NonResourcePolicyRule, path: string, errors: Errors): void {
  checkVerbs(rule.verbs ?? [], NON_RESOURCE_VERBS, `${path}.verbs`, errors);
  const urls = rule.nonResourceURLs ?? [];
  const at = `${path}.nonResourceURLs`;
  if (urls.length === 0) {
    errors.push(required(at, 'nonResourceURLs must contain at least one value'));
  } else checkAlone(urls, 'non-resource URLs', at, errors);
}

/** How many requests of a level may be under way, and what becomes of the others. */
export function checkPriorityLevelSpec(
  spec: PriorityLevelConfigurationSpec,
  name: string,
  errors: Errors,
): void {
  const type: string = spec.type ?? '';
  if ((name === 'exempt') !== (type === 'Exempt')) {
    const message = "type must be 'Exempt' if and only if name is 'exempt'";
    errors.push(invalid('spec.type', type, message));
  }
  switch (type) {
    case 'Exempt':
      if (spec.limited !== undefined) {
        const message = 'must be nil if the type is not Limited';
        errors.push(forbidden('spec.limited', message));
      }
      checkShares(spec.exempt ?? {}, 'spec.exempt', errors);
      return;
    case 'Limited':
      if (spec.exempt !== undefined) {
        errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
      }
      if (spec.limited === undefined) {
        errors.push(required('spec.limited', 'must not be empty when type is Limited'));
      } else checkLimited(spec.limited, 'spec.limited', errors);
      return;
    default:
      errors.push(notSupported('spec.type', type, ['Exempt', 'Limited']));
  }
}

function checkShares(
  {
    nominalConcurrencyShares: shares,
    lendablePercent: lendable,
  }: Pick<LimitedPriorityLevelConfiguration, 'nominalConcurrencyShares' | 'lendablePercent'>,
  path: string,
  errors: Errors,
): void {
  if (shares !== undefined && shares < 0) {
    const message = 'must be a non-negative integer';
    errors.push(invalid(`${path}.nominalConcurrencyShares`, shares, message));
  }
  if (lendable !== undefined && (lendable < 0 || lendable > 100)) {
    const message = 'must be between 0 and 100, inclusive';
    errors.push(invalid(`${path}.lendablePercent`, lendable, message));
  }
}

function checkLimited(
  limited: LimitedPriorityLevelConfiguration,
  path: string,
  errors: Errors,
): void {
  const { limitResponse, borrowingLimitPercent: borrowing } = limited;
  checkShares(limited, path, errors);
  const { type = '', queuing } = limitResponse ?? {};
  const at = `${path}.limitResponse`;
  switch (type as string) {
    case 'Reject':
      if (queuing !== undefined) {
        const message = 'must be nil if limited.limitResponse.type is not Limited';
        errors.push(forbidden(`${at}.queuing`, message));
      }
      break;
    case 'Queue':
      if (queuing === undefined) {
        const message = 'must not be empty if limited.limitResponse.type is Limited';
        errors.push(required(`${at}.queuing`, message));
      } else checkQueuing(queuing, `${at}.queuing`, errors);
      break;
    default:
      errors.push(notSupported(`${at}.type`, type, ['Queue', 'Reject']));
  }
  if (borrowing !== undefined && borrowing < 0) {
    const message = 'if specified, must be a non-negative integer';
    errors.push(invalid(`${path}.borrowingLimitPercent`, borrowing, message));
  }
}

function checkQueuing(queuing: QueuingConfiguration, path: string, errors: Errors): void {
  const { queueLengthLimit = 0, queues = 0, handSize = 0 } = queuing;
  const refuse = (field: string, value: number, message: string): void => {
    errors.push(invalid(`${path}.${field}`, value, message));
  };
  if (queueLengthLimit <= 0) refuse('queueLengthLimit', queueLengthLimit, 'must be positive');
  if (queues <= 0) refuse('queues', queues, 'must be positive');
  else if (queues > QUEUES_MAX) {
    refuse('queues', queues, `must not be greater than ${QUEUES_MAX}`);
  }
  if (handSize <= 0) refuse('handSize', handSize, 'must be positive');
  else if (handSize > queues) {
    refuse('handSize', handSize, `should not be greater than queues (${queues})`);
  } else if (entropyBits(queues, handSize) > ENTROPY_BITS_MAX) {
    const message = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${ENTROPY_BITS_MAX}`;
    refuse('handSize', handSize, message);
  }
}

/** How many bits it takes to deal a hand from a deck. */
function entropyBits(deck: number, hand: number): number {
  return Math.ceil(Math.log2(deck) * hand);
}
