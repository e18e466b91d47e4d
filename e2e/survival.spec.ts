import { crashEngine, enginesSoFar, objectsIn, tellEngine } from './support/engine-tap.ts';
import { configMap, deployment } from './support/manifests.ts';
import { expect, test } from './support/test.ts';

test('a reload keeps the cluster, the text, the faults and the time', async ({
  playground,
  page,
}) => {
  const { editor, map, objects, strip, time } = playground;
  await editor.write(deployment());
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  await objects.inspect('Node', 'node-3');
  await playground.act('Cut network');
  await expect(map.node('node-3')).toHaveAccessibleName(/NotReady/);
  await editor.write(`# mine\n${configMap('unapplied')}`);
  await expect.poll(() => editor.read()).toContain('# mine');
  const pods = (await map.readPods('web-')).map(({ name }) => name).sort();
  const before = await time.now();
  // Snapshots are some seconds apart; the next one has all of this.
  await expect.poll(() => savedSeconds(page)).toBeGreaterThanOrEqual(before);

  await playground.reload();
  expect(await time.now()).toBeGreaterThanOrEqual(before);
  await expect(map.pods('web-')).toHaveCount(3);
  expect((await map.readPods('web-')).map(({ name }) => name).sort()).toEqual(pods);
  await expect(strip).toContainText('node-3: network cut');
  await time.pass(1);

  await page.getByRole('tab', { name: 'Manifests' }).click();
  expect(await editor.read()).toContain('# mine');
  await expect(page.getByTestId('monaco')).toContainText('# mine');

  await strip.getByRole('button', { name: 'Mend', exact: true }).click();
  await expect(strip).toContainText('3 of 3 Ready');
});

test('a reload right after an apply keeps what was applied', async ({ playground, page }) => {
  const { editor } = playground;
  await editor.write(configMap('just-now'));
  await editor.applied('ConfigMap just-now created');
  await playground.reload();
  await expect.poll(() => objectsIn(page)).toContain('ConfigMap default/just-now');
});

test('the engine hits a bug: it is restored from its last snapshot, and says so', async ({
  playground,
  page,
}) => {
  const { editor, map, strip, time } = playground;
  await editor.write(deployment());
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  const before = await time.now();
  await tellEngine(page, { type: 'save' });
  await expect.poll(() => savedSeconds(page)).toBeGreaterThanOrEqual(before);

  await crashEngine(page);
  const notice = page.getByRole('alert').filter({ hasText: 'hit a bug of ours' });
  await expect(notice).toContainText('was restored from its last snapshot');
  expect(await enginesSoFar(page)).toBe(2);
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  await expect(strip).toContainText('3 of 3 Ready');
  await time.pass(1);

  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notice).toHaveCount(0);
  await editor.write(configMap('afterwards'));
  await editor.applied('ConfigMap afterwards created');
});

test('a snapshot that cannot be read is said to be so, and an older one opened', async ({
  playground,
  page,
}) => {
  const { editor, map } = playground;
  await editor.write(deployment());
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(3);
  for (let snapshot = 0; snapshot < 2; snapshot++) {
    const before = await playground.time.now();
    await tellEngine(page, { type: 'save' });
    await expect.poll(() => savedSeconds(page)).toBeGreaterThanOrEqual(before);
  }

  await damageNewestSnapshot(page);
  await playground.reload();
  await expect(page.getByRole('alert')).toContainText(
    'The newest saved state could not be read; an older one was opened.',
  );
  await expect(map.pods('web-')).toHaveCount(3);
});

interface StoredSnapshot {
  readonly slot: number;
  readonly savedAt: number;
  readonly archive: string;
}

type TestPage = Parameters<typeof tellEngine>[0];

/** Virtual seconds in the newest stored snapshot; 0 while there is none. */
async function savedSeconds(page: TestPage): Promise<number> {
  const stored = await storedSnapshots(page);
  const newest = stored.sort((a, b) => b.savedAt - a.savedAt)[0];
  const now = /"now":(\d+)/.exec(newest?.archive ?? '')?.[1] ?? '0';
  return Number(now) / 1_000_000;
}

async function storedSnapshots(page: TestPage): Promise<StoredSnapshot[]> {
  return page.evaluate(
    () =>
      new Promise<StoredSnapshot[]>((resolve, reject) => {
        const opening = indexedDB.open('kubarium');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('snapshots').objectStore('snapshots').getAll();
          reading.onerror = () => reject(reading.error);
          reading.onsuccess = () => {
            opening.result.close();
            // What `snapshot-store.ts` puts there.
            resolve(reading.result as StoredSnapshot[]);
          };
        };
      }),
  );
}

async function damageNewestSnapshot(page: TestPage): Promise<void> {
  const newest = (await storedSnapshots(page)).sort((a, b) => b.savedAt - a.savedAt)[0];
  await page.evaluate(
    (damaged) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('kubarium');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const writing = opening.result.transaction('snapshots', 'readwrite');
          writing.objectStore('snapshots').put(damaged);
          writing.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    // Later than any save that may still be under way.
    { ...newest, savedAt: (newest?.savedAt ?? 0) + 3_600_000, archive: '{"format":' },
  );
}
