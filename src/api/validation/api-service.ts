import { forbidden, invalid, notSupported, required, tooLong } from '../field-errors.ts';
import type { APIServiceSpec, IngressClassSpec } from '../generated/types.ts';
import { goQuote } from '../go-text.ts';
import { dns1035LabelErrors, dns1123LabelErrors, dns1123SubdomainErrors } from '../names/dns.ts';
import { domainPrefixedPathErrors } from '../names/domain-names.ts';
import { utf8Length } from '../names/messages.ts';
import { portNumberErrors } from '../names/words.ts';
import { addMessages, type Errors } from './fields.ts';
import { pathSegmentErrors } from './rbac.ts';

/** Where the API of a group and version is served (upstream: kube-aggregator's validation). */
export function checkApiService(spec: APIServiceSpec, name: string, errors: Errors): void {
  const { group = '', version = '', caBundle = '', service } = spec;
  const expected = `${version}.${group}`;
  if (name !== expected) {
    const message = `must be \`spec.version+"."+spec.group\`: ${goQuote(expected)}`;
    errors.push(invalid('metadata.name', name, message));
  }
  if (group === '' && version !== 'v1') {
    const message = 'only v1 may have an empty group and it better be legacy kube';
    errors.push(required('spec.group', message));
  }
  if (group !== '') addMessages(dns1123SubdomainErrors(group), group, 'spec.group', errors);
  addMessages(dns1035LabelErrors(version), version, 'spec.version', errors);
  checkPriority(spec.groupPriorityMinimum, 20_000, 'spec.groupPriorityMinimum', errors);
  checkPriority(spec.versionPriority, 1000, 'spec.versionPriority', errors);
  const isInsecure = spec.insecureSkipTLSVerify === true;
  if (service === undefined) {
    if (caBundle !== '') {
      const bytes = `${Math.floor((caBundle.replace(/=+$/, '').length * 3) / 4)} bytes`;
      errors.push(invalid('spec.caBundle', bytes, 'local APIServices may not have a caBundle'));
    }
    if (isInsecure) {
      const message = 'local APIServices may not have insecureSkipTLSVerify';
      errors.push(invalid('spec.insecureSkipTLSVerify', true, message));
    }
    return;
  }
  if ((service.namespace ?? '') === '') errors.push(required('spec.service.namespace'));
  if ((service.name ?? '') === '') errors.push(required('spec.service.name'));
  const { port = 443 } = service;
  const problems = portNumberErrors(port);
  if (problems.length > 0) {
    const message = `port is not valid: ${problems.join(',')}`;
    errors.push(invalid('spec.service.port', port, message));
  }
  if (isInsecure && caBundle !== '') {
    const message = 'may not be true if caBundle is present';
    errors.push(invalid('spec.insecureSkipTLSVerify', true, message));
  }
}

function checkPriority(value: number | undefined, max: number, path: string, errors: Errors): void {
  const priority = value ?? 0;
  if (priority > 0 && priority <= max) return;
  errors.push(invalid(path, priority, `must be positive and less than ${max}`));
}

const CONTROLLER_BYTES_MAX = 250;

/** Which controller a class of ingresses is for (upstream: pkg/apis/networking/validation). */
export function checkIngressClass(
  { controller = '', parameters }: Partial<IngressClassSpec>,
  errors: Errors,
): void {
  if (utf8Length(controller) > CONTROLLER_BYTES_MAX) {
    errors.push(tooLong('spec.controller', CONTROLLER_BYTES_MAX));
  }
  errors.push(...domainPrefixedPathErrors('spec.controller', controller));
  if (parameters === undefined) return;
  const { apiGroup, kind = '', name = '', namespace } = parameters;
  const path = 'spec.parameters';
  if (apiGroup !== undefined) {
    addMessages(dns1123SubdomainErrors(apiGroup), apiGroup, `${path}.apiGroup`, errors);
  }
  if (kind === '') errors.push(required(`${path}.kind`, 'kind is required'));
  else addMessages(pathSegmentErrors(kind), kind, `${path}.kind`, errors);
  if (name === '') errors.push(required(`${path}.name`, 'name is required'));
  else addMessages(pathSegmentErrors(name), name, `${path}.name`, errors);
  const scope: string = parameters.scope ?? '';
  if (scope === 'Namespace') {
    if (namespace === undefined) {
      errors.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
    } else addMessages(dns1123LabelErrors(namespace), namespace, `${path}.namespace`, errors);
  } else if (scope === 'Cluster') {
    if (namespace !== undefined) {
      errors.push(forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"));
    }
  } else errors.push(notSupported(`${path}.scope`, scope, ['Cluster', 'Namespace']));
}
