import { expect, test } from 'vitest';
import { untilFetched } from './lazy-part.ts';

test.each([
  'Failed to fetch dynamically imported module: http://127.0.0.1/x.js',
  'error loading dynamically imported module: http://127.0.0.1/x.js',
  'Importing a module script failed.',
  'Unable to preload CSS for /x.css',
])('what the network keeps back is tried again: %s', async (message) => {
  let tries = 0;
  const load = async (): Promise<string> => {
    tries += 1;
    if (tries < 3) throw new TypeError(message);
    return 'part';
  };
  expect(await untilFetched(load, 1)).toBe('part');
  expect(tries).toBe(3);
});

test('an error in a part itself is told at once', async () => {
  const load = (): Promise<string> => Promise.reject(new TypeError('x is undefined'));
  await expect(untilFetched(load, 1)).rejects.toThrow('x is undefined');
});
