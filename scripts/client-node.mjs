/**
 * Fetches the client libraries that the tests of the served API drive into `.cache/client-node`: with the ordinary npm
 * client, from the lock file beside this one, which holds the hash of each package. They are no dependencies of the project,
 * since they are large and only these tests want them. `@kubernetes/client-node` in two versions: 1.x, and 2.x as
 * `client-node-2` with an older undici, since the one that it asks for needs a newer Node. What is built on it: a class for
 * leader election, which it has not itself, and `kubernetes-fluent-client`. Of another family: `kubernetes-client`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const locked = join(here, 'client-node');
const cache = join(resolve(here, '..'), '.cache', 'client-node');

/** The folder of the libraries, fetched if need be; undefined where they cannot be had: without a registry. */
export function ensureClientLibraries() {
  try {
    const lock = readFileSync(join(locked, 'package-lock.json'));
    const folder = join(cache, createHash('sha256').update(lock).digest('hex').slice(0, 16));
    if (!existsSync(folder)) install(folder);
    return join(folder, 'node_modules');
  } catch (error) {
    console.error(
      `the client libraries cannot be had: ${error instanceof Error ? error.message : error}`,
    );
    return undefined;
  }
}

function install(folder) {
  mkdirSync(cache, { recursive: true });
  // Two test runs may fetch at the same time: each works in a folder of its own, and the first one there stays.
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    for (const file of ['package.json', 'package-lock.json']) {
      copyFileSync(join(locked, file), join(work, file));
    }
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
      cwd: work,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 180_000,
      shell: process.platform === 'win32',
    });
    if (!existsSync(folder)) renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
