import { deployment } from './support/manifests.ts';
import { expect, test } from './support/test.ts';

test('scale, restart and delete a Deployment by its buttons', async ({ playground }) => {
  const { editor, map, objects, inspector, activity } = playground;
  await editor.write(deployment());
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  await objects.inspect('Deployment', 'web');

  await test.step('one more, one less', async () => {
    await playground.act('Scale to 4');
    await expect(activity).toContainText('deployment.apps/web scaled to 4');
    await expect.poll(() => map.readyPods('web-')).toBe(4);
    await playground.act('Scale to 3');
    await expect(map.pods('web-')).toHaveCount(3);
    await expect(inspector).toContainText('3 of 3 ready');
  });

  await test.step('restart: all Pods are others afterwards', async () => {
    const old = new Set((await map.readPods('web-')).map(({ name }) => name));
    await playground.act('Restart rollout');
    await expect(activity).toContainText('deployment.apps/web restarted');
    await expect
      .poll(async () => (await map.readPods('web-')).filter(({ name }) => old.has(name)).length)
      .toBe(0);
    await expect.poll(() => map.readyPods('web-')).toBe(3);
  });

  await test.step('undo: back to the template before', async () => {
    await playground.act('Undo rollout');
    await expect(activity).toContainText('deployment.apps/web rolled back to revision 1');
    await expect(inspector).toContainText(/Revision\s*3/);
    await expect(inspector).toContainText('3 of 3 ready');
  });

  await test.step('delete: the ReplicaSets and Pods go with it', async () => {
    await playground.act('Delete');
    await expect(activity).toContainText('deployment.apps/web deleted');
    await expect(map.pods('web-')).toHaveCount(0);
    await expect(inspector).toContainText('This object has left the cluster.');
  });
});

test('delete what was applied, from the editor', async ({ playground, page }) => {
  const { editor, map } = playground;
  await editor.template('A web server behind a Service');
  await editor.applied('Service web created');
  await expect(map.service('web')).toBeVisible();
  await page
    .getByRole('tabpanel', { name: 'Manifests' })
    .getByRole('button', { name: 'Delete' })
    .click();
  await expect(editor.results).toContainText('Deployment web deleted');
  await expect(editor.results).toContainText('Service web deleted');
  await expect(map.service('web')).toHaveCount(0);
  await expect(map.pods('web-')).toHaveCount(0);
});

test('cordon, uncordon and drain a node', async ({ playground }) => {
  const { editor, map, objects, activity } = playground;
  const podsOn = async (node: string, prefix = ''): Promise<number> =>
    (await map.readPods(prefix)).filter((pod) => pod.node === node).length;
  await objects.inspect('Node', 'node-1');
  await playground.act('Cordon');
  await expect(map.node('node-1')).toContainText('Cordoned');

  await editor.write(deployment({ replicas: 4 }));
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(4);
  // A Pod of CoreDNS may have been there before, and stays.
  expect(await podsOn('node-1', 'web-')).toBe(0);
  await playground.act('Uncordon');
  await expect(map.node('node-1')).toHaveAccessibleName(/, Ready,/);

  await objects.inspect('Node', 'node-2');
  await playground.act('Drain');
  await expect(activity).toContainText(/node\/node-2 drained, \d Pods? evicted/);
  // kube-proxy and the network plugin's agent stay: their DaemonSets would make them anew.
  expect(await podsOn('node-2')).toBe(2);
  expect(await podsOn('node-2', 'web-')).toBe(0);
  await expect.poll(() => map.readyPods('web-')).toBe(4);
  await expect(map.node('node-2')).toContainText('Cordoned');
});

test('a Pod that fits nowhere waits in the harbour with the reason of every node', async ({
  playground,
}) => {
  const { editor, map, inspector } = playground;
  await editor.template('A Pod that fits nowhere');
  await editor.applied('Deployment giant created');
  await expect(map.lane('Unschedulable')).toContainText(
    '0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu.',
  );
  await playground.pickPod('giant-');
  await inspector.getByRole('tab', { name: 'Events' }).click();
  await expect(inspector).toContainText('FailedScheduling');
});

test('Why walks back from a Pod to the hand that applied it', async ({ playground }) => {
  const { editor, map, inspector } = playground;
  await editor.write(deployment({ replicas: 1 }));
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(1);
  await playground.pickPod('web-');
  await inspector.getByRole('tab', { name: 'Why' }).click();
  await expect(inspector).toContainText('You applied Deployment web');
});
