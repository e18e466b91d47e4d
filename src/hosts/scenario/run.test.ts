import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../scenarios/format/parse.ts';
import { playScenario } from './play.ts';
import type { ScenarioReport } from '../../bridge/scenario-report.ts';

const HEAD = 'apiVersion: kubarium/v1\nkind: Scenario\nmetadata: {name: x}\ncluster: {nodes: 1}\n';

const POD = `      - apply: |
          apiVersion: v1
          kind: Pod
          metadata: {name: web, labels: {app: web}}
          spec: {containers: [{name: web, image: "nginx:1.27"}]}
`;

function played(body: string): ScenarioReport {
  const parsed = parseScenario(HEAD + body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const report = playScenario(parsed.value, 1);
  if (!report.ok) throw new Error(report.error);
  return report.value;
}

describe('a scenario fails when', () => {
  test('what is expected does not come in time', () => {
    const report = played(`steps:
  - expect: [{objects: Pod, name: web, within: 3s}]
  - name: never
`);
    expect(report.outcome).toBe('failed');
    expect(report.steps[0]?.expectations[0]).toMatchObject({
      state: 'failed',
      detail: 'not within 3 s: 0 Pod',
    });
    expect(report.steps[1]?.state).toBe('skipped');
  });

  test('it comes too early', () => {
    const report = played(`steps:
  - do:
${POD}    expect: [{objects: Pod, name: web, where: {status.phase: Running}, notBefore: 60s, within: 90s}]
`);
    expect(report.steps[0]?.expectations[0]).toMatchObject({ state: 'failed' });
    expect(report.steps[0]?.expectations[0]?.detail).toMatch(/^already so after/);
  });

  test('it does not last', () => {
    const report = played(`steps:
  - do:
${POD}    expect: [{objects: Pod, name: web, where: {status.phase: Pending}, within: 1s, for: 60s}]
`);
    expect(report.steps[0]?.expectations[0]?.detail).toMatch(/^no longer so after/);
  });

  test('an invariant breaks', () => {
    const report = played(`steps:
  - name: a
    do:
${POD}    expect: [{objects: Pod, name: web, where: {status.phase: Running}, within: 30s}]
  - name: b
    after: 1s
    do: [{delete: Pod/web, gracePeriodSeconds: 0}]
    expect: [{objects: Pod, name: web, count: 0, for: 10s, within: 5s}]
always:
  - {name: there is a Pod, from: b, that: {objects: Pod, name: web}}
`);
    expect(report.outcome).toBe('failed');
    expect(report.always[0]).toMatchObject({ state: 'broken' });
  });

  test('an action cannot be begun, or a request has another fate', () => {
    expect(
      played('steps: [{do: [{fault: power-off, with: {machine: moon}}]}]').steps[0]?.problem,
    ).toContain('moon');
    const refused = played(`steps:
  - do: [{scale: Deployment/none, replicas: 2, as: scaling}]
    expect: [{answer: scaling, code: 200, within: 2s}]
`);
    expect(refused.steps[0]?.expectations[0]?.detail).toContain('code 404 (NotFound');
  });
});

describe('a scenario', () => {
  test('waits for a time, an instant or a condition', () => {
    const report = played(`steps:
  - {name: a, after: 7s}
  - {name: b, at: 20s}
  - name: c
    do:
${POD}  - {name: d, when: {objects: Pod, name: web, where: {status.phase: Running}}, within: 30s}
`);
    expect(report.outcome).toBe('passed');
    expect(report.steps.map(({ beganAt }) => (beganAt ?? 0) / 1e6).slice(0, 3)).toEqual([
      7, 20, 20,
    ]);
    expect(report.steps[3]?.beganAt).toBeGreaterThan(20e6);
  });

  test('has the same report for the same seed', () => {
    const body = `steps:
  - do:
${POD}    expect: [{objects: Pod, name: web, where: {status.phase: Running}, within: 30s}]
`;
    expect(played(body)).toEqual(played(body));
  });
});
