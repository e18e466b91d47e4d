import { duplicate, forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { Service, ServicePort, ServiceSpec } from '../generated/types.ts';
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from '../service-traits.ts';
import { cidrErrors, ipErrors } from '../names/ip-errors.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { portNumberErrors } from '../names/words.ts';
import { checkProtocol } from './containers.ts';
import {
  addMessages,
  checkDnsLabel,
  checkDnsSubdomain,
  checkPortNumberOrName,
  type Errors,
} from './fields.ts';
import { checkLabels } from './labels.ts';
import { checkNotSpecialIp } from './special-ips.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const affinities = ['ClientIP', 'None'];
const policies = ['Cluster', 'Local'];
const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];

/** The spec of a service, complete or before its addresses are given (upstream: ValidateService). */
export function checkServiceSpec(spec: ServiceSpec, errors: Errors): void {
  const ports = spec.ports ?? [];
  const headless = isHeadless(spec);
  if (ports.length === 0 && !headless && spec.type !== 'ExternalName') {
    errors.push(required('spec.ports'));
  }
  checkType(spec, headless, errors);
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    checkPort(port, ports.length > 1, names, `spec.ports[${index}]`, errors);
  }
  checkLabels(spec.selector, 'spec.selector', errors);
  checkAffinity(spec, errors);
  if (spec.type !== 'ExternalName') checkClusterIps(spec, headless, errors);
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    const found = ipErrors(`spec.externalIPs[${index}]`, ip);
    errors.push(...found);
    if (found.length === 0) checkNotSpecialIp(ip, `spec.externalIPs[${index}]`, errors);
  }
  if ((spec.type ?? '') === '') errors.push(required('spec.type'));
  else if (!types.includes(spec.type ?? '')) {
    errors.push(notSupported('spec.type', spec.type, types));
  }
  checkPortsTogether(spec, ports, errors);
  checkLoadBalancer(spec, errors);
  checkTraffic(spec, errors);
}

function checkType(spec: ServiceSpec, headless: boolean, errors: Errors): void {
  const { type } = spec;
  if ((type === 'LoadBalancer' || type === 'NodePort') && headless) {
    errors.push(
      invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`),
    );
  }
  if (type !== 'ExternalName') return;
  const message = 'may not be set for ExternalName services';
  if ((spec.clusterIPs ?? []).length > 0) errors.push(forbidden('spec.clusterIPs', message));
  if ((spec.ipFamilies ?? []).length > 0) errors.push(forbidden('spec.ipFamilies', message));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', message));
  const name = spec.externalName ?? '';
  const host = name.endsWith('.') ? name.slice(0, -1) : name;
  if (host === '') errors.push(required('spec.externalName'));
  else checkDnsSubdomain(host, 'spec.externalName', errors);
}

function checkPort(
  port: ServicePort,
  needsName: boolean,
  names: Set<string>,
  path: string,
  errors: Errors,
): void {
  const name = port.name ?? '';
  if (name !== '') {
    checkDnsLabel(name, `${path}.name`, errors);
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
  } else if (needsName) errors.push(required(`${path}.name`));
  const number = port.port ?? 0;
  addMessages(portNumberErrors(number), number, `${path}.port`, errors);
  checkProtocol(port.protocol, `${path}.protocol`, errors);
  checkPortNumberOrName(port.targetPort, `${path}.targetPort`, errors);
  const { appProtocol } = port;
  if (appProtocol !== undefined) {
    addMessages(qualifiedNameErrors(appProtocol), appProtocol, `${path}.appProtocol`, errors);
  }
}

function checkAffinity(
  { sessionAffinity, sessionAffinityConfig }: ServiceSpec,
  errors: Errors,
): void {
  const path = 'spec.sessionAffinityConfig';
  const affinity: string = sessionAffinity ?? '';
  if (affinity === '') errors.push(required('spec.sessionAffinity'));
  else if (!affinities.includes(affinity)) {
    errors.push(notSupported('spec.sessionAffinity', affinity, affinities));
  }
  if (affinity === 'None' && sessionAffinityConfig !== undefined) {
    errors.push(forbidden(path, 'must not be set when session affinity is None'));
  }
  if (affinity !== 'ClientIP') return;
  const why = 'when session affinity type is ClientIP';
  const timeout = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (sessionAffinityConfig === undefined) errors.push(required(path, why));
  else if (sessionAffinityConfig.clientIP === undefined) {
    errors.push(required(`${path}.clientIP`, why));
  } else if (timeout === undefined) errors.push(required(`${path}.clientIP.timeoutSeconds`, why));
  else if (timeout <= 0 || timeout > 86400) {
    errors.push(
      invalid(
        `${path}.clientIP.timeoutSeconds`,
        timeout,
        'must be greater than 0 and less than 86400',
      ),
    );
  }
}

const families = ['IPv4', 'IPv6'];
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** The addresses inside the cluster and their families (upstream: ValidateServiceClusterIPsRelatedFields). */
function checkClusterIps(spec: ServiceSpec, headless: boolean, errors: Errors): void {
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const path = 'spec.clusterIPs';
  if (clusterIP === '') {
    if (clusterIPs.length > 0) {
      errors.push(invalid(path, clusterIPs, 'must be empty when `clusterIP` is not specified'));
    }
  } else if (clusterIPs.length === 0) errors.push(required(path));
  else if (clusterIPs[0] !== clusterIP) {
    errors.push(invalid(path, clusterIPs, 'first value must match `clusterIP`'));
  }
  const seen = new Set<string>();
  for (const [index, family] of ipFamilies.entries()) {
    const at = `spec.ipFamilies[${index}]`;
    if (!families.includes(family)) errors.push(notSupported(at, family, families));
    if (seen.has(family)) errors.push(duplicate(at, family));
    seen.add(family);
  }
  if (ipFamilyPolicy !== undefined && !familyPolicies.includes(ipFamilyPolicy)) {
    errors.push(notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, familyPolicies));
  }
  if (checkAddresses(clusterIPs, path, errors) || headless) return;
  if (clusterIPs.length > 1 && clusterIPs[0]?.includes(':') === clusterIPs[1]?.includes(':')) {
    errors.push(invalid(path, clusterIPs, 'may specify no more than one IP for each IP family'));
  }
  for (const [index, family] of ipFamilies.entries()) {
    const ip = clusterIPs[index];
    if (ip === undefined || (family === 'IPv6') === ip.includes(':')) continue;
    errors.push(
      invalid(
        `${path}[${index}]`,
        ip,
        `expected an ${family} value as indicated by \`ipFamilies[${index}]\``,
      ),
    );
  }
}

/** True when one of them is no address, which makes further checks of them pointless. */
function checkAddresses(clusterIPs: readonly string[], path: string, errors: Errors): boolean {
  let isWrong = false;
  for (const [index, ip] of clusterIPs.entries()) {
    if (index === 0 && ip === 'None') {
      if (clusterIPs.length > 1) {
        isWrong = true;
        errors.push(invalid(path, clusterIPs, "'None' must be the first and only value"));
      }
      continue;
    }
    const found = ipErrors(`${path}[${index}]`, ip);
    isWrong ||= found.length > 0;
    errors.push(...found);
  }
  if (clusterIPs.length > 2) {
    errors.push(invalid(path, clusterIPs, 'may only hold up to 2 values'));
  }
  return isWrong;
}

/** What ports must not have in common. */
function checkPortsTogether(
  { type }: ServiceSpec,
  ports: readonly ServicePort[],
  errors: Errors,
): void {
  const nodePorts = new Set<string>();
  const numbers = new Set<string>();
  if (type === 'ClusterIP') {
    for (const [index, { nodePort = 0 }] of ports.entries()) {
      if (nodePort === 0) continue;
      errors.push(
        forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"),
      );
    }
  }
  for (const [index, { nodePort = 0, protocol = '' }] of ports.entries()) {
    if (nodePort === 0) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${index}].nodePort`, nodePort));
    nodePorts.add(key);
  }
  for (const [index, { port, protocol = '' }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (numbers.has(key)) {
      // The server prints the key it compares by: its internal form of a port with two fields set.
      const shown = {
        Name: '',
        Protocol: protocol,
        AppProtocol: null,
        Port: port,
        TargetPort: 0,
        NodePort: 0,
      };
      errors.push(duplicate(`spec.ports[${index}]`, shown));
    }
    numbers.add(key);
  }
}

function checkLoadBalancer(spec: ServiceSpec, errors: Errors): void {
  const isBalanced = spec.type === 'LoadBalancer';
  const message = "may only be used when `type` is 'LoadBalancer'";
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0 && !isBalanced) {
    errors.push(forbidden('spec.LoadBalancerSourceRanges', message));
  }
  for (const [index, range] of ranges.entries()) {
    errors.push(...cidrErrors(`spec.LoadBalancerSourceRanges[${index}]`, range.trim()));
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalanced) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', message));
  }
  if (spec.allocateLoadBalancerNodePorts === undefined && isBalanced) {
    errors.push(required('allocateLoadBalancerNodePorts'));
  }
  const { loadBalancerClass } = spec;
  if (loadBalancerClass === undefined) return;
  if (!isBalanced) errors.push(forbidden('spec.loadBalancerClass', message));
  addMessages(
    qualifiedNameErrors(loadBalancerClass),
    loadBalancerClass,
    'spec.loadBalancerClass',
    errors,
  );
}

function checkTraffic(spec: ServiceSpec, errors: Errors): void {
  const external: string = spec.externalTrafficPolicy ?? '';
  const path = 'spec.externalTrafficPolicy';
  if (!isExternallyAccessible(spec)) {
    if (external !== '') {
      errors.push(invalid(path, external, 'may only be set for externally-accessible services'));
    }
  } else if (external === '') errors.push(required(path));
  else if (!policies.includes(external)) errors.push(notSupported(path, external, policies));

  const port = spec.healthCheckNodePort ?? 0;
  if (port !== 0 && !needsHealthCheckPort(spec)) {
    errors.push(
      invalid(
        'spec.healthCheckNodePort',
        port,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  } else if (port !== 0) {
    addMessages(portNumberErrors(port), port, 'spec.healthCheckNodePort', errors);
  }

  const internal: string | undefined = spec.internalTrafficPolicy;
  if (internal === undefined) {
    if (spec.type !== 'ExternalName' && types.includes(spec.type ?? '')) {
      errors.push(required('spec.internalTrafficPolicy'));
    }
  } else if (!policies.includes(internal)) {
    errors.push(notSupported('spec.internalTrafficPolicy', internal, policies));
  }
  const distribution = spec.trafficDistribution;
  if (distribution !== undefined && !distributions.includes(distribution)) {
    errors.push(notSupported('spec.trafficDistribution', distribution, distributions));
  }
}

/** What must not change between two specs (upstream: ValidateServiceUpdate). */
export function checkServiceUpdate(next: Service, old: Service, errors: Errors): void {
  const spec = next.spec;
  const before = old.spec;
  if (spec === before) return;
  if (spec.type !== 'ExternalName' && before.type !== 'ExternalName') {
    if (!(isHeadless(spec) && isHeadless(before))) checkClusterIpsUpdate(spec, before, errors);
    checkFamiliesUpdate(spec, before, errors);
  }
  const { loadBalancerClass } = before;
  const staysBalanced = spec.type === 'LoadBalancer' && before.type === 'LoadBalancer';
  if (staysBalanced && spec.loadBalancerClass !== loadBalancerClass) {
    errors.push(
      invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set'),
    );
  }
  if (
    needsHealthCheckPort(spec) &&
    needsHealthCheckPort(before) &&
    spec.healthCheckNodePort !== before.healthCheckNodePort
  ) {
    errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
  }
}

function checkClusterIpsUpdate(spec: ServiceSpec, before: ServiceSpec, errors: Errors): void {
  const ips = spec.clusterIPs ?? [];
  const old = before.clusterIPs ?? [];
  const path = 'spec.clusterIPs';
  if (old.length > 0 && ips.length === 0) {
    errors.push(invalid(`${path}[0]`, ips, 'primary clusterIP can not be unset'));
    return;
  }
  for (const [index, ip] of old.entries()) {
    const now = ips[index];
    // A second address may be released or added; what stays must stay what it is.
    if (now !== undefined && now !== ip) {
      errors.push(invalid(`${path}[${index}]`, ips, 'may not change once set'));
    }
  }
  if (old.length > ips.length && ips.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    errors.push(
      invalid(
        'spec.ipFamilyPolicy',
        spec.ipFamilyPolicy ?? null,
        "must be set to 'SingleStack' when releasing the secondary clusterIP",
      ),
    );
  }
}

function checkFamiliesUpdate(spec: ServiceSpec, before: ServiceSpec, errors: Errors): void {
  const now = spec.ipFamilies ?? [];
  const old = before.ipFamilies ?? [];
  if (old.length > 0 && now.length === 0) {
    errors.push(invalid('spec.ipFamilies[0]', now, 'primary ipFamily can not be unset'));
    return;
  }
  for (const [index, family] of old.entries()) {
    if (now[index] !== undefined && now[index] !== family) {
      errors.push(invalid(`spec.ipFamilies[${index}]`, now, 'may not change once set'));
    }
  }
}
