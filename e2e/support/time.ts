import { expect, type Page } from '@playwright/test';

/** The transport at the top: the clock, the speed, pause and steps. */
export interface TimePart {
  /** Simulated seconds since the cluster began, as the clock shows them. */
  now(): Promise<number>;
  /** Chooses a speed from the menu. */
  speed(factor: number): Promise<void>;
  /** Until the clock shows at least this many seconds more. */
  pass(seconds: number): Promise<void>;
  /** LIVE or PAUSED, as the lamp beside the clock says. */
  expectLive(live: boolean): Promise<void>;
}

export function createTime(page: Page): TimePart {
  const transport = page.getByRole('group', { name: 'Time' });
  const readout = page.getByRole('timer', { name: 'Simulated time' });

  async function now(): Promise<number> {
    const parts = ((await readout.textContent()) ?? '').split(':').map(Number);
    return parts.reduce((sum, part) => sum * 60 + part, 0);
  }

  return {
    now,
    async speed(factor) {
      const trigger = transport.getByRole('button', { name: /^Speed/ });
      if (((await trigger.textContent()) ?? '') === `×${factor}`) return;
      await trigger.click();
      await page.getByRole('menuitem', { name: new RegExp(`^×${factor}(?!\\d|\\.)`) }).click();
      await expect(trigger).toContainText(`×${factor}`);
    },
    async pass(seconds) {
      const until = (await now()) + seconds;
      await expect.poll(now, { timeout: 60_000 }).toBeGreaterThanOrEqual(until);
    },
    async expectLive(live) {
      await expect(transport).toContainText(live ? 'LIVE' : 'PAUSED');
    },
  };
}
