import type { Locator, Page } from '@playwright/test';
import { startFrameMeter, stopFrameMeter } from './support/frame-meter.ts';
import { deployment } from './support/manifests.ts';
import { startTaskMeter } from './support/task-meter.ts';
import { expect, test } from './support/test.ts';

/** Far above what a bounded page needs, far below one element a Pod and its parts. */
const ELEMENTS_MAX = 3000;

test('a thousand replicas on a hundred nodes: the page stays small and answers', async ({
  playground,
  page,
}, info) => {
  const { editor, map, strip, time, inspector } = playground;
  await page.getByRole('button', { name: 'Cluster', exact: true }).click();
  await page.getByRole('menuitem', { name: /^100 workers/ }).click();
  await time.speed(20);
  await expect(strip).toContainText('100 of 100 Ready');

  await editor.write(deployment({ replicas: 1000 }));
  await startFrameMeter(page);
  const stopDeployed = await startTaskMeter(page);
  const began = await time.now();
  await editor.applied('Deployment web created');
  // With the control plane's four, CoreDNS's two, and two of DaemonSets on each of 101 machines.
  await expect(strip).toContainText('1,208 Pods', { timeout: 60_000 });
  const row = inspector.getByRole('button', { name: /^web \d/ });
  await expect(row).toHaveText(/1000\/1000/, { timeout: 60_000 });
  const deployed = { ...(await stopFrameMeter(page)), ...(await stopDeployed()) };
  const took = (await time.now()) - began;
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);

  await startFrameMeter(page);
  const stopUsed = await startTaskMeter(page);
  await row.click();
  await expect(inspector.getByRole('heading', { name: 'web' })).toBeVisible();
  await map.root.focus();
  await page.keyboard.press('+');
  await page.keyboard.press('-');
  await page.getByRole('tab', { name: 'Objects' }).click();
  await page.getByRole('searchbox', { name: 'Filter objects' }).fill('replicaset');
  await expect(page.getByRole('tree', { name: 'Objects by kind' })).toContainText('1000/1000');
  const used = { ...(await stopFrameMeter(page)), ...(await stopUsed()) };

  await startFrameMeter(page);
  const stopLooked = await startTaskMeter(page);
  await lookAround(page, map.root);
  const looked = { ...(await stopFrameMeter(page)), ...(await stopLooked()) };
  const elementsSeen = await page.evaluate(() => document.querySelectorAll('*').length);

  const figures = JSON.stringify({
    simulatedSeconds: Math.round(took),
    elements,
    elementsSeen,
    deployed,
    used,
    looked,
  });
  info.annotations.push({ type: 'figures', description: figures });
  console.log(`1,000 replicas on 100 nodes: ${figures}`);
  expect(elements).toBeLessThan(ELEMENTS_MAX);
  expect(elementsSeen).toBeLessThan(ELEMENTS_MAX);
});

/** From afar to near and back, across, and once through the health view, as fast as a hand can. */
async function lookAround(page: Page, map: Locator): Promise<void> {
  const box = await map.boundingBox();
  if (box === null) return;
  const { x, y, width, height } = box;
  await page.mouse.move(x + width / 2, y + height / 2);
  for (const towards of [-200, -200, -200, -200, 200, 200, 200, 200, 200, 200]) {
    await page.mouse.wheel(0, towards);
  }
  await page.mouse.down();
  await page.mouse.move(x + 80, y + 80, { steps: 12 });
  await page.mouse.up();
  await map.focus();
  await page.keyboard.press('h');
  await expect(page.getByRole('region', { name: 'Health' })).toBeVisible();
  await page.keyboard.press('h');
}
