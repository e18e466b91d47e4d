import type { Program } from '../program.ts';
import { Failure, failureText, failUsage } from './failure.ts';
import { parseLine } from './flags.ts';
import { flagTexts } from './generated/flags.ts';
import { createSession } from './session.ts';
import { verbs } from './verbs/index.ts';

/**
 * `kubectl` v1.35 as a program of the page's terminal. Exit status: 0, 1 for a failure, others where upstream has others
 * (`diff`, `exec`); 130 after Ctrl-C.
 */
export const kubectl: Program = async (args, io, context) => {
  try {
    const { command, rest } = splitCommand(args);
    if (command === 'options' || rest.includes('--help') || wantsHelp(command, rest)) {
      const { helpTexts } = await import('./generated/help.ts');
      io.out(helpTexts[command] ?? helpTexts[''] ?? '');
      return 0;
    }
    const verb = verbs[command];
    if (verb === undefined || command === '') {
      if (rest.length > 0 && groupCommands.has(command)) refuseSubcommand(command, rest);
      if (['create secret', 'create service'].includes(command) && rest.length > 0) {
        failUsage(`kubectl ${command}`, `unknown command ${JSON.stringify(rest.join(' '))}`);
      }
      const { helpTexts } = await import('./generated/help.ts');
      io.out(helpTexts[command] ?? '');
      // A command that only holds others was not meant to be run; the program alone was.
      return command === '' || command === 'certificate' || command === 'alpha' ? 0 : 1;
    }
    const line = ['kubectl', ...args].map(quoted).join(' ');
    const session = createSession(command, parseLine(command, rest), { io, context, line });
    const code = await verb(session);
    if (session.flags.bool('warnings-as-errors') && session.warningCount() > 0) {
      const count = session.warningCount();
      throw new Failure(`${count} warning${count === 1 ? '' : 's'} received`);
    }
    return code ?? 0;
  } catch (error) {
    if (io.signal.aborted) return 130;
    if (!(error instanceof Failure)) throw error;
    io.err(failureText(error));
    return error.exitCode;
  }
};

/** Commands that only hold others. */
const groupCommands = new Set(['rollout', 'set', 'auth', 'config', 'top', 'certificate', 'plugin']);

function wantsHelp(command: string, rest: readonly string[]): boolean {
  const end = rest.indexOf('--');
  const own = end < 0 ? rest : rest.slice(0, end);
  // What stands behind the name of a Pod is its command's.
  const at = own.indexOf('-h');
  return at >= 0 && (command !== 'exec' || own.slice(0, at).every((word) => word.startsWith('-')));
}

/** Flags of all commands may stand before the command; those that take a value are known by name. */
function splitCommand(args: readonly string[]): { command: string; rest: readonly string[] } {
  const words = [...args];
  const before: string[] = [];
  while (words[0]?.startsWith('-') === true && words[0] !== '--') {
    const flag = words.shift() ?? '';
    before.push(flag);
    const takesNext =
      !flag.includes('=') && (flag === '-n' || flag === '-s' || longWithValue.has(flag));
    if (takesNext && words.length > 0) before.push(words.shift() ?? '');
  }
  if (words[0] === 'help') {
    words.shift();
    words.push('--help');
  }
  let command = '';
  const aliases: Readonly<Record<string, string>> = commandAliases;
  while (words.length > 0) {
    const word = words[0] ?? '';
    const next = command === '' ? word : `${command} ${word}`;
    const known = aliases[next] ?? next;
    if (!Object.hasOwn(flagTexts, known) && known !== 'options') break;
    command = known;
    words.shift();
  }
  if (
    command === '' &&
    words.length > 0 &&
    words[0] !== '--help' &&
    !(words[0] ?? '').startsWith('-')
  ) {
    refuseCommand(words[0] ?? '');
  }
  return { command, rest: [...before, ...words] };
}

const longWithValue = new Set([
  '--namespace',
  '--context',
  '--kubeconfig',
  '--cluster',
  '--user',
  '--server',
  '--token',
  '--as',
  '--as-group',
  '--request-timeout',
  '--v',
]);

const commandAliases: Readonly<Record<string, string>> = {
  'create cm': 'create configmap',
  'create ns': 'create namespace',
  'create deploy': 'create deployment',
  'create dep': 'create deployment',
  'create cj': 'create cronjob',
  'create ing': 'create ingress',
  'create svc': 'create service',
  'create sa': 'create serviceaccount',
  'create pdb': 'create poddisruptionbudget',
  'create pc': 'create priorityclass',
  'create resourcequota': 'create quota',
  'set sa': 'set serviceaccount',
  'top pods': 'top pod',
  'top po': 'top pod',
  'top nodes': 'top node',
  'top no': 'top node',
  log: 'logs',
  ev: 'events',
  clusterinfo: 'cluster-info',
  apiresources: 'api-resources',
  apiversions: 'api-versions',
  'config use': 'config use-context',
  'config rename': 'config rename-context',
};

function refuseCommand(word: string): never {
  const near = Object.keys(flagTexts)
    .filter((each) => !each.includes(' '))
    .filter(
      (each) => distance(word.toLowerCase(), each) <= 2 || each.startsWith(word.toLowerCase()),
    );
  const hint =
    near.length === 0
      ? ''
      : `\n\nDid you mean this?\n${near.map((each) => `\t${each}\n`).join('')}`;
  throw new Failure(`unknown command ${JSON.stringify(word)} for "kubectl"${hint}`);
}

function refuseSubcommand(command: string, rest: readonly string[]): void {
  const words = rest.filter((each) => !each.startsWith('-'));
  if (words.length === 0) return;
  const word = words.join(' ');
  throw new Failure(
    `unknown command ${JSON.stringify(word)}\nSee 'kubectl ${command} -h' for help and examples`,
  );
}

/** Levenshtein's distance, for suggestions. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
