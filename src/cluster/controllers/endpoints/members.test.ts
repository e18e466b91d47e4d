import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Node, Service } from '../../../api/generated/types.ts';
import { aPod, seenCluster } from '../testing.ts';
import { membersAt, membersOf } from './members.ts';
import { aService, aSlice, endpointOf } from './testing.ts';

const podName = fc.integer({ min: 0, max: 4 }).map((index) => `pod-${index}`);
const operation = fc.oneof(
  fc.record({
    kind: fc.constant('pod' as const),
    name: podName,
    app: fc.constantFrom('web', 'api'),
    ip: fc.option(fc.constantFrom('10.0.0.1', '10.0.0.2'), { nil: undefined }),
    node: fc.constantFrom('node-1', 'node-2'),
    ready: fc.boolean(),
    phase: fc.constantFrom('Running' as const, 'Failed' as const),
    deleting: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('pod gone' as const), name: podName }),
  fc.record({
    kind: fc.constant('service' as const),
    name: fc.constantFrom('web', 'api'),
    app: fc.constantFrom('web', 'api', undefined),
    port: fc.constantFrom(80, 81),
    named: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('service gone' as const), name: fc.constantFrom('web', 'api') }),
  fc.record({
    kind: fc.constant('slice' as const),
    name: fc.constantFrom('s1', 's2'),
    service: fc.constantFrom('web', 'api'),
    pods: fc.uniqueArray(podName, { maxLength: 4 }),
    port: fc.constantFrom(80, 81),
    mine: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('slice gone' as const), name: fc.constantFrom('s1', 's2') }),
  fc.record({
    kind: fc.constant('node' as const),
    name: fc.constantFrom('node-1', 'node-2'),
    zone: fc.constantFrom('a', 'b'),
    there: fc.boolean(),
  }),
);

describe('members of Services', () => {
  test('kept up to date, they equal those from scratch', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 50 }), (operations) => {
        const cluster = seenCluster();
        const { view, derived } = cluster;
        // The same pod in two slices is told by the one that spoke last, which scratch cannot know.
        const told = new Map<string, readonly string[]>();
        for (const each of operations) {
          switch (each.kind) {
            case 'pod':
              cluster.put(
                'pods',
                aPod(each.name, {
                  labels: { app: each.app },
                  node: each.node,
                  phase: each.phase,
                  deleting: each.deleting,
                  ...(each.ip === undefined ? {} : { ip: each.ip }),
                  ...(each.ready ? { readySince: '2026-01-01T09:00:00Z' } : {}),
                }),
              );
              break;
            case 'pod gone': {
              const pod = view.get('pods', `default/${each.name}`);
              if (pod !== undefined) cluster.remove('pods', pod);
              break;
            }
            case 'service':
              cluster.put(
                'services',
                aService(each.name, {
                  ...(each.app === undefined ? {} : { selector: { app: each.app } }),
                  port: each.port,
                  targetPort: each.named ? 'http' : each.port,
                }),
              );
              break;
            case 'service gone': {
              const service = view.get('services', `default/${each.name}`);
              if (service !== undefined) cluster.remove('services', service);
              break;
            }
            case 'slice': {
              const others = [...told]
                .filter(([name]) => name !== each.name)
                .flatMap(([, pods]) => pods);
              const pods = each.pods.filter((pod) => !others.includes(pod));
              told.set(each.name, pods);
              const slice = aSlice(each.name, each.service, {
                endpoints: pods.map((name) =>
                  endpointOf(aPod(name, { ip: '10.0.0.1', node: 'node-1' })),
                ),
                port: each.port,
                ...(each.mine ? {} : { manager: 'somebody' }),
              });
              cluster.put('endpointslices', slice);
              break;
            }
            case 'slice gone': {
              told.delete(each.name);
              const slice: EndpointSlice | undefined = view.get(
                'endpointslices',
                `default/${each.name}`,
              );
              if (slice !== undefined) cluster.remove('endpointslices', slice);
              break;
            }
            case 'node': {
              const node: Node = {
                apiVersion: 'v1',
                kind: 'Node',
                metadata: { name: each.name, labels: { 'topology.kubernetes.io/zone': each.zone } },
                spec: {},
              };
              const there = view.get('nodes', each.name);
              if (each.there) cluster.put('nodes', node);
              else if (there !== undefined) cluster.remove('nodes', there);
            }
          }
          const selecting = [...view.all('services')].filter(
            ([, service]) => service.spec.selector,
          );
          expect([...derived.members.values()].flatMap((near) => [...near.keys()]).sort()).toEqual(
            selecting.map(([key]) => key).sort(),
          );
          for (const [key, service] of selecting) {
            const kept = membersAt(derived.members, key);
            const fresh = membersOf(key, service as Service, view);
            expect(kept?.wanted).toEqual(fresh.wanted);
            expect(kept?.told).toEqual(fresh.told);
            expect([...(kept?.drift ?? [])].sort()).toEqual([...fresh.drift].sort());
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
