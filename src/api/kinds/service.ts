import { changeField, changeOrMake, fill, mapSame } from '../defaults/fill.ts';
import type { Service, ServicePort, ServiceSpec } from '../generated/types.ts';
import { serviceTable } from '../printers/service.ts';
import {
  isExternallyAccessible,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePorts,
} from '../service-traits.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors } from '../validation/collect.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  label1035Name,
} from '../validation/object-meta.ts';
import { checkServiceSpec, checkServiceUpdate } from '../validation/service.ts';
import { serviceWarnings } from '../warnings/objects.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { keepStatus, onlyStatus } from './generation.ts';

/** A stable name and address in front of changing pods. */
export const serviceKind = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  selectableFields: {
    'spec.clusterIP': (service) => service.spec?.clusterIP ?? '',
    'spec.type': (service) => service.spec?.type ?? '',
  },
  storage: 'services/specs',
  createOnUpdate: true,
  subresources: {
    proxy: { kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    status: statusOf('Service'),
  },
  table: serviceTable,

  defaults: (service) => changeOrMake(service, 'spec', noSpec, defaultSpec),
  warnings: serviceWarnings,
  prepareForCreate: (service) => ({
    ...service,
    spec: withClusterIps(service.spec),
    status: { loadBalancer: {} },
  }),
  prepareForUpdate(next, old) {
    if (next.spec === old.spec) return keepStatus(next, old);
    const patched = withAllocatedValues(next.spec, old.spec);
    const spec = withoutStaleValues(withChangedClusterIp(patched, old.spec), old.spec);
    return keepStatus({ ...next, spec }, old);
  },
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (service) =>
    collectErrors((errors) => {
      checkObjectMeta(service.metadata, true, label1035Name, errors);
      checkServiceSpec(service.spec, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkServiceUpdate(next, old, errors);
      if (next.spec !== old.spec) checkServiceSpec(next.spec, errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => checkObjectMetaUpdate(next, old, errors)),
});

const noSpec: ServiceSpec = {};

/** The defaults of core/v1 (SetDefaults_Service). Addresses and node ports are given later, by the API server. */
function defaultSpec(spec: ServiceSpec): ServiceSpec {
  let result = fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (result.sessionAffinity === 'ClientIP') {
    const timeoutSeconds = result.sessionAffinityConfig?.clientIP?.timeoutSeconds;
    if (timeoutSeconds === undefined) {
      result = { ...result, sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } };
    }
  } else if (result.sessionAffinity === 'None' && result.sessionAffinityConfig !== undefined) {
    const { sessionAffinityConfig: _, ...rest } = result;
    result = rest;
  }
  result = changeField(result, 'ports', (ports) => mapSame(ports, defaultPort));
  if (isExternallyAccessible(result)) result = fill(result, { externalTrafficPolicy: 'Cluster' });
  if (needsClusterIp(result)) result = fill(result, { internalTrafficPolicy: 'Cluster' });
  if (result.type === 'LoadBalancer')
    result = fill(result, { allocateLoadBalancerNodePorts: true });
  return result;
}

function defaultPort(port: ServicePort): ServicePort {
  const isGiven = port.targetPort !== undefined && port.targetPort !== 0 && port.targetPort !== '';
  if (port.protocol && isGiven) return port;
  return {
    ...port,
    protocol: port.protocol || 'TCP',
    targetPort: isGiven ? (port.targetPort ?? port.port) : port.port,
  };
}

/** The old single field fills the new list. */
function withClusterIps(spec: ServiceSpec): ServiceSpec {
  const { clusterIP = '', clusterIPs = [] } = spec;
  return clusterIP === '' || clusterIPs.length > 0 ? spec : { ...spec, clusterIPs: [clusterIP] };
}

/** A client that changes only one of the two fields means both. */
function withChangedClusterIp(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const { clusterIP = '', clusterIPs = [] } = spec;
  if (clusterIP === (old.clusterIP ?? '') || !semanticEqual(clusterIPs, old.clusterIPs)) {
    return clusterIPs.length === 0 ? withClusterIps(spec) : spec;
  }
  if (clusterIP !== '') return { ...spec, clusterIPs: [clusterIP, ...clusterIPs.slice(1)] };
  const { clusterIPs: _, ...rest } = spec;
  return rest;
}

/**
 * What the server once gave out and a client left out of its update comes back: addresses, node ports (by the ports'
 * names) and the health check's port (upstream: patchAllocatedValues).
 */
function withAllocatedValues(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  let result = spec;
  if (needsClusterIp(old) && needsClusterIp(spec)) {
    if ((result.clusterIP ?? '') === '' && old.clusterIP !== undefined) {
      result = { ...result, clusterIP: old.clusterIP };
    }
    const hasNone = (result.clusterIPs ?? []).length === 0;
    if (hasNone && result.clusterIP === old.clusterIP && old.clusterIPs !== undefined) {
      result = { ...result, clusterIPs: old.clusterIPs };
    }
    if ((result.ipFamilies ?? []).length === 0 && old.ipFamilies !== undefined) {
      result = { ...result, ipFamilies: old.ipFamilies };
    }
    if (result.ipFamilyPolicy === undefined && old.ipFamilyPolicy !== undefined) {
      result = { ...result, ipFamilyPolicy: old.ipFamilyPolicy };
    }
  }
  if (needsNodePorts(old) && needsNodePorts(spec)) result = withOldNodePorts(result, old);
  const port = old.healthCheckNodePort;
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec) && port !== undefined) {
    result = fill(result, { healthCheckNodePort: port });
  }
  return result;
}

function withOldNodePorts(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const before = new Map((old.ports ?? []).map((each) => [each.name ?? '', each.nodePort ?? 0]));
  const used = new Set((spec.ports ?? []).map((each) => each.nodePort ?? 0));
  return changeField(spec, 'ports', (ports) =>
    mapSame(ports, (port) => {
      const known = before.get(port.name ?? '') ?? 0;
      if ((port.nodePort ?? 0) !== 0 || known === 0 || used.has(known)) return port;
      used.add(known);
      return { ...port, nodePort: known };
    }),
  );
}

/**
 * A change of type makes some values meaningless. They are dropped when the client left them as they were, and
 * refused by validation when it set them anew (upstream: dropTypeDependentFields).
 */
function withoutStaleValues(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const stale: (keyof ServiceSpec)[] = [];
  const dropIfSame = (field: keyof ServiceSpec): void => {
    if (semanticEqual(spec[field], old[field])) stale.push(field);
  };
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) {
      dropIfSame(field);
    }
  }
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec)) dropIfSame('healthCheckNodePort');
  if (isExternallyAccessible(old) && !isExternallyAccessible(spec)) {
    dropIfSame('externalTrafficPolicy');
  }
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    dropIfSame('allocateLoadBalancerNodePorts');
    dropIfSame('loadBalancerClass');
  }
  let result = spec;
  if (stale.length > 0) {
    result = Object.fromEntries(
      Object.entries(spec).filter(([field]) => !stale.includes(field as keyof ServiceSpec)),
    ) as ServiceSpec;
  }
  if (!needsNodePorts(old) || needsNodePorts(spec) || !hasSameNodePorts(spec, old)) return result;
  return changeField(result, 'ports', (ports) => ports.map(withoutNodePort));
}

function withoutNodePort(port: ServicePort): ServicePort {
  const { nodePort: _, ...rest } = port;
  return rest;
}

function hasSameNodePorts(spec: ServiceSpec, old: ServiceSpec): boolean {
  const of = ({ ports = [] }: ServiceSpec): readonly number[] =>
    ports.map((each) => each.nodePort ?? 0).sort();
  return semanticEqual(of(spec), of(old));
}
