import { startFrameMeter, stopFrameMeter } from './support/frame-meter.ts';
import { deployment } from './support/manifests.ts';
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
  const began = await time.now();
  await editor.applied('Deployment web created');
  // With the control plane's four and CoreDNS's two.
  await expect(strip).toContainText('1,006 Pods', { timeout: 60_000 });
  const row = inspector.getByRole('button', { name: /^web \d/ });
  await expect(row).toHaveText(/1000\/1000/, { timeout: 60_000 });
  const deployed = await stopFrameMeter(page);
  const took = (await time.now()) - began;
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);

  await startFrameMeter(page);
  await row.click();
  await expect(inspector.getByRole('heading', { name: 'web' })).toBeVisible();
  await map.root.focus();
  await page.keyboard.press('+');
  await page.keyboard.press('-');
  await page.getByRole('tab', { name: 'Objects' }).click();
  await page.getByRole('searchbox', { name: 'Filter objects' }).fill('replicaset');
  await expect(page.getByRole('tree', { name: 'Objects by kind' })).toContainText('1000/1000');
  const used = await stopFrameMeter(page);

  const figures = JSON.stringify({ simulatedSeconds: Math.round(took), elements, deployed, used });
  info.annotations.push({ type: 'figures', description: figures });
  console.log(`1,000 replicas on 100 nodes: ${figures}`);
  expect(elements).toBeLessThan(ELEMENTS_MAX);
});
