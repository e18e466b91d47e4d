import { spawnSync } from 'node:child_process';
import { createTwoFilesPatch } from 'diff';
import { exceptions } from './exceptions.ts';
import { manifestsCommand } from './manifests/main.ts';
import { openSideBySide, readCommands } from './side-by-side.ts';

/**
 * `npm run parity -- [TEXT…]`: every command line of `commands.txt`, or those that contain a text, in the page's terminal
 * and in the real kubectl, on the same cluster. Prints how they differ; exit status 0 when they do not. Without a text, the
 * recorded transcripts are played by the page's kubectl as well (`parity.test.ts`, `streams-parity.test.ts`). `manifests`
 * as the first word: `manifests/main.ts`.
 */
const LANES = 3;
const texts = process.argv.slice(2);
if (texts[0] === 'manifests') process.exit(await manifestsCommand(texts.slice(1)));
const commands = readCommands().filter(
  (command) => texts.length === 0 || texts.some((text) => command.includes(text)),
);
const known = exceptions['commands'] ?? {};
const counts = { passed: 0, failed: 0, skipped: 0 };
const pair = await openSideBySide();
const waiting = [...commands];

/** Commands only read, so that several may run at the same time: they mostly wait. */
async function lane(): Promise<void> {
  for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
    if (Object.hasOwn(known, command)) {
      counts.skipped += 1;
      console.log(`skipped: ${command}: ${known[command]}`);
      continue;
    }
    const { own, real, same } = await pair.compare(command);
    counts[same ? 'passed' : 'failed'] += 1;
    if (same) continue;
    const patch = createTwoFilesPatch('real', 'ours', real, own, '', '', { context: 1 });
    console.log(patch.replace(/^=+\n/, `== ${command}\n`));
  }
}
await Promise.all(Array.from({ length: LANES }, lane));
await pair.close();
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
let isGood = counts.failed === 0;
if (texts.length === 0) {
  const { status } = spawnSync(
    'npx',
    [
      'vitest',
      'run',
      'src/hosts/headless/parity/parity.test.ts',
      'src/hosts/headless/parity/streams-parity.test.ts',
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, PARITY_TRANSCRIPTS: '1' },
    },
  );
  isGood &&= status === 0;
}
process.exitCode = isGood ? 0 : 1;
