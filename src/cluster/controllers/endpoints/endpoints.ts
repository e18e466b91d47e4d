import type {
  EndpointAddress,
  Endpoints,
  EndpointSubset,
  Service,
} from '../../../api/generated/types.ts';
import { compareStrings } from '../../../base/compare.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import type { Micros } from '../../../kernel/time.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import { itself, NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest, type Memo, type Plan } from '../plan.ts';
import { create, remove, update } from '../writes.ts';
import { stirredServices } from './endpointslice.ts';
import { membersAt, selectsPods, type Members, type Wanted } from './members.ts';

const HEADLESS_LABEL = 'service.kubernetes.io/headless';
const MANAGED_BY_LABEL = 'endpoints.kubernetes.io/managed-by';
const OVER_CAPACITY_ANNOTATION = 'endpoints.kubernetes.io/over-capacity';
const ADDRESSES_MAX = 1000;
/**
 * A real object of a thousand addresses takes its controller, the API server and etcd some hundred
 * milliseconds to work out and write; changes in the meantime go into the next one. Ours waits for as long.
 */
const MICROS_PER_ADDRESS: Micros = 100;

/** Keeps the older form of a Service's endpoints: all of them in one object, at most a thousand. */
export const endpointsController: Controller = {
  name: 'endpoints-controller',
  account: 'endpoint-controller',
  component: 'endpoint-controller',
  workers: 5,
  wokenBy: [
    itself('services'),
    { resource: 'pods', about: ['endpoints'], keys: stirredServices },
    { resource: 'nodes', about: ['endpoints'], keys: stirredServices },
    { resource: 'endpoints', keys: ({ key, next }) => (next === undefined ? [key] : NO_KEYS) },
  ],

  reconcile(key, cluster, now, memo) {
    const present = cluster.get('endpoints', key);
    const service = cluster.get('services', key);
    if (service === undefined) return withoutService(key, present);
    const members = membersAt(cluster.derived.members, key);
    if (members === undefined || !selectsPods(service)) return rest('it selects no pods');
    const due = dueAfter(members, memo);
    if (now < due) return rest('its last look is still under way', { after: due - now });
    return write(service, members, present, now);
  },
};

function withoutService(key: string, present: Endpoints | undefined): Plan {
  if (present === undefined) return rest('the Service is gone', { remember: null });
  return inOrder(`Service ${key} is gone: deletes its Endpoints`, [remove('endpoints', present)], {
    remember: null,
  });
}

function dueAfter(members: Members, memo: Memo | undefined): Micros {
  if (memo === undefined) return 0;
  return Number(memo['looked']) + members.wanted.size * MICROS_PER_ADDRESS;
}

function write(
  service: Service,
  members: Members,
  present: Endpoints | undefined,
  now: Micros,
): Plan {
  const { name = '', namespace = '' } = service.metadata;
  const subsets = subsetsOf(service, members);
  const kept = truncated(subsets);
  const labels = labelsOf(service);
  if (
    present !== undefined &&
    semanticEqual(present.subsets, kept) &&
    semanticEqual(present.metadata.labels, labels)
  ) {
    return rest(`Endpoints ${name} are as they should be`, { remember: { looked: now } });
  }
  const annotations = annotationsOf(present, kept !== subsets);
  const next: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...(present === undefined ? { name, namespace } : present.metadata),
      labels,
      annotations,
    },
    subsets: kept,
  };
  const about = referenceTo(present ?? next);
  const writes =
    present === undefined
      ? create('endpoints', next, {
          about,
          failed: {
            reason: 'FailedToCreateEndpoint',
            message: `Failed to create endpoint for service ${namespace}/${name}: {error}`,
          },
        })
      : update('endpoints', next, {
          about,
          failed: {
            reason: 'FailedToUpdateEndpoint',
            message: `Failed to update endpoint ${namespace}/${name}: {error}`,
          },
        });
  return inOrder(`Service ${name} leads to ${members.wanted.size} pods`, [writes], {
    remember: { looked: now },
  });
}

function labelsOf(service: Service): Readonly<Record<string, string>> {
  const { clusterIP } = service.spec;
  const isHeadless = clusterIP === undefined || clusterIP === '' || clusterIP === 'None';
  return {
    ...service.metadata.labels,
    [MANAGED_BY_LABEL]: 'endpoint-controller',
    ...(isHeadless ? { [HEADLESS_LABEL]: '' } : undefined),
  };
}

function annotationsOf(
  present: Endpoints | undefined,
  isTruncated: boolean,
): Readonly<Record<string, string>> {
  const { [OVER_CAPACITY_ANNOTATION]: _, ...others } = present?.metadata.annotations ?? {};
  return isTruncated ? { ...others, [OVER_CAPACITY_ANNOTATION]: 'truncated' } : others;
}

/** Addresses with equal ports share a subset; within it they are sorted. */
function subsetsOf(service: Service, members: Members): readonly EndpointSubset[] {
  const all = service.spec.publishNotReadyAddresses === true;
  const groups = new Map<string, { wanted: Wanted; ready: Wanted[]; notReady: Wanted[] }>();
  for (const wanted of members.wanted.values()) {
    const { conditions } = wanted.endpoint;
    if (conditions?.terminating === true && !all) continue;
    // Without ports only a headless Service has endpoints.
    if (wanted.ports.length === 0 && service.spec.clusterIP !== 'None') continue;
    let group = groups.get(wanted.key);
    if (group === undefined) {
      group = { wanted, ready: [], notReady: [] };
      groups.set(wanted.key, group);
    }
    (conditions?.ready === true ? group.ready : group.notReady).push(wanted);
  }
  return [...groups]
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([, { wanted, ready, notReady }]) => ({
      ...(ready.length === 0 ? undefined : { addresses: sortedAddresses(ready) }),
      ...(notReady.length === 0 ? undefined : { notReadyAddresses: sortedAddresses(notReady) }),
      ...(wanted.ports.length === 0 ? undefined : { ports: wanted.ports.map(portOf) }),
    }));
}

function portOf({ name, port, protocol, appProtocol }: Wanted['ports'][number]) {
  return {
    ...(name === undefined || name === '' ? undefined : { name }),
    port: port ?? 0,
    ...(protocol === undefined ? undefined : { protocol }),
    ...(appProtocol === undefined ? undefined : { appProtocol }),
  };
}

function sortedAddresses(wanted: readonly Wanted[]): readonly EndpointAddress[] {
  return wanted.map(addressOf).sort((a, b) => compareStrings(a.ip, b.ip));
}

/** Endpoints are immutable, so each is turned into an address once. A memo only. */
const addresses = new WeakMap<Wanted, EndpointAddress>();

function addressOf(wanted: Wanted): EndpointAddress {
  let address = addresses.get(wanted);
  if (address === undefined) {
    const { endpoint } = wanted;
    address = Object.freeze({
      ip: endpoint.addresses[0] ?? '',
      ...(endpoint.hostname === undefined ? undefined : { hostname: endpoint.hostname }),
      ...(endpoint.nodeName === undefined ? undefined : { nodeName: endpoint.nodeName }),
      ...(endpoint.targetRef === undefined ? undefined : { targetRef: endpoint.targetRef }),
    });
    addresses.set(wanted, address);
  }
  return address;
}

/** At most a thousand addresses: ready ones before others, each subset its proportion. */
function truncated(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  const count = (list: (subset: EndpointSubset) => readonly unknown[] | undefined) =>
    subsets.reduce((sum, subset) => sum + (list(subset)?.length ?? 0), 0);
  const ready = count((subset) => subset.addresses);
  const notReady = count((subset) => subset.notReadyAddresses);
  if (ready + notReady <= ADDRESSES_MAX) return subsets;
  const cutsReady = ready > ADDRESSES_MAX;
  const room = cutsReady ? ADDRESSES_MAX : ADDRESSES_MAX - ready;
  const total = cutsReady ? ready : notReady;
  let left = room;
  return subsets.map(({ addresses: own, notReadyAddresses, ...rest }) => {
    const list = (cutsReady ? own : notReadyAddresses) ?? [];
    const share = Math.min(left, Math.ceil((list.length / total) * room));
    const cut = list.slice(0, share);
    left -= cut.length;
    const firsts = cutsReady ? cut : own;
    const others = cutsReady ? undefined : cut;
    return {
      ...rest,
      ...(firsts === undefined || firsts.length === 0 ? undefined : { addresses: firsts }),
      ...(others === undefined || others.length === 0 ? undefined : { notReadyAddresses: others }),
    };
  });
}
