import { startRecording, stopRecording } from './support/engine-tap.ts';
import { deployment } from './support/manifests.ts';
import { expect, test } from './support/test.ts';

test('the web manifest of the gallery becomes running Pods behind a Service', async ({
  playground,
}) => {
  const { editor, map, objects, time } = playground;
  await editor.template('A web server behind a Service');
  await editor.applied('Deployment web created', 'Service web created');

  await expect(map.pods('web-')).toHaveCount(3);
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  await expect(map.service('web')).toHaveAccessibleName('Service web: 3 of 3 endpoints ready');
  await time.speed(1);

  await test.step('the list of objects says the same', async () => {
    await expect(await objects.line('Deployment', 'web')).toContainText('3/3');
    await expect(await objects.line('ReplicaSet', 'web-')).toContainText('3/3');
    await expect(await objects.line('Service', 'web')).toContainText('3/3 ready');
    await objects.line('Pod', 'web-');
    const tree = playground.page.getByRole('tree', { name: 'Objects by kind' });
    await expect(tree.locator('[data-object^="Pod/"]')).toHaveText([
      /Running/,
      /Running/,
      /Running/,
    ]);
  });

  await test.step('the EndpointSlice has the address of each Pod', async () => {
    const yaml = await objects.yaml('EndpointSlice', 'web');
    await expect(yaml).toContainText('kind: EndpointSlice');
    const count = async (pattern: RegExp): Promise<number> =>
      ((await yaml.innerText()).match(pattern) ?? []).length;
    await expect.poll(() => count(/ready: true/g)).toBe(3);
    expect(await count(/addresses:\s+- 10\./g)).toBe(3);
  });
});

test('Ctrl+Enter applies, and a second time changes nothing', async ({ playground, page }) => {
  const { editor, map } = playground;
  await editor.write(deployment());
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(editor.results).toContainText('Deployment web created');
  await expect(map.pods('web-')).toHaveCount(3);

  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(editor.results).toContainText('Deployment web unchanged');
});

test('Diff tells what would change, and changes nothing', async ({ playground, page }) => {
  const { editor, map, objects } = playground;
  await editor.write(deployment());
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(3);

  await editor.write(deployment({ replicas: 5 }));
  await page.getByRole('button', { name: 'Diff' }).click();
  await expect(editor.diff).toContainText('Deployment web would change');
  await expect(editor.diff).toContainText('-   replicas: 3');
  await expect(editor.diff).toContainText('+   replicas: 5');
  await editor.diff.getByRole('button', { name: 'Close' }).click();
  await expect(await objects.line('Deployment', 'web')).toContainText('3/3');
});

test('a rolling update replaces all Pods and keeps three ready throughout', async ({
  playground,
  page,
}) => {
  const { editor, map, objects } = playground;
  await editor.template('A rolling update');
  await editor.applied('Deployment shop created');
  await expect.poll(() => map.readyPods('shop-')).toBe(3);
  const old = new Set((await map.readPods('shop-')).map(({ name }) => name));
  // Available, not only ready: the Deployment wants five quiet seconds of each Pod.
  await objects.inspect('Deployment', 'shop');
  await expect(playground.inspector).toContainText(/available\s*3/);

  await startRecording(page);
  await editor.write((await editor.read()).replace('image: nginx:1.27', 'image: nginx:1.28'));
  await editor.applied('Deployment shop configured');
  await expect
    .poll(async () => (await map.readPods('shop-')).filter(({ name }) => old.has(name)).length)
    .toBe(0);
  await expect.poll(() => map.readyPods('shop-')).toBe(3);

  const moments = await stopRecording(page);
  expect(moments.length).toBeGreaterThan(20);
  const counts = moments.map(({ pods }) => {
    const shop = pods.filter(({ name }) => name.startsWith('shop-'));
    return {
      ready: shop.filter(({ ready, deleting }) => ready && !deleting).length,
      wanted: shop.filter(({ deleting }) => !deleting).length,
    };
  });
  expect(Math.min(...counts.map(({ ready }) => ready)), 'fewest ready').toBe(3);
  expect(Math.max(...counts.map(({ wanted }) => wanted)), 'most at a time').toBe(4);

  const yaml = await objects.yaml('Pod', 'shop-');
  await expect(yaml).toContainText('image: nginx:1.28');
});
