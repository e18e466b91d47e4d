import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseScenario } from './format/parse.ts';
import { LIBRARY } from './library.ts';

describe('the library of scenarios', () => {
  test('has every file of the truth table', () => {
    const files = readdirSync(new URL('./truth-table/', import.meta.url))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => name.replace('.yaml', ''));
    expect(LIBRARY.map(({ id }) => id).toSorted()).toEqual(files.toSorted());
  });

  test.each(LIBRARY.map((entry) => [entry.id, entry] as const))(
    '%s can be played',
    async (_, entry) => {
      const parsed = parseScenario(await entry.load());
      expect(parsed.ok || parsed.error).toBe(true);
    },
  );
});
