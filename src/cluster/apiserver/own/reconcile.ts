import type { Endpoints, EndpointSlice, KubernetesObject } from '../../../api/generated/types.ts';
import { compareStrings } from '../../../base/compare.ts';
import { SECOND } from '../../../kernel/time.ts';
import type { EtcdResponse } from '../../messages.ts';
import { askEtcd, cacheOf, type EtcdCall, type Server } from '../server.ts';
import { renewIdentity } from './identity.ts';
import { SECURE_PORT } from './objects.ts';
import { ownRequest } from './own-request.ts';

/**
 * Who serves: every API server keeps a key with its address and a lease of 15 s in etcd, and writes all living ones
 * into the Endpoints and the EndpointSlice of the Service `kubernetes` (upstream: the lease endpoint reconciler). One
 * that dies is taken out by another when its lease has run out.
 */

const INTERVAL = 10 * SECOND;
const MASTER_LEASE_SECONDS = 15;
const MASTER_LEASES = '/registry/masterleases/';

/** Begins once the server's own objects are there. */
export function startReconciling(server: Server): void {
  if (server.memory.own.isReconciling || server.memory.health.isShuttingDown) return;
  server.memory.own.isReconciling = true;
  reconcile(server);
}

/** One round; the next one follows after 10 s. */
export function reconcile(server: Server): void {
  const { memory, env, config } = server;
  const { own } = memory;
  if (!own.isReconciling) return;
  env.after(INTERVAL, { type: 'apiserver/reconcile' });
  // What the round before has not brought by now is given up.
  memory.calls.delete(own.asking);
  own.asking = 0;
  if (!memory.etcdUp) return;
  env.resumeCause(undefined);
  env.note('the API server tells that it serves');
  const key = `${MASTER_LEASES}${config.advertiseAddress}`;
  const value = masterLease(config.advertiseAddress);
  own.asking = askEtcd(server, { kind: 'own', what: 'renewed' }, (id) => ({
    type: 'etcd/txn',
    id,
    key,
    expectedModRevision: -1,
    op: { kind: 'put', value, ttlSeconds: MASTER_LEASE_SECONDS },
  }));
  renewIdentity(server);
}

/** The server's place among the endpoints is given back: it is about to end. */
export function leaveEndpoints(server: Server): void {
  const { memory, config } = server;
  const { own } = memory;
  if (!own.isReconciling) return;
  own.isReconciling = false;
  memory.calls.delete(own.asking);
  own.asking = askEtcd(server, { kind: 'own', what: 'renewed' }, (id) => ({
    type: 'etcd/txn',
    id,
    key: `${MASTER_LEASES}${config.advertiseAddress}`,
    expectedModRevision: -1,
    op: { kind: 'delete' },
  }));
}

/** etcd's answer to one of the questions above. */
export function takeOwnAnswer(
  server: Server,
  call: Extract<EtcdCall, { kind: 'own' }>,
  answer: EtcdResponse,
): void {
  const { own } = server.memory;
  own.asking = 0;
  if (call.what === 'renewed') {
    if (answer.type !== 'etcd/txn-result') return;
    own.asking = askEtcd(server, { kind: 'own', what: 'who serves' }, (id) => ({
      type: 'etcd/range',
      id,
      key: MASTER_LEASES,
      end: `${MASTER_LEASES.slice(0, -1)}0`,
    }));
    return;
  }
  if (answer.type !== 'etcd/range-result') return;
  const addresses = answer.keyValues
    .map(({ key }) => key.slice(MASTER_LEASES.length))
    .toSorted(compareStrings);
  own.servers = Math.max(addresses.length, server.config.servers);
  if (addresses.length > 0) writeEndpoints(server, addresses);
}

function masterLease(ip: string): object {
  return Object.freeze({
    kind: 'Endpoints',
    apiVersion: 'v1',
    metadata: {},
    subsets: [{ addresses: [{ ip }] }],
  });
}

function writeEndpoints(server: Server, addresses: readonly string[]): void {
  const ports = [{ name: 'https', port: SECURE_PORT, protocol: 'TCP' as const }];
  const endpoints: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      // The server writes the slice itself.
      labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    },
    subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports }],
  };
  bring(server, endpoints, {
    collection: '/api/v1/namespaces/default/endpoints',
    storage: 'services/endpoints',
    addressesOf: (old) => ((old as Endpoints).subsets?.[0]?.addresses ?? []).map(({ ip }) => ip),
    addresses,
  });
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': 'kubernetes' },
    },
    addressType: 'IPv4',
    endpoints: addresses.map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
    ports,
  };
  bring(server, slice, {
    collection: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
    storage: 'endpointslices',
    addressesOf: (old) =>
      ((old as EndpointSlice).endpoints ?? []).flatMap((each) => each.addresses),
    addresses,
  });
}

/** Makes an object, or changes it where it names other servers than those that live. */
function bring(
  server: Server,
  body: KubernetesObject,
  {
    collection,
    storage,
    addressesOf,
    addresses,
  }: {
    readonly collection: string;
    readonly storage: string;
    readonly addressesOf: (old: KubernetesObject) => readonly string[];
    readonly addresses: readonly string[];
  },
): void {
  const old = cacheOf(server, storage).objects.get(`/registry/${storage}/default/kubernetes`);
  if (old === undefined) {
    ownRequest(server, { method: 'POST', path: collection, body });
    return;
  }
  const before = addressesOf(old);
  if (before.length === addresses.length && before.every((each, i) => each === addresses[i])) {
    return;
  }
  server.env.note(`API servers: ${before.join(', ')} → ${addresses.join(', ')}`);
  ownRequest(server, {
    method: 'PUT',
    path: `${collection}/kubernetes`,
    body: { ...old, ...body, metadata: { ...old.metadata, ...body.metadata } },
  });
}
