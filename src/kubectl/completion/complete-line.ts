import { compareStrings, sortedStrings } from '../../base/compare.ts';
import { ABOUT } from '../shell/builtins/names.ts';
import type { Completion, CompletionSurroundings } from '../shell/completion.ts';
import type { Execution } from '../shell/execution.ts';
import { filesOf, isFolder, namesIn, resolvePath } from '../shell/files.ts';

/** Commands whose next word is a command again. */
const PREFIXES = new Set([
  'sudo',
  'watch',
  'xargs',
  'time',
  'env',
  'timeout',
  'nohup',
  'command',
  'exec',
  '!',
  'then',
  'do',
  'else',
  'if',
  'while',
]);

/** How the word at the cursor could go on; `from` is where that word begins. */
export async function completeLine(
  execution: Execution,
  text: string,
  at: number,
): Promise<{ readonly from: number; readonly items: readonly Completion[] }> {
  const before = text.slice(0, at);
  const command = before.slice(lastCommandStart(before));
  const words = splitWords(command);
  const word = words.at(-1) ?? '';
  const from = at - word.length;
  const previous = words.slice(0, -1);
  const { shell } = execution;
  const surroundings: CompletionSurroundings = {
    context: shell.context,
    files: filesOf(shell.store, () => execution.cwd),
    paths: (each) => pathsFor(execution, each),
  };
  if (word.startsWith('$')) return { from, items: matching(variableNames(execution), word) };
  const redirects = /[<>]\s*$/.test(command.slice(0, command.length - word.length));
  if (redirects) return { from, items: surroundings.paths(word) };
  while (
    previous[0] !== undefined &&
    (PREFIXES.has(previous[0]) ||
      /^[A-Za-z_]\w*=/.test(previous[0]) ||
      (previous.length > 1 && previous[0].startsWith('-')))
  )
    previous.shift();
  const [name] = previous;
  if (name === undefined) {
    if (word.includes('/')) return { from, items: surroundings.paths(word) };
    return { from, items: matching(commandNames(execution), word) };
  }
  const alias = shell.aliases.get(name);
  const expanded = alias === undefined ? previous : [...alias.split(/\s+/), ...previous.slice(1)];
  const complete = shell.programs.get(expanded[0] ?? '')?.complete;
  if (complete === undefined) return { from, items: surroundings.paths(word) };
  const items = await complete([...expanded, word], surroundings);
  return { from, items: matching(items, word) };
}

function matching(items: readonly Completion[], word: string): readonly Completion[] {
  const seen = new Set<string>();
  return items
    .filter(({ text }) => text.startsWith(word) && !seen.has(text) && seen.add(text))
    .toSorted((a, b) => compareStrings(a.text, b.text));
}

/** Behind the last separator of commands that is not quoted. */
function lastCommandStart(text: string): number {
  let start = 0;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '\\') i += 1;
    else if (char === "'" || char === '"') quote = char;
    else if ('|;&(\n`'.includes(char)) start = i + 1;
  }
  return start;
}

/** Words without their quotes; the last one is what is being typed, perhaps empty. */
function splitWords(text: string): readonly string[] {
  const words = text.trimStart().split(/\s+/);
  return words.map((word, i) => (i === words.length - 1 ? word : word.replace(/['"]/g, '')));
}

function variableNames(execution: Execution): readonly Completion[] {
  return execution.variables.names().map((name) => ({ text: `$${name}` }));
}

function commandNames(execution: Execution): readonly Completion[] {
  const { programs, aliases } = execution.shell;
  const names = new Map<string, string>();
  for (const [name, { about }] of ABOUT) if (/^[a-z]/.test(name)) names.set(name, about);
  for (const { name, about } of programs.values()) names.set(name, about);
  for (const [name, value] of aliases) names.set(name, value);
  for (const name of execution.functions.keys()) names.set(name, 'a function');
  return sortedStrings(names.keys()).map((text) => ({ text, about: names.get(text) ?? '' }));
}

function pathsFor(execution: Execution, word: string): readonly Completion[] {
  const { store } = execution.shell;
  const slash = word.lastIndexOf('/');
  const head = word.slice(0, slash + 1);
  const folder = resolvePath(execution.cwd, head === '' ? '.' : head);
  return namesIn(store, folder)
    .filter((name) => name.startsWith(word.slice(slash + 1)))
    .map((name) => {
      const folderHere = isFolder(store, `${folder === '/' ? '' : folder}/${name}`);
      return { text: `${head}${name}${folderHere ? '/' : ''}`, open: folderHere };
    });
}
