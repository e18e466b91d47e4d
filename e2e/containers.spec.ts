import { deployment } from './support/manifests.ts';
import { expect, test } from './support/test.ts';

const containerFaults = [
  { act: 'Crash container', before: 'Error (exit code 1)' },
  { act: 'OOM-kill container', before: 'OOMKilled (exit code 137)' },
] as const;

for (const { act, before } of containerFaults) {
  test(`${act}: the kubelet restarts it and counts`, async ({ playground }) => {
    const { editor, map, inspector } = playground;
    await editor.write(deployment({ replicas: 1 }));
    await editor.applied('Deployment web created');
    await expect.poll(() => map.readyPods('web-')).toBe(1);

    await playground.pickPod('web-');
    await playground.act(act);
    await expect(inspector).toContainText(/Restarts\s*1/);
    await expect(inspector).toContainText(before);
    await expect.poll(() => map.readyPods('web-')).toBe(1);
    // The same Pod, not another one.
    await expect(map.pods('web-')).toHaveCount(1);
  });
}

test('a container that ends again and again is in CrashLoopBackOff', async ({ playground }) => {
  const { editor, map, inspector } = playground;
  await editor.template('CrashLoopBackOff');
  await editor.applied('Pod crasher created');
  await expect(map.pods('crasher')).toHaveAccessibleName(/CrashLoopBackOff/);
  await playground.pickPod('crasher');
  await expect(inspector).toContainText(/Restarts\s*[2-9]/);
  await inspector.getByRole('tab', { name: 'Events' }).click();
  await expect(inspector).toContainText(/Back-off restarting failed container main in pod crasher/);
});

test('an image that does not exist: ErrImagePull, then ImagePullBackOff', async ({
  playground,
  page,
}) => {
  const { editor, map, time } = playground;
  await time.speed(5);
  await editor.template('An image that does not exist');
  await editor.applied('Deployment broken created');
  await expect(
    map.root.getByRole('button', { name: /^Pod broken-.*: ErrImagePull/ }).first(),
  ).toBeVisible();
  await expect(
    map.root.getByRole('button', { name: /^Pod broken-.*: ImagePullBackOff/ }).first(),
  ).toBeVisible();

  await time.speed(20);
  await page.getByRole('tab', { name: /^Events/ }).click();
  const events = page.getByRole('group', { name: 'Events' });
  await expect(events).toContainText(/Failed to pull image "nginx:no-such-tag"/);
});

test('out of memory by its own doing: OOMKilled', async ({ playground }) => {
  const { editor, inspector } = playground;
  await editor.template('Out of memory');
  await editor.applied('Pod hungry created');
  await playground.pickPod('hungry');
  await expect(inspector).toContainText('OOMKilled (exit code 137)');
});
