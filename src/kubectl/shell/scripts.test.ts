import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createTestShell, runScriptText, type Ran } from './testing.ts';

/**
 * Scripts of `testdata/scripts.txt` with what bash 5.2 printed for them, recorded once. Complaints differ only in the
 * number of the line, which bash counts from where it was called.
 */
interface Recorded extends Ran {
  readonly script: string;
}

const recorded = JSON.parse(
  readFileSync(new URL('./testdata/scripts.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

describe('scripts print what bash prints', () => {
  test.each(recorded)('$script', async ({ script, out, err, status }) => {
    const ran = await runScriptText(createTestShell(), script);
    expect({ ...ran, err: withoutLines(ran.err) }).toEqual({ out, err: withoutLines(err), status });
  });
});

function withoutLines(text: string): string {
  return text.replace(/line \d+: /g, '').replace(/^bash: (?:-c: )?/gm, 'bash: ');
}
