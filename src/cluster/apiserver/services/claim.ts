import type { Commit } from '../exchange.ts';
import type { VerbCall } from '../verb.ts';
import { ipv4Text } from './cidr.ts';
import { loseTo, promisedTo, setClaim, type Pool } from './pool.ts';

/**
 * Numbers of Services where several API servers give them out. Before a Service with a new number is stored, the
 * server claims the number by a key in etcd that must not be there yet; whoever comes second draws another. The key has
 * a lease: by its end the Service itself is in the copies of all servers. (Upstream keeps an IPAddress object for each
 * address, and a bitmap for node ports.)
 */

const FOLDER = '/registry/ranges/';
const CLAIM_HOLDS_SECONDS = 60;

/** The next claim that a Service's write needs; undefined when it has all of them, or there is nobody to compete with. */
export function nextClaim(call: VerbCall, key: string): Commit | undefined {
  const { server } = call;
  const { own, services } = server.memory;
  if (own.servers < 2) return undefined;
  return (
    claimIn(call, key, { pool: services.addresses, name: addressKey }) ??
    claimIn(call, key, { pool: services.nodePorts, name: portKey })
  );
}

const addressKey = (number: number): string => `${FOLDER}serviceips/${ipv4Text(number)}`;
const portKey = (number: number): string => `${FOLDER}servicenodeports/${number}`;

function claimIn(
  { server, at }: VerbCall,
  key: string,
  { pool, name }: { readonly pool: Pool; readonly name: (number: number) => string },
): Commit | undefined {
  const { now } = server.env;
  for (const number of promisedTo(pool, { key, now })) {
    const claim = pool.promised.get(number)?.claim;
    if (claim === 'held') continue;
    setClaim(pool, number, 'asked');
    return {
      kind: 'commit',
      // It is no object of the API; whoever looks for a copy of it finds that of Services.
      storage: 'services/specs',
      key: name(number),
      expectedModRevision: 0,
      value: Object.freeze({ kind: 'RangeAllocation', apiVersion: 'v1', metadata: {}, data: key }),
      ttlSeconds: CLAIM_HOLDS_SECONDS,
      then: Object.freeze({ kind: 'step', step: at.step }),
    };
  }
  return undefined;
}

/** Takes notice of how the last claim of a write went: call before numbers are drawn. */
export function settleClaims({ server, at }: VerbCall, key: string): void {
  const { services } = server.memory;
  const { now } = server.env;
  for (const pool of [services.addresses, services.nodePorts]) {
    if (pool.promised.size === 0) continue;
    for (const number of promisedTo(pool, { key, now })) {
      if (pool.promised.get(number)?.claim !== 'asked') continue;
      if (at.attempt === 0) setClaim(pool, number, 'held');
      else loseTo(pool, number, now);
    }
  }
}
