import { startRecording, stopRecording } from './support/engine-tap.ts';
import { deployment } from './support/manifests.ts';
import { expect, test } from './support/test.ts';

test('Space pauses: everything holds until it is pressed again', async ({ playground, page }) => {
  const { editor, map, time } = playground;
  await map.root.focus();
  await page.keyboard.press('Space');
  await time.expectLive(false);
  const at = await time.now();

  // Acts are possible, but nobody in the cluster has time to answer them.
  await editor.write(deployment());
  await editor.apply();
  await expect(editor.count).toHaveText('working …');
  await expect(map.pods('web-')).toHaveCount(0);
  expect(await time.now()).toBe(at);

  await map.root.focus();
  await page.keyboard.press('Space');
  await time.expectLive(true);
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  await expect(editor.results).toContainText('Deployment web created');
});

test('steps: one event, and one second', async ({ playground, page }) => {
  const { time } = playground;
  await page.getByRole('button', { name: 'Pause' }).click();
  await time.expectLive(false);

  await startRecording(page);
  const steps = async (): Promise<number> =>
    page.evaluate(() => window.kubariumTap.moments.at(-1)?.steps ?? 0);
  await expect.poll(steps).toBeGreaterThan(0);
  const before = await steps();
  await page.getByRole('button', { name: 'Step: the next event' }).click();
  await expect.poll(steps).toBe(before + 1);
  await page.keyboard.press('.');
  await expect.poll(steps).toBe(before + 2);
  await stopRecording(page);

  const at = await time.now();
  await page.getByRole('button', { name: 'Step: one second' }).click();
  await expect.poll(() => time.now()).toBeCloseTo(at + 1, 2);
  await time.expectLive(false);
});

test('speed: a thousand times as fast, and a tenth; the keys do it, too', async ({
  playground,
  page,
}) => {
  const { map, time, strip } = playground;
  await time.speed(1000);
  await time.pass(600);
  await expect(strip).toContainText('3 of 3 Ready');
  // No request is lost on the way: the heartbeats of ten minutes leave all lamps as they were.
  await expect(strip.getByRole('button', { name: 'API server: healthy' })).toBeVisible();

  await time.speed(0.1);
  const at = await time.now();
  await expect.poll(() => time.now()).toBeGreaterThan(at);

  await time.speed(1);
  const speed = page.getByRole('button', { name: /^Speed/ });
  await map.root.focus();
  await page.keyboard.press('>');
  await expect(speed).toContainText('×2');
  await page.keyboard.press('<');
  await expect(speed).toContainText('×1');
  await page.keyboard.press('<');
  await expect(speed).toContainText('×0.5');
});
