import { describe, expect, test } from 'vitest';
import { fieldErrorMessage } from '../../../api/field-errors.ts';
import { checkpoint, restore } from '../../../kernel/checkpoint.ts';
import { hashWorld } from '../../../kernel/hash.ts';
import { SECOND } from '../../../kernel/time.ts';
import type { SchedulerConfiguration } from '../configuration/configuration.ts';
import { takeConfiguration } from '../configuration/take-configuration.ts';
import { numberAt, totalScores } from '../explanation/explanations.ts';
import { pluginRegistry } from '../plugins/index.ts';
import { createPod, eventsAbout, memoryOf, podOf, run, schedulerRig } from '../testing-rig.ts';

function take(source: unknown, weight?: number) {
  return takeConfiguration(
    {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [
        {
          plugins: { multiPoint: { enabled: [{ name: 'Mine', ...(weight && { weight }) }] } },
          pluginConfig: [{ name: 'Mine', args: { source } }],
        },
      ],
    },
    pluginRegistry,
  );
}

function withPlugin(source: string, weight?: number): SchedulerConfiguration {
  const taken = take(source, weight);
  if (!taken.ok) throw new Error(taken.error.map(fieldErrorMessage).join('; '));
  return taken.value;
}

function errorsOf(source: unknown): readonly string[] {
  const taken = take(source);
  return taken.ok ? [] : taken.error.map((each) => `${each.field}: ${fieldErrorMessage(each)}`);
}

describe('a plugin of the user', () => {
  test('filters by its own reason, and the Pod waits for any change', () => {
    const rig = schedulerRig({
      configuration: withPlugin(`
        const forbidden = new Set(['node-1', 'node-3']);
        export function filter(pod: Pod, node: NodeView): string | undefined {
          if (pod.labels.team === 'none') return false;
          return forbidden.has(node.name) ? \`\${node.name} is not for \${pod.name}\` : undefined;
        }`),
    });
    createPod(rig, 'web', { cpu: '100m' });
    run(rig, SECOND);
    createPod(rig, 'big', { cpu: '3950m' });
    run(rig, SECOND);
    expect(podOf(rig, 'web').spec.nodeName).toBe('node-2');
    expect(eventsAbout(rig, 'big').at(-1)).toContain(
      '0/3 nodes are available: 1 Insufficient cpu, 1 node-1 is not for big, 1 node-3 is not for big.',
    );
    const refusals = memoryOf(rig).explanations.byPod.get('default/big')?.refusals;
    expect(refusals?.map(({ plugin }) => plugin).sort()).toEqual([
      'Mine',
      'Mine',
      'NodeResourcesFit',
    ]);
  });

  test('scores by what it sees of nodes and Pods, with its weight', () => {
    const rig = schedulerRig({
      configuration: withPlugin(
        `const prepare = (pod, nodes) => Math.max(...nodes.map(({ name }) => Number(name.split('-')[1])));
         const score = (pod, node, most) => most * 1000 + Number(node.name.split('-')[1]) + node.pods.length * 0;
         const normalize = (scores, most) => scores.map((each) => Math.round(100 * (each - most * 1000) / most));`,
        7,
      ),
    });
    createPod(rig, 'web', { cpu: '100m' });
    run(rig, SECOND);
    const record = memoryOf(rig).explanations.byPod.get('default/web');
    const mine = record?.scores.find(({ plugin }) => plugin === 'Mine');
    if (record === undefined || mine === undefined) throw new Error('not scored');
    const inOrder = record.nodes.map((name, at) => [
      name,
      numberAt(mine.raw, at),
      numberAt(mine.normalized, at),
    ]);
    expect(inOrder.toSorted()).toEqual([
      ['node-1', 3001, 33],
      ['node-2', 3002, 67],
      ['node-3', 3003, 100],
    ]);
    expect(mine.weight).toBe(7);
    expect(record.chosen).toBe('node-3');
    expect(Math.max(...totalScores(record))).toBeGreaterThan(700);
  });

  test.each([
    ['filter', 'running "Mine" filter plugin: node-', 'line 1: cannot read "b" of undefined'],
    ['score', 'running PreScore plugin "Mine": node-', 'line 1: cannot read "b" of undefined'],
  ])('a faulty %s fails the cycle of that Pod, with its error', (name, start, end) => {
    const rig = schedulerRig({
      configuration: withPlugin(
        `function ${name}(pod, node) { return pod.labels.app === 'bad' ? pod.a.b : ${name === 'score' ? 1 : true} }`,
      ),
    });
    createPod(rig, 'bad', { cpu: '100m', labels: { app: 'bad' } });
    createPod(rig, 'good', { cpu: '100m' });
    run(rig, SECOND);
    expect(podOf(rig, 'good').spec.nodeName).toMatch(/^node-/);
    const [event] = eventsAbout(rig, 'bad');
    expect(event).toContain(`FailedScheduling: ${start}`);
    expect(event).toContain(end);
    expect(podOf(rig, 'bad').status?.conditions?.[0]).toMatchObject({ reason: 'SchedulerError' });
  });

  test('one that never ends is stopped', () => {
    const rig = schedulerRig({ configuration: withPlugin('function filter() { while (true) ; }') });
    createPod(rig, 'web', { cpu: '100m' });
    run(rig, SECOND);
    expect(eventsAbout(rig, 'web')[0]).toContain('line 1: took more than 50000 steps');
  });

  test('keeps nothing from one Pod to the next, so that a checkpoint goes on alike', () => {
    const history = (interrupted: boolean) => {
      const rig = schedulerRig({
        configuration: withPlugin(
          'let count = 0; function score(pod, node) { count += 1; return count }',
        ),
      });
      createPod(rig, 'web-1', { cpu: '100m' });
      run(rig, SECOND);
      if (interrupted) rig.world = restore(checkpoint(rig.world));
      createPod(rig, 'web-2', { cpu: '100m' });
      run(rig, SECOND);
      return hashWorld(rig.world);
    };
    expect(history(true)).toBe(history(false));
  });

  test.each([
    [
      'score',
      'function score() { return 101 }',
      'applying score defaultWeights on Score plugins: plugin "Mine" returns an invalid score 101',
    ],
    ['no number', 'function score() { return "x" }', 'score must give a number, and gave string x'],
    [
      'normalize',
      'function score() { return 1 } function normalize() { return [1] }',
      'normalize must give a list of 3 numbers',
    ],
    [
      'filter',
      'function filter() { return 5 }',
      'filter must give a reason, true, false or nothing',
    ],
    [
      'prepare',
      'function filter() {} function prepare() { throw "not today" }',
      'running PreFilter plugin "Mine": line 1: not today',
    ],
    [
      'change',
      'function filter(pod) { pod.spec.nodeName = "node-1" }',
      'what belongs to the cluster cannot be changed',
    ],
  ])('what it gives is checked: %s', (_name, source, message) => {
    const rig = schedulerRig({ configuration: withPlugin(source) });
    createPod(rig, 'web', { cpu: '100m' });
    run(rig, SECOND);
    expect(eventsAbout(rig, 'web')[0]).toContain(message);
  });

  test('preempts by what it sees of a node without its victims', () => {
    const rig = schedulerRig({
      nodes: 1,
      configuration: withPlugin(
        'function filter(pod, node) { return node.pods.length < 2 ? true : "two Pods are enough" }',
      ),
    });
    for (const name of ['a', 'b']) createPod(rig, name, { cpu: '100m' });
    run(rig, SECOND);
    createPod(rig, 'c', { cpu: '100m' });
    run(rig, SECOND);
    expect(eventsAbout(rig, 'c')[0]).toContain('1 two Pods are enough');
  });
});

describe('a configuration with a plugin of the user', () => {
  const path = 'profiles[0].pluginConfig[0].args.source';
  test.each([
    [
      'function filter(pod) {\n  return pod.labels.(x) }',
      `Invalid value: "return pod.labels.(x) }": line 2: unexpected "(", expected a name`,
    ],
    ['const x = fetch;', 'Invalid value: "const x = fetch;": line 1: "fetch" is not known here'],
    ['const x = 1;', 'Invalid value: "const x = 1;": must declare a function "filter" or "score"'],
    ['const score = 1;', 'Invalid value: "const score = 1;": "score" must be a function'],
    ['const y = null.x; function score() {}', 'line 1: cannot read "x" of null'],
    ['function filter() {} function normalize() {}', '"normalize" is of no use without "score"'],
    ['while (true) ; function score() {}', 'line 1: took more than 50000 steps'],
  ])('is refused: %s', (source, message) => {
    const errors = errorsOf(source);
    expect(errors[0]).toContain(path);
    expect(errors[0]).toContain(message);
  });

  test('a known plugin cannot be written anew', () => {
    const taken = takeConfiguration(
      {
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        profiles: [
          { pluginConfig: [{ name: 'NodeName', args: { source: 'function filter() {}' } }] },
        ],
      },
      pluginRegistry,
    );
    expect(taken.ok).toBe(false);
  });
});
