import { expect, test } from '@playwright/test';
import { watchFirstLoad } from './support/first-load.ts';

/** Gzipped JavaScript, page and worker together, before the cluster lives. */
const SCRIPTS_MAX = 250_000;
/** Far below what anybody notices (0.1 is called good). */
const SHIFT_MAX = 0.02;

test.describe('a first visit', () => {
  for (const slowdown of [1, 4]) {
    test(`what arrives before the cluster lives, CPU of the page's thread ×1/${slowdown}`, async ({
      page,
      context,
    }, info) => {
      const watch = await watchFirstLoad(context, page);
      const session = await context.newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
      await page.goto('./');
      const load = await watch.read();
      const figures = JSON.stringify(load);
      info.annotations.push({ type: 'figures', description: figures });
      console.log(`First visit, ×1/${slowdown}: ${figures}`);
      const { pageScripts, workerScripts } = load.beforeAlive;
      expect(pageScripts).toBeGreaterThan(0);
      expect(workerScripts).toBeGreaterThan(0);
      expect(pageScripts + workerScripts).toBeLessThan(SCRIPTS_MAX);
      expect(load.layoutShift).toBeLessThan(SHIFT_MAX);
    });
  }
});
