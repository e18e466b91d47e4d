import { execFileSync } from 'node:child_process';
import { tellEngine } from './support/engine-tap.ts';
import { expect, test } from './support/test.ts';

test('ten minutes with faults have the same hash in this browser as in Node', async ({
  playground,
  page,
}) => {
  const { time } = playground;
  const inNode = execFileSync(
    process.execPath,
    ['scripts/run.mjs', 'src/hosts/headless/determinism/main.ts', '7'],
    { cwd: new URL('..', import.meta.url), encoding: 'utf8' },
  ).trim();
  expect(inNode).toMatch(/^[0-9a-f]{16}$/);

  await tellEngine(page, { type: 'self-test', id: 1_000_000, seed: 7 });
  await expect
    .poll(() => page.evaluate(() => window.kubariumTap.answers))
    .toEqual([expect.objectContaining({ hash: inNode })]);
  // The cluster of the page is not the one that was tested.
  await time.pass(1);
});
