import type {
  Endpoint,
  Endpoints,
  EndpointSlice,
  EndpointSubset,
} from '../../../api/generated/types.ts';
import { controllerReference } from '../../../api/owner-references.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { ClusterView } from '../cluster-view.ts';
import { itself, NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest, type Write } from '../plan.ts';
import { SERVICE_NAME_LABEL } from '../resources.ts';
import { create, remove, update } from '../writes.ts';
import { MANAGED_BY_LABEL } from './members.ts';
import { portsKey } from './ports.ts';

const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror';
/** Upstream's --mirroring-max-endpoints-per-subset. */
const ADDRESSES_MAX = 1000;

/** Shows hand-written Endpoints of Services without a selector as slices, where the dataplane looks. */
export const endpointSliceMirroringController: Controller = {
  name: 'endpointslice-mirroring-controller',
  account: 'endpointslicemirroring-controller',
  component: 'endpoint-slice-mirroring-controller',
  workers: 5,
  wokenBy: [
    { resource: 'services', keys: ({ key }) => [key] },
    itself('endpoints'),
    { resource: 'endpointslices', keys: mirroredService },
  ],

  reconcile(key, cluster) {
    const mirrors = mirrorsOf(key, cluster);
    const endpoints = cluster.get('endpoints', key);
    const service = cluster.get('services', key);
    const selector = service?.spec.selector ?? {};
    const isMirrored =
      service !== undefined &&
      endpoints !== undefined &&
      Object.keys(selector).length === 0 &&
      endpoints.metadata.labels?.[SKIP_LABEL] !== 'true';
    if (!isMirrored) {
      return mirrors.length === 0
        ? rest('nothing is to be mirrored')
        : inOrder(
            `Endpoints ${key} are no longer mirrored`,
            mirrors.map((slice) => remove('endpointslices', slice)),
          );
    }
    return inOrder(
      `Endpoints ${key} are written by hand: mirrors them`,
      mirrorWrites(endpoints, mirrors),
    );
  },
};

function mirroredService({ old, next }: InformerChange): readonly string[] {
  const labels = (next ?? old)?.metadata.labels;
  const name = labels?.[SERVICE_NAME_LABEL];
  if (name === undefined || labels?.[MANAGED_BY_LABEL] !== MANAGER) return NO_KEYS;
  return [`${(next ?? old)?.metadata.namespace ?? ''}/${name}`];
}

function mirrorsOf(key: string, cluster: ClusterView): readonly EndpointSlice[] {
  return [...cluster.filed('endpointslices', 'service', key).values()].filter(
    (slice) =>
      slice.metadata.labels?.[MANAGED_BY_LABEL] === MANAGER &&
      slice.metadata.deletionTimestamp === undefined,
  );
}

/** One slice for each subset and address family; slices are kept for the same ports and family. */
function mirrorWrites(endpoints: Endpoints, mirrors: readonly EndpointSlice[]): readonly Write[] {
  const left = new Set(mirrors);
  const writes: Write[] = [];
  for (const wanted of wantedSlices(endpoints)) {
    const kept = [...left].find(
      (slice) =>
        slice.addressType === wanted.addressType &&
        portsKey(slice.ports) === portsKey(wanted.ports),
    );
    if (kept === undefined) {
      writes.push(create('endpointslices', wanted));
      continue;
    }
    left.delete(kept);
    const { labels } = wanted.metadata;
    const isSame =
      semanticEqual(kept.endpoints, wanted.endpoints) &&
      semanticEqual(kept.metadata.labels, labels);
    if (isSame) continue;
    const metadata = { ...kept.metadata, ...(labels === undefined ? undefined : { labels }) };
    writes.push(update('endpointslices', { ...wanted, metadata }));
  }
  for (const slice of left) writes.push(remove('endpointslices', slice));
  return writes;
}

function wantedSlices(endpoints: Endpoints): readonly EndpointSlice[] {
  const { name = '', namespace = '', labels } = endpoints.metadata;
  return (endpoints.subsets ?? []).flatMap((subset) =>
    (['IPv4', 'IPv6'] as const).flatMap((addressType): readonly EndpointSlice[] => {
      const members = endpointsOf(subset, addressType);
      if (members.length === 0) return [];
      return [
        {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: {
            generateName: `${name}-`,
            namespace,
            labels: { ...labels, [SERVICE_NAME_LABEL]: name, [MANAGED_BY_LABEL]: MANAGER },
            ownerReferences: [controllerReference(endpoints)],
          },
          addressType,
          endpoints: members,
          ports: (subset.ports ?? []).map(
            ({ name: portName = '', port, protocol = 'TCP', appProtocol }) => ({
              name: portName,
              port,
              protocol,
              ...(appProtocol === undefined ? undefined : { appProtocol }),
            }),
          ),
        },
      ];
    }),
  );
}

function endpointsOf(subset: EndpointSubset, family: 'IPv4' | 'IPv6'): readonly Endpoint[] {
  const list = (addresses: EndpointSubset['addresses'], ready: boolean): readonly Endpoint[] =>
    (addresses ?? [])
      .filter(({ ip }) => ip.includes(':') === (family === 'IPv6'))
      .map(({ ip, hostname, nodeName, targetRef }) => ({
        addresses: [ip],
        conditions: { ready },
        ...(hostname === undefined ? undefined : { hostname }),
        ...(nodeName === undefined ? undefined : { nodeName }),
        ...(targetRef === undefined ? undefined : { targetRef }),
      }));
  return [...list(subset.addresses, true), ...list(subset.notReadyAddresses, false)].slice(
    0,
    ADDRESSES_MAX,
  );
}
