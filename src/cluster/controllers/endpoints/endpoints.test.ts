import { describe, expect, test } from 'vitest';
import type { Endpoints, EndpointSlice, Node, Pod } from '../../../api/generated/types.ts';
import { aPod, seenCluster, summary } from '../testing.ts';
import { endpointsController } from './endpoints.ts';
import { endpointSliceMirroringController } from './mirroring.ts';
import { aService } from './testing.ts';

const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: {} };
const web = aService('web', { selector: { app: 'web' } });

function pod(name: string, ip: string, more: { ready: boolean; deleting?: boolean }): Pod {
  return aPod(name, {
    ip,
    node: 'node-1',
    ...(more.ready ? { readySince: '2026-01-01T09:00:00Z' } : {}),
    ...(more.deleting === undefined ? {} : { deleting: more.deleting }),
  });
}

describe('Endpoints', () => {
  function plan(
    pods: readonly Pod[],
    present: readonly Endpoints[] = [],
    memo?: { looked: number },
  ) {
    const cluster = seenCluster({ nodes: [node], services: [web], pods, endpoints: present });
    return endpointsController.reconcile('default/web', cluster.view, 0, memo);
  }

  test('ready and other addresses, sorted, without pods that are being deleted', () => {
    const [write] = plan([
      pod('b', '10.0.0.2', { ready: true }),
      pod('a', '10.0.0.1', { ready: true }),
      pod('c', '10.0.0.3', { ready: false }),
      pod('d', '10.0.0.4', { ready: true, deleting: true }),
    ]).writes;
    const made = write?.verb === 'create' ? (write.object as Endpoints) : undefined;
    const ips = made?.subsets?.map(({ addresses, notReadyAddresses, ports }) => ({
      ready: addresses?.map(({ ip }) => ip),
      notReady: notReadyAddresses?.map(({ ip }) => ip),
      ports,
    }));
    expect(ips).toEqual([
      {
        ready: ['10.0.0.1', '10.0.0.2'],
        notReady: ['10.0.0.3'],
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      },
    ]);
    expect(made?.metadata.labels).toEqual({
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    });
  });

  test('beyond a thousand addresses the ready ones are kept, and it says so', () => {
    const many = Array.from({ length: 1100 }, (_, index) =>
      pod(`p${index}`, `10.0.${index >> 8}.${index & 255}`, { ready: index >= 200 }),
    );
    const [write] = plan(many).writes;
    const made = write?.verb === 'create' ? (write.object as Endpoints) : undefined;
    expect(made?.subsets?.[0]?.addresses).toHaveLength(900);
    expect(made?.subsets?.[0]?.notReadyAddresses).toHaveLength(100);
    expect(made?.metadata.annotations).toEqual({
      'endpoints.kubernetes.io/over-capacity': 'truncated',
    });
  });

  test('a large object is not rewritten while its last write is under way', () => {
    const some = Array.from({ length: 50 }, (_, index) =>
      pod(`p${index}`, `10.0.0.${index}`, { ready: true }),
    );
    const result = plan(some, [], { looked: -1000 });
    expect(result.writes).toEqual([]);
    expect(result.after).toBe(4000);
  });

  test('go with their Service', () => {
    const made: Endpoints = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'web', namespace: 'default', uid: 'e' },
    };
    const cluster = seenCluster({ endpoints: [made] });
    const result = endpointsController.reconcile('default/web', cluster.view, 0, undefined);
    expect(summary(result)).toEqual(['delete endpoints default/web']);
  });
});

describe('mirrored Endpoints', () => {
  const byHand: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'db', namespace: 'default', uid: 'e' },
    subsets: [{ addresses: [{ ip: '192.168.1.5' }], ports: [{ port: 5432 }] }],
  };

  test('of a Service without a selector become a slice', () => {
    const cluster = seenCluster({ services: [aService('db')], endpoints: [byHand] });
    const plan = endpointSliceMirroringController.reconcile(
      'default/db',
      cluster.view,
      0,
      undefined,
    );
    expect(summary(plan)).toEqual(['create endpointslices db-*']);
    const [write] = plan.writes;
    const slice = write?.verb === 'create' ? (write.object as EndpointSlice) : undefined;
    expect(slice?.endpoints).toEqual([{ addresses: ['192.168.1.5'], conditions: { ready: true } }]);
    expect(slice?.ports).toEqual([{ name: '', port: 5432, protocol: 'TCP' }]);
    cluster.put('endpointslices', {
      ...(slice as EndpointSlice),
      metadata: { ...slice?.metadata, name: 'db-x', uid: 's' },
    });
    const again = endpointSliceMirroringController.reconcile(
      'default/db',
      cluster.view,
      0,
      undefined,
    );
    expect(again.writes).toEqual([]);
    cluster.put('services', aService('db', { selector: { app: 'db' } }));
    const selected = endpointSliceMirroringController.reconcile(
      'default/db',
      cluster.view,
      0,
      undefined,
    );
    expect(summary(selected)).toEqual(['delete endpointslices default/db-x']);
  });
});
