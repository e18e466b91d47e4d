import { ConditionError, evaluateCondition } from '../conditions.ts';
import {
  complain,
  err,
  failHard,
  type BuiltinEntry,
  type Execution,
  type Leaving,
  type ShellCommand,
} from '../execution.ts';
import { arithmetic } from '../expand.ts';
import { resolvePath } from '../files.ts';

function leave(kind: Leaving['kind']): ShellCommand {
  return (args, execution) => {
    const [text] = args;
    const isLoop = kind === 'break' || kind === 'continue';
    if (text !== undefined && !/^-?\d+$/.test(text)) {
      complain(execution, `${kind}: ${text}: numeric argument required`);
      return failHard(execution, 2);
    }
    if (isLoop && execution.loops === 0) {
      complain(execution, `${kind}: only meaningful in a \`for', \`while', or \`until' loop`);
      return 0;
    }
    if (kind === 'return' && execution.depth === 0) {
      complain(execution, "return: can only `return' from a function or sourced script");
      return 2;
    }
    const number = text === undefined ? undefined : Number(text);
    execution.leaving = {
      kind,
      levels: isLoop ? Math.min(number ?? 1, execution.loops) : 0,
      wanted: true,
    };
    execution.status = isLoop ? 0 : number === undefined ? execution.status : number & 255;
    return execution.status;
  };
}

const source: ShellCommand = async (args, execution, runner) => {
  const [file, ...rest] = args;
  if (file === undefined) {
    complain(execution, 'source: filename argument required');
    return 2;
  }
  const text = execution.shell.store.files.get(resolvePath(execution.cwd, file));
  if (text === undefined) {
    complain(execution, `${file}: No such file or directory`);
    return 1;
  }
  const { positional } = execution;
  if (rest.length > 0) execution.positional = rest;
  execution.depth += 1;
  const status = await runner.text(execution, text);
  execution.depth -= 1;
  execution.positional = positional;
  if (execution.leaving?.kind !== 'return') return status;
  execution.leaving = undefined;
  return execution.status;
};

const OPTION_LETTERS: ReadonlyMap<string, keyof Execution['options']> = new Map([
  ['e', 'errexit'],
  ['u', 'nounset'],
  ['x', 'xtrace'],
  ['f', 'noglob'],
]);
const OPTION_NAMES: readonly (keyof Execution['options'])[] = [
  'errexit',
  'noglob',
  'nounset',
  'pipefail',
  'xtrace',
];

/** Takes `-eu`, `-o pipefail` and their like; answers the arguments behind them, or a complaint. */
export function takeOptions(
  args: readonly string[],
  execution: Execution,
): readonly string[] | string {
  const rest = [...args];
  for (;;) {
    const [flag] = rest;
    if (flag === undefined || !/^[-+][a-zA-Z]+$/.test(flag)) return rest;
    rest.shift();
    const on = flag.startsWith('-');
    for (const letter of flag.slice(1)) {
      if (letter === 'o') {
        const name = OPTION_NAMES.find((each) => each === rest[0]);
        if (name !== undefined) execution.options[name] = on;
        else if (rest[0] !== 'posix' && rest[0] !== 'emacs' && rest[0] !== undefined)
          return `${rest[0]}: invalid option name`;
        rest.shift();
        continue;
      }
      const name = OPTION_LETTERS.get(letter);
      if (name !== undefined) execution.options[name] = on;
      else if (!'abhmnvBCEHPT'.includes(letter)) return `-${letter}: invalid option`;
    }
  }
}

const set: ShellCommand = (args, execution) => {
  if (args.length === 0) {
    const { variables } = execution;
    const lines = variables
      .names()
      .map((name) => `${name}=${quoteValue(variables.text(name) ?? '')}\n`);
    execution.outs.get(1)?.write(lines.join(''));
    return 0;
  }
  const rest = takeOptions(args, execution);
  if (typeof rest === 'string') {
    complain(execution, `set: ${rest}`);
    return 2;
  }
  const hasDashes = args.includes('--');
  if (rest[0] === '--') execution.positional = rest.slice(1);
  else if (rest.length > 0 || hasDashes) execution.positional = rest;
  return 0;
};

function quoteValue(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

function testCommand(name: 'test' | '['): ShellCommand {
  return (args, execution) => {
    let words = args;
    if (name === '[') {
      if (args.at(-1) !== ']') {
        complain(execution, "[: missing `]'");
        return 2;
      }
      words = args.slice(0, -1);
    }
    try {
      const isTrue = evaluateCondition(words, execution, {
        equals: (left, right) => left === right,
        matches: undefined,
        number(text) {
          if (!/^\s*[-+]?\d+\s*$/.test(text))
            throw new ConditionError(`${text}: integer expression expected`);
          return Number(text);
        },
        and: '-a',
        or: '-o',
        open: '(',
        close: ')',
      });
      return isTrue ? 0 : 1;
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      complain(execution, `${name}: ${error.message}`);
      return 2;
    }
  };
}

const trap: ShellCommand = (args, execution) => {
  const [action, ...signals] = args;
  if (action === undefined || action === '-p' || action === '-l') {
    for (const [name, text] of execution.traps)
      execution.outs.get(1)?.write(`trap -- '${text}' ${name === 'EXIT' ? name : `SIG${name}`}\n`);
    return 0;
  }
  const names = signals.length === 0 ? [action] : signals;
  for (const each of names) {
    const name = each === '0' ? 'EXIT' : each.toUpperCase().replace(/^SIG/, '');
    if (signals.length === 0 || action === '-') execution.traps.delete(name);
    else execution.traps.set(name, action);
  }
  return 0;
};

const shift: ShellCommand = (args, execution) => {
  const count = Number(args[0] ?? 1);
  if (!Number.isInteger(count) || count < 0 || count > execution.positional.length) return 1;
  execution.positional = execution.positional.slice(count);
  return 0;
};

const letCommand: ShellCommand = (args, execution) => {
  let value = '0';
  for (const text of args) value = arithmetic(text, execution);
  return value === '0' ? 1 : 0;
};

const exec: ShellCommand = async (args, execution, runner) => {
  // `exec > file` is seen by the interpreter's redirections, which are then kept.
  if (args.length === 0) return 0;
  const status = await runner.argv(execution, args);
  execution.status = status;
  execution.leaving = { kind: 'exit', levels: 0, wanted: true };
  return status;
};

const entry = (about: string, run: ShellCommand): BuiltinEntry => ({ about, run });

export const CONTROL: readonly (readonly [string, BuiltinEntry])[] = [
  [':', entry('does nothing', () => 0)],
  ['true', entry('succeeds', () => 0)],
  ['false', entry('fails', () => 1)],
  ['break', entry('leaves a loop', leave('break'))],
  ['continue', entry('next round of a loop', leave('continue'))],
  ['return', entry('leaves a function', leave('return'))],
  ['exit', entry('ends the shell', leave('exit'))],
  ['logout', entry('ends the shell', leave('exit'))],
  ['source', entry('runs a file in this shell', source)],
  ['.', entry('runs a file in this shell', source)],
  [
    'eval',
    entry('runs its arguments as a command', (args, ex, runner) => runner.text(ex, args.join(' '))),
  ],
  ['set', entry('options (-e -u -x -o pipefail) and positional parameters', set)],
  ['test', entry('checks a condition', testCommand('test'))],
  ['[', entry('checks a condition', testCommand('['))],
  ['trap', entry('what to run on EXIT or INT', trap)],
  ['shift', entry('drops positional parameters', shift)],
  ['let', entry('arithmetic', letCommand)],
  ['exec', entry('replaces the shell, or redirects it', exec)],
  ['umask', entry('accepted; files have no modes here', () => 0)],
  ['ulimit', entry('accepted; there are no limits here', () => 0)],
  ['hash', entry('accepted; nothing is remembered', () => 0)],
  ['shopt', entry('accepted; options of bash have no effect', () => 0)],
  [
    'caller',
    entry('the line of the current call', (_args, execution) => {
      err(execution, '');
      execution.outs.get(1)?.write(`${execution.line} ${execution.name}\n`);
      return 0;
    }),
  ],
];
