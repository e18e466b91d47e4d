import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createTestShell, runScriptText, type Ran } from '../shell/testing.ts';

/** Command lines of `testdata/tools.txt` with what GNU's tools, mawk and jq 1.7 printed for them, recorded once. */
interface Recorded extends Ran {
  readonly script: string;
}

const recorded = JSON.parse(
  readFileSync(new URL('./testdata/tools.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

describe('tools print what the real ones print', () => {
  test.each(recorded)('$script', async ({ script, out, status }) => {
    const ran = await runScriptText(createTestShell(), script);
    expect(ran.out).toBe(out);
    expect(ran.status).toBe(status);
  });
});
