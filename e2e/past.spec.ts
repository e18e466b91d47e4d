import type { Page } from '@playwright/test';
import { deployment } from './support/manifests.ts';
import type { Playground } from './support/playground.ts';
import { expect, test } from './support/test.ts';

/** Three Pods, ready; answers the second at which they were asked for. */
async function deploy({ editor, map, time }: Playground): Promise<number> {
  const at = await time.now();
  await editor.write(deployment());
  await editor.apply();
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  return at;
}

/** Sets the clock with the keys of the timeline: back by ten seconds at a time, until the second has been passed. */
async function goBefore({ page, time }: Playground, second: number): Promise<void> {
  const timeline = page.getByRole('slider', { name: /^Timeline/ });
  await timeline.focus();
  await expect
    .poll(async () => {
      await page.keyboard.press('Shift+ArrowLeft');
      return time.now();
    })
    .toBeLessThan(second);
}

const ago = (page: Page) => page.getByRole('status').filter({ hasText: 'ago.' });
const otherFuture = (page: Page) => page.getByRole('status').filter({ hasText: 'Another future.' });

test('the clock is set back: what was is seen again, and leads to what is', async ({
  playground,
  page,
}) => {
  const { map, time } = playground;
  const before = await deploy(playground);
  await goBefore(playground, before);
  await expect(map.pods('web-')).toHaveCount(0);
  await expect(ago(page)).toBeVisible();

  // Reading in the past does not change it.
  await page.keyboard.press('Control+`');
  await page.getByRole('textbox', { name: 'Command line' }).fill('kubectl get deployments');
  await page.keyboard.press('Enter');
  await expect(page.getByText('No resources found in default namespace.')).toBeVisible();
  await expect(ago(page)).toBeVisible();
  await page.keyboard.press('Control+`');

  await page.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  await expect(ago(page)).toBeHidden();
  await time.expectLive(true);
});

test('a drag over the timeline sets the clock; a key leads to the present', async ({
  playground,
  page,
}) => {
  const { map, time } = playground;
  const before = await deploy(playground);
  const end = await time.now();
  const timeline = page.getByRole('slider', { name: /^Timeline/ });
  const box = await timeline.boundingBox();
  if (box === null) throw new Error('the timeline is not shown');
  await page.mouse.move(box.x + 400, box.y + 70);
  await page.mouse.down();
  await page.mouse.move(box.x + 116, box.y + 70, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => time.now()).toBeLessThan(before);
  await expect(map.pods('web-')).toHaveCount(0);
  await map.root.focus();
  await page.keyboard.press('p');
  await expect.poll(() => time.now()).toBeGreaterThanOrEqual(end);
  await expect.poll(() => map.readyPods('web-')).toBe(3);
});

test('an act in the past makes another future, and the former one is kept', async ({
  playground,
  page,
}) => {
  const { map } = playground;
  const before = await deploy(playground);
  await goBefore(playground, before);
  await playground.tryThis.getByRole('button', { name: 'Power off node-2' }).click();
  await expect(otherFuture(page)).toBeVisible();
  await expect(map.pods('web-')).toHaveCount(0);
  await expect(playground.strip).toContainText('node-2: power off');

  await page.getByRole('button', { name: 'Back to it' }).click();
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  await expect(otherFuture(page)).toBeHidden();
  await expect(playground.strip).toContainText('3 of 3 Ready');
});

test('the last act is undone, and a reload keeps what came of it', async ({ playground, page }) => {
  const { map } = playground;
  await deploy(playground);
  await map.root.focus();
  await page.keyboard.press('Control+z');
  await expect(map.pods('web-')).toHaveCount(0);
  await expect(otherFuture(page)).toBeVisible();
  await page.getByRole('button', { name: 'Keep this one' }).click();
  await expect(otherFuture(page)).toBeHidden();
  await page.getByRole('button', { name: 'Step back: one second' }).click();
  await expect(ago(page)).toBeVisible();
  await playground.reload();
  await expect(ago(page)).toBeHidden();
  await expect(map.pods('web-')).toHaveCount(0);
});
