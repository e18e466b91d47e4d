import { expect, type Locator, type Page } from '@playwright/test';

/** The manifest editor on the left. */
export interface EditorPart {
  readonly text: Locator;
  readonly results: Locator;
  readonly problems: Locator;
  /** `0 problems`, `working …`. */
  readonly count: Locator;
  readonly diff: Locator;
  /** Opens a template of the gallery by its title. */
  template(title: string): Promise<void>;
  /** Replaces the whole text by pasting. */
  write(text: string): Promise<void>;
  /** The text as it is kept. */
  read(): Promise<string>;
  apply(): Promise<void>;
  /** Applies and waits for a result that says so. */
  applied(...lines: readonly (string | RegExp)[]): Promise<void>;
}

export function createEditor(page: Page): EditorPart {
  const panel = page.getByRole('tabpanel', { name: 'Manifests' });
  const button = (name: RegExp): Locator => panel.getByRole('button', { name });
  const text = panel.getByRole('textbox', { name: 'Manifest editor' });
  const pane = panel.getByTestId('monaco');
  const lines = pane.locator('.view-lines');
  const results = panel.getByRole('list', { name: 'Results' });

  async function show(): Promise<void> {
    const tab = page.getByRole('tab', { name: 'Manifests' });
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    // Monaco's own box is as small as its caret: what can be seen are its lines.
    await expect(lines).toBeVisible();
  }

  const editor: EditorPart = {
    text,
    results,
    problems: panel.getByRole('alert', { name: 'Problems' }),
    count: panel.getByRole('status'),
    diff: panel.getByRole('region', { name: 'Diff' }),
    async template(title) {
      await show();
      await button(/^Templates/).click();
      await page.getByRole('menuitem', { name: title }).click();
    },
    async write(written) {
      await show();
      // The lines of a long text are higher than the page: their middle is nowhere to be clicked.
      await pane.click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.evaluate((copied) => navigator.clipboard.writeText(copied), written);
      await page.keyboard.press('ControlOrMeta+v');
    },
    async read() {
      return page.evaluate(() => localStorage.getItem('kubarium.draft') ?? '');
    },
    async apply() {
      await show();
      await button(/^Apply/).click();
    },
    async applied(...lines) {
      await editor.apply();
      for (const line of lines) await expect(results).toContainText(line);
    },
  };
  return editor;
}
