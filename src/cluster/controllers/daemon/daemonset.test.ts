import { describe, expect, test } from 'vitest';
import type {
  ControllerRevision,
  DaemonSet,
  Event,
  Node,
  Pod,
  Taint,
} from '../../../api/generated/types.ts';
import { SECOND } from '../../../kernel/time.ts';
import { podTemplateHash } from '../deployment/template-hash.ts';
import { revisionData, templateOf } from '../history/controller-revisions.ts';
import { aPod, controllerRef, seenCluster, summary, updated } from '../testing.ts';
import { aNode, ask, list, managerRig, run } from '../testing-rig.ts';
import { targetNode } from './daemon-pods.ts';
import { daemonSetController } from './daemonset.ts';
import { eligibilityOf, tolerationsOf } from './eligibility.ts';

const SETS = '/apis/apps/v1/namespaces/default/daemonsets';
const PODS = '/api/v1/namespaces/default/pods';
const labels = { app: 'agent' };

function aDaemonSet(
  more: {
    readonly image?: string;
    readonly strategy?: DaemonSet['spec']['updateStrategy'];
    readonly pod?: Partial<Pod['spec']>;
    readonly status?: DaemonSet['status'];
  } = {},
): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default', uid: 'uid-agent', generation: 1 },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'agent', image: more.image ?? 'agent:1' }], ...more.pod },
      },
      updateStrategy: more.strategy ?? {
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
      },
      revisionHistoryLimit: 10,
    },
    ...(more.status === undefined ? undefined : { status: more.status }),
  };
}

function node(name: string, taints?: readonly Taint[]): Node {
  return {
    ...(aNode(name) as Node),
    ...(taints === undefined ? undefined : { spec: { taints } }),
  };
}

function revisionOf(set: DaemonSet, revision = 1): ControllerRevision {
  const hash = podTemplateHash(set.spec.template, undefined);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `agent-${hash}`,
      namespace: 'default',
      uid: `uid-revision-${hash}`,
      labels: { ...labels, 'controller-revision-hash': hash },
      ownerReferences: [controllerRef(set)],
    },
    data: revisionData(set.spec.template),
    revision,
  };
}

function podOf(set: DaemonSet, name: string, on: string, more: Parameters<typeof aPod>[1] = {}) {
  const hash = podTemplateHash(set.spec.template, undefined);
  return aPod(name, {
    owner: set,
    node: on,
    labels: { ...labels, 'controller-revision-hash': hash },
    readySince: '2026-01-01T08:00:00Z',
    ...more,
  });
}

function unreadyPodOf(set: DaemonSet, name: string, on: string) {
  const pod = podOf(set, name, on);
  return { ...pod, status: { ...pod.status, conditions: [] } };
}

function look(set: DaemonSet, objects: Parameters<typeof seenCluster>[0]) {
  const { view } = seenCluster({ daemonsets: [set], ...objects });
  return daemonSetController.reconcile('default/agent', view, 0, undefined);
}

const nodes = [node('a'), node('b'), node('c')];

describe('which nodes a DaemonSet is for', () => {
  const noSchedule = (key: string): Taint => ({ key, effect: 'NoSchedule' });
  const noExecute = (key: string): Taint => ({ key, effect: 'NoExecute' });
  const cases: [string, DaemonSet, Node, boolean, boolean][] = [
    ['a plain node', aDaemonSet(), node('a'), true, true],
    ['a tainted one', aDaemonSet(), node('a', [noSchedule('x')]), false, true],
    ['one that evicts', aDaemonSet(), node('a', [noExecute('x')]), false, false],
    [
      'a cordoned one',
      aDaemonSet(),
      node('a', [noSchedule('node.kubernetes.io/unschedulable')]),
      true,
      true,
    ],
    [
      'an unreachable one',
      aDaemonSet(),
      node('a', [noExecute('node.kubernetes.io/unreachable')]),
      true,
      true,
    ],
    [
      'without network',
      aDaemonSet(),
      node('a', [noSchedule('node.kubernetes.io/network-unavailable')]),
      false,
      true,
    ],
    [
      'without network, on the host’s',
      aDaemonSet({ pod: { hostNetwork: true } }),
      node('a', [noSchedule('node.kubernetes.io/network-unavailable')]),
      true,
      true,
    ],
    ['another name', aDaemonSet({ pod: { nodeName: 'b' } }), node('a'), false, false],
    [
      'other labels',
      aDaemonSet({ pod: { nodeSelector: { disk: 'ssd' } } }),
      node('a'),
      false,
      false,
    ],
  ];
  test.each(cases)('%s', (_, set, on, shouldRun, stay) => {
    expect(eligibilityOf(set, on)).toEqual({ run: shouldRun, stay });
  });

  test('daemons tolerate what ails nodes', () => {
    expect(tolerationsOf(aDaemonSet().spec.template)).toHaveLength(6);
  });
});

describe('DaemonSet', () => {
  test('first keeps its template as a revision', () => {
    const set = aDaemonSet();
    const plan = look(set, { nodes });
    expect(summary(plan)).toEqual([`create controllerrevisions ${revisionOf(set).metadata.name}`]);
    const [write] = plan.writes;
    const made = write?.verb === 'create' ? (write.object as ControllerRevision) : undefined;
    expect(made?.revision).toBe(1);
    expect(made && templateOf(made)).toEqual(set.spec.template);
  });

  test('a pod for each node, which it names', () => {
    const set = aDaemonSet();
    const plan = look(set, { nodes, controllerrevisions: [revisionOf(set)] });
    expect(summary(plan)).toEqual(nodes.map(() => 'create pods agent-*'));
    const targets = plan.writes.map((each) =>
      each.verb === 'create' ? targetNode(each.object as Pod) : '',
    );
    expect(targets).toEqual(['a', 'b', 'c']);
  });

  test('pods are replaced when they have ended, and leave where they should not be', () => {
    const set = aDaemonSet({ pod: { nodeSelector: { 'kubernetes.io/hostname': 'a' } } });
    const pods = [podOf(set, 'p', 'a', { phase: 'Failed' }), podOf(set, 'q', 'b')];
    const plan = look(set, { nodes, controllerrevisions: [revisionOf(set)], pods });
    expect(summary(plan)).toEqual([
      'event Warning FailedDaemonPod Found failed daemon pod default/p on node a, will try to kill it',
      'delete pods default/p',
      'delete pods default/q',
    ]);
    const { view } = seenCluster({
      daemonsets: [set],
      nodes,
      pods,
      controllerrevisions: [revisionOf(set)],
    });
    const again = daemonSetController.reconcile(
      'default/agent',
      view,
      0,
      plan.remember ?? undefined,
    );
    expect(summary(again)).toEqual(['delete pods default/q']);
    expect(again.after).toBe(SECOND);
  });

  const old = aDaemonSet();
  const fresh = (strategy?: DaemonSet['spec']['updateStrategy']) =>
    aDaemonSet({ image: 'agent:2', ...(strategy === undefined ? {} : { strategy }) });
  const surge = {
    type: 'RollingUpdate',
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
  } as const;
  const rollouts: [string, DaemonSet, readonly Pod[], readonly string[]][] = [
    [
      'one at a time',
      fresh(),
      [podOf(old, 'p', 'a'), podOf(old, 'q', 'b'), podOf(old, 'r', 'c')],
      ['delete pods default/p'],
    ],
    [
      'one that is not ready, too',
      fresh(),
      [podOf(old, 'p', 'a'), unreadyPodOf(old, 'q', 'b'), podOf(old, 'r', 'c')],
      ['delete pods default/q'],
    ],
    [
      'none while one is missing',
      fresh(),
      [podOf(old, 'p', 'a'), unreadyPodOf(fresh(), 'q', 'b'), podOf(old, 'r', 'c')],
      ['update daemonsets/status agent'],
    ],
    [
      'never by itself',
      fresh({ type: 'OnDelete' }),
      [podOf(old, 'p', 'a'), podOf(old, 'q', 'b'), podOf(old, 'r', 'c')],
      ['update daemonsets/status agent'],
    ],
    [
      'a second pod first',
      fresh(surge),
      [podOf(old, 'p', 'a'), podOf(old, 'q', 'b'), podOf(old, 'r', 'c')],
      ['create pods agent-*'],
    ],
    [
      'then the old one goes',
      fresh(surge),
      [
        podOf(old, 'p', 'a'),
        podOf(fresh(surge), 'p2', 'a'),
        podOf(old, 'q', 'b'),
        podOf(old, 'r', 'c'),
      ],
      ['delete pods default/p'],
    ],
  ];
  test.each(rollouts)('rollout: %s', (_, set, pods, writes) => {
    const controllerrevisions = [revisionOf(old), revisionOf(set, 2)];
    expect(summary(look(set, { nodes, controllerrevisions, pods }))).toEqual(writes);
  });

  test('status counts nodes', () => {
    const set = aDaemonSet();
    const pods = [
      podOf(set, 'p', 'a'),
      unreadyPodOf(set, 'q', 'b'),
      podOf(aDaemonSet({ image: 'old' }), 'r', 'c'),
      podOf(set, 's', 'd'),
    ];
    const on = [...nodes, node('d', [{ key: 'x', effect: 'NoSchedule' }])];
    const onDelete = aDaemonSet({ strategy: { type: 'OnDelete' } });
    const plan = look(onDelete, { nodes: on, pods, controllerrevisions: [revisionOf(set)] });
    expect(updated(plan, 'daemonsets', 'status')?.status).toEqual({
      currentNumberScheduled: 3,
      numberMisscheduled: 1,
      desiredNumberScheduled: 3,
      numberReady: 2,
      observedGeneration: 1,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
      numberUnavailable: 1,
    });
  });
});

describe('DaemonSet on the API server', () => {
  const body = (image: string) => {
    const { status: _, metadata: __, ...set } = aDaemonSet({ image });
    return { ...set, metadata: { name: 'agent', namespace: 'default' } };
  };
  const read = (rig: ReturnType<typeof managerRig>) => list<DaemonSet>(rig, SETS)[0];

  test('comes up, follows new nodes, rolls out, and goes', () => {
    const rig = managerRig({ nodes: 3 });
    ask(rig, 'POST', SETS, body('agent:1'));
    run(rig, 5 * SECOND);
    expect(read(rig)?.status).toMatchObject({ desiredNumberScheduled: 3, numberAvailable: 3 });
    expect(read(rig)?.metadata.annotations).toMatchObject({
      'deprecated.daemonset.template.generation': '1',
    });
    ask(rig, 'POST', '/api/v1/nodes', aNode('node-4'));
    run(rig, 5 * SECOND);
    expect(read(rig)?.status?.numberAvailable).toBe(4);
    const spec = { template: { spec: { containers: [{ name: 'agent', image: 'agent:2' }] } } };
    ask(rig, 'PATCH', `${SETS}/agent`, { spec });
    run(rig, 20 * SECOND);
    const pods = list<Pod>(rig, PODS);
    expect(pods.map((each) => each.spec.containers[0]?.image)).toEqual(Array(4).fill('agent:2'));
    expect(new Set(pods.map((each) => each.spec.nodeName)).size).toBe(4);
    expect(pods[0]?.metadata.labels?.['pod-template-generation']).toBe('2');
    expect(read(rig)?.status).toMatchObject({ updatedNumberScheduled: 4, numberAvailable: 4 });
    const revisions = list<ControllerRevision>(rig, '/apis/apps/v1/controllerrevisions');
    expect(revisions.map((each) => each.revision).sort()).toEqual([1, 2]);
    const created = list<Event>(rig, '/api/v1/events').filter(
      (e) => e.reason === 'SuccessfulCreate',
    );
    expect(created).toHaveLength(8);
    ask(rig, 'DELETE', `${SETS}/agent`);
    run(rig, 10 * SECOND);
    expect(list<Pod>(rig, PODS)).toEqual([]);
    expect(list(rig, '/apis/apps/v1/controllerrevisions')).toEqual([]);
  });
});
