import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import type { Terminal } from '../../serve/testing.ts';
import { createHttpClient, targetOfKubeconfig } from '../http-client.ts';
import { createPageShell } from '../page-shell.ts';
import { exceptMoments } from '../side-by-side.ts';
import type { CaseOutcome } from './run-case.ts';

/** Runs a command in the page's shell, whose files are those that the command names. */
export async function runInPage(terminal: Terminal, command: string): Promise<string> {
  const folder = (await terminal.run('pwd')).trim();
  const named = [...command.matchAll(/ -f (\S+)/g)].map(([, name = '']) => name);
  // A kustomization may read all that lies below the folder that its own is in.
  const [, tree = ''] = / (?:-k|kustomize) ([^/\s]+)/.exec(command) ?? [];
  const names = tree === '' ? named : filesBelow(folder, tree);
  const files = names.map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  const kube = createHttpClient(targetOfKubeconfig(terminal.cluster.kubeconfig));
  return createPageShell(kube, files).run(command);
}

function filesBelow(folder: string, path: string): readonly string[] {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((each) =>
    each.isDirectory() ? filesBelow(folder, join(path, each.name)) : [join(path, each.name)],
  );
}

/** How the page's kubectl differs from the real one in what it printed, command by command. */
export function differencesOfPage(real: CaseOutcome, page: CaseOutcome): readonly string[] {
  return real.transcript.flatMap(([command, output], index) => {
    const [ownCommand, own] = page.transcript[index] ?? ['', ''];
    if (ownCommand !== command) return [`the page runs "${ownCommand}" and not "${command}"`];
    const [wanted, found] = [exceptMoments(output), exceptMoments(own)];
    if (wanted === found) return [];
    const patch = createTwoFilesPatch('real', 'page', wanted, found, '', '', { context: 1 });
    return [patch.replace(/^=+\n/, `$ ${command}\n`)];
  });
}
