import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './support/test.ts';

/** Nothing serious in what the axe rules can see, on a cluster where something is broken and something selected. */
for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });

    test('neither has the health view, nor the sheet of faults', async ({ playground, page }) => {
      const { strip } = playground;
      await strip.getByRole('button', { name: 'etcd: healthy' }).click();
      await page.keyboard.press('h');
      await expect(page.getByRole('region', { name: 'Health', exact: true })).toBeVisible();
      await playground.inspector
        .getByRole('group', { name: /^Disk of cp-1/ })
        .getByRole('button', { name: '100 ms' })
        .click();
      await expect(strip.getByRole('button', { name: 'etcd: needs attention' })).toBeVisible();
      expect(await seriousViolations(page)).toEqual([]);
      await page.keyboard.press('Shift+X');
      await expect(page.getByRole('dialog', { name: 'Break something' })).toBeVisible();
      expect(await seriousViolations(page)).toEqual([]);
    });

    test('the page has no serious barriers', async ({ playground, page }) => {
      const { editor, map, objects, time } = playground;
      await editor.template('A web server behind a Service');
      await editor.applied('Service web created');
      await expect.poll(() => map.readyPods('web-')).toBe(3);
      await objects.inspect('Node', 'node-2');
      await playground.act('Power off');
      await expect(map.node('node-2')).toHaveAccessibleName(/NotReady/);
      await page.keyboard.press('Space');
      await time.expectLive(false);
      expect(await seriousViolations(page)).toEqual([]);

      await page.getByRole('tab', { name: 'Events with warnings' }).click();
      await page.keyboard.press('Escape');
      await expect(playground.inspector.getByRole('heading', { name: 'Cluster' })).toBeVisible();
      expect(await seriousViolations(page)).toEqual([]);
    });
  });
}

async function seriousViolations(page: ConstructorParameters<typeof AxeBuilder>[0]['page']) {
  const { violations } = await new AxeBuilder({ page })
    // Monaco's own parts are its makers' business.
    .exclude('.monaco-editor')
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => ({ id, target, failureSummary })),
    );
}
