import { describe, expect, test } from 'vitest';
import { parseScenario } from './parse.ts';

const HEAD = 'apiVersion: kubarium/v1\nkind: Scenario\nmetadata: {name: x}\n';

function faultsOf(body: string): readonly string[] {
  const parsed = parseScenario(`${HEAD}${body}`);
  return parsed.ok ? [] : parsed.error.map(({ line, message }) => `${line}: ${message}`);
}

describe('a scenario file', () => {
  test('reads steps, expectations and invariants with their times', () => {
    const parsed = parseScenario(`${HEAD}
cluster: {controlPlanes: 3, nodes: 2, seed: 9}
steps:
  - name: first
    do:
      - fault: power-off
        with: {machine: node-1}
        as: dark
    expect:
      - objects: Node
        where: {status.phase: {not: x}}
        count: {atLeast: 1}
        notBefore: 30s
        within: 1m
  - after: 1m30s
    do: [{heal: dark}]
    expect: [{event: NodeReady, count: 0, for: 5s}]
always:
  - name: calm
    from: first
    that: {request: GET /api/v1/nodes, code: [200, 0]}
`);
    expect(parsed.ok && parsed.value).toMatchObject({
      name: 'x',
      title: 'x',
      cluster: { controlPlanes: 3, seed: 9, nodes: [{ name: 'node-1' }, { name: 'node-2' }] },
      steps: [
        {
          name: 'first',
          begins: { kind: 'next' },
          actions: [
            { kind: 'fault', fault: 'power-off', params: { machine: 'node-1' }, as: 'dark' },
          ],
          expectations: [{ notBeforeMicros: 30e6, withinMicros: 60e6, forMicros: 0 }],
        },
        {
          name: 'step 2',
          begins: { kind: 'after', micros: 90e6 },
          expectations: [{ withinMicros: 0, forMicros: 5e6 }],
        },
      ],
      always: [{ name: 'calm', from: 'first', condition: { fate: { codes: [200, 0] } } }],
    });
  });

  test.each([
    ['steps: [{expect: [{nothing: 1}]}]', '4: steps[0].expect[0]: a condition has one of'],
    ['steps: [{do: [{dance: 1}]}]', '4: steps[0].do[0]: an action has one of'],
    ['steps: [{name: a}, {name: a}]', '4: steps[1].name: another step is called "a"'],
    ['steps: [{after: soon}]', '4: steps[0].after: a duration such as 40s'],
    ['steps: [{at: 1s, after: 1s}]', '4: steps[0]: a step has one of at, after, when, not 2'],
    ['cluster: {controlPlanes: 2}', '4: cluster.controlPlanes: a control plane has 1, 3 or 5'],
    ['cluster: {nodes: 90000}', '4: cluster.nodes: between 0 and 5000 nodes'],
    ['always: [{name: a, from: b, that: {all: []}}]', '4: always[0].from: there is no step called'],
    [
      'steps: [{do: [{delete: web}]}]',
      '4: steps[0].do[0].delete: an object is written as KIND/NAME',
    ],
    ['steps: [{do: [{request: FETCH /x}]}]', '4: steps[0].do[0].request: a request is written as'],
    [
      'steps: [{expect: [{event: x, message: "(a+)+b"}]}]',
      '4: steps[0].expect[0].message: a short pattern without nested repetitions',
    ],
    ['surprise: true', '4: surprise: there is no field "surprise" here'],
  ])('%s is refused at its line and field', (body, fault) => {
    expect(faultsOf(body).join('\n')).toContain(fault);
  });

  test.each([
    ['', 'the text holds no scenario'],
    ['a: [', ''],
    ['apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n', 'a scenario begins with apiVersion'],
    [`${HEAD}---\n${HEAD}`, 'a scenario is one document'],
  ])('%j is no scenario', (text, message) => {
    const parsed = parseScenario(text);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error.map((each) => each.message).join()).toContain(message);
  });

  test('keys that mean something to JavaScript are data', () => {
    const parsed = parseScenario(`${HEAD}steps:
  - do: [{fault: x, with: {constructor: a}}]
    expect: [{objects: Pod, labels: {constructor: a}}]
`);
    expect(parsed.ok).toBe(true);
  });
});
