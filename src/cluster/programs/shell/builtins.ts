import { parseDuration } from '../commands/command.ts';
import { hasCommand } from '../commands/index.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { writeTo } from './output.ts';
import { filesIn, goBack, leaveCall, profileIn } from './root.ts';
import { ENDED, JOINING, type Frame, type Shell, type Thread } from './state.ts';
import { currentInput, exitThread, finish, pushText, type Surroundings } from './thread.ts';

/** What only the shell itself can carry out. Answers words that are to be run in its place, if any. */
export type Builtin = (
  shell: Shell,
  thread: Thread,
  argv: readonly string[],
  around: Surroundings,
) => readonly string[] | undefined | void;

export function builtinOf(name: string): Builtin | undefined {
  return BUILTINS.get(name);
}

function numberAt(argv: readonly string[], index: number, otherwise: number): number {
  const value = Number.parseInt(argv[index] ?? '', 10);
  return Number.isNaN(value) ? otherwise : value & 255;
}

const exit: Builtin = (shell, thread, argv) => {
  exitThread(shell, thread, numberAt(argv, 1, thread.status));
  // Out of a subshell it leaves that alone.
  if (shell.interactive !== true || thread !== shell.threads[0] || thread.frames.length > 0) return;
  const place = shell.places?.pop();
  if (place === undefined) shell.exiting = true;
  else goBack(shell, place);
};

const returns: Builtin = (shell, thread, argv) => {
  thread.status = numberAt(argv, 1, thread.status);
  while (thread.frames.length > 0) {
    const frame = thread.frames.pop() as Frame; // Not empty: checked by the loop.
    if (frame.kind !== 'call') continue;
    leaveCall(shell, frame);
    return;
  }
};

/** break and continue: unwinds to the loop that is meant. */
const leaveLoop: Builtin = (_, thread, argv) => {
  let levels = numberAt(argv, 1, 1);
  while (thread.frames.length > 0) {
    const frame = thread.frames.at(-1) as Frame; // Not empty: checked by the loop.
    if (frame.kind === 'while' || frame.kind === 'for') {
      levels -= 1;
      if (levels <= 0) {
        if (argv[0] === 'break') thread.frames.pop();
        else if (frame.kind === 'while') frame.phase = 'condition';
        thread.status = 0;
        return;
      }
    }
    thread.frames.pop();
  }
};

const cd: Builtin = (shell, thread, argv, around) => {
  const target = argv[1] ?? shell.vars.get('HOME') ?? '/root';
  const files = filesIn(shell, around);
  if (!files.isDirectory(target) && around.profile.userland !== 'unknown') {
    writeTo(
      thread,
      around,
      2,
      `${shell.name}: cd: can't cd to ${target}: No such file or directory\n`,
    );
    finish(shell, thread, 2);
    return;
  }
  shell.cwd = files.resolve(target);
  shell.vars.set('PWD', shell.cwd);
  finish(shell, thread, 0);
};

const exporting: Builtin = (shell, thread, argv) => {
  for (const word of argv.slice(1)) {
    const equals = word.indexOf('=');
    if (equals > 0) shell.vars.set(word.slice(0, equals), word.slice(equals + 1));
  }
  finish(shell, thread, 0);
};

const set: Builtin = (shell, thread, argv) => {
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--' || !/^[-+]/.test(word)) {
      shell.positional = argv.slice(word === '--' ? i + 1 : i);
      break;
    }
    const on = word.startsWith('-');
    const name = word.endsWith('o') ? argv[++i] : '';
    if (word.includes('e') || name === 'errexit') shell.errexit = on;
    if (word.includes('x') || name === 'xtrace') shell.xtrace = on;
  }
  finish(shell, thread, 0);
};

const trap: Builtin = (shell, thread, argv) => {
  const [, action = '', ...signals] = argv;
  for (const signal of signals) {
    const name =
      { '0': 'EXIT', '2': 'INT', '15': 'TERM' }[signal] ?? signal.replace(/^SIG/, '').toUpperCase();
    if (action === '-') shell.traps.delete(name);
    else shell.traps.set(name, action);
  }
  finish(shell, thread, 0);
};

const waiting: Builtin = (shell, thread) => {
  thread.status = 0;
  if (shell.threads.some((other) => other !== thread && other.state.kind !== 'ended'))
    thread.state = JOINING;
};

/** `exec program` puts the program in the shell's place: nothing of the script is left. */
const exec: Builtin = (shell, thread, argv) => {
  if (argv.length < 2) {
    finish(shell, thread, 0);
    return undefined;
  }
  const outputs = thread.frames.filter((frame) => frame.kind === 'output' && !frame.subshell);
  thread.frames.length = 0;
  thread.frames.push(...outputs);
  if (thread === shell.threads[0]) {
    shell.traps.clear();
    shell.replaced = true;
  }
  return argv.slice(argv[1] === '-a' ? 3 : 1);
};

const read: Builtin = (shell, thread, argv, around) => {
  const limit = argv.indexOf('-t');
  const names = argv
    .slice(1)
    .filter((word, i) => !word.startsWith('-') && !(i > 0 && /^-[tpnd]$/.test(argv[i] ?? '')));
  const input = currentInput(thread);
  if (input === undefined) {
    const lasts = limit < 0 ? undefined : parseDuration(argv[limit + 1] ?? '');
    const endsAt = lasts === undefined || lasts === 'invalid' ? undefined : around.now + lasts;
    thread.frames.push({
      kind: 'foreground',
      running: undefined,
      since: around.now,
      endsAt,
      code: 1,
      out: '',
    });
    thread.state = { kind: 'sleeping', wakeAt: endsAt };
    return;
  }
  const line = takeLine(thread);
  if (line === undefined) {
    finish(shell, thread, 1);
    return;
  }
  const fields = line.trim().split(/\s+/);
  names.forEach((name, i) => {
    shell.vars.set(name, i === names.length - 1 ? fields.slice(i).join(' ') : (fields[i] ?? ''));
  });
  finish(shell, thread, 0);
};

/** The next line of the thread's standard input, which is used up. */
function takeLine(thread: Thread): string | undefined {
  for (let i = thread.frames.length - 1; i >= 0; i--) {
    const frame = thread.frames[i] as Frame; // In range.
    if (frame.kind !== 'output' || frame.input === undefined) continue;
    if (frame.input === '') return undefined;
    const end = frame.input.indexOf('\n');
    const line = end < 0 ? frame.input : frame.input.slice(0, end);
    thread.frames[i] = { ...frame, input: end < 0 ? '' : frame.input.slice(end + 1) };
    return line;
  }
  return undefined;
}

const kill: Builtin = (shell, thread, argv, around) => {
  const targets = argv.slice(1).filter((word) => !word.startsWith('-'));
  const signal =
    argv
      .slice(1)
      .find((word) => word.startsWith('-'))
      ?.slice(1)
      .replace(/^SIG/, '') ?? 'TERM';
  let failed = false;
  for (const target of targets) {
    const other = shell.threads.find(
      (each) => String(each.pid) === target && each !== shell.threads[0],
    );
    if (other !== undefined && other.state.kind !== 'ended') {
      if (signal !== '0') {
        other.frames.length = 0;
        other.status = 143;
        other.state = ENDED;
      }
    } else failed ||= !around.signal(target === '$$' ? '1' : target, signal);
  }
  finish(shell, thread, failed ? 1 : 0);
};

const source: Builtin = (shell, thread, argv, around) => {
  const text = filesIn(shell, around).read(argv[1] ?? '');
  if (text === undefined) {
    writeTo(thread, around, 2, `${shell.name}: ${argv[1] ?? ''}: No such file or directory\n`);
    finish(shell, thread, 2);
  } else pushText(shell, thread, text);
};

const nothing: Builtin = (shell, thread) => finish(shell, thread, 0);

const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  Object.entries<Builtin>({
    ':': nothing,
    exit,
    return: returns,
    break: leaveLoop,
    continue: leaveLoop,
    cd,
    export: exporting,
    local: exporting,
    readonly: exporting,
    declare: exporting,
    typeset: exporting,
    set,
    trap,
    wait: waiting,
    exec,
    read,
    kill,
    '.': source,
    source,
    shopt: nothing,
    alias: nothing,
    hash: nothing,
    eval: (shell, thread, argv) => pushText(shell, thread, argv.slice(1).join(' ')),
    unset: (shell, thread, argv) => {
      for (const name of argv.slice(1)) shell.vars.delete(name);
      finish(shell, thread, 0);
    },
    shift: (shell, thread, argv) => {
      shell.positional = shell.positional.slice(numberAt(argv, 1, 1));
      finish(shell, thread, 0);
    },
    let: (shell, thread, argv) => {
      let value = 0;
      for (const word of argv.slice(1)) {
        value = evaluateArithmetic(word, {
          get: (name) => shell.vars.get(name) ?? '',
          set: (name, text) => shell.vars.set(name, text),
        });
      }
      finish(shell, thread, value === 0 ? 1 : 0);
    },
    pwd: (shell, thread, _, around) => {
      writeTo(thread, around, 1, `${shell.cwd}\n`);
      finish(shell, thread, 0);
    },
    command: (shell, thread, argv, around) => {
      if (argv[1] !== '-v' && argv[1] !== '-V') return argv.slice(1);
      const held = hasCommand(profileIn(shell, around), filesIn(shell, around), argv[2] ?? '');
      if (held) writeTo(thread, around, 1, `/usr/bin/${argv[2] ?? ''}\n`);
      finish(shell, thread, held ? 0 : 127);
      return undefined;
    },
    jobs: nothing,
    disown: nothing,
    times: nothing,
  }),
);
