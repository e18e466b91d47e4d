import { describe, expect, test } from 'vitest';
import { hashWorld } from '../../kernel/hash.ts';
import { SECOND } from '../../kernel/time.ts';
import { explain } from './explain.ts';
import { container, createDeployment, createPod, readyCluster } from './testing.ts';
import { atOnce } from './trial-world.ts';
import { whatWouldFit } from './what-would-fit.ts';

describe('explain', () => {
  test('tells of a placed Pod every score, and of a refused one every reason', () => {
    const driver = readyCluster();
    createPod(driver, 'web', { containers: [container('web', { cpu: '500m' })] });
    const { world } = driver.session;
    const placed = explain(world, 'default/web');
    expect(placed.node).not.toBe('');
    expect(placed.queue).toBeUndefined();
    const { attempt } = placed;
    expect(attempt?.chosen).toBe(placed.node);
    expect(attempt?.feasible).toHaveLength(3);
    const chosenAt = attempt?.feasible.findIndex((at) => attempt.nodes[at] === placed.node) ?? -1;
    expect(attempt?.totals[chosenAt]).toBe(Math.max(...(attempt?.totals ?? [])));
    for (const { skipped, normalized } of attempt?.scores ?? []) {
      expect(normalized).toHaveLength(skipped ? 0 : 3);
    }

    createPod(driver, 'big', { containers: [container('big', { cpu: '6' })] });
    const refused = explain(world, 'default/big');
    expect(refused.attempt?.message).toMatch(
      /^0\/4 nodes are available: 1 node\(s\) had untolerated taint\(s\), 3 Insufficient cpu/,
    );
    expect(refused.attempt?.verdicts).toHaveLength(4);
    expect(refused.queue).toMatchObject({ lane: 'unschedulable', attempts: 1 });
    expect(refused.queue?.wakes).toContainEqual({
      plugin: 'NodeResourcesFit',
      events: expect.arrayContaining(['a Node is added']),
    });
  });
});

describe('what would make it fit', () => {
  test('the greatest request that fits, found by trying; and it then does fit', async () => {
    const driver = readyCluster();
    createPod(driver, 'big', { containers: [container('big', { cpu: '6' })] });
    const { world } = driver.session;
    const before = hashWorld(world);
    const answer = await whatWouldFit(world, 'default/big', atOnce);
    expect(hashWorld(world)).toBe(before);
    expect(answer.obstacle).toBe('');
    const lower = answer.changes.find(({ kind }) => kind === 'request');
    expect(lower?.what).toMatch(/^Lower the cpu request of container big from 6 to /);
    for (const request of lower?.requests ?? []) driver.request(request);
    driver.run(12 * SECOND);
    expect(explain(world, 'default/big').node).toBe(lower?.node);
  });

  test('of a Deployment, the template is changed', async () => {
    const driver = readyCluster();
    createDeployment(driver, 'web', 2, {
      containers: [container('web', { cpu: '1' })],
      nodeSelector: { disk: 'ssd' },
    });
    const { world } = driver.session;
    const list = driver.request({ method: 'GET', path: '/api/v1/namespaces/default/pods' });
    const { items } = list.body as { items: readonly { metadata: { name: string } }[] };
    const answer = await whatWouldFit(world, `default/${items[0]?.metadata.name ?? ''}`, atOnce);
    expect(answer.changes.map(({ kind, command }) => [kind, command.slice(0, 40)])).toEqual([
      ['label', 'kubectl label node node-1 disk=ssd'],
      ['selector', 'kubectl patch deployment/web --type=merg'],
    ]);
  });

  test('how many more nodes it takes for all Pods like it', async () => {
    const driver = readyCluster(1);
    createDeployment(driver, 'wide', 5, { containers: [container('wide', { cpu: '3500m' })] });
    const { world } = driver.session;
    const { body } = driver.request({ method: 'GET', path: '/api/v1/namespaces/default/pods' });
    const { items } = body as {
      items: readonly { metadata: { name: string }; spec: { nodeName?: string } }[];
    };
    const waiting = items.filter(({ spec }) => spec.nodeName === undefined);
    expect(waiting).toHaveLength(4);
    const answer = await whatWouldFit(world, `default/${waiting[0]?.metadata.name ?? ''}`, atOnce);
    expect(answer.changes.find(({ kind }) => kind === 'node')?.note).toMatch(
      /All 4 waiting Pods like it need 4\.$/,
    );
  });

  test('with three control planes the replica that leads is asked, through the balancer', async () => {
    const driver = readyCluster(2, 3);
    const { world } = driver.session;
    driver.session.lab({
      kind: 'inject-fault',
      fault: 'power-off',
      params: { machine: 'cp-1' },
    });
    driver.run(60 * SECOND);
    createPod(driver, 'wide', { containers: [container('wide', { cpu: '5' })] });
    const answer = await whatWouldFit(world, 'default/wide', atOnce);
    expect(answer.obstacle).toBe('');
    expect(answer.changes.map(({ kind }) => kind)).toContain('request');
  });

  test('taints, cordons, and Pods in the way', async () => {
    const driver = readyCluster(2);
    const merge = 'application/merge-patch+json';
    driver.request({
      method: 'PATCH',
      path: '/api/v1/nodes/node-1',
      contentType: merge,
      body: { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } },
    });
    createDeployment(driver, 'rest', 1, { containers: [container('rest', { cpu: '3' })] });
    createPod(driver, 'late', { containers: [container('late', { cpu: '3' })] });
    const answer = await whatWouldFit(driver.session.world, 'default/late', atOnce);
    const kinds = answer.changes.map(({ kind }) => kind);
    expect(kinds).toEqual(
      expect.arrayContaining(['request', 'toleration', 'taint', 'scale', 'node']),
    );
    expect(answer.changes.find(({ kind }) => kind === 'scale')?.command).toBe(
      'kubectl scale deployment/rest --replicas=0',
    );
  });
});
