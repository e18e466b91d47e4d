/** `npm start`: installs what is missing, builds what has changed, serves the playground and prints its address. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './dependencies.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
ensureDependencies(root);
const { build, preview } = await import('vite');

const built = join(root, 'dist', 'index.html');
const inputs = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'scripts/first-chunk.mjs',
  'scripts/opening-world.mjs',
  'package-lock.json',
];
if (!existsSync(built) || newestOf(inputs) > statSync(built).mtimeMs) {
  console.log('Building the playground …');
  await build({ root, logLevel: 'warn' });
}
const portArgument = process.argv.indexOf('--port');
const port = portArgument < 0 ? 4173 : Number(process.argv[portArgument + 1]);
const server = await preview({ root, logLevel: 'warn', preview: { port, host: '127.0.0.1' } });
console.log(`Kubarium is ready: ${server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${port}/`}`);

/** The latest change below the given paths, in milliseconds since 1970. */
function newestOf(paths) {
  let newest = 0;
  for (const path of paths) {
    const info = statSync(path, { throwIfNoEntry: false });
    if (info === undefined) continue;
    newest = Math.max(
      newest,
      info.isDirectory()
        ? newestOf(readdirSync(path).map((name) => join(path, name)))
        : info.mtimeMs,
    );
  }
  return newest;
}
