import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../scenarios/format/parse.ts';
import { reportInWords } from '../headless/sim/report-in-words.ts';
import { playScenario } from './play.ts';

const folder = new URL('../../scenarios/truth-table/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** Each row of what fails and what must be seen; `npm run sim -- src/scenarios/truth-table --seeds 10` tries ten seeds. */
describe('the truth table', () => {
  test.each(files)('%s', (file) => {
    const parsed = parseScenario(readFileSync(new URL(file, folder), 'utf8'));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    const played = playScenario(parsed.value, 3);
    if (!played.ok) throw new Error(played.error);
    expect(played.value.outcome, reportInWords(played.value, 3, false)).toBe('passed');
  });
});
