import type {
  EventsV1Event,
  IPAddress,
  KubernetesObject,
  Service,
  ServiceCIDR,
} from '../../../api/generated/types.ts';
import { formatMicroTime, parseTime } from '../../../api/time.ts';
import { randomUid } from '../../../kernel/random.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import { ownRequest } from '../own/own-request.ts';
import { cacheOf, calendarMicros, calendarMillis, timestamp, type Server } from '../server.ts';
import { addressBody, ADDRESS_FOLDER, ADDRESSES, clusterAddress, isManaged } from './ip-address.ts';

/**
 * Keeps the addresses of Services and the objects that hold them in step (upstream: the repair loop of the IPAddress
 * allocator). It looks a moment after one was taken away, and a minute after any other change of one.
 */

/** As long as the creation of a Service may take after its address is held. */
const GRACE_MILLIS = 60_000;
const SOON = SECOND;
const LATER = 61 * SECOND;
const COMPONENT = 'ipallocator-repair-controller';
const COLLECTION = '/apis/networking.k8s.io/v1/ipaddresses';

/** An IPAddress has changed. */
export function noteAddressChange(server: Server, isDeleted: boolean): void {
  arm(server, isDeleted ? SOON : LATER);
}

/** Looks after a while, unless it will look before that anyway. */
function arm({ memory, env }: Server, after: Micros): void {
  const at = env.now + after;
  const { services } = memory;
  if (services.repairAt !== 0 && services.repairAt <= at) return;
  services.repairAt = at;
  env.after(after, { type: 'apiserver/repair-addresses' });
}

/** One look. */
export function repairAddresses(server: Server): void {
  const { memory, env } = server;
  if (env.now < memory.services.repairAt) return;
  memory.services.repairAt = 0;
  const addresses = cacheOf(server, ADDRESSES);
  const services = cacheOf(server, 'services/specs');
  if (!memory.etcdUp || !addresses.ready || !services.ready) {
    arm(server, LATER);
    return;
  }
  for (const object of services.objects.values()) {
    restore(server, object as Service); // The folder holds Services.
  }
  for (const object of addresses.objects.values()) {
    if (isManaged(object)) check(server, object as IPAddress); // As above.
  }
}

/** A Service whose address nothing holds. */
function restore(server: Server, service: Service): void {
  const address = clusterAddress(service);
  if (address === '' || service.metadata.deletionTimestamp !== undefined) return;
  if (cacheOf(server, ADDRESSES).objects.has(ADDRESS_FOLDER + address)) return;
  warn(server, service, {
    reason: 'ClusterIPNotAllocated',
    action: 'ClusterIPAllocation',
    note: `Cluster IP [IPv4]: ${address} is not allocated; repairing`,
  });
  const { namespace = '', name = '' } = service.metadata;
  ownRequest(server, {
    method: 'POST',
    path: COLLECTION,
    body: addressBody(address, { namespace, name }),
  });
}

/** An address that no Service has. */
function check(server: Server, held: IPAddress): void {
  const { name: address = '', creationTimestamp = '' } = held.metadata;
  const { group = '', resource, namespace = '', name = '' } = held.spec?.parentRef ?? {};
  if (group !== '' || resource !== 'services') {
    const parent = `&{${group} ${resource ?? ''} ${namespace} ${name}}`;
    cleanUp(
      server,
      held,
      'IPAddressNotAllocated',
      `IPAddress ${address} appears to have been modified, not referencing a Service ${parent}: cleaning up`,
    );
    return;
  }
  const key = `/registry/services/specs/${namespace}/${name}`;
  const service = cacheOf(server, 'services/specs').objects.get(key) as Service | undefined;
  if (service === undefined) {
    const age = calendarMillis(server) - (parseTime(creationTimestamp) ?? 0);
    if (age <= GRACE_MILLIS) arm(server, LATER);
    else {
      cleanUp(
        server,
        held,
        'IPAddressNotAllocated',
        `IPAddress: ${address} for Service ${namespace}/${name} appears to have leaked: cleaning up`,
      );
    }
  } else if (clusterAddress(service) !== address) {
    cleanUp(
      server,
      held,
      'IPAddressWrongReference',
      `IPAddress: ${address} for Service ${namespace}/${name} has a wrong reference; cleaning up`,
    );
  }
}

function cleanUp(server: Server, held: IPAddress, reason: string, note: string): void {
  warn(server, held, { reason, action: 'IPAddressAllocation', note });
  const path = `${COLLECTION}/${held.metadata.name ?? ''}`;
  ownRequest(server, { method: 'DELETE', path });
}

function warn(
  server: Server,
  about: KubernetesObject,
  {
    reason,
    action,
    note,
  }: { readonly reason: string; readonly action: string; readonly note: string },
): void {
  const { env } = server;
  const { name = '', namespace = 'default', uid = '' } = about.metadata;
  env.note(note);
  const regarding = {
    apiVersion: about.apiVersion,
    kind: about.kind,
    name,
    ...(about.metadata.namespace === undefined ? undefined : { namespace }),
    uid,
  };
  const suffix = randomUid(env.random('events')).replaceAll('-', '').slice(0, 16);
  const event: EventsV1Event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name}.${suffix}`, namespace },
    eventTime: formatMicroTime(calendarMicros(server)),
    reportingController: COMPONENT,
    reportingInstance: `${COMPONENT}-${env.machine}`,
    action,
    reason,
    regarding,
    note,
    type: 'Warning',
  };
  ownRequest(server, {
    method: 'POST',
    path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
    body: event,
  });
}

/** The range of addresses that the server itself declares is ready as soon as it is there. */
export function tendServiceCidr(server: Server): void {
  const range = cacheOf(server, 'servicecidrs').objects.get('/registry/servicecidrs/kubernetes') as
    | ServiceCIDR
    | undefined; // The folder holds them.
  if (range === undefined || (range.status?.conditions ?? []).length > 0) return;
  const condition = {
    type: 'Ready',
    status: 'True' as const,
    lastTransitionTime: timestamp(server),
    reason: '',
    message: 'Kubernetes Service CIDR is ready',
  };
  ownRequest(server, {
    method: 'PUT',
    path: '/apis/networking.k8s.io/v1/servicecidrs/kubernetes/status',
    body: { ...range, status: { conditions: [condition] } },
  });
}
