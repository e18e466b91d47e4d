import { changeField, mapSame } from '../defaults/fill.ts';
import { required } from '../field-errors.ts';
import type {
  EndpointAddress,
  EndpointPort,
  Endpoints,
  EndpointSubset,
} from '../generated/types.ts';
import { ipErrors } from '../names/ip-errors.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { portNumberErrors } from '../names/words.ts';
import { endpointsTable } from '../printers/endpoints.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkProtocol } from '../validation/containers.ts';
import {
  addMessages,
  checkDnsLabel,
  checkDnsSubdomain,
  type Errors,
} from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkNotSpecialIp } from '../validation/special-ips.ts';
import { defineKind } from './define-kind.ts';

/** The addresses behind a Service in the old form, one object a Service. */
export const endpointsKind = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  storage: 'services/endpoints',
  createOnUpdate: true,
  namespaced: true,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  table: endpointsTable,

  defaults: (endpoints) =>
    changeField(endpoints, 'subsets', (subsets) =>
      mapSame(subsets, (subset) =>
        changeField(subset, 'ports', (ports) =>
          mapSame(ports, (port) => (port.protocol ? port : { ...port, protocol: 'TCP' })),
        ),
      ),
    ),

  validate: (endpoints) =>
    collectErrors((errors) => {
      checkObjectMeta(endpoints.metadata, true, subdomainName, errors);
      checkSubsets(endpoints.subsets ?? [], errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.subsets !== old.subsets) checkSubsets(next.subsets ?? [], errors);
    }),
});

function checkSubsets(subsets: readonly EndpointSubset[], errors: Errors): void {
  for (const [index, { addresses = [], notReadyAddresses = [], ports = [] }] of subsets.entries()) {
    const at = `subsets[${index}]`;
    if (addresses.length === 0 && notReadyAddresses.length === 0) {
      errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    }
    for (const [i, address] of addresses.entries()) {
      checkAddress(address, `${at}.addresses[${i}]`, errors);
    }
    for (const [i, address] of notReadyAddresses.entries()) {
      checkAddress(address, `${at}.notReadyAddresses[${i}]`, errors);
    }
    for (const [i, port] of ports.entries()) {
      checkPort(port, ports.length > 1, `${at}.ports[${i}]`, errors);
    }
  }
}

function checkAddress(
  { ip = '', hostname = '', nodeName }: EndpointAddress,
  path: string,
  errors: Errors,
): void {
  errors.push(...ipErrors(`${path}.ip`, ip));
  if (hostname !== '') checkDnsLabel(hostname, `${path}.hostname`, errors);
  if (nodeName !== undefined) checkDnsSubdomain(nodeName, `${path}.nodeName`, errors);
  checkNotSpecialIp(ip, `${path}.ip`, errors);
}

function checkPort(port: EndpointPort, needsName: boolean, path: string, errors: Errors): void {
  const name = port.name ?? '';
  if (name !== '') checkDnsLabel(name, `${path}.name`, errors);
  else if (needsName) errors.push(required(`${path}.name`));
  addMessages(portNumberErrors(port.port ?? 0), port.port ?? 0, `${path}.port`, errors);
  checkProtocol(port.protocol, `${path}.protocol`, errors);
  const { appProtocol } = port;
  if (appProtocol !== undefined) {
    addMessages(qualifiedNameErrors(appProtocol), appProtocol, `${path}.appProtocol`, errors);
  }
}
