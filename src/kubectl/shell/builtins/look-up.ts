import { sortedStrings } from '../../../base/compare.ts';
import {
  complain,
  err,
  out,
  type BuiltinEntry,
  type Execution,
  type ShellCommand,
} from '../execution.ts';
import { ABOUT } from './names.ts';

const KEYWORDS = new Set([
  'if',
  'then',
  'elif',
  'else',
  'fi',
  'for',
  'while',
  'until',
  'do',
  'done',
  'case',
  'esac',
  'in',
  'function',
  'time',
  '{',
  '}',
  '!',
  '[[',
  ']]',
]);

const type: ShellCommand = (args, execution) => {
  const brief = args[0] === '-c';
  const onlyKind = args.includes('-t');
  let status = 0;
  for (const name of args) {
    if (name.startsWith('-') && name !== '-') continue;
    const found = whatIs(execution, name);
    if (found === undefined) {
      status = 1;
      if (!brief && !onlyKind) complain(execution, `type: ${name}: not found`);
      continue;
    }
    const { kind, text } = found;
    if (onlyKind) out(execution, `${kind}\n`);
    else if (brief && args[1] === '-v')
      out(
        execution,
        `${kind === 'file' ? `/usr/bin/${name}` : kind === 'alias' ? `alias ${name}='${text}'` : name}\n`,
      );
    else out(execution, `${name} is ${phrase(kind, text)}\n`);
  }
  return status;
};

function phrase(kind: string, text: string): string {
  switch (kind) {
    case 'alias':
      return `aliased to \`${text}'`;
    case 'keyword':
      return 'a shell keyword';
    case 'function':
      return 'a function';
    case 'builtin':
      return 'a shell builtin';
    default:
      return text;
  }
}

function whatIs(
  execution: Execution,
  name: string,
): { readonly kind: string; readonly text: string } | undefined {
  const { shell, functions } = execution;
  const alias = shell.aliases.get(name);
  if (alias !== undefined) return { kind: 'alias', text: alias };
  if (KEYWORDS.has(name)) return { kind: 'keyword', text: '' };
  if (functions.has(name)) return { kind: 'function', text: '' };
  const about = ABOUT.get(name);
  if (about?.isProgram === false) return { kind: 'builtin', text: '' };
  if (about !== undefined || shell.programs.has(name))
    return { kind: 'file', text: `/usr/bin/${name}` };
  return undefined;
}

const which: ShellCommand = (args, execution) => {
  let status = 0;
  for (const name of args) {
    const isThere = execution.shell.programs.has(name) || ABOUT.get(name)?.isProgram === true;
    if (isThere) out(execution, `/usr/bin/${name}\n`);
    else status = 1;
  }
  return status;
};

const help: ShellCommand = (args, execution) => {
  const { programs } = execution.shell;
  const all = new Map<string, string>();
  for (const [name, { about }] of ABOUT) all.set(name, about);
  for (const { name, about } of programs.values()) all.set(name, about);
  const [wanted] = args.filter((arg) => !arg.startsWith('-') && !/^\d$/.test(arg));
  if (wanted !== undefined) {
    const about = all.get(wanted);
    if (about === undefined) {
      complain(execution, `help: no help topics match \`${wanted}'`);
      return 1;
    }
    out(execution, `${wanted}: ${about}\n`);
    return 0;
  }
  const lines = sortedStrings(all.keys()).map(
    (name) => `  ${name.padEnd(11)} ${all.get(name) ?? ''}\n`,
  );
  out(
    execution,
    `A POSIX-like shell in the page. Time in it is the cluster's: sleep, watch and timeout follow the clock at the top.\n` +
      `Pipes, redirections, here-documents, variables, loops and functions work as in bash.\n\n${lines.join('')}`,
  );
  return 0;
};

const man: ShellCommand = (args, execution, runner) => {
  if (args.length > 0) return help(args, execution, runner);
  err(execution, 'What manual page do you want?\n');
  return 1;
};

const history: ShellCommand = (args, execution) => {
  const { history: lines } = execution.shell;
  if (args[0] === '-c') {
    lines.length = 0;
    return 0;
  }
  const count = args[0] === undefined ? lines.length : Number(args[0]);
  const from = Math.max(0, lines.length - (Number.isFinite(count) ? count : lines.length));
  for (const [i, line] of lines.slice(from).entries())
    out(execution, `${String(from + i + 1).padStart(5)}  ${line}\n`);
  return 0;
};

export const LOOK_UP: readonly (readonly [string, BuiltinEntry])[] = [
  ['type', { about: 'what a name means', run: type }],
  ['which', { about: 'where a program is', run: which }],
  ['help', { about: 'this list', run: help }],
  ['man', { about: 'one line about a command', run: man }],
  ['history', { about: 'the lines typed before', run: history }],
];
