import { describe, expect, test } from 'vitest';
import type {
  ControllerRevision,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
  StatefulSetSpec,
} from '../../../api/generated/types.ts';
import { SECOND } from '../../../kernel/time.ts';
import { podTemplateHash } from '../deployment/template-hash.ts';
import { revisionData } from '../history/controller-revisions.ts';
import { aPod, controllerRef, seenCluster, summary, updated } from '../testing.ts';
import { ask, list, managerRig, run, type ManagerRig } from '../testing-rig.ts';
import { statefulSetController } from './statefulset.ts';

const labels = { app: 'db' };

interface Wish extends Partial<StatefulSetSpec> {
  readonly image?: string;
}

function aSet({ image = 'db:1', ...spec }: Wish = {}, status?: StatefulSet['status']): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default', uid: 'uid-db', generation: 1 },
    spec: {
      replicas: 3,
      serviceName: 'dbs',
      selector: { matchLabels: labels },
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 1 } },
      template: { metadata: { labels }, spec: { containers: [{ name: 'db', image }] } },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

function revisionName(set: StatefulSet): string {
  return `db-${podTemplateHash(set.spec.template, undefined)}`;
}

function revisionOf(set: StatefulSet, revision = 1): ControllerRevision {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: revisionName(set),
      namespace: 'default',
      uid: `uid-${revisionName(set)}`,
      labels,
      ownerReferences: [controllerRef(set)],
    },
    data: revisionData(set.spec.template),
    revision,
  };
}

type State = 'ready' | 'unready' | 'leaving' | 'failed';

function podOf(set: StatefulSet, ordinal: number, state: State = 'ready'): Pod {
  return aPod(`db-${ordinal}`, {
    owner: set,
    labels: { ...labels, 'controller-revision-hash': revisionName(set) },
    ...(state === 'ready' || state === 'leaving' ? { readySince: '2026-01-01T08:00:00Z' } : {}),
    ...(state === 'failed' ? { phase: 'Failed' } : {}),
    deleting: state === 'leaving',
  });
}

function look(
  set: StatefulSet,
  pods: readonly Pod[],
  more: Parameters<typeof seenCluster>[0] = {},
) {
  const { view } = seenCluster({
    controllerrevisions: [revisionOf(set)],
    ...more,
    statefulsets: [set],
    pods,
  });
  return statefulSetController.reconcile('default/db', view, 0, undefined);
}

/** What a plan does, but for the status. */
function deeds(plan: ReturnType<typeof look>): readonly string[] {
  return summary(plan).filter((each) => !each.startsWith('update statefulsets/status'));
}

const claimTemplate: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

describe('StatefulSet', () => {
  test('first keeps its template as a revision', () => {
    const plan = look(aSet(), [], { controllerrevisions: [] });
    expect(summary(plan)).toEqual([`create controllerrevisions ${revisionName(aSet())}`]);
  });

  const set = aSet();
  const parallel = aSet({ podManagementPolicy: 'Parallel' });
  const two = aSet({ replicas: 1 });
  const shifted = aSet({ ordinals: { start: 5 }, replicas: 2 });
  const cases: [string, StatefulSet, readonly Pod[], readonly string[]][] = [
    ['the first pod alone', set, [], ['create pods db-0']],
    ['the next when it serves', set, [podOf(set, 0)], ['create pods db-1']],
    ['none while it does not', set, [podOf(set, 0, 'unready')], []],
    ['none while it leaves', set, [podOf(set, 0, 'leaving')], []],
    ['a hole first', set, [podOf(set, 0), podOf(set, 2)], ['create pods db-1']],
    [
      'all at once in parallel',
      parallel,
      [],
      ['create pods db-0', 'create pods db-1', 'create pods db-2'],
    ],
    [
      'an ended one is made anew',
      set,
      [podOf(set, 0, 'failed')],
      [
        'event Warning RecreatingFailedPod StatefulSet default/db is recreating failed Pod db-0',
        'delete pods default/db-0',
      ],
    ],
    [
      'the highest goes first',
      two,
      [podOf(two, 0), podOf(two, 1), podOf(two, 2)],
      ['delete pods default/db-2'],
    ],
    ['one after the other', two, [podOf(two, 0), podOf(two, 1), podOf(two, 2, 'leaving')], []],
    [
      'an unready one goes only when it is the first',
      two,
      [podOf(two, 0), podOf(two, 1, 'unready')],
      ['delete pods default/db-1'],
    ],
    ['ordinals may start elsewhere', shifted, [podOf(shifted, 5)], ['create pods db-6']],
    [
      'and those before go',
      shifted,
      [podOf(shifted, 0), podOf(shifted, 5), podOf(shifted, 6)],
      ['delete pods default/db-0'],
    ],
  ];
  test.each(cases)('%s', (_, of, pods, expected) => {
    expect(deeds(look(of, pods))).toEqual(expected);
  });

  test('a pod knows its name, its index and its revision', () => {
    const [, write] = look(set, []).writes;
    const pod = write?.verb === 'create' ? (write.object as Pod) : undefined;
    expect(pod?.metadata.labels).toEqual({
      app: 'db',
      'statefulset.kubernetes.io/pod-name': 'db-0',
      'apps.kubernetes.io/pod-index': '0',
      'controller-revision-hash': revisionName(set),
    });
    expect(pod?.spec).toMatchObject({ hostname: 'db-0', subdomain: 'dbs' });
  });

  test('its claims come before it, and are its own', () => {
    const claiming = aSet({ volumeClaimTemplates: [claimTemplate] });
    const plan = look(claiming, []);
    expect(deeds(plan)).toEqual(['create persistentvolumeclaims data-db-0', 'create pods db-0']);
    const write = plan.writes[2];
    const pod = write?.verb === 'create' ? (write.object as Pod) : undefined;
    expect(pod?.spec.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-db-0', readOnly: false } },
    ]);
    const claim = {
      ...claimTemplate,
      metadata: { name: 'data-db-0', namespace: 'default', uid: 'c' },
    };
    expect(deeds(look(claiming, [], { persistentvolumeclaims: [claim] }))).toEqual([
      'create pods db-0',
    ]);
    const leaving = {
      ...claim,
      metadata: { ...claim.metadata, deletionTimestamp: '2026-01-01T09:00:00Z' },
    };
    expect(deeds(look(claiming, [], { persistentvolumeclaims: [leaving] }))).toEqual([]);
  });

  test.each([
    ['Retain', 'Retain', []],
    [
      'Delete',
      'Retain',
      ['update persistentvolumeclaims data-db-0', 'update persistentvolumeclaims data-db-1'],
    ],
    ['Retain', 'Delete', ['update persistentvolumeclaims data-db-1']],
  ] as const)('claims when deleted: %s, when scaled: %s', (whenDeleted, whenScaled, writes) => {
    const claiming = aSet({
      replicas: 1,
      volumeClaimTemplates: [claimTemplate],
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
    });
    const persistentvolumeclaims = [0, 1].map((ordinal) => ({
      ...claimTemplate,
      metadata: { name: `data-db-${ordinal}`, namespace: 'default', uid: `c${ordinal}` },
    }));
    const pods = [podOf(claiming, 0), podOf(claiming, 1, 'leaving')];
    const first = deeds(look(claiming, pods, { persistentvolumeclaims }));
    expect(first).toEqual(writes.slice(0, 1));
  });

  const next = (more: Wish = {}) => aSet({ image: 'db:2', ...more });
  const at = { currentRevision: revisionName(set), replicas: 3, availableReplicas: 3 };
  const rolling = (more: Wish = {}) => {
    const fresh = next(more);
    return { ...fresh, status: at };
  };
  const partition = (number: number) =>
    ({ type: 'RollingUpdate', rollingUpdate: { partition: number } }) as const;
  const olds = [podOf(set, 0), podOf(set, 1), podOf(set, 2)];
  const rollouts: [string, StatefulSet, readonly Pod[], readonly string[]][] = [
    ['from the highest down', rolling(), olds, ['delete pods default/db-2']],
    ['one at a time', rolling(), [podOf(set, 0), podOf(set, 1), podOf(next(), 2, 'unready')], []],
    [
      'then the next',
      rolling(),
      [podOf(set, 0), podOf(set, 1), podOf(next(), 2)],
      ['delete pods default/db-1'],
    ],
    [
      'down to the partition',
      rolling({ updateStrategy: partition(2) }),
      [podOf(set, 0), podOf(set, 1), podOf(next(), 2)],
      [],
    ],
    [
      'several where allowed',
      rolling({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } } }),
      olds,
      ['delete pods default/db-2', 'delete pods default/db-1'],
    ],
    ['not by itself', rolling({ updateStrategy: { type: 'OnDelete' } }), olds, []],
    [
      'below the partition the old template is used',
      rolling({ updateStrategy: partition(2) }),
      [podOf(set, 1), podOf(next(), 2)],
      ['create pods db-0'],
    ],
  ];
  test.each(rollouts)('rollout: %s', (_, of, pods, expected) => {
    const controllerrevisions = [revisionOf(set), revisionOf(of, 2)];
    const plan = look(of, pods, { controllerrevisions });
    expect(deeds(plan)).toEqual(expected);
    for (const write of plan.writes) {
      if (write.verb !== 'create') continue;
      expect((write.object as Pod).spec.containers[0]?.image).toBe('db:1');
    }
  });

  test('a rollout that is through makes its revision the current one', () => {
    const of = rolling();
    const pods = [0, 1, 2].map((ordinal) => podOf(next(), ordinal));
    const plan = look(of, pods, { controllerrevisions: [revisionOf(set), revisionOf(of, 2)] });
    expect(updated(plan, 'statefulsets', 'status')?.status).toEqual({
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      currentRevision: revisionName(of),
      updateRevision: revisionName(of),
      collisionCount: 0,
    });
  });
});

describe('StatefulSet on the API server', () => {
  const SETS = '/apis/apps/v1/namespaces/default/statefulsets';
  const body = (wish: Wish) => {
    const { apiVersion, kind, spec } = aSet(wish);
    return { apiVersion, kind, metadata: { name: 'db', namespace: 'default' }, spec };
  };
  const names = (rig: ManagerRig, path: string) =>
    list(rig, path)
      .map((each) => each.metadata.name)
      .sort();
  const PODS = '/api/v1/namespaces/default/pods';
  const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';

  test('comes up in order with its claims, rolls out, shrinks, and goes', () => {
    const rig = managerRig({ nodes: 3 });
    const policy = { whenDeleted: 'Delete', whenScaled: 'Retain' } as const;
    ask(
      rig,
      'POST',
      SETS,
      body({ volumeClaimTemplates: [claimTemplate], persistentVolumeClaimRetentionPolicy: policy }),
    );
    run(rig, 10 * SECOND);
    expect(names(rig, PODS)).toEqual(['db-0', 'db-1', 'db-2']);
    expect(names(rig, CLAIMS)).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);
    const pods = list<Pod>(rig, PODS);
    const born = pods.map((each) => Number(each.metadata.resourceVersion));
    expect(born).toHaveLength(3);
    const spec = { template: { spec: { containers: [{ name: 'db', image: 'db:2' }] } } };
    ask(rig, 'PATCH', `${SETS}/db`, { spec });
    run(rig, 20 * SECOND);
    const images = list<Pod>(rig, PODS).map((each) => each.spec.containers[0]?.image);
    expect(images).toEqual(['db:2', 'db:2', 'db:2']);
    const [set] = list<StatefulSet>(rig, SETS);
    expect(set?.status?.currentRevision).toBe(set?.status?.updateRevision);
    expect(set?.status).toMatchObject({
      currentReplicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
    });
    ask(rig, 'PATCH', `${SETS}/db/scale`, { spec: { replicas: 1 } });
    run(rig, 10 * SECOND);
    expect(names(rig, PODS)).toEqual(['db-0']);
    expect(names(rig, CLAIMS)).toHaveLength(3);
    ask(rig, 'DELETE', `${SETS}/db`);
    run(rig, 10 * SECOND);
    expect(names(rig, PODS)).toEqual([]);
    // Those of the ordinals that were scaled away belong to nobody's deletion but the set's as well.
    expect(names(rig, CLAIMS)).toEqual([]);
  });
});
