import { changeField, mapSame } from '../defaults/fill.ts';
import {
  duplicate,
  type FieldErrors,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../field-errors.ts';
import type { DiscoveryV1EndpointPort, Endpoint, EndpointSlice } from '../generated/types.ts';
import { fullyQualifiedDomainNameErrors } from '../names/domain-names.ts';
import { ipErrors } from '../names/ip-errors.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { endpointSliceTable } from '../printers/endpoints.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkProtocol } from '../validation/containers.ts';
import {
  addMessages,
  checkDnsLabel,
  checkDnsSubdomain,
  checkImmutable,
  type Errors,
} from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkNotSpecialIp } from '../validation/special-ips.ts';
import { defineKind } from './define-kind.ts';
import { raiseGenerationIf, withGeneration } from './generation.ts';

/** A part of the addresses behind a Service. */
export const endpointSliceKind = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  table: endpointSliceTable,

  defaults: (slice) => changeField(slice, 'ports', (ports) => mapSame(ports, defaultPort)),
  prepareForCreate: (slice) => withGeneration(slice, 1),
  prepareForUpdate: (next, old) =>
    raiseGenerationIf(
      !semanticEqual(next.endpoints, old.endpoints) ||
        !semanticEqual(next.ports, old.ports) ||
        next.addressType !== old.addressType ||
        !semanticEqual(next.metadata.labels, old.metadata.labels),
      next,
      old,
    ),

  validate: (slice) =>
    collectErrors((errors) => {
      checkObjectMeta(slice.metadata, true, subdomainName, errors);
      checkSlice(slice, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkSlice(next, errors);
      checkImmutable(next.addressType, old.addressType, 'addressType', errors);
    }),
});

function defaultPort(port: DiscoveryV1EndpointPort): DiscoveryV1EndpointPort {
  if (port.name !== undefined && port.protocol) return port;
  return { ...port, name: port.name ?? '', protocol: port.protocol || 'TCP' };
}

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

// Slices are written again and again with most endpoints the same objects as before.
const validEndpoints = new WeakMap<Endpoint, string>();

function checkSlice(
  { addressType, endpoints = [], ports = [] }: EndpointSlice,
  errors: Errors,
): void {
  const type: string = addressType ?? '';
  if (type === '') errors.push(required('addressType'));
  else if (!addressTypes.includes(type)) {
    errors.push(notSupported('addressType', type, addressTypes));
  }
  if (endpoints.length > 1000) errors.push(tooMany('endpoints', endpoints.length, 1000));
  else {
    for (let index = 0; index < endpoints.length; index += 1) {
      const endpoint = endpoints[index] as Endpoint; // In range by the loop.
      if (validEndpoints.get(endpoint) === type) continue;
      const before = errors.length;
      checkEndpoint(endpoint, type, `endpoints[${index}]`, errors);
      if (errors.length === before) validEndpoints.set(endpoint, type);
    }
  }
  checkPorts(ports, errors);
}

function checkEndpoint(endpoint: Endpoint, type: string, path: string, errors: Errors): void {
  const { addresses = [], hostname, nodeName } = endpoint;
  if (addresses.length === 0) {
    errors.push(required(`${path}.addresses`, 'must contain at least 1 address'));
  } else if (addresses.length > 100) {
    errors.push(tooMany(`${path}.addresses`, addresses.length, 100));
  }
  for (const [index, address] of addresses.entries()) {
    const at = `${path}.addresses[${index}]`;
    errors.push(...addressErrors(address, type, at));
    if (type === 'IPv4' || type === 'IPv6') checkNotSpecialIp(address, at, errors);
  }
  if (nodeName !== undefined) checkDnsSubdomain(nodeName, `${path}.nodeName`, errors);
  if (hostname !== undefined) checkDnsLabel(hostname, `${path}.hostname`, errors);
}

function addressErrors(address: string, type: string, path: string): FieldErrors {
  if (type === 'FQDN') return fullyQualifiedDomainNameErrors(path, address);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const found = ipErrors(path, address);
  if (found.length > 0 || (type === 'IPv6') === address.includes(':')) return found;
  return [invalid(path, address, `must be a valid ${type} address`)];
}

function checkPorts(ports: readonly DiscoveryV1EndpointPort[], errors: Errors): void {
  if (ports.length > 20_000) {
    errors.push(tooMany('ports', ports.length, 20_000));
    return;
  }
  const names = new Set<string>();
  for (const [index, { name = '', protocol, appProtocol }] of ports.entries()) {
    const at = `ports[${index}]`;
    if (name !== '') checkDnsLabel(name, `${at}.name`, errors);
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    checkProtocol(protocol, `${at}.protocol`, errors);
    if (appProtocol !== undefined) {
      addMessages(qualifiedNameErrors(appProtocol), appProtocol, `${at}.appProtocol`, errors);
    }
  }
}
