import { compareStrings } from '../../../base/compare.ts';
import type { ApiRequest } from '../../messages.ts';
import { reply, type Reply } from '../exchange.ts';
import {
  aggregatedGroups,
  discoveredGroups,
  groupOf,
  groupVersionText,
  kindsIn,
  namedGroups,
  plainResources,
} from './resources.ts';
import { versionInfo } from './version.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** `/version`, and what kinds there are; undefined for other paths. */
export function discoveryAnswer(
  request: ApiRequest,
  { address }: { readonly address: string },
): Reply | undefined {
  if (request.method !== 'GET') return undefined;
  switch (request.path) {
    case '/':
    case '/index.html':
      return reply({ paths: servedPaths() });
    case '/version':
    case '/version/':
      return reply(versionInfo);
    case '/api':
    case '/api/':
      return wantsAggregated(request)
        ? aggregated(aggregatedGroups(true))
        : reply({
            kind: 'APIVersions',
            versions: ['v1'],
            serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
          });
    case '/apis':
    case '/apis/':
      return wantsAggregated(request)
        ? aggregated(aggregatedGroups(false))
        : reply({ kind: 'APIGroupList', apiVersion: 'v1', groups: namedGroups() });
    default:
      return groupAnswer(request.path.split('/').filter((part) => part !== ''));
  }
}

/** What `/` lists: the places where a client may begin. */
function servedPaths(): readonly string[] {
  const groups = discoveredGroups().filter(({ group }) => group !== '');
  return [
    '/api',
    '/api/v1',
    '/apis',
    ...groups.flatMap(({ group, versions }) => [
      `/apis/${group}`,
      ...versions.map((version) => `/apis/${group}/${version}`),
    ]),
    '/healthz',
    '/healthz/etcd',
    '/livez',
    '/livez/etcd',
    '/openapi/v3',
    '/openapi/v3/',
    '/readyz',
    '/readyz/etcd',
    '/version',
  ].sort(compareStrings);
}

function groupAnswer(parts: readonly string[]): Reply | undefined {
  const [root, first = '', second = ''] = parts;
  if (root === 'api') {
    return first === 'v1' && parts.length === 2 ? resourceList('', 'v1') : undefined;
  }
  if (root !== 'apis') return undefined;
  const served = discoveredGroups().find(({ group }) => group !== '' && group === first);
  if (served === undefined) return undefined;
  if (parts.length === 2) {
    return reply({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(first, served.versions) });
  }
  return parts.length === 3 && served.versions.includes(second)
    ? resourceList(first, second)
    : undefined;
}

function resourceList(group: string, version: string): Reply {
  return reply({
    kind: 'APIResourceList',
    ...(group === '' ? undefined : { apiVersion: 'v1' }),
    groupVersion: groupVersionText(group, version),
    resources: kindsIn(group, version).flatMap(plainResources),
  });
}

function wantsAggregated({ accept = '' }: ApiRequest): boolean {
  return accept.includes('as=APIGroupDiscoveryList') && accept.includes('v=v2;');
}

function aggregated(body: unknown): Reply {
  return { ...reply(body), contentType: AGGREGATED };
}
