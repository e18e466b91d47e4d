import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../../api/generated/types.ts';
import { SECOND } from '../../kernel/time.ts';
import { dryRun } from './dry-run.ts';
import { feasiblePositions } from './explanation/explanations.ts';
import type { SchedulerConfig } from './memory.ts';
import { suggestFits } from './suggestions.ts';
import { addNode, aNode, ask, createPod, memoryOf, run, schedulerRig } from './testing-rig.ts';

const config: SchedulerConfig = { apiServer: '', epochMillis: 0, qps: 0, burst: 0 };

function aPod(spec: Partial<Pod['spec']>, cpu = '100m'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'draft', namespace: 'default', uid: 'draft' },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }], ...spec },
  };
}

function rigWith(change: (node: Node) => Node = (node) => node) {
  const rig = schedulerRig({ nodes: 0 });
  addNode(rig, aNode('node-1'));
  const node = change(aNode('node-2', '8'));
  addNode(rig, node);
  run(rig, SECOND);
  return rig;
}

function suggestionsFor(rig: ReturnType<typeof rigWith>, pod: Pod, siblings?: readonly Pod[]) {
  return suggestFits(memoryOf(rig), config, pod, siblings).map(
    ({ text, node }) => `${text} → ${node}`,
  );
}

describe('before applying', () => {
  test('a dry run tells where a Pod would go, and changes nothing', () => {
    const rig = rigWith();
    const record = dryRun(memoryOf(rig), config, aPod({}, '5'));
    expect(record?.chosen).toBe('node-2');
    expect(record && feasiblePositions(record).map((at) => record.nodes[at])).toEqual(['node-2']);
    expect(memoryOf(rig).counters.attempts).toBe(0);
    expect(memoryOf(rig).queue.entries.size).toBe(0);
  });
});

describe('what would make it fit', () => {
  test('nothing, where it fits', () => {
    expect(suggestionsFor(rigWith(), aPod({}))).toEqual([]);
  });

  test('a lower request, to just what is free', () => {
    const rig = rigWith();
    createPod(rig, 'there', { cpu: '7', nodeSelector: { 'kubernetes.io/hostname': 'node-2' } });
    run(rig, SECOND);
    expect(suggestionsFor(rig, aPod({}, '5'))).toEqual([
      "lower the Pod's cpu request from 5 to 4 → node-1",
      'add one more node like node-2 → node-2-new-1',
    ]);
  });

  test('a label on a node, or no selector', () => {
    const rig = rigWith();
    expect(suggestionsFor(rig, aPod({ nodeSelector: { disk: 'ssd' } }))).toEqual([
      'label the node node-1 with disk=ssd → node-1',
      'label the node node-2 with disk=ssd → node-2',
      'remove the nodeSelector → node-2',
    ]);
  });

  test('a toleration, or a cordon lifted', () => {
    const rig = schedulerRig({ nodes: 0 });
    addNode(rig, aNode('node-1'));
    const taints = [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }];
    ask(rig, 'PATCH', '/api/v1/nodes/node-1', { spec: { taints } });
    run(rig, SECOND);
    expect(suggestionsFor(rig, aPod({}))).toEqual([
      'add a toleration for the taint dedicated=gpu:NoSchedule → node-1',
    ]);
    ask(rig, 'PATCH', '/api/v1/nodes/node-1', { spec: { taints: null, unschedulable: true } });
    run(rig, SECOND);
    expect(suggestionsFor(rig, aPod({}))).toEqual([
      'uncordon the node node-1 → node-1',
      'add one more node like node-1 → node-1-new-1',
    ]);
  });

  test('as many nodes as all of its siblings need', () => {
    const siblings = [1, 2, 3].map((index) => ({
      ...aPod({}, '6'),
      metadata: { name: `s-${index}`, namespace: 'default', uid: `s-${index}` },
    }));
    const rig = rigWith();
    createPod(rig, 'there', { cpu: '7', nodeSelector: { 'kubernetes.io/hostname': 'node-2' } });
    run(rig, SECOND);
    expect(suggestionsFor(rig, aPod({}, '6'), siblings)).toContain(
      'add 4 more nodes like node-2 → node-2-new-1',
    );
  });
});
