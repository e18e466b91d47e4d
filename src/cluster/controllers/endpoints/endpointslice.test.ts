import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Node, Pod } from '../../../api/generated/types.ts';
import { SECOND } from '../../../kernel/time.ts';
import { aPod, seenCluster, summary, updated } from '../testing.ts';
import { ask, list, managerRig, run } from '../testing-rig.ts';
import { endpointSliceController } from './endpointslice.ts';
import { aService, aSlice, endpointOf } from './testing.ts';

const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: {} };
const web = aService('web', { selector: { app: 'web' } });

function ready(name: string, ip: string): Pod {
  return aPod(name, { ip, node: 'node-1', readySince: '2026-01-01T09:00:00Z' });
}

function pods(count: number, from = 0): Pod[] {
  return Array.from({ length: count }, (_, index) =>
    ready(`p${from + index}`, `10.0.${(from + index) >> 8}.${(from + index) & 255}`),
  );
}

function plan(given: readonly Pod[], slices: readonly EndpointSlice[], service = web) {
  const cluster = seenCluster({
    nodes: [node],
    services: [service],
    pods: given,
    endpointslices: slices,
  });
  return endpointSliceController.reconcile('default/web', cluster.view, 0, undefined);
}

function full(name: string, members: readonly Pod[]): EndpointSlice {
  return aSlice(name, 'web', { endpoints: members.map(endpointOf) });
}

describe('EndpointSlices', () => {
  const some = pods(250);
  const cases: {
    name: string;
    pods: readonly Pod[];
    slices: readonly EndpointSlice[];
    writes: readonly string[];
  }[] = [
    {
      name: 'no pods: one empty slice',
      pods: [],
      slices: [],
      writes: ['create endpointslices web-*'],
    },
    {
      name: 'a hundred pods a slice',
      pods: some,
      slices: [],
      writes: [
        'create endpointslices web-*',
        'create endpointslices web-*',
        'create endpointslices web-*',
      ],
    },
    {
      name: 'nothing to do',
      pods: some.slice(0, 150),
      slices: [full('a', some.slice(0, 100)), full('b', some.slice(100, 150))],
      writes: [],
    },
    {
      name: 'a new pod goes to the slice that is fullest and has room',
      pods: some.slice(0, 131),
      slices: [full('a', some.slice(0, 50)), full('b', some.slice(50, 130))],
      writes: ['update endpointslices b'],
    },
    {
      name: 'new pods go to a slice that is written anyway',
      pods: [...some.slice(1, 50), ...some.slice(50, 131)],
      slices: [full('a', some.slice(0, 50)), full('b', some.slice(50, 130))],
      writes: ['update endpointslices a'],
    },
    {
      name: 'the last pod gone leaves an empty slice',
      pods: [],
      slices: [full('a', some.slice(0, 1))],
      writes: ['update endpointslices a'],
    },
    {
      name: 'an empty slice goes while others have endpoints',
      pods: some.slice(0, 3),
      slices: [full('a', some.slice(0, 3)), full('b', some.slice(3, 5))],
      writes: ['delete endpointslices default/b'],
    },
  ];
  test.each(cases)('$name', ({ pods: given, slices, writes }) => {
    expect(summary(plan(given, slices))).toEqual(writes);
  });

  test('says which pods are ready, serve or are being deleted', () => {
    const leaving = aPod('p1', {
      ip: '10.0.0.1',
      node: 'node-1',
      deleting: true,
      readySince: '2026-01-01T09:00:00Z',
    });
    const [write] = plan(
      [ready('p0', '10.0.0.0'), leaving, aPod('p2', { ip: '10.0.0.2', node: 'node-1' })],
      [],
    ).writes;
    const slice = write?.verb === 'create' ? (write.object as EndpointSlice) : undefined;
    expect(slice?.metadata.labels).toEqual({
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      'kubernetes.io/service-name': 'web',
    });
    expect(slice?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
    expect(
      slice?.endpoints?.map(({ addresses, conditions }) => [addresses[0], conditions]),
    ).toEqual([
      ['10.0.0.0', { ready: true, serving: true, terminating: false }],
      ['10.0.0.1', { ready: false, serving: true, terminating: true }],
      ['10.0.0.2', { ready: false, serving: false, terminating: false }],
    ]);
  });

  test('another target port rewrites the slice', () => {
    const moved = aService('web', { selector: { app: 'web' }, targetPort: 9090 });
    const result = plan(some.slice(0, 2), [full('a', some.slice(0, 2))], moved);
    expect(summary(result)).toEqual(['update endpointslices a']);
    expect(updated(result, 'endpointslices')?.ports?.[0]?.port).toBe(9090);
    expect(updated(result, 'endpointslices')?.endpoints).toHaveLength(2);
  });

  test('labels follow the Service', () => {
    const labelled = aService('web', { selector: { app: 'web' }, labels: { team: 'a' } });
    const result = plan(some.slice(0, 2), [full('a', some.slice(0, 2))], labelled);
    expect(updated(result, 'endpointslices')?.metadata.labels).toMatchObject({ team: 'a' });
  });

  test('with the real API server: a Service of 250 pods has three slices', () => {
    const flags = { controllerManagerQps: 200, controllerManagerBurst: 200 };
    const rig = managerRig({ nodes: 3, flags });
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    };
    ask(rig, 'POST', '/api/v1/namespaces/default/services', service);
    run(rig, SECOND);
    const set = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 250,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'nginx' }] },
        },
      },
    };
    ask(rig, 'POST', '/apis/apps/v1/namespaces/default/replicasets', set);
    run(rig, 10 * SECOND);
    const path = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
    const slices = () =>
      list<EndpointSlice>(rig, path).filter((each) => each.metadata.name?.startsWith('web-'));
    expect(
      slices()
        .map((each) => each.endpoints?.length)
        .sort(),
    ).toEqual([100, 100, 50]);
    const all = slices().flatMap((each) => each.endpoints ?? []);
    expect(all.every((each) => each.conditions?.ready === true)).toBe(true);
    expect(new Set(all.map((each) => each.targetRef?.name)).size).toBe(250);
    ask(rig, 'DELETE', '/api/v1/namespaces/default/services/web');
  });
});
