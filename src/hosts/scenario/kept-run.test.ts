import { expect, test } from 'vitest';
import { createCluster } from '../../cluster/world.ts';
import { decodeWorld, encodeWorld, type Archive } from '../../kernel/archive.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { SECOND } from '../../kernel/time.ts';
import { parseScenario } from '../../scenarios/format/parse.ts';
import { createSession, type Session } from '../session.ts';
import { createScenarioRun, keptRunOf, resumeScenarioRun } from './run.ts';
import { setUpOf } from './set-up-of.ts';

const TEXT = `apiVersion: kubarium/v1
kind: Scenario
metadata: {name: kept}
cluster: {nodes: 1}
always:
- {name: one node, that: {objects: Node, name: node-1}}
steps:
- name: a Pod runs
  do:
  - apply: |
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec: {containers: [{name: web, image: "nginx:1.27"}]}
  expect:
  - {objects: Pod, name: web, where: {status.phase: Running}, within: 30s, for: 20s}
- name: it goes
  after: 15s
  do:
  - delete: Pod/web
  expect:
  - {objects: Pod, name: web, count: 0, within: 60s}
`;

function begin(): Session {
  const parsed = parseScenario(TEXT);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const setUp = setUpOf(parsed.value, 3);
  if (!setUp.ok) throw new Error(setUp.error);
  const session = createSession(createCluster(setUp.value));
  session.director = createScenarioRun(session, parsed.value);
  return session;
}

/** What a reload does to a session. */
function reloaded({ world, director }: Session): Session {
  const kept = structuredClone(director === undefined ? undefined : keptRunOf(director));
  if (kept === undefined) throw new Error('nothing is played');
  const archive = JSON.parse(JSON.stringify(encodeWorld(world))) as Archive;
  const session = createSession(decodeWorld(archive));
  session.director = resumeScenarioRun(session, kept);
  return session;
}

test('a scenario goes on after reloads, wherever they come, and ends alike', () => {
  const whole = begin();
  let broken = begin();
  for (let seconds = 5; seconds <= 150; seconds += 5) {
    for (const session of [whole, broken]) session.advance(seconds * SECOND, 1_000_000);
    broken = reloaded(broken);
    expect(broken.director?.report()).toEqual(whole.director?.report());
  }
  expect(whole.director?.report().outcome).toBe('passed');
  expect(hashWorld(broken.world)).toBe(hashWorld(whole.world));
});
