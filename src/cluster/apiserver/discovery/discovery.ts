import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { compareStrings } from '../../../base/compare.ts';
import type { ApiRequest } from '../../messages.ts';
import { reply, type Reply } from '../exchange.ts';
import { checksOf } from '../health/checks.ts';
import { ISSUER_PATHS } from './issuer.ts';
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
  { address, kinds }: { readonly address: string; readonly kinds: readonly KindDeclaration[] },
): Reply | undefined {
  if (request.method !== 'GET') return undefined;
  switch (request.path) {
    case '/':
    case '/index.html':
      return reply({ paths: servedPaths(kinds) });
    case '/version':
    case '/version/':
      return reply(versionInfo);
    case '/api':
    case '/api/':
      return wantsAggregated(request)
        ? aggregated(aggregatedGroups(kinds, true))
        : reply({
            kind: 'APIVersions',
            versions: ['v1'],
            serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
          });
    case '/apis':
    case '/apis/':
      return wantsAggregated(request)
        ? aggregated(aggregatedGroups(kinds, false))
        : reply({ kind: 'APIGroupList', apiVersion: 'v1', groups: namedGroups(kinds) });
    default:
      return groupAnswer(
        kinds,
        request.path.split('/').filter((part) => part !== ''),
      );
  }
}

/** What `/` lists: the places where a client may begin. */
function servedPaths(kinds: readonly KindDeclaration[]): readonly string[] {
  const groups = discoveredGroups(kinds).filter(({ group }) => group !== '');
  return [
    '/api',
    '/api/v1',
    '/apis',
    ...groups.flatMap(({ group, versions }) => [
      `/apis/${group}`,
      ...versions.map((version) => `/apis/${group}/${version}`),
    ]),
    '/apis/',
    ...Object.entries(checksOf).flatMap(([probe, checks]) => [
      `/${probe}`,
      ...checks.map((check) => `/${probe}/${check}`),
    ]),
    ...ISSUER_PATHS,
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
    '/openapi/v3/',
    '/version',
  ].sort(compareStrings);
}

function groupAnswer(
  kinds: readonly KindDeclaration[],
  parts: readonly string[],
): Reply | undefined {
  const [root, first = '', second = ''] = parts;
  if (root === 'api') {
    return first === 'v1' && parts.length === 2 ? resourceList(kinds, '', 'v1') : undefined;
  }
  if (root !== 'apis') return undefined;
  const served = discoveredGroups(kinds).find(({ group }) => group !== '' && group === first);
  if (served === undefined) return undefined;
  if (parts.length === 2) {
    return reply({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(first, served.versions) });
  }
  return parts.length === 3 && served.versions.includes(second)
    ? resourceList(kinds, first, second)
    : undefined;
}

function resourceList(kinds: readonly KindDeclaration[], group: string, version: string): Reply {
  return reply({
    kind: 'APIResourceList',
    ...(group === '' ? undefined : { apiVersion: 'v1' }),
    groupVersion: groupVersionText(group, version),
    resources: kindsIn(kinds, group, version).flatMap(plainResources),
  });
}

function wantsAggregated({ accept = '' }: ApiRequest): boolean {
  return accept.includes('as=APIGroupDiscoveryList') && accept.includes('v=v2;');
}

function aggregated(body: unknown): Reply {
  return { ...reply(body), contentType: AGGREGATED };
}
