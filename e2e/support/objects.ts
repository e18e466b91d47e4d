import { expect, type Locator, type Page } from '@playwright/test';

/** The Objects tab on the left, and the inspector on the right that follows it. */
export interface ObjectsPart {
  /** A line of the tree; the tab is opened and filtered for it. */
  line(kind: string, name: string): Promise<Locator>;
  /** Selects an object, so that the inspector shows it. */
  inspect(kind: string, name: string): Promise<void>;
  /** Selects an object and answers its live YAML. */
  yaml(kind: string, name: string): Promise<Locator>;
}

export function createObjects(page: Page): ObjectsPart {
  const inspector = page.getByRole('complementary', { name: 'Inspector' });

  async function line(kind: string, name: string): Promise<Locator> {
    await page.getByRole('tab', { name: 'Objects' }).click();
    // Its words are looked for in `Kind kinds namespace/name`.
    await page.getByRole('searchbox', { name: 'Filter objects' }).fill(name);
    return page
      .getByRole('tree', { name: 'Objects by kind' })
      .locator(`[data-object^="${kind}/"]`)
      .filter({ hasText: name })
      .first();
  }

  async function inspect(kind: string, name: string): Promise<void> {
    await (await line(kind, name)).click();
    await expect(inspector.getByRole('heading', { level: 2 })).toContainText(name);
  }

  return {
    line,
    inspect,
    async yaml(kind, name) {
      await inspect(kind, name);
      await inspector.getByRole('tab', { name: 'YAML' }).click();
      return inspector.getByLabel('Live YAML, read-only');
    },
  };
}
