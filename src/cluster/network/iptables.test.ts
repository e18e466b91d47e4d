import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Service, ServiceSpec } from '../../api/generated/types.ts';
import { forkStream } from '../../kernel/random.ts';
import { chainName } from './chain-names.ts';
import { iptablesSave } from './iptables.ts';
import { serviceRules } from './service-rules.ts';
import { translate, type AffinityTable, type NodeView } from './translate.ts';

const NODE: NodeView = {
  name: 'node-1',
  zone: 'a',
  ip: '192.168.1.1',
  clusterCidr: '10.244.0.0/16',
};

function service(spec: Partial<ServiceSpec>, status?: Service['status']): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      clusterIP: '10.96.7.7',
      clusterIPs: ['10.96.7.7'],
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }],
      ...spec,
    },
    ...(status === undefined ? undefined : { status }),
  };
}

type End = NonNullable<EndpointSlice['endpoints']>[number];

function slice(...endpoints: readonly End[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-x', namespace: 'default' },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
}

const end = (ip: string, nodeName: string, special: Partial<End> = {}): End => ({
  addresses: [ip],
  nodeName,
  conditions: { ready: true, serving: true, terminating: false },
  ...special,
});
const ENDING: Partial<End> = { conditions: { ready: false, serving: true, terminating: true } };
const BOTH = slice(end('10.244.1.2', 'node-1'), end('10.244.2.2', 'node-2'));

const stream = () => forkStream(1, 'test');

function hit(
  rules: ReturnType<typeof serviceRules>,
  packet: { ip: string; port: number; sourceIp?: string },
  options: {
    affinity?: AffinityTable;
    now?: number;
    node?: NodeView;
    stream?: ReturnType<typeof stream>;
  } = {},
): string {
  const met = translate(
    [rules],
    { protocol: 'TCP', sourceIp: '10.244.1.9', ...packet },
    options.node ?? NODE,
    {
      affinity: options.affinity ?? new Map(),
      now: options.now ?? 0,
      stream: options.stream ?? stream(),
    },
  );
  return met.kind === 'endpoint'
    ? `${met.endpoint.ip}:${met.endpoint.port}${met.masqueraded ? ' masqueraded' : ''}`
    : met.kind;
}

/** All endpoints that ever come. */
function reached(
  rules: ReturnType<typeof serviceRules>,
  packet: { ip: string; port: number; sourceIp?: string },
  node?: NodeView,
): readonly string[] {
  const draws = stream();
  const seen = Array.from({ length: 40 }, () =>
    hit(rules, packet, { stream: draws, ...(node === undefined ? {} : { node }) }),
  );
  return [...new Set(seen)].toSorted();
}

describe('names of chains', () => {
  test.each([
    ['default/kubernetes:https', 'TCP', 'KUBE-SVC-NPX46M4PTMTKRN6Y'],
    ['kube-system/kube-dns:dns', 'UDP', 'KUBE-SVC-TCOU7JCQXEZGVUNU'],
    ['kube-system/kube-dns:dns-tcp', 'TCP', 'KUBE-SVC-ERIFXISQEP7F7OF4'],
    ['kube-system/kube-dns:metrics', 'TCP', 'KUBE-SVC-JD5MR3NA4I4DYORP'],
  ] as const)('%s %s is %s, as on every cluster', (name, protocol, chain) => {
    expect(chainName('SVC', name, protocol)).toBe(chain);
  });
});

describe('where a packet goes', () => {
  const CLUSTER = { ip: '10.96.7.7', port: 80 };
  const PORT = { ip: '192.168.1.1', port: 30080, sourceIp: '192.168.0.99' };
  const both = ['10.244.1.2:8080', '10.244.2.2:8080'];
  const ports = [{ name: 'http', port: 80, protocol: 'TCP' as const, nodePort: 30080 }];

  test('to an endpoint at random; other ports and addresses meet no rule', () => {
    const rules = serviceRules(service({}), [BOTH]);
    expect(reached(rules, CLUSTER)).toEqual(both);
    expect(hit(rules, { ip: '10.96.7.7', port: 81 })).toBe('untouched');
    expect(hit(rules, { ip: '10.96.7.8', port: 80 })).toBe('untouched');
  });

  test('headless Services and mere names have no rules', () => {
    expect(serviceRules(service({ clusterIP: 'None' }), [BOTH])).toEqual([]);
    expect(serviceRules(service({ type: 'ExternalName', externalName: 'x.org' }), [BOTH])).toEqual(
      [],
    );
  });

  test('without endpoints: rejected', () => {
    expect(hit(serviceRules(service({}), []), CLUSTER)).toBe('rejected');
    const unready = slice(end('10.244.1.2', 'node-1', { conditions: { ready: false } }));
    expect(hit(serviceRules(service({}), [unready]), CLUSTER)).toBe('rejected');
  });

  test('when all are ending, those that still serve', () => {
    const going = slice(end('10.244.1.2', 'node-1', ENDING));
    expect(hit(serviceRules(service({}), [going]), CLUSTER)).toBe('10.244.1.2:8080');
    const mixed = slice(end('10.244.1.2', 'node-1', ENDING), end('10.244.2.2', 'node-2'));
    expect(reached(serviceRules(service({}), [mixed]), CLUSTER)).toEqual(['10.244.2.2:8080']);
  });

  test('internalTrafficPolicy Local: this node’s, or dropped', () => {
    const rules = serviceRules(service({ internalTrafficPolicy: 'Local' }), [BOTH]);
    expect(reached(rules, CLUSTER)).toEqual(['10.244.1.2:8080']);
    expect(reached(rules, CLUSTER, { ...NODE, name: 'node-3' })).toEqual(['dropped']);
  });

  test('node ports: from anywhere, masqueraded; with externalTrafficPolicy Local this node’s alone, with the source kept', () => {
    const open = serviceRules(service({ type: 'NodePort', ports }), [BOTH]);
    expect(reached(open, PORT)).toEqual(both.map((each) => `${each} masqueraded`));
    const local = serviceRules(
      service({ type: 'NodePort', ports, externalTrafficPolicy: 'Local' }),
      [BOTH],
    );
    expect(reached(local, PORT)).toEqual(['10.244.1.2:8080']);
    expect(reached(local, PORT, { ...NODE, name: 'node-3' })).toEqual(['dropped']);
    // Traffic from the cluster itself may go anywhere.
    expect(reached(local, { ...PORT, sourceIp: '10.244.1.9' })).toEqual(both);
  });

  test('load balancers: their address, the ranges that may use it', () => {
    const rules = serviceRules(
      service(
        { type: 'LoadBalancer', ports, loadBalancerSourceRanges: ['203.0.113.0/24'] },
        { loadBalancer: { ingress: [{ ip: '198.51.100.5' }] } },
      ),
      [BOTH],
    );
    const packet = { ip: '198.51.100.5', port: 80 };
    expect(reached(rules, { ...packet, sourceIp: '203.0.113.9' }).length).toBe(2);
    expect(reached(rules, { ...packet, sourceIp: '192.0.2.1' })).toEqual(['dropped']);
  });

  test('sessionAffinity ClientIP: the same endpoint until the time is over or it is gone', () => {
    const spec: Partial<ServiceSpec> = {
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } },
    };
    const rules = serviceRules(service(spec), [BOTH]);
    const affinity: AffinityTable = new Map();
    const draws = stream();
    const first = hit(rules, CLUSTER, { affinity, stream: draws });
    for (let now = 0; now < 90_000_000; now += 9_000_000)
      expect(hit(rules, CLUSTER, { affinity, now, stream: draws })).toBe(first);
    const later = Array.from({ length: 20 }, (_, i) =>
      hit(rules, CLUSTER, { affinity, now: 200_000_000 + i * 11_000_000, stream: draws }),
    );
    expect(new Set(later).size).toBe(2);
    const other = slice(end('10.244.2.9', 'node-2'));
    expect(hit(serviceRules(service(spec), [other]), CLUSTER, { affinity })).toBe(
      '10.244.2.9:8080',
    );
  });

  test('hints: the zone’s endpoints where all have hints and some are for here', () => {
    const hinted = slice(
      end('10.244.1.2', 'node-1', { hints: { forZones: [{ name: 'a' }] } }),
      end('10.244.2.2', 'node-2', { hints: { forZones: [{ name: 'b' }] } }),
    );
    const rules = serviceRules(service({}), [hinted]);
    expect(reached(rules, CLUSTER)).toEqual(['10.244.1.2:8080']);
    expect(reached(rules, CLUSTER, { ...NODE, zone: 'c' })).toEqual(both);
  });

  test('a Pod that reaches itself through its Service is masqueraded', () => {
    const rules = serviceRules(service({}), [slice(end('10.244.1.2', 'node-1'))]);
    expect(hit(rules, { ...CLUSTER, sourceIp: '10.244.1.2' })).toBe('10.244.1.2:8080 masqueraded');
  });
});

describe('as iptables-save prints it', () => {
  const text = (spec: Partial<ServiceSpec>, slices = [BOTH], status?: Service['status']) =>
    iptablesSave([serviceRules(service(spec, status), slices)], NODE);
  const ports = [{ name: 'http', port: 80, protocol: 'TCP' as const, nodePort: 30080 }];

  test('a ClusterIP Service with two endpoints', () => {
    const svc = chainName('SVC', 'default/web:http', 'TCP');
    const lines = text({}).split('\n');
    expect(lines.filter((line) => line.startsWith(`-A ${svc} `))).toEqual([
      expect.stringMatching(
        /! -s 10\.244\.0\.0\/16 -d 10\.96\.7\.7\/32 -p tcp -m comment --comment "default\/web:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ$/,
      ),
      expect.stringMatching(
        /"default\/web:http -> 10\.244\.1\.2:8080" -m statistic --mode random --probability 0\.50000000000 -j KUBE-SEP-[A-Z2-7]{16}$/,
      ),
      expect.stringMatching(/"default\/web:http -> 10\.244\.2\.2:8080" -j KUBE-SEP-[A-Z2-7]{16}$/),
    ]);
    expect(lines.filter((line) => line.includes('DNAT'))).toEqual([
      expect.stringMatching(
        /^-A KUBE-SEP-[A-Z2-7]{16} -p tcp -m comment --comment "default\/web:http" -m tcp -j DNAT --to-destination 10\.244\.1\.2:8080$/,
      ),
      expect.stringContaining('--to-destination 10.244.2.2:8080'),
    ]);
  });

  test('no rules at all before kube-proxy has run', () => {
    expect(iptablesSave([], NODE)).not.toContain('KUBE');
  });

  test.each([
    [
      'node port',
      { type: 'NodePort' as const, ports },
      '-A KUBE-NODEPORTS -p tcp -m comment --comment "default/web:http" -m tcp --dport 30080 -j KUBE-EXT-',
    ],
    [
      'external address',
      { externalIPs: ['198.51.100.9'] },
      '-A KUBE-SERVICES -d 198.51.100.9/32 -p tcp -m comment --comment "default/web:http external IP" -m tcp --dport 80 -j KUBE-EXT-',
    ],
    [
      'Local',
      { type: 'NodePort' as const, ports, externalTrafficPolicy: 'Local' as const },
      '"route LOCAL traffic for default/web:http external destinations" -m addrtype --src-type LOCAL -j KUBE-SVC-',
    ],
    [
      'affinity',
      { sessionAffinity: 'ClientIP' as const },
      '-m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-',
    ],
    [
      'health check',
      {
        type: 'LoadBalancer' as const,
        ports,
        externalTrafficPolicy: 'Local' as const,
        healthCheckNodePort: 31999,
      },
      '-A KUBE-NODEPORTS -p tcp -m comment --comment "default/web:http health check node port" -m tcp --dport 31999 -j ACCEPT',
    ],
  ] as const)('%s', (_, spec, line) => {
    expect(text(spec)).toContain(line);
  });

  test('without local endpoints: dropped', () => {
    const away = slice(end('10.244.2.2', 'node-2'));
    expect(text({ internalTrafficPolicy: 'Local' }, [away])).toContain(
      '"default/web:http has no local endpoints" -m tcp --dport 80 -j DROP',
    );
  });
});
