import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** Makes a folder with a program `kubectl` that is the page's own, to be put on the path. */
export function ownKubectlFolder(): string {
  const folder = join(root, '.cache', 'parity', String(process.pid));
  mkdirSync(folder, { recursive: true });
  buildSync({
    entryPoints: [fileURLToPath(new URL('./own-kubectl.ts', import.meta.url))],
    outdir: join(folder, 'js'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as kubariumRequire } from 'node:module'; const require = kubariumRequire(import.meta.url);",
    },
  });
  const program = join(folder, 'kubectl');
  writeFileSync(
    program,
    `#!/bin/sh\nexec ${process.execPath} ${join(folder, 'js', 'own-kubectl.mjs')} "$@"\n`,
  );
  chmodSync(program, 0o755);
  return folder;
}

/** Commands that change nothing, and that two programs may therefore run one after the other. */
export function isReadOnly(command: string): boolean {
  const first = /^kubectl(?: --?\S+)* (\S+)(?: (\S+))?/.exec(command);
  if (first === null || /[<>]|&&|;|\bsleep\b|--watch|-w\b/.test(command)) return false;
  const [, verb = '', next = ''] = first;
  if (
    [
      'get',
      'describe',
      'explain',
      'api-resources',
      'api-versions',
      'version',
      'events',
      'top',
      'cluster-info',
      'diff',
      'logs',
    ].includes(verb)
  )
    return true;
  if (verb === 'rollout') return next === 'history';
  if (verb === 'auth') return next === 'can-i' || next === 'whoami';
  if (verb === 'config') return ['view', 'get-contexts', 'current-context'].includes(next);
  return verb === 'apply' && next === 'view-last-applied';
}
