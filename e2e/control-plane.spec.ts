import { configMap, deployment } from './support/manifests.ts';
import { expect, test } from './support/test.ts';

test('without the scheduler Pods stay Pending without a word; with it they are placed', async ({
  playground,
}) => {
  const { editor, map, strip, time, inspector } = playground;
  await playground.organ('Scheduler', 'Stop');
  await expect(strip.getByRole('button', { name: 'Scheduler: failed' })).toBeVisible();

  await editor.write(deployment());
  await editor.applied('Deployment web created');
  await expect(map.pods('web-')).toHaveCount(3);
  await time.pass(60);
  for (const pod of await map.readPods('web-')) {
    expect(pod.status).toBe('Pending');
    expect(pod.node).toBe('');
  }
  await expect(map.lane('Unseen')).toContainText('the scheduler is stopped');

  await playground.pickPod('web-');
  await inspector.getByRole('tab', { name: 'Events' }).click();
  await expect(inspector).toContainText('No Events about this object.');

  await playground.organ('Scheduler', 'Start');
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  await expect(inspector).toContainText('Successfully assigned default/web-');
  await expect(strip.getByRole('button', { name: 'Scheduler: healthy' })).toBeVisible();
});

test('without the controller manager nothing is replaced; with it, all is caught up', async ({
  playground,
}) => {
  const { editor, map, strip, time } = playground;
  await editor.write(deployment());
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(3);

  await playground.organ('Controller manager', 'Stop');
  await expect(strip.getByRole('button', { name: 'Controller manager: failed' })).toBeVisible();
  await playground.pickPod('web-');
  await playground.act('Delete');
  await expect(map.pods('web-')).toHaveCount(2);
  await time.pass(60);
  expect(await map.readPods('web-')).toHaveLength(2);

  await playground.organ('Controller manager', 'Start');
  await expect.poll(() => map.readyPods('web-')).toBe(3);
});

test('without the API server an apply is refused, and what runs keeps running', async ({
  playground,
}) => {
  const { editor, map, strip } = playground;
  await editor.write(deployment());
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(3);

  await playground.organ('API server', 'Stop');
  await expect(strip.getByRole('button', { name: 'API server: failed' })).toBeVisible();
  await editor.write(configMap('late'));
  await editor.apply();
  await expect(editor.results).toContainText(
    'The connection to the server cp-1:6443 was refused - did you specify the right host or port?',
  );
  expect(await map.readyPods('web-')).toBe(3);

  await playground.organ('API server', 'Start');
  await expect(strip.getByRole('button', { name: 'API server: healthy' })).toBeVisible();
  await editor.applied('ConfigMap late created');
  await expect(strip).toContainText('3 of 3 Ready');
});

test('without etcd no write is possible; with it, nothing was lost', async ({ playground }) => {
  const { editor, map, strip } = playground;
  await editor.write(deployment());
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(3);

  await playground.organ('etcd', 'Stop');
  await expect(strip.getByRole('button', { name: 'etcd: failed' })).toBeVisible();
  await editor.write(configMap('meanwhile'));
  await editor.apply();
  await expect(editor.results).toContainText('ConfigMap meanwhile refused');
  expect(await map.readyPods('web-')).toBe(3);

  await playground.organ('etcd', 'Start');
  await expect(strip.getByRole('button', { name: 'etcd: healthy' })).toBeVisible();
  await editor.write(configMap('afterwards'));
  await editor.applied('ConfigMap afterwards created');
  expect(await map.readyPods('web-')).toBe(3);
});
