import { failVerbatim, Failure } from './failure.ts';
import { declarationsOf, isBareFlag, parseLine } from './flags.ts';
import { flagTexts } from './generated/flags.ts';

/** What a line asks for, as cobra finds it: the command by its full name, and all other words in their order. */
export interface CommandLine {
  /** `create configmap`; empty for the program alone, `options` and `help` included. */
  readonly command: string;
  readonly rest: readonly string[];
}

/**
 * Finds the command in a line. Flags may stand before it and between its words; what follows one is taken for its value
 * unless the flag is known to need none, which is why an unknown one swallows a word.
 */
export function findCommand(words: readonly string[]): CommandLine {
  let command = '';
  let rest = words;
  for (;;) {
    const at = firstWord(rest, command);
    const word = rest[at];
    if (word === undefined) break;
    const next = command === '' ? word : `${command} ${word}`;
    const known = Object.hasOwn(commandAliases, next) ? (commandAliases[next] ?? next) : next;
    if (!isCommand(known)) {
      if (command === '') refuseCommand(word, words);
      break;
    }
    command = known;
    rest = rest.toSpliced(at, 1);
    if (command === 'help') {
      // Which the search for plugins knows only where no flag's value stands before it.
      if (words.find((each) => !each.startsWith('-')) !== 'help') refuseCommand(word, words);
      break;
    }
  }
  return { command, rest };
}

function isCommand(name: string): boolean {
  return Object.hasOwn(flagTexts, name) || name === 'options' || name === 'help';
}

/** Where the first word stands that is neither a flag nor the value of one; past the end when there is none. */
function firstWord(words: readonly string[], command: string): number {
  const flags = declarationsOf(command);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-')) {
      if (word !== '') return at;
      continue;
    }
    if (word.includes('=')) continue;
    const isLong = word.startsWith('--');
    if (!isLong && word.length !== 2) continue;
    const flag = flags.find(({ name, shorthand }) =>
      isLong ? name === word.slice(2) : shorthand === word.slice(1),
    );
    // Cobra adds the flag for help later.
    if (flag !== undefined && flag.name !== 'help' && isBareFlag(flag)) continue;
    if (words.length - at <= 2) break;
    at += 1;
  }
  return words.length;
}

/** Commands that only hold others. */
const groupCommands = new Set(['rollout', 'set', 'auth', 'config', 'top', 'certificate', 'plugin']);

/** Leaves when a command that only holds others is followed by a word that is none of them. */
export function refuseSubcommand({ command, rest }: CommandLine): void {
  const { args } = parseLine(command, rest);
  if (args.length === 0) return;
  const word = JSON.stringify(args.join(' '));
  if (groupCommands.has(command) || command === 'create secret' || command === 'create service') {
    throw new Failure(`unknown command ${word}\nSee 'kubectl ${command} -h' for help and examples`);
  }
}

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

/** Before a word that is no command the real kubectl looks for a plugin of that name, whose flags come after it. */
function refuseCommand(word: string, words: readonly string[]): never {
  const [first = ''] = words;
  if (first.startsWith('-')) {
    failVerbatim(`Error: flags cannot be placed before plugin name: ${first}`);
  }
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
