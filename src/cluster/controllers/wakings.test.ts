import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OwnerReference, Pod } from '../../api/generated/types.ts';
import type { InformerChange } from '../client/informer.ts';
import type { ClusterView } from './cluster-view.ts';
import { aService } from './endpoints/testing.ts';
import { controllers } from './index.ts';
import { newsOf } from './news.ts';
import { informerSpecs } from './resources.ts';
import { aPod, aReplicaSet, controllerRef, seenCluster, type SeenCluster } from './testing.ts';
import { askedAbout, settledOwner, wakingsByResource, type ResourceWakings } from './wakings.ts';

const table = wakingsByResource(controllers);

/** `loop:key` of all that a change wakes. */
type Woken = readonly string[];

/** Everybody is asked. */
function wokenByAsking({ all }: ResourceWakings, change: InformerChange, cluster: ClusterView) {
  return all.flatMap(({ loop, waking }) =>
    waking.keys(change, cluster).map((key) => `${loop}:${key}`),
  );
}

/** Those are asked whom the news concern. */
function wokenByNews(wakings: ResourceWakings, change: InformerChange, cluster: ClusterView) {
  const owner = settledOwner(change);
  const news = newsOf(change, cluster, owner === undefined);
  const owners = owner === undefined ? [] : (wakings.byOwner.get(owner.kind) ?? []);
  return [
    ...owners.map(({ loop }) => `${loop}:${owner?.key}`),
    ...wokenByAsking({ ...wakings, all: askedAbout(wakings, news) }, change, cluster),
  ];
}

function sorted(woken: Woken): Woken {
  return [...new Set(woken)].sort();
}

const shared: Readonly<Record<string, readonly OwnerReference[]>> = {
  set: [controllerRef(aReplicaSet({ name: 'web' }))],
  'other set': [controllerRef(aReplicaSet({ name: 'old' }))],
  job: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'once', uid: 'uid-once', controller: true }],
  stranger: [
    { apiVersion: 'x/v1', kind: 'Strange', name: 'one', uid: 'uid-one', controller: true },
  ],
  keeper: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'one', uid: 'uid-map' }],
};

const pod = fc.record({
  name: fc.constantFrom('pod-0', 'pod-1', 'pod-2'),
  owner: fc.constantFrom('set', 'other set', 'job', 'stranger', 'keeper', 'none'),
  hasOwnReferences: fc.boolean(),
  app: fc.constantFrom('web', 'api'),
  node: fc.constantFrom('node-1', 'tainted', 'gone', undefined),
  ip: fc.constantFrom('10.0.0.1', undefined),
  phase: fc.constantFrom('Running' as const, 'Failed' as const),
  isReady: fc.boolean(),
  deleting: fc.boolean(),
  isTracked: fc.boolean(),
  generation: fc.constantFrom(1, 2),
  claim: fc.constantFrom('data', undefined),
  isGone: fc.boolean(),
});

type PodSpec = Parameters<typeof aPod>[1];

function podOf(each: typeof pod extends fc.Arbitrary<infer T> ? T : never): Pod {
  const { node, ip, app, phase, deleting, owner, claim } = each;
  const made = aPod(each.name, {
    labels: { app },
    phase,
    deleting,
    ...(node === undefined ? {} : { node }),
    ...(ip === undefined ? {} : { ip }),
    ...(each.isReady ? { readySince: '2026-01-01T09:00:00Z' } : {}),
  } satisfies PodSpec);
  const references = shared[owner];
  return {
    ...made,
    metadata: {
      ...made.metadata,
      generation: each.generation,
      ...(each.isTracked ? { finalizers: ['batch.kubernetes.io/job-tracking'] } : {}),
      ...(references === undefined
        ? {}
        : { ownerReferences: each.hasOwnReferences ? [...references] : references }),
    },
    spec: {
      ...made.spec,
      ...(claim === undefined
        ? {}
        : { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }] }),
    },
  };
}

function change(cluster: SeenCluster, each: Parameters<typeof podOf>[0]): void {
  const there = cluster.view.get('pods', `default/${each.name}`);
  if (!each.isGone) cluster.put('pods', podOf(each));
  else if (there !== undefined) cluster.remove('pods', there);
}

describe('who is asked about a change', () => {
  test('whom the news concern: nobody else would have had anything to say', () => {
    fc.assert(
      fc.property(fc.array(pod, { maxLength: 30 }), fc.boolean(), (pods, hasQuota) => {
        const asked: Woken[] = [];
        const told: Woken[] = [];
        const metadata = { namespace: 'default' };
        const cluster = seenCluster({}, {}, (next) => {
          const wakings = table.get(next.informer) as ResourceWakings;
          asked.push(sorted(wokenByAsking(wakings, next, cluster.view)));
          told.push(sorted(wokenByNews(wakings, next, cluster.view)));
        });
        cluster.put('replicasets', aReplicaSet({ name: 'web' }));
        cluster.put('services', aService('web', { selector: { app: 'web' } }));
        cluster.put('nodes', { metadata: { name: 'node-1' } } as never);
        cluster.put('nodes', {
          metadata: { name: 'tainted' },
          spec: { taints: [{ key: 'out', effect: 'NoExecute' }] },
        } as never);
        cluster.put('poddisruptionbudgets', {
          metadata: { ...metadata, name: 'budget', uid: 'uid-budget' },
          spec: { minAvailable: 1, selector: { matchLabels: { app: 'api' } } },
        } as never);
        if (hasQuota) {
          cluster.put('resourcequotas', {
            metadata: { ...metadata, name: 'quota', uid: 'uid-quota' },
            spec: { hard: { pods: '9' } },
          } as never);
        }
        for (const each of pods) change(cluster, each);
        expect(told).toEqual(asked);
      }),
    );
  });
});

describe('indexes of the copies', () => {
  test('the values of those that are not said to file a version anew are the same', () => {
    const specs = informerSpecs.filter(({ name }) => name === 'pods');
    fc.assert(
      fc.property(pod, pod, (one, other) => {
        for (const { refiledBy, indexes = {} } of specs) {
          const [old, next] = [podOf(one), podOf(other)];
          const told = refiledBy?.(old, next);
          for (const [name, valuesOf] of Object.entries(indexes))
            if (told?.includes(name) === false) expect(valuesOf(next)).toEqual(valuesOf(old));
        }
      }),
    );
  });
});
