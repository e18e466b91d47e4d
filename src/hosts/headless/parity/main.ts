import { createTwoFilesPatch } from 'diff';
import { exceptions } from './exceptions.ts';
import { openSideBySide, readCommands } from './side-by-side.ts';

/**
 * `npm run parity -- [TEXT…]`: every command line of `commands.txt`, or those that contain a text, in the page's terminal
 * and in the real kubectl, on the same cluster. Prints how they differ; exit status 0 when they do not.
 */
const texts = process.argv.slice(2);
const commands = readCommands().filter(
  (command) => texts.length === 0 || texts.some((text) => command.includes(text)),
);
const known = exceptions['commands'] ?? {};
const counts = { passed: 0, failed: 0, skipped: 0 };
const pair = await openSideBySide();
for (const command of commands) {
  if (Object.hasOwn(known, command)) {
    counts.skipped += 1;
    console.log(`skipped: ${command}: ${known[command]}`);
    continue;
  }
  const { own, real, same } = await pair.compare(command);
  if (same) {
    counts.passed += 1;
    continue;
  }
  counts.failed += 1;
  console.log(
    createTwoFilesPatch('real', 'ours', real, own, '', '', { context: 1 }).replace(
      /^=+\n/,
      `== ${command}\n`,
    ),
  );
}
await pair.close();
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
process.exitCode = counts.failed === 0 ? 0 : 1;
