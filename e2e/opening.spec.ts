import { expect, test } from './support/test.ts';

test.use({ firstSpeed: 1 });

test('the page opens on a living cluster', async ({ playground }) => {
  const { strip, map, tryThis, time } = playground;

  for (const organ of ['API server', 'etcd', 'Scheduler', 'Controller manager', 'Nodes']) {
    await expect(strip.getByRole('button', { name: `${organ}: healthy` })).toBeVisible();
  }
  for (const node of ['node-1', 'node-2', 'node-3']) {
    await expect(map.node(node)).toHaveAccessibleName(/, Ready,/);
  }
  await expect(tryThis.getByRole('button')).toHaveCount(3);
  await expect(strip).toContainText('nothing');

  await time.expectLive(true);
  await time.pass(1);
});

test('a chip to try something has a visible effect within ten seconds', async ({ playground }) => {
  const { tryThis, map } = playground;
  await tryThis.getByRole('button', { name: 'Deploy web' }).click();
  await expect(map.pods('web-')).toHaveCount(3, { timeout: 10_000 });
  await expect(tryThis.getByRole('button')).toHaveCount(3);
});

test.describe('the policy of the page', () => {
  test.use({ expectedErrors: [/violates the following Content Security Policy/] });

  test('lets no foreign script in', async ({ playground, page }) => {
    await expect(playground.map.root).toBeVisible();
    const policy = page.locator('meta[http-equiv="Content-Security-Policy"]');
    await expect(policy).toHaveAttribute('content', /default-src 'self'/);
    await expect(policy).toHaveAttribute('content', /script-src 'self'(;|$)/);

    // What the policy forbids does not run, whoever puts it there.
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.foreign = true';
      document.head.append(script);
      return 'foreign' in window;
    });
    expect(ran).toBe(false);
  });
});
