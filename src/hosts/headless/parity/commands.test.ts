import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tools } from '../serve/testing.ts';
import { exceptions } from './exceptions.ts';
import { openSideBySide, readCommands, type SideBySide } from './side-by-side.ts';

/**
 * Commands that change nothing, in the page's terminal and in the real kubectl at the same time, on a cluster with an
 * object of most kinds. Here one of twenty-nine; `npm run parity` runs all.
 */
const PATIENCE_MILLIS = 120_000;
const EVERY = 29;
const known = exceptions['commands'] ?? {};
const slice = readCommands()
  .filter((command) => !Object.hasOwn(known, command))
  .filter((_command, index) => index % EVERY === 0);

describe.skipIf(tools === undefined)('the page’s kubectl and the real one, side by side', () => {
  let pair: SideBySide | undefined;

  beforeAll(async () => {
    pair = await openSideBySide();
  }, PATIENCE_MILLIS);
  afterAll(async () => pair?.close());

  test.each(slice)(
    '%s',
    async (command) => {
      const { own = '', real = '', same } = (await pair?.compare(command)) ?? {};
      if (same !== true) expect(own, `ours:\n${own}\nreal:\n${real}`).toBe(real);
    },
    PATIENCE_MILLIS,
  );
});
