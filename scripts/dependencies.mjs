/** Installs the locked dependencies when they are missing or older than the lock file. */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Makes `node_modules` agree with the lock file under `root`; ends the process when npm fails. */
export function ensureDependencies(root) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  const folder = join(root, 'node_modules');
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    // npm would empty what the link leads to, which may be in use elsewhere.
    console.error(
      `${folder} is a link to dependencies of another state; nothing is installed through it.`,
    );
    return;
  }
  console.error('Installing dependencies …');
  const result = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
