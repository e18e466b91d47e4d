import { describe, expect, test } from 'vitest';
import { decodeWorld, encodeWorld } from '../../kernel/archive.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { SECOND } from '../../kernel/time.ts';
import { configurationText, configure } from './configuration.ts';
import { explain } from './explain.ts';
import { container, create, createPod, readyCluster } from './testing.ts';
import { atOnce } from './trial-world.ts';
import { whereWouldItGo } from './where-would-it-go.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: nginx:1.27
          resources: { requests: { cpu: "3" } }
`;

describe('where would it go', () => {
  test('tells each Pod its node or the reason, and changes nothing', async () => {
    const driver = readyCluster();
    const { world } = driver.session;
    const before = hashWorld(world);
    const answer = await whereWouldItGo(world, { text: DEPLOYMENT, namespace: 'default' }, atOnce);
    expect(hashWorld(world)).toBe(before);
    expect(answer.refusals).toEqual([]);
    expect(answer.pods.map(({ owner }) => owner)).toEqual(Array(4).fill('Deployment web'));
    expect(answer.pods.map(({ node }) => node).sort()).toEqual(['', 'node-1', 'node-2', 'node-3']);
    expect(answer.pods.find(({ node }) => node === '')?.reason).toMatch(/3 Insufficient cpu/);
  });

  test('names who would be evicted, and waits until the room is there', async () => {
    const driver = readyCluster(1);
    create(driver, '/apis/scheduling.k8s.io/v1/priorityclasses', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 1000,
    });
    createPod(driver, 'low', { containers: [container('low', { cpu: '3' })] });
    driver.run(5 * SECOND);
    const text = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'vip' },
      spec: { priorityClassName: 'high', containers: [container('vip', { cpu: '2' })] },
    });
    const question = { text, namespace: 'default' };
    const answer = await whereWouldItGo(driver.session.world, question, atOnce);
    expect(answer.evicted).toEqual(['default/low']);
    expect(answer.pods).toMatchObject([{ name: 'vip', node: 'node-1' }]);
  });

  test('says what is wrong with a text', async () => {
    const { world } = readyCluster(1).session;
    const ask = (text: string) => whereWouldItGo(world, { text, namespace: 'default' }, atOnce);
    expect((await ask('kind: [')).refusals[0]).toMatch(/^line 1/);
    const wrong = DEPLOYMENT.replace('replicas: 4', 'replicas: -4');
    expect((await ask(wrong)).refusals[0]).toMatch(/^Deployment web: .*spec\.replicas/);
  });
});

describe('the configuration', () => {
  test('the default text is one that is taken', () => {
    const { world } = readyCluster(1).session;
    expect(configure(world, configurationText(world).text).problems).toEqual([]);
  });

  test('is refused with field errors at their lines', () => {
    const { world } = readyCluster(1).session;
    const answer = configure(
      world,
      'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nparallelism: 16\nprofiles:\n  - schedulerName: a\n    plugins:\n      score:\n        enabled:\n          - name: Nothing\n',
    );
    expect(answer.problems).toEqual([
      {
        line: 9,
        message: expect.stringMatching(/^profiles\[0\]\.plugins\.score\.enabled\[0\].*: Not found/),
      },
    ]);
  });

  test('a fault in a script of the user’s own is said at its line', () => {
    const { world } = readyCluster(1).session;
    const { problems } = configure(
      world,
      `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - plugins:
      multiPoint:
        enabled: [{ name: Mine }]
    pluginConfig:
      - name: Mine
        args:
          source: |
            function filter(pod, node) {
              return node.name ===;
            }
`,
    );
    expect(problems).toMatchObject([{ line: 12, message: expect.stringContaining('line 2:') }]);
  });

  test('a scheduler started with another strategy packs instead of spreading, also after it was saved', () => {
    const driver = readyCluster();
    const text = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - schedulerName: default-scheduler
    plugins:
      score:
        disabled: [{ name: '*' }]
        enabled: [{ name: NodeResourcesFit, weight: 5 }]
    pluginConfig:
      - name: NodeResourcesFit
        args:
          scoringStrategy:
            type: MostAllocated
            resources: [{ name: cpu, weight: 1 }]
`;
    expect(configure(driver.session.world, text)).toMatchObject({ problems: [], scheduler: 'up' });
    driver.run(20 * SECOND);
    for (let index = 0; index < 3; index++) {
      createPod(driver, `p-${index}`, { containers: [container('p', { cpu: '1' })] });
    }
    const { world } = driver.session;
    const nodes = [0, 1, 2].map((index) => explain(world, `default/p-${index}`).node);
    expect(new Set(nodes).size).toBe(1);
    expect(explain(world, 'default/p-2').attempt?.scores).toMatchObject([
      { plugin: 'NodeResourcesFit', weight: 5 },
    ]);
    const saved = decodeWorld(JSON.parse(JSON.stringify(encodeWorld(world))) as never);
    expect(configurationText(saved).text).toBe(text);
  });
});
