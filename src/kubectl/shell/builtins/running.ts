import {
  complain,
  err,
  out,
  type BuiltinEntry,
  type Execution,
  type ShellCommand,
} from '../execution.ts';
import { resolvePath } from '../files.ts';
import { firstVariables } from '../first-variables.ts';
import { abortError, childController, orAborted } from '../patience.ts';
import { createCollector, emptySource, textSource } from '../streams.ts';
import { takeOptions } from './control.ts';

const bash: ShellCommand = async (args, execution, runner) => {
  const child = runner.fork(execution, { isInteractive: false });
  Object.assign(child.options, { errexit: false, nounset: false, xtrace: false, pipefail: false });
  const isCommand = args.some((arg) => /^-[a-z]*c$/.test(arg));
  const flags = args.map((arg) => (/^-[a-z]*c$/.test(arg) ? arg.replace('c', '') : arg));
  const rest = takeOptions(
    flags.filter((arg) => arg !== '-' && arg !== '-l' && arg !== '-i' && arg !== '-s'),
    child,
  );
  if (typeof rest === 'string') {
    err(execution, `bash: ${rest}\n`);
    return 2;
  }
  const [first, ...others] = rest;
  if (isCommand) {
    if (first === undefined) {
      err(execution, 'bash: -c: option requires an argument\n');
      return 2;
    }
    return runner.asScript(child, first, { name: others[0] ?? 'bash', args: others.slice(1) });
  }
  if (first === undefined || first === '/dev/stdin') {
    const text = await child.stdin.readAll();
    child.stdin = emptySource();
    return runner.asScript(child, text, { name: 'bash', args: others });
  }
  const text = execution.shell.store.files.get(resolvePath(execution.cwd, first));
  if (text === undefined) {
    err(execution, `bash: ${first}: No such file or directory\n`);
    return 127;
  }
  return runner.asScript(child, text, { name: first, args: others });
};

/** Command lines of `xargs` are cut here, as the real one's are by the system. */
const XARGS_LENGTH_MAX = 100_000;

const xargs: ShellCommand = async (args, execution, runner) => {
  let per = Infinity;
  let replace: string | undefined;
  let byLine = false;
  let skipEmpty = false;
  let delimiter: string | undefined;
  const rest = [...args];
  while (rest[0]?.startsWith('-') === true) {
    const flag = rest.shift() ?? '';
    const value = (): string => flag.slice(2) || (rest.shift() ?? '');
    if (flag === '--no-run-if-empty' || flag === '-r') skipEmpty = true;
    else if (flag === '-0') delimiter = '\0';
    else if (flag.startsWith('-n')) per = Number(value());
    else if (flag.startsWith('-I')) replace = value();
    else if (flag.startsWith('-L')) {
      byLine = true;
      per = Number(value());
    } else if (flag.startsWith('-P')) value();
    else if (flag.startsWith('-d')) delimiter = value().replace('\\n', '\n').replace('\\t', '\t');
    else if (flag !== '-t') {
      err(execution, `xargs: invalid option -- '${flag.slice(1, 2)}'\n`);
      return 1;
    }
  }
  const command = rest.length === 0 ? ['echo'] : rest;
  const text = await execution.stdin.readAll();
  let items: readonly string[];
  if (delimiter !== undefined)
    items = text.split(delimiter).filter((item, i, all) => item !== '' || i < all.length - 1);
  else if (replace !== undefined || byLine)
    items = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  else items = splitQuoted(text);
  let status = 0;
  const run = async (argv: readonly string[]): Promise<boolean> => {
    const child = runner.fork(execution, { stdin: emptySource() });
    const code = await runner.argv(child, argv);
    if (code !== 0) status = code === 127 || code === 126 ? code : 123;
    return code !== 127 && code !== 255 && !execution.signal.aborted;
  };
  if (replace !== undefined) {
    const mark = replace;
    for (const item of items)
      if (!(await run(command.map((word) => word.replaceAll(mark, () => item))))) break;
    return status;
  }
  if (items.length === 0) {
    if (!skipEmpty) await run(command);
    return status;
  }
  for (let at = 0; at < items.length; ) {
    const batch: string[] = [];
    for (
      let length = 0;
      at < items.length && batch.length < per && length < XARGS_LENGTH_MAX;
      at++
    ) {
      batch.push(items[at] ?? '');
      length += (items[at] ?? '').length + 1;
    }
    if (
      !(await run([...command, ...batch.flatMap((item) => (byLine ? item.split(/\s+/) : [item]))]))
    )
      break;
  }
  return status;
};

function splitQuoted(text: string): readonly string[] {
  return [...text.matchAll(/(?:"[^"\n]*"|'[^'\n]*'|\\.|[^\s"'\\])+/gs)].map(([word]) =>
    word.replace(/"([^"\n]*)"|'([^'\n]*)'|\\(.)/gs, (_all, a, b, c) => a ?? b ?? c ?? ''),
  );
}

const CLEAR = '\x1b[H\x1b[2J';

const watch: ShellCommand = async (args, execution, runner) => {
  let seconds = 2;
  let marksChanges = false;
  let title = true;
  let untilChange = false;
  const rest = [...args];
  while (rest[0]?.startsWith('-') === true) {
    const flag = rest.shift() ?? '';
    if (flag === '-n' || flag === '--interval') seconds = Number(rest.shift());
    else if (/^-n[\d.]+$/.test(flag)) seconds = Number(flag.slice(2));
    else if (flag.startsWith('--interval=')) seconds = Number(flag.slice(11));
    else if (flag === '-t' || flag === '--no-title') title = false;
    else if (flag === '-g' || flag === '--chgexit') untilChange = true;
    else if (/^-[dxet]+$/.test(flag)) marksChanges ||= flag.includes('d');
    else if (flag.startsWith('--differences')) marksChanges = true;
    else if (flag === '--') break;
    else {
      err(execution, `watch: invalid option -- '${flag.slice(1)}'\n`);
      return 1;
    }
  }
  if (rest.length === 0 || !Number.isFinite(seconds)) {
    err(execution, 'Usage: watch [-d] [-n seconds] [-t] [-g] command\n');
    return 1;
  }
  const command = rest.join(' ');
  const { context } = execution.shell;
  const onScreen = execution.outs.get(1)?.isTerminal ?? false;
  const head = `Every ${seconds.toFixed(1)}s: ${command}`;
  if (onScreen) out(execution, '\x1b[?1049h');
  let last: string | undefined;
  try {
    for (;;) {
      const collector = createCollector();
      const child = runner.fork(execution, {
        stdin: emptySource(),
        outs: new Map([
          [1, collector],
          [2, collector],
        ]),
      });
      await runner.text(child, command);
      if (execution.signal.aborted) return 0;
      const text = collector.text();
      if (untilChange && last !== undefined && last !== text) return 0;
      const shown = marksChanges && last !== undefined ? withChanges(text, last) : text;
      last = text;
      const right = `${context.machine}: ${new Date(context.now()).toUTCString().slice(0, 25)}`;
      const gap = Math.max(1, execution.shell.columns() - head.length - right.length);
      const lead = title ? `${head}${' '.repeat(gap)}${right}\n\n` : '';
      out(execution, `${onScreen ? CLEAR : ''}${lead}${shown}`);
      await context.sleep(Math.max(0.1, seconds) * 1000, execution.signal);
    }
  } catch (error) {
    if (!execution.signal.aborted) throw error;
    return 0;
  } finally {
    if (onScreen) execution.outs.get(1)?.write('\x1b[?1049l');
  }
};

/** Shows characters that differ from the last picture in reverse. */
function withChanges(text: string, before: string): string {
  const old = before.split('\n');
  return text
    .split('\n')
    .map((line, i) => {
      const was = old[i] ?? '';
      let shown = '';
      let marked = false;
      for (let at = 0; at < line.length; at++) {
        const differs = line[at] !== was[at];
        if (differs !== marked) shown += differs ? '\x1b[7m' : '\x1b[0m';
        marked = differs;
        shown += line[at] ?? '';
      }
      return marked ? `${shown}\x1b[0m` : shown;
    })
    .join('\n');
}

const env: ShellCommand = async (args, execution, runner) => {
  const child = runner.fork(execution, {});
  const rest = [...args];
  for (let arg = rest[0]; arg !== undefined; arg = rest[0]) {
    const equals = arg.indexOf('=');
    if (equals > 0) {
      child.variables.set(arg.slice(0, equals), arg.slice(equals + 1));
      child.variables.change(arg.slice(0, equals), { exported: true });
    } else if (arg === '-u') {
      rest.shift();
      child.variables.unset(rest[0] ?? '');
    } else if (arg === '-i' || arg === '-') {
      for (const name of child.variables.exported().keys())
        child.variables.change(name, { exported: false });
    } else break;
    rest.shift();
  }
  if (rest.length > 0) return runner.argv(child, rest);
  for (const [name, value] of child.variables.exported()) out(execution, `${name}=${value}\n`);
  return 0;
};

const printenv: ShellCommand = (args, execution) => {
  const exported = execution.variables.exported();
  if (args[0] === undefined) {
    for (const [name, value] of exported) out(execution, `${name}=${value}\n`);
    return 0;
  }
  const value = exported.get(args[0]);
  if (value !== undefined) out(execution, `${value}\n`);
  return value === undefined ? 1 : 0;
};

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1000],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Milliseconds of `10`, `1.5s`, `2m`; undefined when it is none. */
function durationOf(text: string): number | undefined {
  const match = /^(\d*\.?\d+)([smhd]?)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * (UNITS.get(match[2] ?? '') ?? 1000);
}

const timeout: ShellCommand = async (args, execution, runner) => {
  const rest = [...args];
  while (rest[0]?.startsWith('-') === true) {
    const flag = rest.shift();
    if (flag === '-k' || flag === '-s') rest.shift();
  }
  const limit = durationOf(rest.shift() ?? '');
  if (limit === undefined || rest.length === 0) {
    err(execution, 'timeout: usage: timeout DURATION COMMAND [ARG]...\n');
    return 125;
  }
  const inner = childController(execution.signal);
  const clock = childController(execution.signal);
  let isLate = false;
  const child = runner.fork(execution, { signal: inner.controller.signal });
  const alarm = execution.shell.context
    .sleep(limit, clock.controller.signal)
    .then(() => {
      isLate = true;
      inner.controller.abort();
    })
    .catch(() => undefined);
  const status = await runner.argv(child, rest).catch(() => 130);
  clock.controller.abort();
  await alarm;
  inner.release();
  clock.release();
  return isLate ? 124 : status;
};

const sleep: ShellCommand = async (args, execution) => {
  if (args.length === 0) {
    err(execution, 'sleep: missing operand\n');
    return 1;
  }
  let millis = 0;
  for (const arg of args) {
    const duration = durationOf(arg);
    if (duration === undefined) {
      err(execution, `sleep: invalid time interval ‘${arg}’\n`);
      return 1;
    }
    millis += duration;
  }
  try {
    await orAborted(execution.shell.context.sleep(millis, execution.signal), execution.signal);
    return 0;
  } catch {
    return execution.signal.aborted ? 130 : 1;
  }
};

const command: ShellCommand = (args, execution, runner) => {
  if (args[0] === '-v' || args[0] === '-V') return runner.argv(execution, ['type', '-c', ...args]);
  const child = args.filter((arg) => arg !== '-p');
  if (child.length === 0) return 0;
  // Functions are passed over.
  const hidden = execution.functions.get(child[0] ?? '');
  if (hidden === undefined) return runner.argv(execution, child);
  execution.functions.delete(child[0] ?? '');
  return runner
    .argv(execution, child)
    .finally(() => execution.functions.set(child[0] ?? '', hidden));
};

const passThrough: ShellCommand = (args, execution, runner) => {
  const rest = args.filter((arg, i) => !(i === 0 && arg.startsWith('-')));
  return rest.length === 0 ? 0 : runner.argv(execution, rest);
};

const ssh: ShellCommand = async (args, execution, runner) => {
  const rest = [...args];
  while (rest[0]?.startsWith('-') === true) {
    const flag = rest.shift() ?? '';
    if (/^-[oipl]$/.test(flag)) rest.shift();
  }
  const [target, ...words] = rest;
  if (target === undefined) {
    err(execution, 'usage: ssh [user@]host [command]\n');
    return 255;
  }
  const host = target.slice(target.indexOf('@') + 1);
  const { connect } = execution.shell;
  const opened =
    connect === undefined
      ? `ssh: Could not resolve hostname ${host}: Name or service not known`
      : await orAborted(connect(host), execution.signal);
  if (typeof opened === 'string') {
    err(execution, `${opened}\n`);
    return 255;
  }
  if (words.length === 0 && execution.stdin.isTerminal) {
    execution.entering = opened;
    return 0;
  }
  const text = words.length > 0 ? words.join(' ') : await execution.stdin.readAll();
  const child: Execution = {
    ...runner.fork(execution, { isInteractive: false, name: 'bash', positional: [] }),
    shell: opened,
    cwd: '/root',
    stdin: words.length > 0 ? execution.stdin : textSource(''),
    // Another machine's shell knows nothing of this one's variables.
    variables: firstVariables(opened),
    functions: new Map(),
  };
  await opened.sync?.();
  const status = await runner.text(child, text);
  const gone = await opened.sync?.();
  if (gone === undefined) return status;
  err(execution, `${gone}\n`);
  return 255;
};

const sudo: ShellCommand = (args, execution, runner) => {
  const rest = args.filter((arg, i) => !(i === 0 && arg.startsWith('-')));
  if (rest.length === 0) {
    complain(execution, 'sudo: you are root already');
    return 1;
  }
  return runner.argv(execution, rest);
};

const yes: ShellCommand = async (args, execution) => {
  const line = `${args.length === 0 ? 'y' : args.join(' ')}\n`.repeat(64);
  while (!execution.signal.aborted) {
    out(execution, line);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw abortError();
};

export const RUNNING: readonly (readonly [string, BuiltinEntry])[] = [
  ['bash', { about: 'runs a script, or -c a text', run: bash }],
  ['sh', { about: 'runs a script, or -c a text', run: bash }],
  ['xargs', { about: 'makes command lines of its input', run: xargs }],
  ['watch', { about: 'runs a command again and again on a fresh screen', run: watch }],
  ['env', { about: 'shows or changes the environment of a command', run: env }],
  ['printenv', { about: 'shows the environment', run: printenv }],
  ['timeout', { about: 'ends a command after some (simulated) time', run: timeout }],
  ['sleep', { about: 'waits (simulated time)', run: sleep }],
  ['command', { about: 'runs a command past its functions; -v says what it is', run: command }],
  ['builtin', { about: 'runs a command of the shell', run: passThrough }],
  ['nohup', { about: 'runs a command', run: passThrough }],
  ['ssh', { about: "a shell on one of the cluster's machines", run: ssh }],
  ['sudo', { about: 'runs a command: you are root already', run: sudo }],
  [
    'yes',
    {
      about: 'prints y until it is ended',
      run: (...all) => Promise.resolve(yes(...all)).catch(() => 130),
    },
  ],
];
