import { describe, expect, test } from 'vitest';
import { createInformer, type Informer } from '../../client/informer.ts';
import { keyOf, type KubeObject } from '../../client/kube-object.ts';
import type { DnsType } from '../../network/packets.ts';
import { answer, type Zone } from './answer.ts';

function informerOf(name: string, objects: readonly object[], indexes: Indexes = {}): Informer {
  const informer = createInformer({ name, path: '', indexes });
  informer.synced = true;
  for (const object of objects as readonly KubeObject[]) {
    informer.items.set(keyOf(object), object);
    for (const [index, valuesOf] of Object.entries(indexes)) {
      const buckets = informer.indexes.get(index);
      for (const value of valuesOf(object)) {
        const bucket = buckets?.get(value) ?? new Set<string>();
        buckets?.set(value, bucket.add(keyOf(object)));
      }
    }
  }
  return informer;
}

type Indexes = Readonly<Record<string, (object: KubeObject) => readonly string[]>>;

function service(name: string, spec: object): object {
  return { metadata: { name, namespace: 'shop' }, spec };
}

const PORTS = [{ name: 'http', port: 80, protocol: 'TCP' }];

const ZONE: Zone = {
  namespaces: informerOf('namespaces', [{ metadata: { name: 'shop' } }]),
  services: informerOf('services', [
    service('web', { clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1'], ports: PORTS }),
    service('db', { clusterIP: 'None', clusterIPs: ['None'], ports: PORTS }),
    service('empty', { clusterIP: 'None', clusterIPs: ['None'], ports: PORTS }),
    service('away', { type: 'ExternalName', externalName: 'example.com' }),
  ]),
  endpointslices: informerOf(
    'endpointslices',
    [
      {
        metadata: {
          name: 'db-1',
          namespace: 'shop',
          labels: { 'kubernetes.io/service-name': 'db' },
        },
        ports: PORTS,
        endpoints: [
          { addresses: ['10.244.1.2'], hostname: 'db-0', conditions: { ready: true } },
          { addresses: ['10.244.1.3'], conditions: { ready: true } },
          { addresses: ['10.244.1.4'], conditions: { ready: false } },
        ],
      },
    ],
    {
      service: ({ metadata }) => [
        `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}`,
      ],
      ip: (slice) =>
        (slice as unknown as { endpoints: { addresses: string[] }[] }).endpoints.flatMap(
          ({ addresses }) => addresses,
        ),
    },
  ),
};

describe('CoreDNS answers', () => {
  test.each<readonly [string, DnsType, string]>([
    ['web.shop.svc.cluster.local', 'A', '10.96.1.1'],
    ['WEB.shop.svc.cluster.local.', 'A', '10.96.1.1'],
    ['web.shop.svc.cluster.local', 'AAAA', 'NOERROR'],
    ['web.nowhere.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['none.shop.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['shop.svc.cluster.local', 'A', 'NOERROR'],
    ['db.shop.svc.cluster.local', 'A', '10.244.1.2 10.244.1.3'],
    ['db-0.db.shop.svc.cluster.local', 'A', '10.244.1.2'],
    ['10-244-1-3.db.shop.svc.cluster.local', 'A', '10.244.1.3'],
    ['db-9.db.shop.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['empty.shop.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['_http._tcp.web.shop.svc.cluster.local', 'SRV', '0 100 80 web.shop.svc.cluster.local.'],
    ['_http._udp.web.shop.svc.cluster.local', 'SRV', 'NXDOMAIN'],
    [
      '_http._tcp.db.shop.svc.cluster.local',
      'SRV',
      '0 50 80 db-0.db.shop.svc.cluster.local. 0 50 80 10-244-1-3.db.shop.svc.cluster.local.',
    ],
    ['away.shop.svc.cluster.local', 'CNAME', 'example.com'],
    ['10-244-1-9.shop.pod.cluster.local', 'A', '10.244.1.9'],
    ['10-244-1-9.nowhere.pod.cluster.local', 'A', 'NXDOMAIN'],
    ['1.1.96.10.in-addr.arpa', 'PTR', 'web.shop.svc.cluster.local.'],
    ['2.1.244.10.in-addr.arpa', 'PTR', 'db-0.db.shop.svc.cluster.local.'],
    ['99.1.244.10.in-addr.arpa', 'PTR', 'NXDOMAIN'],
    ['web', 'A', 'NXDOMAIN'],
  ])('%s %s: %s', (name, type, expected) => {
    const { code, records } = answer(ZONE, name, type);
    expect(records.length > 0 ? records.map(({ data }) => data).join(' ') : code).toBe(expected);
  });

  test('before the first lists: SERVFAIL for the cluster, the world outside as ever', () => {
    const unsynced = { ...ZONE, services: createInformer({ name: 'services', path: '' }) };
    expect(answer(unsynced, 'web.shop.svc.cluster.local', 'A').code).toBe('SERVFAIL');
    expect(answer(unsynced, 'example.com', 'A').code).toBe('NOERROR');
  });
});
