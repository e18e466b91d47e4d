import { expect, test } from './support/test.ts';

/** Rows of the truth table, played in the page as `npm run sim` plays them headless. */
const ROWS = [
  'The scheduler stops',
  'The only API server stops',
  'The controller-manager stops',
] as const;

for (const title of ROWS) {
  test(`plays "${title}" to its end, and everything comes as foretold`, async ({
    playground,
    page,
  }) => {
    const { time } = playground;
    await page.getByRole('tab', { name: 'Scenarios' }).click();
    await page.getByRole('button', { name: new RegExp(`^${title}`) }).click();
    await expect(page.getByRole('heading', { name: title })).toBeVisible();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect(page.getByRole('group', { name: 'Steps' })).toBeVisible();
    await time.speed(1000);
    await expect(page.getByText('Everything came as it was foretold.')).toBeVisible({
      timeout: 60_000,
    });
    await page.getByRole('button', { name: 'End the scenario; the cluster stays' }).click();
    await expect(page.getByRole('heading', { name: title })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  });
}

test('a scenario that is played goes on after a reload', async ({ playground, page }) => {
  const { time } = playground;
  await page.getByRole('tab', { name: 'Scenarios' }).click();
  await page.getByRole('button', { name: /^The scheduler stops/ }).click();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await time.speed(100);
  const steps = page.getByRole('group', { name: 'Steps' });
  // One that the saved state is sure to have.
  await expect(steps.locator('li[data-state="passed"]').first()).toBeVisible({ timeout: 60_000 });
  await playground.reload();
  await expect(steps).toBeVisible();
  await time.speed(1000);
  await expect(page.getByText('Everything came as it was foretold.')).toBeVisible({
    timeout: 60_000,
  });
});

const OWN = `apiVersion: kubarium/v1
kind: Scenario
metadata: {name: own, title: A scenario of my own, description: "<img src=x onerror=alert(1)>"}
cluster: {nodes: 2}
steps:
  - name: nothing comes
    expect: [{objects: Pod, name: never, within: 2s}]
`;

test('the editor, a link and a mistake', async ({ playground, page }) => {
  const { editor, time } = playground;
  await editor.write(OWN);
  await editor.apply();
  await expect(page.getByRole('heading', { name: 'A scenario of my own' })).toBeVisible();
  await page.getByRole('button', { name: 'Copy a link' }).click();
  await expect(page.getByText('Copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('#scenario=');

  await page.getByRole('button', { name: 'All scenarios' }).click();
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'A scenario of my own' })).toBeVisible();
  // The words of a stranger are words.
  await expect(page.getByText('<img src=x onerror=alert(1)>')).toBeVisible();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await time.speed(100);
  await expect(page.getByText('Something came otherwise than foretold.')).toBeVisible();
  await expect(page.getByText('not within 2 s: 0 Pod')).toBeVisible();

  await page.getByRole('button', { name: 'End the scenario; the cluster stays' }).click();
  await page.goto('./#scenario=broken');
  await expect(page.getByText('the text holds no scenario')).toBeVisible();
});
