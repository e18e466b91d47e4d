import type { APIService, EndpointSlice, Service } from '../../../api/generated/types.ts';
import { defineKind } from '../../../api/kinds/define-kind.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { cacheOf, type Server } from '../server.ts';

/** Groups and versions that somebody else serves, behind this server (upstream: the aggregator). */

export const API_SERVICES = 'apiservices';

/** Where a Service leads: the node of a ready endpoint, its address and port. */
export interface Backend {
  readonly node: string;
  readonly ip: string;
  readonly port: number;
}

export type BackendState =
  | { readonly ok: true; readonly backends: readonly Backend[] }
  | { readonly ok: false; readonly reason: string; readonly message: string };

/** The APIService of a path below `/apis` that names a Service; undefined: nobody else serves it. */
export function apiServiceOf(server: Server, path: string): APIService | undefined {
  const { objects } = cacheOf(server, API_SERVICES);
  if (objects.size === 0) return undefined;
  const [, root, group = '', version = ''] = path.split('/');
  if (root !== 'apis') return undefined;
  // The folder holds APIServices alone.
  const found = objects.get(`/registry/${API_SERVICES}/${version}.${group}`) as
    | APIService
    | undefined;
  return found?.spec?.service === undefined ? undefined : found;
}

/** What is behind an APIService now. */
export function backendsOf(server: Server, { spec }: APIService): BackendState {
  const { name = '', namespace = '', port: wanted = 443 } = spec?.service ?? {};
  const where = `service/${name} in "${namespace}"`;
  // The folders hold these kinds alone.
  const service = cacheOf(server, 'services/specs').objects.get(
    `/registry/services/specs/${namespace}/${name}`,
  ) as Service | undefined;
  if (service === undefined) {
    return { ok: false, reason: 'ServiceNotFound', message: `${where} is not present` };
  }
  const chosen = service.spec.ports?.find(({ port }) => port === wanted);
  if (chosen === undefined) {
    const message = `${where} is not listening on port ${wanted}`;
    return { ok: false, reason: 'ServicePortError', message };
  }
  const portName = chosen.name ?? '';
  const backends = [...cacheOf(server, 'endpointslices').objects.values()].flatMap((each) => {
    const { metadata, endpoints = [], ports = [] } = each as EndpointSlice;
    if (metadata.namespace !== namespace) return [];
    if (metadata.labels?.['kubernetes.io/service-name'] !== name) return [];
    const port = (ports ?? []).find((one) => (one.name ?? '') === portName)?.port;
    if (port === undefined) return [];
    return (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses, nodeName = '' }) =>
        addresses.map((ip) => ({ node: nodeName, ip, port })),
      );
  });
  if (backends.length > 0) return { ok: true, backends };
  return {
    ok: false,
    reason: 'MissingEndpoints',
    message: `endpoints for ${where} have no addresses with port name ${JSON.stringify(portName)}`,
  };
}

const METRICS = { group: 'metrics.k8s.io', version: 'v1beta1', verbs: ['get', 'list'] } as const;

/** What discovery tells of the resource metrics API, once somebody serves it. */
const metricsKinds: readonly KindDeclaration[] = [
  defineKind({ ...METRICS, kind: 'NodeMetrics', plural: 'nodes', namespaced: false }),
  defineKind({ ...METRICS, kind: 'PodMetrics', plural: 'pods', namespaced: true }),
];

/** The kinds of other servers that can be reached now. Of groups but the resource metrics nothing is known here. */
export function aggregatedKinds(server: Server): readonly KindDeclaration[] {
  const { objects } = cacheOf(server, API_SERVICES);
  if (objects.size === 0) return NONE;
  const service = apiServiceOf(server, `/apis/${METRICS.group}/${METRICS.version}`);
  return service !== undefined && backendsOf(server, service).ok ? metricsKinds : NONE;
}

const NONE: readonly KindDeclaration[] = Object.freeze([]);
