import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { ensureClientTools } from '../scripts/client-tools.mjs';
import { createPlayground } from './support/playground.ts';
import { startProxy, startServe, type Served } from './support/served.ts';

/** The page at a cluster that runs elsewhere: one of `npm run serve`, and one that is only known by its API. */
let served: Served;
test.beforeAll(async () => {
  served = await startServe('--nodes=3', '--speed=10');
});
test.afterAll(() => served.stop());

const deployments = '/apis/apps/v1/namespaces/default/deployments';

const web = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: 'nginx:1.29' }] },
    },
  },
});

const definition = (singular: string, kind: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${singular}s.example.com` },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: `${singular}s`, singular, kind },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object' } },
      },
    ],
  },
});
const chairs = definition('chair', 'Chair');

async function runInTerminal(page: Page, line: string) {
  const drawer = page.getByRole('region', { name: 'Terminal', exact: true });
  const field = drawer.getByRole('textbox', { name: 'Command line' });
  if (!(await field.isVisible())) await page.keyboard.press('Control+Backquote');
  await field.fill(line);
  await field.press('Enter');
  return drawer.locator('.term-scroll');
}

test('what others do to a served cluster is seen, and the page can break it', async ({ page }) => {
  await page.goto(served.page);
  const { strip, map, time } = createPlayground(page);
  await expect(strip).toContainText('3 of 3 Ready');
  // The token does not stay in the address.
  expect(page.url()).not.toContain(served.token);
  await expect(page.getByRole('banner')).toContainText(new URL(served.address).host);

  await test.step('an apply over HTTP moves on the canvas', async () => {
    const made = await served.api('POST', deployments, web('outside', 3));
    expect(made.status).toBe(201);
    await expect.poll(() => map.readyPods('outside-')).toBe(3);
  });

  await test.step('the terminal asks the served cluster, and changes it', async () => {
    const screen = await runInTerminal(page, 'kubectl scale deployment outside --replicas=1');
    await expect(screen).toContainText('deployment.apps/outside scaled');
    await expect.poll(() => map.readyPods('outside-')).toBe(1);
    const read = (await (await served.api('GET', `${deployments}/outside`)).json()) as {
      spec: { replicas: number };
    };
    expect(read.spec.replicas).toBe(1);
  });

  await test.step('the clock is the server’s', async () => {
    await time.speed(20);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect(page.getByRole('banner')).toContainText('PAUSED');
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect(page.getByRole('banner')).toContainText('LIVE');
  });

  await test.step('a fault can be injected and mended', async () => {
    await page.getByRole('button', { name: 'Scheduler: actions' }).click();
    await page.getByRole('menuitem', { name: 'Stop' }).first().click();
    await expect(strip.getByRole('button', { name: 'Scheduler: failed' })).toBeVisible();
    await page.getByRole('button', { name: 'Scheduler: actions' }).click();
    await page.getByRole('menuitem', { name: 'Start' }).first().click();
    await expect(strip.getByRole('button', { name: 'Scheduler: healthy' })).toBeVisible();
  });

  await test.step('a new cluster is not the page’s to begin', async () => {
    await page.getByRole('button', { name: 'Cluster', exact: true }).click();
    await expect(page.getByRole('menu')).toContainText('Attached to “npm run serve”');
    await page.keyboard.press('Escape');
  });
});

test('the cluster can be taken along as files', async ({ page }) => {
  await served.api('POST', deployments, web('along', 1));
  await page.goto(served.page);
  await expect(createPlayground(page).strip).toContainText('3 of 3 Ready');
  const saved = async (item: string): Promise<string> => {
    await page.getByRole('button', { name: 'Cluster', exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: item }).click(),
    ]);
    return readFileSync(await download.path(), 'utf8');
  };
  const manifests = await saved('Export manifests');
  expect(manifests).toMatch(/kind: Deployment\nmetadata:\n {2}name: along\n/);
  expect(manifests).not.toMatch(/resourceVersion|managedFields|kind: ReplicaSet|kube-system/);
  const nodes = await saved('Export nodes for KWOK');
  expect(nodes.match(/kwok\.x-k8s\.io\/node: fake/g)).toHaveLength(3);
  await served.api('DELETE', `${deployments}/along`);
});

test('without the token the page says so, and takes it', async ({ page }) => {
  await page.goto(served.page.replace(/#.*/, ''));
  const notice = page.getByRole('alert', { name: 'Attached cluster' });
  await expect(notice).toContainText('This cluster wants a token.');
  await notice.getByLabel('Token').fill('wrong');
  await notice.getByRole('button', { name: 'Attach' }).click();
  await expect(notice).toContainText('This cluster does not take the token.');
  await notice.getByLabel('Token').fill(served.token);
  await notice.getByRole('button', { name: 'Attach' }).click();
  await expect(createPlayground(page).strip).toContainText('3 of 3 Ready');
});

test('a page of this computer on another port may attach, by address', async ({ page }) => {
  await page.goto(`./?cluster=${encodeURIComponent(served.address)}#token=${served.token}`);
  await expect(createPlayground(page).strip).toContainText('3 of 3 Ready');
});

test('addresses where nothing is, or that are not of this computer', async ({ page }) => {
  await page.goto('./?cluster=http://127.0.0.1:9');
  const notice = page.getByRole('alert', { name: 'Attached cluster' });
  await expect(notice).toContainText('Nothing answers there.');
  await page.goto('./?cluster=https://cluster.example.com');
  await expect(notice).toContainText('cluster.example.com is another computer.');
  await notice.getByRole('link', { name: 'A cluster of this page’s own' }).click();
  await expect(createPlayground(page).strip).toContainText(/of 3 Ready/);
});

test('a real cluster through kubectl proxy is looked at, and not changed', async ({ page }) => {
  const kubectl = ensureClientTools()?.kubectl ?? '';
  test.skip(kubectl === '', 'kubectl cannot be had here');
  await served.api(
    'POST',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    definition('lamp', 'Lamp'),
  );
  const lamps = '/apis/example.com/v1/namespaces/default/lamps';
  const desk = { apiVersion: 'example.com/v1', kind: 'Lamp', metadata: { name: 'desk' } };
  await expect.poll(async () => (await served.api('POST', lamps, desk)).status).toBe(201);
  let proxy = await startProxy(kubectl, served);
  try {
    await page.goto(proxy.page);
    const { strip, map, objects } = createPlayground(page);
    await expect(strip).toContainText('3 of 3 Ready');
    await expect(page.getByRole('banner')).toContainText('only looking');
    await served.api('POST', deployments, web('real', 2));
    await expect.poll(() => map.readyPods('real-')).toBe(2);

    await test.step('what cannot be done is greyed out, and says why', async () => {
      const pause = page.getByRole('button', { name: 'Pause' });
      await expect(pause).toBeDisabled();
      await expect(pause).toHaveAttribute('data-tip', /real cluster’s time cannot be stopped/);
      await expect(strip).toContainText('not here: a real cluster');
      await objects.inspect('Deployment', 'real');
      const remove = page.getByRole('button', { name: 'Scale to 3' });
      await expect(remove).toBeDisabled();
      await expect(remove).toHaveAttribute('data-tip', /only looks at a real cluster/);
    });

    await test.step('custom resources are listed as well, and shown whole', async () => {
      await expect(await objects.yaml('Lamp', 'desk')).toContainText('kind: Lamp');
    });

    await test.step('a kind that is defined now is listed without a reload, and goes with its definition', async () => {
      const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      await served.api('POST', definitions, chairs);
      const path = '/apis/example.com/v1/namespaces/default/chairs';
      const armchair = { ...desk, kind: 'Chair', metadata: { name: 'armchair' } };
      await expect.poll(async () => (await served.api('POST', path, armchair)).status).toBe(201);
      await expect(await objects.yaml('Chair', 'armchair')).toContainText('kind: Chair');
      await served.api('DELETE', `${definitions}/chairs.example.com`);
      await expect(await objects.line('Chair', 'armchair')).toHaveCount(0, { timeout: 30_000 });
    });

    await test.step('lamps come from /readyz and the leases', async () => {
      await expect(strip.getByRole('button', { name: 'API server: healthy' })).toBeVisible();
      await expect(strip.getByRole('button', { name: 'Scheduler: healthy' })).toBeVisible();
      // What nobody measures is not shown as nothing.
      await expect(page.getByRole('region', { name: 'API server: readyz ok' })).toBeVisible();
    });

    await test.step('kubectl reads and does not write', async () => {
      const screen = await runInTerminal(page, 'kubectl get deployment real');
      await expect(screen).toContainText(/real\s+2\/2/);
      await runInTerminal(page, 'kubectl delete deployment real');
      await expect(screen).toContainText('only looks at a real cluster');
      expect((await served.api('GET', `${deployments}/real`)).status).toBe(200);
    });

    await test.step('what vanishes there vanishes here', async () => {
      await served.api('DELETE', `${deployments}/real`);
      await expect(map.pods('real-')).toHaveCount(0);
    });
    await test.step('when the proxy ends that is said, and it is found again by itself', async () => {
      await proxy.stop();
      const notice = page.getByRole('alert', { name: 'Attached cluster' });
      await expect(notice).toContainText('The cluster does not answer any more.', {
        timeout: 30_000,
      });
      proxy = await startProxy(kubectl, served, proxy.port);
      await expect(notice).toHaveCount(0, { timeout: 30_000 });
      await served.api('POST', deployments, web('later', 1));
      await expect.poll(() => map.readyPods('later-')).toBe(1);
      await served.api('DELETE', `${deployments}/later`);
    });
  } finally {
    await proxy.stop();
  }
});

test('a server that hangs is said to, and one that is started anew is found again', async ({
  page,
}) => {
  test.skip(process.platform !== 'linux', 'processes are held by signals');
  const own = await startServe('--nodes=1', '--speed=10');
  try {
    await page.goto(own.page);
    const { strip, map } = createPlayground(page);
    const notice = page.getByRole('alert', { name: 'Attached cluster' });
    await expect(strip).toContainText('1 of 1 Ready');
    await own.api('POST', deployments, web('before', 1));
    await expect.poll(() => map.readyPods('before-')).toBe(1);

    own.hold('still');
    await expect(notice).toContainText('The served cluster does not answer.', { timeout: 30_000 });
    // What was there is still shown.
    await expect(strip).toContainText('1 of 1 Ready');
    own.hold('going');
    await expect(notice).toHaveCount(0, { timeout: 30_000 });

    await own.end();
    await expect(notice).toContainText('The connection to the served cluster was lost.');
    await expect(page.getByRole('banner')).toContainText('LOST');
    await own.startAgain();
    await expect(notice).toHaveCount(0, { timeout: 30_000 });
    await expect(strip).toContainText('1 of 1 Ready');
    await expect(page.getByRole('banner')).toContainText('LIVE');
    // It is another cluster, at the same address.
    await expect(map.pods('before-')).toHaveCount(0);
    await own.api('POST', deployments, web('after', 1));
    await expect.poll(() => map.readyPods('after-')).toBe(1);
  } finally {
    await own.stop();
  }
});
