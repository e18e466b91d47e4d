import { changeOrMake } from '../defaults/fill.ts';
import { invalid, notSupported, required } from '../field-errors.ts';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressSpec } from '../generated/types.ts';
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  wildcardDns1123SubdomainErrors,
} from '../names/dns.ts';
import { parseIpAddress } from '../names/ip-address.ts';
import { portNameErrors, portNumberErrors } from '../names/words.ts';
import { ingressTable } from '../printers/networking.ts';
import { collectErrors } from '../validation/collect.ts';
import { addMessages, checkDnsSubdomain, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { ingressWarnings } from '../warnings/objects.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { asNew, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';

/** Ways from host names and paths to services. */
export const ingressKind = defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  storage: 'ingress',
  subresources: { status: statusOf('Ingress') },
  table: ingressTable,

  defaults: (ingress) => changeOrMake(ingress, 'spec', {}, (spec) => spec),
  warnings: ingressWarnings,
  prepareForCreate: (ingress) => asNew(ingress, { loadBalancer: {} }),
  prepareForUpdate: keepStatusRaiseGeneration,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (ingress) =>
    collectErrors((errors) => {
      checkObjectMeta(ingress.metadata, true, subdomainName, errors);
      checkSpec(ingress.spec, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec !== old.spec) checkSpec(next.spec, errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => checkObjectMetaUpdate(next, old, errors)),
});

function checkSpec(spec: IngressSpec, errors: Errors): void {
  const rules = spec.rules ?? [];
  if (rules.length === 0 && spec.defaultBackend === undefined) {
    errors.push(invalid('spec', rules, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (spec.defaultBackend !== undefined) {
    checkBackend(spec.defaultBackend, 'spec.defaultBackend', errors);
  }
  for (const [index, { host = '', http }] of rules.entries()) {
    checkHost(host, `spec.rules[${index}].host`, errors);
    if (http === undefined) continue;
    const at = `spec.rules[${index}].http.paths`;
    const paths = http.paths ?? [];
    if (paths.length === 0) errors.push(required(at));
    for (const [i, path] of paths.entries()) checkPath(path, `${at}[${i}]`, errors);
  }
  for (const [index, { hosts = [] }] of (spec.tls ?? []).entries()) {
    for (const [i, host] of hosts.entries()) {
      checkName(host, `spec.tls[${index}].hosts[${i}]`, errors);
    }
  }
  if (spec.ingressClassName !== undefined) {
    checkDnsSubdomain(spec.ingressClassName, 'spec.ingressClassName', errors);
  }
}

function checkHost(host: string, path: string, errors: Errors): void {
  if (host === '') return;
  if (parseIpAddress(host) !== undefined) {
    errors.push(invalid(path, host, 'must be a DNS name, not an IP address'));
    return;
  }
  checkName(host, path, errors);
}

function checkName(host: string, path: string, errors: Errors): void {
  const messages = host.includes('*')
    ? wildcardDns1123SubdomainErrors(host)
    : dns1123SubdomainErrors(host);
  addMessages(messages, host, path, errors);
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const badSequences = ['//', '/./', '/../', '%2f', '%2F'];
const badEndings = ['/..', '/.'];

function checkPath(
  { path = '', pathType, backend }: HTTPIngressPath,
  at: string,
  errors: Errors,
): void {
  const type: string = pathType ?? '';
  if (type === '') errors.push(required(`${at}.pathType`, 'pathType must be specified'));
  else if (!pathTypes.includes(type)) {
    errors.push(notSupported(`${at}.pathType`, type, pathTypes));
  } else if (type === 'ImplementationSpecific') {
    if (path !== '' && !path.startsWith('/')) {
      errors.push(invalid(`${at}.path`, path, 'must be an absolute path'));
    }
  } else {
    if (!path.startsWith('/')) {
      errors.push(invalid(`${at}.path`, path, 'must be an absolute path'));
    }
    for (const sequence of badSequences) {
      if (path.includes(sequence)) {
        errors.push(invalid(`${at}.path`, path, `must not contain '${sequence}'`));
      }
    }
    for (const ending of badEndings) {
      if (path.endsWith(ending)) {
        errors.push(invalid(`${at}.path`, path, `cannot end with '${ending}'`));
      }
    }
  }
  checkBackend(backend ?? {}, `${at}.backend`, errors);
}

function checkBackend({ resource, service }: IngressBackend, path: string, errors: Errors): void {
  if (resource !== undefined && service !== undefined) {
    errors.push(invalid(path, '', 'cannot set both resource and service backends'));
  } else if (resource !== undefined) {
    if ((resource.name ?? '') === '') errors.push(required(`${path}.resource.name`));
    if ((resource.kind ?? '') === '') errors.push(required(`${path}.resource.kind`));
  } else if (service === undefined || (service.name ?? '') === '') {
    errors.push(required(`${path}.service.name`));
  } else {
    const { name: portName = '', number = 0 } = service.port ?? {};
    addMessages(dns1035LabelErrors(service.name), service.name, `${path}.service.name`, errors);
    if (portName === '' && number === 0) {
      errors.push(required(path, 'port name or number is required'));
    } else if (portName !== '' && number !== 0) {
      errors.push(invalid(path, portName, 'cannot set both port name & port number'));
    } else if (portName !== '') {
      addMessages(portNameErrors(portName), portName, `${path}.service.port.name`, errors);
    } else {
      addMessages(portNumberErrors(number), number, `${path}.service.port.number`, errors);
    }
  }
}
