import { expect, test } from './support/test.ts';

test('the main job without a pointer: deploy, look, break, mend', async ({ playground, page }) => {
  const { editor, map, strip, inspector, activity } = playground;
  const { keyboard } = page;

  await test.step('a template from the palette', async () => {
    await keyboard.press('ControlOrMeta+k');
    await expect(page.getByRole('dialog', { name: 'Search or do anything' })).toBeVisible();
    await keyboard.type('web server');
    await keyboard.press('Enter');
    await expect(activity).toContainText('Deployment web created');
    await expect.poll(() => map.readyPods('web-')).toBe(3);
  });

  await test.step('the same text applied again from the editor', async () => {
    await editor.text.focus();
    await keyboard.press('ControlOrMeta+Enter');
    await expect(editor.results).toContainText('Deployment web unchanged');
  });

  await test.step('a Pod by the arrow keys, inspected and deleted', async () => {
    await map.root.focus();
    const cursor = map.root.locator('[data-cursor="true"]');
    await keyboard.press('ArrowDown');
    for (let move = 0; move < 12; move++) {
      if ((await cursor.getAttribute('aria-label'))?.startsWith('Pod ') === true) break;
      await keyboard.press('ArrowDown');
      await expect(cursor).toHaveCount(1);
    }
    const name = /^Pod (\S+):/.exec((await cursor.getAttribute('aria-label')) ?? '')?.[1] ?? '';
    expect(name).toMatch(/^web-/);
    await keyboard.press('Enter');
    await expect(inspector.getByRole('heading', { name })).toBeVisible();
    await keyboard.press('y');
    await expect(inspector.getByLabel('Live YAML, read-only')).toContainText('kind: Pod');
    await keyboard.press('Delete');
    await expect(activity).toContainText(`pod "${name}" deleted`);
    await expect(map.pods(name)).toHaveCount(0);
    await expect.poll(() => map.readyPods('web-')).toBe(3);
  });

  // Keys come faster here than from any hand: the menu has to have the focus, and then the item.
  const menuWithFocus = page.locator('[role="menu"]:focus-within');
  await test.step('a node by its name, powered off and on by the menu of key x', async () => {
    await keyboard.press('Escape');
    await keyboard.press(':');
    await keyboard.type('node-3');
    await keyboard.press('Enter');
    await expect(inspector.getByRole('heading', { name: 'node-3' })).toBeVisible();
    await map.root.focus();
    await keyboard.press('x');
    await expect(menuWithFocus).toBeVisible();
    await keyboard.type('Power off');
    await expect(page.getByRole('menuitem', { name: /^Power off/ })).toBeFocused();
    await keyboard.press('Enter');
    await expect(strip).toContainText('node-3: power off');

    await map.root.focus();
    await keyboard.press('x');
    await expect(menuWithFocus).toBeVisible();
    await keyboard.type('Power on');
    await expect(page.getByRole('menuitem', { name: /^Power on/ })).toBeFocused();
    await keyboard.press('Enter');
    await expect(strip.getByRole('button', { name: 'Broken now: healthy' })).toBeVisible();
  });
});

test('every control of the page has a name, and can be reached', async ({ playground, page }) => {
  await expect(playground.tryThis.getByRole('button')).toHaveCount(3);
  // Monaco's own parts are its makers' business.
  const nameless = await page
    .locator('button, input, [role="tab"], [role="separator"], [role="textbox"]')
    .evaluateAll((elements) =>
      elements
        .filter(
          (element) => element.checkVisibility() && element.closest('.monaco-editor') === null,
        )
        .filter((element) => {
          const labelled = element.getAttribute('aria-label') ?? element.textContent ?? '';
          return labelled.trim() === '' && element.closest('label') === null;
        })
        .map((element) => element.outerHTML.slice(0, 200)),
    );
  expect(nameless).toEqual([]);

  const reached = new Set<string>();
  async function tabUntil(stop: (name: string) => boolean): Promise<void> {
    for (let press = 0; press < 80; press++) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const { activeElement } = document;
        return (
          activeElement?.getAttribute('aria-label') ??
          activeElement?.textContent ??
          ''
        ).trim();
      });
      reached.add(name);
      if (stop(name)) return;
    }
  }
  await expect(page.getByTestId('monaco')).toBeVisible();
  await tabUntil((name) => name === 'Manifest editor');
  // The editor takes Tab for its text; what comes after it is reached from there on.
  await page.getByRole('button', { name: /^Apply/ }).focus();
  await tabUntil((name) => name === 'Pause');
  const wanted = ['Cluster', 'Pause', 'Scheduler: actions', 'Manifests', 'Templates', 'Diff'];
  expect(wanted.filter((name) => !reached.has(name))).toEqual([]);
  expect([...reached].some((name) => name.startsWith('Cluster map'))).toBe(true);
  expect(reached).toContain('Fit everything');
});

test('the editor lets the keyboard out again', async ({ playground, page }) => {
  await playground.editor.text.focus();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect(playground.editor.text).not.toBeFocused();
});
