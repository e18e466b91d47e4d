import type { Locator, Page } from '@playwright/test';
import { expect } from './test.ts';

/** The terminal as a person uses it. */
export interface Terminal {
  /** The line at the prompt. */
  readonly line: Locator;
  readonly screen: Locator;
  /** The field while a command runs. */
  readonly busy: Locator;
  open(): Promise<void>;
  /** Types a command line, once the one before has ended. */
  run(text: string): Promise<void>;
  /** Types a line for the command that runs. */
  type(text: string): Promise<void>;
  /** Waits until a text stands on the screen. */
  says(text: string | RegExp): Promise<void>;
  /** Puts a text in by the clipboard, as a person pastes. */
  paste(text: string): Promise<void>;
  /** Opens another tab, which is then shown. */
  openTab(): Promise<void>;
  showTab(index: number): Promise<void>;
}

export function createTerminal(page: Page): Terminal {
  const drawer = page.getByRole('region', { name: 'Terminal', exact: true });
  const line = drawer.getByRole('textbox', { name: 'Command line' });
  const screen = drawer.locator('.term-scroll');
  const busy = drawer.getByRole('textbox', { name: 'Input of the running command' });
  const tabs = drawer.getByRole('group', { name: 'Terminals' });
  return {
    line,
    screen,
    busy,
    async open() {
      await page.keyboard.press('Control+Backquote');
      await expect(line).toBeFocused();
    },
    async run(text) {
      await line.fill(text);
      await line.press('Enter');
    },
    async type(text) {
      await busy.fill(text);
      await busy.press('Enter');
    },
    async says(text) {
      const shown = expect.poll(() => screen.innerText());
      await (typeof text === 'string' ? shown.toContain(text) : shown.toMatch(text));
    },
    async paste(text) {
      await line.focus();
      await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
      await page.keyboard.press('ControlOrMeta+v');
    },
    async openTab() {
      await tabs.getByRole('button', { name: 'New terminal' }).click();
      await expect(line).toBeFocused();
    },
    async showTab(index) {
      await tabs.locator('.term-tab').nth(index).locator('button').first().click();
    },
  };
}
