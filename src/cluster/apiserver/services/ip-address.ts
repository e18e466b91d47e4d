import type { IPAddress, KubernetesObject, Service } from '../../../api/generated/types.ts';
import { kindOf } from '../../../api/kinds/index.ts';
import { randomUid } from '../../../kernel/random.ts';
import type { Commit } from '../exchange.ts';
import { cacheOf, timestamp, type Server } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { commitRemoval } from '../writes/commit.ts';

/** The objects by which addresses of Services are held (upstream: the IPAddress allocator). */

export const ADDRESSES = 'ipaddresses';
export const ADDRESS_FOLDER = '/registry/ipaddresses/';

const FAMILY_LABEL = 'ipaddress.kubernetes.io/ip-family';
const MANAGER_LABEL = 'ipaddress.kubernetes.io/managed-by';
const MANAGER = 'ipallocator.k8s.io';

/** An address for a Service, as a client's body. */
export function addressBody(
  address: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): IPAddress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: address, labels: { [FAMILY_LABEL]: 'IPv4', [MANAGER_LABEL]: MANAGER } },
    spec: { parentRef: { resource: 'services', namespace, name } },
  };
}

/** The same as it is stored. */
export function newAddress(
  server: Server,
  address: string,
  service: { readonly namespace: string; readonly name: string },
): IPAddress {
  const body = addressBody(address, service);
  const uid = randomUid(server.env.random('uid'));
  const metadata = { ...body.metadata, uid, creationTimestamp: timestamp(server) };
  return Object.freeze({ ...body, metadata });
}

/** Whether the allocator has made an address: others are nobody's business here. */
export function isManaged({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[MANAGER_LABEL] === MANAGER;
}

/** The address of a Service's own; the empty text for none. */
export function clusterAddress(service: Service | undefined): string {
  const { clusterIP = '', type } = service?.spec ?? {};
  return clusterIP === 'None' || type === 'ExternalName' ? '' : clusterIP;
}

/**
 * The removal of an address that a Service gives up with this write; the verb goes on when it is gone. Upstream does it
 * right after; so a Service that takes the address again at once finds it free.
 */
export function nextRelease(
  call: VerbCall,
  { old, next }: { readonly old: KubernetesObject; readonly next: KubernetesObject | undefined },
): Commit | undefined {
  const { kind, namespace, name } = call.target;
  if (kind.storage !== 'services/specs') return undefined;
  const address = clusterAddress(old as Service);
  if (address === '' || address === clusterAddress(next as Service | undefined)) return undefined;
  const key = ADDRESS_FOLDER + address;
  const held = cacheOf(call.server, ADDRESSES).objects.get(key) as IPAddress | undefined;
  const parent = held?.spec?.parentRef;
  const addressKind = held === undefined ? undefined : kindOf(held);
  if (held === undefined || addressKind === undefined) return undefined;
  if (parent?.name !== name || parent.namespace !== namespace) return undefined;
  const then = { kind: 'step', step: call.at.step + 1 } as const;
  return commitRemoval(held, { kind: addressKind, key, then });
}
