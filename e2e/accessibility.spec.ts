import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './support/test.ts';

/** Nothing serious in what the axe rules can see, on a cluster where something is broken and something selected. */
for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });

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
