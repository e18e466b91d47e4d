import { duplicate, invalid, notSupported, required, tooMany } from '../field-errors.ts';
import type {
  WebhookClientConfig,
  MatchCondition,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../generated/types.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../names/dns.ts';
import { fullyQualifiedNameErrors } from '../names/domain-names.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { portNumberErrors } from '../names/words.ts';
import { celTypes, type CelType } from '../cel/types.ts';
import { admissionVariables, checkExpression } from './admission-variables.ts';
import { addMessages, type Errors } from './fields.ts';
import { checkLabelSelector } from './labels.ts';

/** Upstream: pkg/apis/admissionregistration/validation. */

type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>;

/** The webhooks of a configuration, each called by a name of its own. */
export function checkWebhooks(
  configuration: ValidatingWebhookConfiguration | MutatingWebhookConfiguration,
  errors: Errors,
): void {
  const names = new Set<string>();
  // The two differ in one field, which a validating one does not have.
  const webhooks = (configuration.webhooks ?? []) as readonly Webhook[];
  for (const [index, webhook] of webhooks.entries()) {
    const path = `webhooks[${index}]`;
    checkWebhook(webhook, path, errors);
    if (configuration.kind === 'MutatingWebhookConfiguration') {
      checkWord(webhook.reinvocationPolicy, REINVOCATIONS, `${path}.reinvocationPolicy`, errors);
    }
    checkReviewVersions(
      webhook.admissionReviewVersions ?? [],
      `${path}.admissionReviewVersions`,
      errors,
    );
    const { name = '' } = webhook;
    if (name === '') continue;
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
  }
}

const REINVOCATIONS = ['IfNeeded', 'Never'];
const FAILURE_POLICIES = ['Fail', 'Ignore'];
const MATCH_POLICIES = ['Equivalent', 'Exact'];
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const REVIEW_VERSIONS = ['v1', 'v1beta1'];

function checkWebhook(webhook: Webhook, path: string, errors: Errors): void {
  errors.push(...fullyQualifiedNameErrors(`${path}.name`, webhook.name ?? ''));
  for (const [index, rule] of (webhook.rules ?? []).entries()) {
    checkRuleWithOperations(rule, `${path}.rules[${index}]`, errors);
  }
  checkWord(webhook.failurePolicy, FAILURE_POLICIES, `${path}.failurePolicy`, errors);
  checkWord(webhook.matchPolicy, MATCH_POLICIES, `${path}.matchPolicy`, errors);
  if (webhook.sideEffects === undefined) {
    const message = `must specify one of ${NO_SIDE_EFFECTS.join(', ')}`;
    errors.push(required(`${path}.sideEffects`, message));
  } else checkWord(webhook.sideEffects, NO_SIDE_EFFECTS, `${path}.sideEffects`, errors);
  const { timeoutSeconds } = webhook;
  if (timeoutSeconds !== undefined && (timeoutSeconds > 30 || timeoutSeconds < 1)) {
    const message = 'the timeout value must be between 1 and 30 seconds';
    errors.push(invalid(`${path}.timeoutSeconds`, timeoutSeconds, message));
  }
  checkLabelSelector(webhook.namespaceSelector, `${path}.namespaceSelector`, errors);
  checkLabelSelector(webhook.objectSelector, `${path}.objectSelector`, errors);
  checkClient(webhook.clientConfig ?? {}, `${path}.clientConfig`, errors);
  checkMatchConditions(
    webhook.matchConditions,
    { path: `${path}.matchConditions`, variables: admissionVariables({ hasParams: false }) },
    errors,
  );
}

/** One of some words, or absent. */
export function checkWord(
  value: string | undefined,
  supported: readonly string[],
  path: string,
  errors: Errors,
): void {
  if (value !== undefined && !supported.includes(value)) {
    errors.push(notSupported(path, value, supported));
  }
}

function checkReviewVersions(versions: readonly string[], path: string, errors: Errors): void {
  const known = REVIEW_VERSIONS.join(', ');
  if (versions.length === 0) {
    errors.push(required(path, `must specify one of ${known}`));
    return;
  }
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) < index) {
      errors.push(invalid(`${path}[${index}]`, version, 'duplicate version'));
    } else addMessages(dns1035LabelErrors(version), version, `${path}[${index}]`, errors);
  }
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalid(path, versions, `must include at least one of ${known}`));
  }
}

function checkClient({ url, service }: WebhookClientConfig, path: string, errors: Errors): void {
  if ((url === undefined) === (service === undefined)) {
    errors.push(required(path, 'exactly one of url or service is required'));
  } else if (url !== undefined) checkUrl(url, `${path}.url`, errors);
  else if (service !== undefined) {
    const at = `${path}.service`;
    const { name = '', namespace = '', port = 443, path: urlPath } = service;
    if (name === '') errors.push(required(`${at}.name`, 'service name is required'));
    if (namespace === '') errors.push(required(`${at}.namespace`, 'service namespace is required'));
    const problems = portNumberErrors(port);
    if (problems.length > 0) {
      errors.push(invalid(`${at}.port`, port, `port is not valid: ${problems.join(',')}`));
    }
    checkUrlPath(urlPath ?? '', `${at}.path`, errors);
  }
}

const FORM = '; desired format: https://host[/path]';

function checkUrl(url: string, path: string, errors: Errors): void {
  const parts =
    /^(?:([a-zA-Z][-+.\w]*):)?(?:\/\/(?:([^@/?#]*)@)?([^/?#]*))?[^?#]*(\?[^#]*)?(#.*)?$/s.exec(url);
  const [, scheme = '', userInfo, host = '', query = '', fragment = ''] = parts ?? [];
  if (scheme.toLowerCase() !== 'https') {
    const message = `'https' is the only allowed URL scheme${FORM}`;
    errors.push(invalid(path, scheme.toLowerCase(), message));
  }
  if (host === '') errors.push(invalid(path, host, `host must be specified${FORM}`));
  if (userInfo !== undefined) {
    errors.push(invalid(path, userInfo, 'user information is not permitted in the URL'));
  }
  if (fragment.length > 1) {
    errors.push(invalid(path, fragment.slice(1), 'fragments are not permitted in the URL'));
  }
  if (query.length > 1) {
    errors.push(invalid(path, query.slice(1), 'query parameters are not permitted in the URL'));
  }
}

function checkUrlPath(urlPath: string, path: string, errors: Errors): void {
  if (urlPath === '' || urlPath === '/') return;
  if (urlPath === '//') {
    errors.push(invalid(path, urlPath, 'segment[0] may not be empty'));
    return;
  }
  if (!urlPath.startsWith('/')) errors.push(invalid(path, urlPath, "must start with a '/'"));
  const steps = urlPath.slice(1).replace(/\/$/, '').split('/');
  for (const [index, step] of steps.entries()) {
    if (step === '') {
      errors.push(invalid(path, urlPath, `segment[${index}] may not be empty`));
      continue;
    }
    for (const message of dns1123SubdomainErrors(step)) {
      errors.push(invalid(path, urlPath, `segment[${index}]: ${message}`));
    }
  }
}

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

/** A rule of webhooks and policies: which operations on which resources. */
export function checkRuleWithOperations(
  rule: RuleWithOperations,
  path: string,
  errors: Errors,
): void {
  const operations: readonly string[] = rule.operations ?? [];
  if (operations.length === 0) errors.push(required(`${path}.operations`));
  checkAlone(operations, 'operations', `${path}.operations`, errors);
  for (const [index, operation] of operations.entries()) {
    checkWord(operation, OPERATIONS, `${path}.operations[${index}]`, errors);
  }
  const { apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  if (apiGroups.length === 0) errors.push(required(`${path}.apiGroups`));
  checkAlone(apiGroups, 'API groups', `${path}.apiGroups`, errors);
  if (apiVersions.length === 0) errors.push(required(`${path}.apiVersions`));
  checkAlone(apiVersions, 'API versions', `${path}.apiVersions`, errors);
  for (const [index, version] of apiVersions.entries()) {
    if (version === '') errors.push(required(`${path}.apiVersions[${index}]`));
  }
  checkResources(resources, `${path}.resources`, errors);
  checkWord(scope, SCOPES, `${path}.scope`, errors);
}

/** All of them, or some by name. */
export function checkAlone(
  list: readonly string[],
  what: string,
  path: string,
  errors: Errors,
): void {
  if (list.length > 1 && list.includes('*')) {
    errors.push(invalid(path, list, `if '*' is present, must not specify other ${what}`));
  }
}

function checkResources(resources: readonly string[], path: string, errors: Errors): void {
  if (resources.length === 0) errors.push(required(path));
  /** `x/*` and `*` with a subresource that came before. */
  const allOfResource = new Set<string>();
  const ofAllResources = new Set<string>();
  let hasPlain = false;
  for (const [index, text] of resources.entries()) {
    const at = `${path}[${index}]`;
    if (text === '') {
      errors.push(required(at));
      continue;
    }
    const slash = text.indexOf('/');
    if (slash < 0) {
      // Upstream keeps what it found last.
      hasPlain = text !== '*';
      continue;
    }
    const resource = text.slice(0, slash);
    const sub = text.slice(slash + 1);
    if (allOfResource.has(resource)) {
      const message = `if '${resource}/*' is present, must not specify ${text}`;
      errors.push(invalid(at, text, message));
    }
    if (ofAllResources.has(sub)) {
      errors.push(invalid(at, text, `if '*/${sub}' is present, must not specify ${text}`));
    }
    if (sub === '*') allOfResource.add(resource);
    if (resource === '*') ofAllResources.add(sub);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    const message = "if '*/*' is present, must not specify other resources";
    errors.push(invalid(path, resources, message));
  }
  if (resources.includes('*') && hasPlain) {
    const message = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalid(path, resources, message));
  }
}

const CONDITIONS_MAX = 64;

/** Conditions on a request, in CEL. */
export function checkMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  { path, variables }: { readonly path: string; readonly variables: ReadonlyMap<string, CelType> },
  errors: Errors,
): void {
  if (conditions === undefined) return;
  if (conditions.length > CONDITIONS_MAX) {
    errors.push(tooMany(path, conditions.length, CONDITIONS_MAX));
  }
  const names = new Set<string>();
  for (const [index, { name = '', expression = '' }] of conditions.entries()) {
    const at = `${path}[${index}]`;
    if (expression.trim() === '') errors.push(required(`${at}.expression`));
    else {
      const where = { path: `${at}.expression`, variables, results: [celTypes.bool] };
      checkExpression(expression.trim(), where, errors);
    }
    if (name === '') {
      errors.push(required(`${at}.name`));
      continue;
    }
    addMessages(qualifiedNameErrors(name), name, `${at}.name`, errors);
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
  }
}
