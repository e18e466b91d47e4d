import { objectsIn } from './support/engine-tap.ts';
import { BAD_INPUTS } from './support/bad-input.ts';
import { configMap, deployment } from './support/manifests.ts';
import { expect, test } from './support/test.ts';

/** An answer is due at once; this much is allowed for a busy machine before the story fails. */
const ANSWER_MILLIS = 10_000;

test('whatever is wrong with a text is said at its line, and the cluster stays as it is', async ({
  playground,
  page,
}) => {
  const { editor, time } = playground;
  await editor.write(configMap('before'));
  await editor.applied('ConfigMap before created');
  await expect.poll(() => objectsIn(page)).toContain('ConfigMap default/before');
  const before = await objectsIn(page);

  for (const { what, text, says, line } of BAD_INPUTS) {
    await test.step(what, async () => {
      await editor.write(text);
      await editor.apply();
      await expect.soft(editor.problems, what).toContainText(says, { timeout: ANSWER_MILLIS });
      if (line !== undefined) {
        await expect.soft(editor.problems, what).toContainText(`Line ${line} `);
      }
      await expect.soft(page.locator('.squiggly-error').first(), what).toBeVisible();
      await expect.soft(editor.count, what).toHaveText(/^[1-9]\d* problems?$/);
    });
  }

  expect(await objectsIn(page)).toEqual(before);
  await time.pass(1);
  // Nothing of it ran, or got into what all objects have in common.
  expect(await page.evaluate(() => 'executed' in window || 'executed' in {})).toBe(false);

  await editor.write(configMap('after'));
  await editor.applied('ConfigMap after created');
});

test('one bad document in a text leaves the whole text unapplied', async ({ playground, page }) => {
  const { editor } = playground;
  await editor.write(`${configMap('good')}---\n${configMap('bad').replace('  name', '\tname')}`);
  await editor.apply();
  await expect(editor.problems).toContainText('Line 11 ');
  expect(await objectsIn(page)).not.toContain('ConfigMap default/good');
});

test('a bracket left open is told as that', async ({ playground }) => {
  const { editor } = playground;
  await editor.write('apiVersion: v1\nkind: [ConfigMap\n');
  await editor.apply();
  await expect(editor.problems).toContainText(/Line 2 .*(\]|bracket|list)/);
});

test('an empty text is answered, too', async ({ playground }) => {
  const { editor, time } = playground;
  await editor.write('# nothing but a comment\n---\n---\n');
  await editor.apply();
  await expect(editor.problems.or(editor.results)).toContainText(/no objects/i);
  await time.pass(1);
});

test('five megabytes are refused with a sentence, and the page lives on', async ({
  playground,
  page,
}) => {
  const { editor, time } = playground;
  const line = `# ${'x'.repeat(97)}\n`;
  await editor.write(`${configMap('huge')}${line.repeat(52_500)}`);
  await editor.apply();
  await expect(editor.problems).toContainText(/The text is 5\.\d MB long/, {
    timeout: ANSWER_MILLIS,
  });
  await time.pass(1);
  expect(await objectsIn(page)).not.toContain('ConfigMap default/huge');

  await editor.write(configMap('small'));
  await editor.applied('ConfigMap small created');
});

test('markup in what a cluster may hold is shown as the text it is', async ({
  playground,
  page,
}) => {
  const { editor, objects, inspector } = playground;
  const image = '<img src=x onerror="window.executed = true">';
  await editor.write(`apiVersion: v1
kind: ConfigMap
metadata:
  name: markup
  annotations:
    note: '${image}'
data:
  page.html: '<script>window.executed = true</script>${image}'
  constructor: own
`);
  await editor.applied('ConfigMap markup created');
  await objects.inspect('ConfigMap', 'markup');
  await expect(inspector).toContainText(image);
  const yaml = await objects.yaml('ConfigMap', 'markup');
  await expect(yaml).toContainText('<script>');
  await expect(yaml).toContainText('constructor: own');
  await inspector.getByRole('tab', { name: 'Why' }).click();
  await expect(inspector).toContainText('You applied ConfigMap markup');

  await expect(page.locator('img[src="x"]')).toHaveCount(0);
  expect(await page.evaluate(() => 'executed' in window || 'executed' in {})).toBe(false);
});

test('an image with markup in its name fails to pull, and says so', async ({
  playground,
  page,
}) => {
  const { editor, map } = playground;
  await editor.write(deployment({ replicas: 1, image: '"<img src=x>"' }));
  await editor.applied('Deployment web created');
  await expect(map.pods('web-')).toHaveAccessibleName(/InvalidImageName/);
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});
