import { baseName } from './catalogue.ts';
import { hasCommand, SHELLS } from './commands/index.ts';
import { surroundingsOf, type Exec, type Host, type Program } from './program.ts';
import { parseScript } from './shell/parse.ts';
import { createShell, runShell } from './shell/run.ts';
import { readShellLine, runWords } from './shell/simple.ts';
import { enterRoot, leaveCall, profileIn, shellInRoot } from './shell/root.ts';
import { ENDED, READY, type Shell, type Thread } from './shell/state.ts';
import { pushText, type Surroundings } from './shell/thread.ts';

/**
 * Commands that somebody runs in a container over a stream (`kubectl exec`): their output comes as it is written, a shell
 * reads its commands line by line, and a terminal is one: it shows what is typed, prompts, and knows Ctrl-C and Ctrl-D.
 */

/** The streams of such a command, as plain data. */
export interface ExecStreams {
  readonly tty: boolean;
  /** The terminal does not show what is typed: its user's own editor does. */
  silent: boolean;
  /** `shell`: reads commands; `input`: waits for all of its input; `running`: has begun. */
  mode: 'shell' | 'input' | 'running';
  readonly argv: readonly string[];
  /** Characters of the line being typed, or of input that nobody has read yet. */
  line: string;
  /** Whole lines that nobody has read yet. */
  unread: string;
  inputEnded: boolean;
  /** The beginning of a command that goes on on the next line. */
  begun: string;
  prompted: boolean;
  /** Written and not sent yet. */
  out: string;
  err: string;
}

type Session = Pick<Exec, 'shell' | 'streams'>;

/** Programs that read standard input when they are given no file. */
const READERS = new Set(
  'cat wc grep egrep sed awk sort uniq head tail tee tr cut tar base64 md5sum sha256sum xargs jq tac rev nl psql mysql'.split(
    ' ',
  ),
);
const READER_WORDS = new RegExp(`(?:^|[\\s;|&(])(?:${[...READERS].join('|')}|read)(?:\\s|$)`);

export type SessionBegin =
  | { readonly kind: 'begun' }
  /** runc's complaint. */
  | { readonly kind: 'cannot-run'; readonly message: string };

/** Begins a command; its output is taken with `takeOutput`, its end is answered by `advanceSession`. */
export function beginSession(
  program: Program,
  host: Host,
  id: number,
  options: {
    readonly command: readonly string[];
    readonly stdin: boolean;
    readonly tty: boolean;
    readonly silent: boolean;
  },
): SessionBegin {
  const { command, stdin, tty, silent } = options;
  const word = command[0] ?? '';
  const plain = surroundingsOf(program, host, ignore);
  if (!hasCommand(host.profile, plain.files(host.config.workingDir), word)) {
    const message = word.includes('/')
      ? `stat ${word}: no such file or directory`
      : 'executable file not found in $PATH';
    return { kind: 'cannot-run', message: `exec: "${word}": ${message}` };
  }
  const inside = shellInRoot(command, plain.files(host.config.workingDir));
  const argv = inside?.argv ?? command;
  const streams = openStreams(argv, { stdin, tty, silent });
  const exec = { shell: newShell(argv, host, plain), output: '', streams };
  if (inside !== undefined) enterRoot(exec.shell, inside.root);
  // A command that waits for its input has nothing to do till then.
  const first = exec.shell.threads[0];
  if (streams.mode === 'input' && first !== undefined) first.state = ENDED;
  program.execs ??= new Map();
  program.execs.set(id, exec);
  return { kind: 'begun' };
}

/** Streams for a command: what its first word is decides how it takes its input. */
export function openStreams(
  argv: readonly string[],
  {
    stdin,
    tty,
    silent,
  }: { readonly stdin: boolean; readonly tty: boolean; readonly silent: boolean },
): ExecStreams {
  return {
    tty,
    silent,
    mode: modeOf(argv, stdin, tty),
    argv,
    line: '',
    unread: '',
    inputEnded: !stdin,
    begun: '',
    prompted: false,
    out: '',
    err: '',
  };
}

function modeOf(argv: readonly string[], stdin: boolean, tty: boolean): ExecStreams['mode'] {
  const name = baseName(argv[0] ?? '');
  if (SHELLS.has(name)) {
    const { script, file } = readShellLine(argv);
    if (script === undefined && file === undefined) return 'shell';
    return stdin && !tty && READER_WORDS.test(script ?? '') ? 'input' : 'running';
  }
  return stdin && READERS.has(name) ? 'input' : 'running';
}

function newShell(argv: readonly string[], host: Host, around: Surroundings): Shell {
  const { config, profile } = host;
  const name = baseName(argv[0] ?? 'sh');
  return createShell(
    {
      name: SHELLS.has(name) ? name : 'sh',
      script: '',
      positional: [],
      cwd: config.workingDir,
      vars: [
        ...Object.entries(profile.env),
        ['HOSTNAME', config.hostname],
        ...config.env.map(({ name: key, value }): [string, string] => [key, value]),
        ['HOME', '/root'],
        ['PWD', config.workingDir],
      ],
      errexit: false,
      xtrace: false,
    },
    around,
  );
}

/** Something was typed, or piped in. */
export function takeInput(exec: Session, data: string, last: boolean): void {
  const { streams } = exec;
  if (streams === undefined) return;
  if (streams.tty) for (const char of data) typed(exec, streams, char);
  else streams.unread += data;
  if (last) {
    streams.unread += streams.line;
    streams.line = '';
    streams.inputEnded = true;
  }
}

/** The terminal's line discipline. */
function typed(exec: Session, streams: ExecStreams, char: string): void {
  const echo = (text: string): void => {
    if (!streams.silent) streams.out += text;
  };
  switch (char) {
    case '\r':
    case '\n':
      echo('\n');
      streams.unread += `${streams.line}\n`;
      streams.line = '';
      return;
    case '\u007f':
    case '\b':
      if (streams.line === '') return;
      streams.line = [...streams.line].slice(0, -1).join('');
      echo('\b \b');
      return;
    case '\u0003':
      echo('^C\n');
      streams.line = '';
      streams.begun = '';
      streams.prompted = false;
      interrupt(exec);
      return;
    case '\u0004':
      if (streams.line !== '') return;
      streams.inputEnded = true;
      return;
    case '\u0015':
      echo('\b \b'.repeat([...streams.line].length));
      streams.line = '';
      return;
    default:
      if (char < ' ' && char !== '\t') return;
      streams.line += char;
      echo(char);
  }
}

/** Ctrl-C: what runs in the foreground ends. */
function interrupt({ shell, streams }: Session): void {
  const first = shell.threads[0];
  if (first === undefined || first.state.kind === 'ended') return;
  for (const frame of first.frames.toReversed()) if (frame.kind === 'call') leaveCall(shell, frame);
  first.frames.length = 0;
  first.status = 130;
  first.state = READY;
  if (streams?.mode !== 'shell') shell.exiting = true;
}

/** Goes on with a command up to now; its exit code when it has ended. */
export function advanceSession(program: Program, host: Host, exec: Exec): number | undefined {
  const { shell, streams } = exec;
  const first = shell.threads[0];
  if (streams === undefined || first === undefined) return 0;
  const around = surroundingsOf(program, host, (stream, text) => writeOut(streams, stream, text));
  if (streams.mode === 'input') {
    if (!streams.inputEnded) return undefined;
    const input = streams.unread;
    streams.unread = '';
    begin(shell, first, streams, around, input);
  } else if (streams.mode === 'running' && first.state.kind === 'ready' && !streams.prompted) {
    streams.prompted = true;
    begin(shell, first, streams, around, undefined);
  } else if (streams.mode === 'shell' && shell.interactive !== true) shell.interactive = true;
  return streams.mode === 'shell'
    ? readCommands(shell, first, streams, around, host)
    : finishOf(shell, first, around);
}

function finishOf(shell: Shell, first: Thread, around: Surroundings): number | undefined {
  runShell(shell, around);
  return first.state.kind === 'ended' ? first.status : undefined;
}

function begin(
  shell: Shell,
  thread: Thread,
  streams: ExecStreams,
  around: Surroundings,
  input: string | undefined,
): void {
  streams.mode = 'running';
  streams.prompted = true;
  thread.state = READY;
  if (input !== undefined) {
    thread.frames.push({
      kind: 'output',
      collects: false,
      subshell: false,
      text: '',
      out: undefined,
      err: undefined,
      input,
    });
  }
  runWords(shell, thread, streams.argv, around, undefined);
}

/** An interactive shell: one complete command after the other. */
function readCommands(
  shell: Shell,
  first: Thread,
  streams: ExecStreams,
  around: Surroundings,
  host: Host,
): number | undefined {
  for (;;) {
    runShell(shell, around);
    if (first.state.kind !== 'ended') return undefined;
    if (shell.exiting === true) return first.status;
    const text = nextLine(streams);
    if (text === undefined) {
      if (streams.inputEnded) {
        if (streams.tty) streams.out += shell.name === 'bash' ? 'exit\n' : '\n';
        shell.exiting = true;
        return first.status;
      }
      prompt(shell, streams, host);
      return undefined;
    }
    streams.prompted = false;
    const command = streams.begun + text;
    const isLast = streams.inputEnded && streams.unread === '';
    if (isIncomplete(command) && !isLast) {
      streams.begun = command;
      continue;
    }
    streams.begun = '';
    run(shell, first, command, around);
  }
}

function run(shell: Shell, first: Thread, command: string, around: Surroundings): void {
  const parsed = parseScript(command);
  if (!parsed.ok) {
    around.write('stderr', `${shell.name}: ${parsed.error}\n`);
    first.status = 2;
    return;
  }
  if (parsed.value.items.length === 0) return;
  first.state = READY;
  pushText(shell, first, command);
}

function nextLine(streams: ExecStreams): string | undefined {
  const at = streams.unread.indexOf('\n');
  if (at < 0) {
    if (!streams.inputEnded || streams.unread === '') return undefined;
    const rest = streams.unread;
    streams.unread = '';
    return rest;
  }
  const line = streams.unread.slice(0, at + 1);
  streams.unread = streams.unread.slice(at + 1);
  return line;
}

function isIncomplete(command: string): boolean {
  if (command.endsWith('\\\n')) return true;
  const parsed = parseScript(command);
  if (!parsed.ok) return parsed.error.includes('unexpected end of file');
  const heredoc = /<<-?\s*(['"]?)(\w+)\1/.exec(command);
  return heredoc !== null && !command.split('\n').some((line) => line.trim() === heredoc[2]);
}

/** What each shell shows a person: bash its user, host and folder, busybox the folder, dash a sign alone. */
function prompt(shell: Shell, streams: ExecStreams, host: Host): void {
  const { config } = host;
  if (!streams.tty || streams.prompted) return;
  streams.prompted = true;
  if (streams.begun !== '') {
    streams.out += '> ';
    return;
  }
  const home = shell.vars.get('HOME') ?? '/root';
  const folder =
    shell.cwd === home
      ? '~'
      : shell.cwd.startsWith(`${home}/`)
        ? `~${shell.cwd.slice(home.length)}`
        : shell.cwd;
  if (shell.name === 'bash') streams.out += `root@${config.hostname}:${folder}# `;
  else if (/busybox|alpine/.test(profileIn(shell, host).userland)) streams.out += `${folder} # `;
  else streams.out += '# ';
}

function writeOut(streams: ExecStreams, stream: 'stdout' | 'stderr', text: string): void {
  // A terminal has one stream for both.
  if (stream === 'stderr' && !streams.tty) streams.err += text;
  else streams.out += text;
}

/** Goes on with the shell that a container is, where it reads what is attached to it. */
export function advanceMain(program: Program, host: Host): void {
  const { shell, input } = program;
  const first = shell?.threads[0];
  if (shell === undefined || input === undefined || first === undefined) return;
  const around = surroundingsOf(program, host, (stream, text) => writeOut(input, stream, text));
  readCommands(shell, first, input, around, host);
}

/** Takes what has been written since the last time. A terminal's line ends return the carriage. */
export function takeOutput(
  streams: ExecStreams | undefined,
): { readonly out: string; readonly err: string } | undefined {
  if (streams === undefined || (streams.out === '' && streams.err === '')) return undefined;
  const out = streams.tty ? streams.out.replaceAll('\n', '\r\n') : streams.out;
  const { err } = streams;
  streams.out = '';
  streams.err = '';
  return { out, err };
}

function ignore(): void {}
