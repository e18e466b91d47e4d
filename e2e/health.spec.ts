import type { Locator, Page } from '@playwright/test';
import { configMap } from './support/manifests.ts';
import { expect, test } from './support/test.ts';

/** The health view, and everything that can be broken: what a person sees there, in order. */

function healthOf(page: Page): Locator {
  return page.getByRole('region', { name: 'Health', exact: true });
}

/** One component's cell in the health view, by its full name there: `etcd on cp-2`. */
function cell(page: Page, name: string): Locator {
  return healthOf(page).getByRole('region', { name, exact: true });
}

const MEMBERS = ['etcd', 'etcd on cp-2', 'etcd on cp-3'] as const;

async function leaderAmong(page: Page, members: readonly string[]): Promise<string | undefined> {
  for (const name of members) {
    const roles = await cell(page, name).getByText('leader', { exact: true }).count();
    if (roles > 0) return name;
  }
  return undefined;
}

async function openSheet(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Break something' }).first().click();
  return page.getByRole('dialog', { name: 'Break something' });
}

test('of three control planes the etcd leader loses power: another one leads, and writes go on', async ({
  playground,
  page,
}) => {
  const { editor, strip, inspector, map } = playground;
  await page.getByRole('button', { name: 'Cluster', exact: true }).click();
  await page.getByRole('menuitemradio', { name: /^3 machines/ }).click();
  await page.getByRole('menuitem', { name: /^3 workers/ }).click();
  await expect(strip).toContainText('cp-3');
  await expect(strip).toContainText('3 of 3 Ready');
  await expect(
    page.getByRole('region', { name: 'Load balancer: 3 of 3 API servers' }),
  ).toBeVisible();

  await page.getByRole('button', { name: 'Health of every component, with charts' }).click();
  await expect.poll(() => leaderAmong(page, MEMBERS)).toBeDefined();
  const first = (await leaderAmong(page, MEMBERS)) ?? '';
  const machine = /cp-\d/.exec(first)?.[0] ?? 'cp-1';
  await healthOf(page).getByRole('button', { name: machine, exact: true }).first().click();
  await expect(inspector.getByRole('heading', { level: 2, name: machine })).toBeVisible();
  await playground.act('Power off');

  const others = MEMBERS.filter((name) => name !== first);
  await expect.poll(() => leaderAmong(page, others)).toBeDefined();
  await expect(strip.getByRole('button', { name: 'etcd: needs attention' })).toBeVisible();
  await expect(cell(page, 'Load balancer')).toContainText('2 of 3');
  // Exactly one holds each lease again, on a machine that is left.
  for (const component of ['Scheduler', 'Controller manager']) {
    await expect
      .poll(async () => {
        const names = [component, `${component} on cp-2`, `${component} on cp-3`];
        const held = await Promise.all(
          names.map((name) => cell(page, name).getByText('holds the lease').count()),
        );
        return held.reduce((sum, count) => sum + count, 0);
      })
      .toBe(1);
  }
  await page.keyboard.press('h');
  await editor.write(configMap('while-one-is-lost'));
  await editor.applied('ConfigMap while-one-is-lost created');

  await playground.act('Power on');
  await expect(strip.getByRole('button', { name: 'etcd: healthy' })).toBeVisible();
  await expect(map.node('node-1')).toBeVisible();
});

test('the dial of etcd’s disk: the lamp turns with the figure, and back', async ({
  playground,
}) => {
  const { strip, inspector } = playground;
  await strip.getByRole('button', { name: 'etcd: healthy' }).click();
  const dial = inspector.getByRole('group', { name: /^Disk of cp-1/ });
  await dial.getByRole('button', { name: '1 s', exact: true }).click();
  await expect(strip.getByRole('button', { name: 'etcd: failed' })).toBeVisible();
  await expect(strip).toContainText('cp-1: slow disk, 1 s');
  const chart = inspector.getByRole('img', { name: /^fsync of the log of etcd: p99 \d.* s/ });
  await expect(chart).toHaveAccessibleName(/broken: Slow disk: cp-1/);

  await dial.getByRole('button', { name: '2 ms', exact: true }).click();
  await expect(strip).toContainText('nothing');
  await expect(strip.getByRole('button', { name: 'etcd: healthy' })).toBeVisible({
    timeout: 60_000,
  });
});

test('a storm of clients is refused with 429, seen in figures, and mended from the list', async ({
  playground,
  page,
}) => {
  const { strip, activity, time } = playground;
  // Thousands of requests a second are work for this computer as well.
  await time.speed(1);
  await page.keyboard.press('Shift+X');
  const sheet = page.getByRole('dialog', { name: 'Break something' });
  await sheet.getByRole('textbox', { name: 'Find a fault' }).fill('overload');
  // The keyboard goes from the field into the list.
  await page.keyboard.press('ArrowDown');
  const form = sheet.getByRole('form', { name: 'API server overload' });
  await expect(form).toContainText('Retry-After');
  await form.getByRole('button', { name: 'list everything' }).click();
  await form.getByRole('spinbutton', { name: 'Requests a second' }).fill('4000');
  await form.getByRole('button', { name: 'Send a storm' }).click();
  await expect(sheet).toBeHidden();
  await expect(activity).toContainText('broken: API server overload');
  await expect(strip).toContainText('API server overload, list everything, 4000/s');

  await page.keyboard.press('h');
  await expect(cell(page, 'API server')).toContainText('429s');
  await expect(
    healthOf(page).getByRole('img', { name: /^Refused with 429 of API server: .*[1-9]/ }),
  ).toBeVisible();

  await (await openSheet(page)).getByRole('button', { name: /^Mend API server overload/ }).click();
  await page.keyboard.press('Escape');
  await expect(strip).toContainText('nothing');
});

test('a fault for a time and again: it mends itself, comes back, and is called off', async ({
  playground,
  page,
}) => {
  const { strip, time, objects } = playground;
  await objects.inspect('Node', 'node-1');
  await page.keyboard.press('Shift+X');
  const sheet = page.getByRole('dialog', { name: 'Break something' });
  await sheet.getByRole('button', { name: 'kube-proxy cannot start' }).click();
  const form = sheet.getByRole('form', { name: 'kube-proxy cannot start' });
  await expect(form.getByRole('combobox', { name: 'Node' })).toHaveValue('node-1');
  await form.getByRole('spinbutton', { name: /^For/ }).fill('20');
  await form.getByRole('spinbutton', { name: 'Again every' }).fill('600');
  await form.getByRole('button', { name: 'Take its iptables' }).click();
  await expect(strip).toContainText('node-1: kube-proxy cannot start');
  await time.pass(25);
  await expect(strip).toContainText('nothing');
  const again = await openSheet(page);
  await again
    .getByRole('button', { name: /^Call off node-1: kube-proxy cannot start, every 10m/ })
    .click();
  await expect(again.getByRole('button', { name: /^Call off/ })).toHaveCount(0);
});
