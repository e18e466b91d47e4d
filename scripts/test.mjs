/** `npm test`: types, lint, format, unit and conformance tests, build, end-to-end tests. One command, for people and CI. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBrowser } from './browser.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { failedStories, failedUnitTests } from './failed-tests.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
ensureDependencies(root);

const reports = join(root, '.cache', 'reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const counts = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

step('types', 'npm', ['run', '--silent', 'typecheck']);
step('lint', 'npm', ['run', '--silent', 'lint']);
step('format', 'npx', ['biome', 'format', 'src', 'e2e', 'scripts', 'vite.config.ts']);
step('unit', 'npx', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${join(reports, 'unit.json')}`,
]);
countUnit(join(reports, 'unit.json'));
step('build', 'npx', ['vite', 'build', '--logLevel', 'warn']);
const browser = ensureBrowser();
if (browser === undefined) {
  failures.push('end-to-end: no Chromium could be found or installed');
  counts.failed += 1;
} else {
  step('end-to-end', 'npx', ['playwright', 'test', '-c', 'e2e/playwright.config.ts'], {
    CHROMIUM_PATH: browser,
    PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, 'e2e.json'),
  });
  countEndToEnd(join(reports, 'e2e.json'));
}

for (const failure of failures) console.error(`FAILED: ${failure}`);
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(failures.length === 0 && counts.failed === 0 ? 0 : 1);

/** Runs one step with its output shown; a failure is remembered and the next steps still run. */
function step(name, command, args, env = {}) {
  const began = Date.now();
  console.log(`── ${name}`);
  const result = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  console.log(
    `── ${name}: ${result.status === 0 ? 'ok' : 'failed'} (${Math.round((Date.now() - began) / 1000)} s)`,
  );
  if (result.status !== 0) failures.push(name);
}

function countUnit(file) {
  if (!existsSync(file)) return;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests;
  counts.skipped += report.numPendingTests;
  failures.push(...failedUnitTests(report, root));
}

function countEndToEnd(file) {
  if (!existsSync(file)) return;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const { stats } = report;
  counts.passed += stats.expected;
  counts.failed += stats.unexpected + stats.flaky;
  counts.skipped += stats.skipped;
  failures.push(...failedStories(report));
}
