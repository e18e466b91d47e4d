import type { Lease } from '../../../api/generated/types.ts';
import { formatMicroTime, parseTime } from '../../../api/time.ts';
import { sha256 } from '../../../base/sha256.ts';
import { randomUid } from '../../../kernel/random.ts';
import { cacheOf, calendarMicros, calendarMillis, type Server } from '../server.ts';
import { ownRequest } from './own-request.ts';

/**
 * The Lease in `kube-system` by which an API server is known to others (upstream: the APIServerIdentity feature): named
 * after its host, renewed every 10 s, good for an hour. Those that have run out are collected by whoever lives.
 */

const COLLECTION = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
const FOLDER = '/registry/leases/kube-system/';
const IDENTITY_LABEL = 'apiserver.kubernetes.io/identity';
const DURATION_SECONDS = 3600;
/** Upstream collects once an hour: every so many renewals. */
const RENEWALS_PER_COLLECTION = 360;
const HASH_BYTES = 16;

/** `apiserver-` and a hash of the host's name. */
export function identityName(hostname: string): string {
  return `apiserver-${base32(sha256(hostname).subarray(0, HASH_BYTES))}`;
}

/** Makes or renews the server's Lease. */
export function renewIdentity(server: Server): void {
  const { memory, env } = server;
  const { own } = memory;
  const name = identityName(env.machine);
  if (own.holder === '') own.holder = `${name}_${randomUid(env.random('identity'))}`;
  const renewTime = formatMicroTime(calendarMicros(server));
  const { objects } = cacheOf(server, 'leases');
  const old = objects.get(FOLDER + name) as Lease | undefined; // The folder holds Leases.
  if (old === undefined) {
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace: 'kube-system',
        labels: { [IDENTITY_LABEL]: 'kube-apiserver', 'kubernetes.io/hostname': env.machine },
      },
      spec: { holderIdentity: own.holder, leaseDurationSeconds: DURATION_SECONDS, renewTime },
    };
    ownRequest(server, { method: 'POST', path: COLLECTION, body: lease });
  } else {
    const spec = { ...old.spec, holderIdentity: own.holder, renewTime };
    ownRequest(server, { method: 'PUT', path: `${COLLECTION}/${name}`, body: { ...old, spec } });
  }
  own.renewals += 1;
  if (own.renewals % RENEWALS_PER_COLLECTION === 0) collectExpired(server);
}

function collectExpired(server: Server): void {
  const now = calendarMillis(server);
  for (const [key, object] of cacheOf(server, 'leases').objects) {
    if (!key.startsWith(FOLDER)) continue;
    const { metadata, spec } = object as Lease; // The folder holds Leases.
    if (metadata.labels?.[IDENTITY_LABEL] !== 'kube-apiserver') continue;
    const renewed = parseTime(spec.renewTime ?? '');
    const seconds = spec.leaseDurationSeconds ?? 0;
    if (renewed !== undefined && renewed + seconds * 1000 >= now) continue;
    ownRequest(server, { method: 'DELETE', path: `${COLLECTION}/${metadata.name}` });
  }
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base 32 in lower case, without padding. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      text += ALPHABET[(value >>> (bits - 5)) & 31];
      bits -= 5;
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[(value << (5 - bits)) & 31];
}
