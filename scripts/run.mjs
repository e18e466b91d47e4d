/** Runs a TypeScript entry under Node: bundles it into .cache/run and starts it with the remaining arguments. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './dependencies.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) {
  console.error('usage: node scripts/run.mjs ENTRY.ts [ARG …]');
  process.exit(2);
}
ensureDependencies(root);
const { buildSync } = await import('esbuild');

const outDir = join(root, '.cache', 'run');
mkdirSync(outDir, { recursive: true });
// Two commands may bundle the same entry at the same time, so each process has a file of its own.
const outFile = join(
  outDir,
  `${basename(dirname(entry))}-${basename(entry, '.ts')}-${process.pid}.mjs`,
);
buildSync({
  entryPoints: [resolve(root, entry)],
  outfile: outFile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'error',
  loader: { '.json': 'json', '.yaml': 'text', '.txt': 'text' },
  // Bundled CommonJS packages may ask for Node's own modules.
  banner: {
    js: "import { createRequire as kubariumRequire } from 'node:module'; const require = kubariumRequire(import.meta.url);",
  },
});
const nodeFlags = (process.env.KUBARIUM_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
const child = spawn(process.execPath, ['--enable-source-maps', ...nodeFlags, outFile, ...args], {
  stdio: 'inherit',
});
// A terminal sends its interrupt to both; who ends this process alone means the command.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGHUP', () => child.kill('SIGTERM'));
// npm may be ended without a word to those below it. A shell that ends after starting this in the background is no reason.
const parent = process.ppid;
if (process.env.npm_lifecycle_event !== undefined) {
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, 500).unref();
}
child.on('exit', (code) => {
  rmSync(outFile, { force: true });
  process.exit(code ?? 1);
});
