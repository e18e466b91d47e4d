import type { Commit, Then } from '../exchange.ts';
import type { VerbCall } from '../verb.ts';
import { ipv4Text } from './cidr.ts';
import { ADDRESS_FOLDER, ADDRESSES, newAddress } from './ip-address.ts';
import { loseTo, promisedTo, setClaim, type Pool } from './pool.ts';

/**
 * Numbers of Services are claimed in etcd before the Service is stored, by a key that must not be there yet; whoever comes
 * second draws another. The key of an address is that of its IPAddress. That of a node port is needed only where several
 * servers give them out, and has a lease: by its end the Service itself is in the copies of all. (Upstream keeps a bitmap
 * of them.)
 */

const PORT_FOLDER = '/registry/ranges/servicenodeports/';
const SERVICE_FOLDER = '/registry/services/specs/';
const CLAIM_HOLDS_SECONDS = 60;

/** The next claim that a Service's write needs; undefined when it has all of them, or there is nobody to compete with. */
export function nextClaim(call: VerbCall, key: string): Commit | undefined {
  const { server } = call;
  const { own, services } = server.memory;
  const address = claimIn(call, key, services.addresses, (number, then) => {
    const text = ipv4Text(number);
    const [namespace = '', name = ''] = key.slice(SERVICE_FOLDER.length).split('/');
    return {
      kind: 'commit',
      storage: ADDRESSES,
      key: ADDRESS_FOLDER + text,
      expectedModRevision: 0,
      value: newAddress(server, text, { namespace, name }),
      then,
    };
  });
  if (address !== undefined || own.servers < 2) return address;
  return claimIn(call, key, services.nodePorts, (number, then) => ({
    kind: 'commit',
    // It is no object of the API; whoever looks for a copy of it finds that of Services.
    storage: 'services/specs',
    key: `${PORT_FOLDER}${number}`,
    expectedModRevision: 0,
    value: Object.freeze({ kind: 'RangeAllocation', apiVersion: 'v1', metadata: {}, data: key }),
    ttlSeconds: CLAIM_HOLDS_SECONDS,
    then,
  }));
}

function claimIn(
  { server, at }: VerbCall,
  key: string,
  pool: Pool,
  commit: (number: number, then: Then) => Commit,
): Commit | undefined {
  const { now } = server.env;
  for (const number of promisedTo(pool, { key, now })) {
    const claim = pool.promised.get(number)?.claim;
    if (claim === 'held') continue;
    setClaim(pool, number, 'asked');
    return commit(number, Object.freeze({ kind: 'step', step: at.step }));
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
