import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTerminal, tools, withoutChance, type Terminal } from '../serve/testing.ts';
import { exceptions } from './exceptions.ts';
import { ownKubectlFolder } from './testing.ts';

/**
 * Commands that change nothing, before the page's kubectl and the real one at the same time, on a cluster with one object
 * of most kinds. The list is `commands.txt`, the objects are `objects.yaml`.
 */
const PATIENCE_MILLIS = 120_000;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const commands = readFileSync(here('./commands.txt'), 'utf8').trim().split('\n');

describe.skipIf(tools === undefined)('the page’s kubectl and the real one, side by side', () => {
  let terminal: Terminal | undefined;
  let own = '';

  beforeAll(async () => {
    own = ownKubectlFolder();
    terminal = await openTerminal({ nodes: 2, waitForNodes: true, speed: 1 });
    await terminal.run(`kubectl apply -f ${here('./objects.yaml')}; sleep 3`);
  }, PATIENCE_MILLIS);
  afterAll(async () => terminal?.close());

  const known = exceptions['commands'] ?? {};
  test.each(commands.filter((each) => !Object.hasOwn(known, each)))(
    '%s',
    async (command) => {
      const run = async (folder?: string): Promise<string> =>
        withoutChance((await terminal?.run(command, folder)) ?? '');
      const [ours, real] = await Promise.all([run(own), run()]);
      expect(ours, `ours:\n${ours}\nreal:\n${real}`).toBe(real);
    },
    PATIENCE_MILLIS,
  );
});
