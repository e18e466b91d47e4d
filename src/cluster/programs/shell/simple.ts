import type { Micros } from '../../../kernel/time.ts';
import { answeredCommand, commandOf, hasCommand, SHELLS } from '../commands/index.ts';
import type { CommandResult, NetworkAnswer } from '../commands/command.ts';
import { baseName } from '../catalogue.ts';
import { builtinOf } from './builtins.ts';
import { expandText, expandWords, type Scope } from './expand.ts';
import { openRedirects, writeTo } from './output.ts';
import { enterRoot, filesIn, profileIn } from './root.ts';
import { READY, type Frame, type Shell, type Thread } from './state.ts';
import type { Assignment, SimpleNode } from './syntax.ts';
import {
  addThread,
  finish,
  invocationOf,
  pushNode,
  pushText,
  type Surroundings,
} from './thread.ts';

/** Expands a simple command and runs it. */
export function runSimple(
  shell: Shell,
  thread: Thread,
  node: SimpleNode,
  scope: Scope,
  around: Surroundings,
): void {
  const argv = expandWords(node.words, scope);
  const depth = thread.frames.length;
  if (
    node.redirects.length > 0 &&
    !openRedirects(shell, thread, node.redirects, scope, around, false)
  )
    return;
  if (thread.frames.length < depth) return; // `${x:?}` has ended the script.
  if (argv.length === 0) {
    for (const assignment of node.assignments) assign(shell, assignment, scope);
    finish(shell, thread, scope.results.length > 0 ? thread.status : 0);
    return;
  }
  // Assignments in front of a command are for it alone; here they stay, which only matters to nitpicks.
  for (const assignment of node.assignments) assign(shell, assignment, scope);
  if (shell.xtrace) around.write('stderr', `+ ${argv.join(' ')}\n`);
  runWords(shell, thread, argv, around, undefined);
}

function assign(shell: Shell, assignment: Assignment, scope: Scope): void {
  const { name, append, value, array } = assignment;
  if (array !== undefined) {
    const values = expandWords(array, scope);
    let from = 0;
    if (append) while (shell.vars.has(`${name}[${from}]`)) from += 1;
    else for (let i = 0; shell.vars.delete(`${name}[${i}]`); i++);
    values.forEach((item, i) => shell.vars.set(`${name}[${from + i}]`, item));
    return;
  }
  const text = expandText(value, scope);
  shell.vars.set(name, append ? (shell.vars.get(name) ?? '') + text : text);
}

/** Runs words as a command: a function, a builtin of the shell, or a program. */
export function runWords(
  shell: Shell,
  thread: Thread,
  argv: readonly string[],
  around: Surroundings,
  within: Micros | undefined,
): void {
  const name = argv[0] ?? '';
  const body = shell.functions.get(name);
  if (body !== undefined) {
    thread.frames.push({ kind: 'call', positional: shell.positional });
    shell.positional = argv.slice(1);
    pushNode(thread, body);
    return;
  }
  const builtin = builtinOf(name);
  if (builtin !== undefined) {
    const words = builtin(shell, thread, argv, around);
    if (words !== undefined) runWords(shell, thread, words, around, within);
    return;
  }
  if (!hasCommand(profileIn(shell, around), filesIn(shell, around), name)) {
    const missing = name.includes('/') ? 'No such file or directory' : 'command not found';
    writeTo(
      thread,
      around,
      2,
      shell.name === 'bash'
        ? `bash: line 1: ${name}: ${missing}\n`
        : `${shell.name}: ${name}: not found\n`,
    );
    finish(shell, thread, 127);
    return;
  }
  if (SHELLS.has(baseName(name))) {
    runNested(shell, thread, argv, around);
    return;
  }
  const script = name.includes('/') ? filesIn(shell, around).read(name) : undefined;
  if (script?.startsWith('#!') === true) {
    runNested(shell, thread, ['sh', name, ...argv.slice(1)], around);
    return;
  }
  const call = invocationOf(shell, thread, argv, around);
  apply(shell, thread, argv, commandOf(call)(call), around, within);
}

/** `sh -c '…'` or `sh file` inside a script: the same shell goes on with it, as a subshell. */
function runNested(
  shell: Shell,
  thread: Thread,
  argv: readonly string[],
  around: Surroundings,
): void {
  const line = readShellLine(argv);
  const text =
    line.script ?? (line.file === undefined ? undefined : filesIn(shell, around).read(line.file));
  if (text === undefined) {
    if (line.file !== undefined)
      writeTo(
        thread,
        around,
        2,
        `${argv[0]}: can't open '${line.file}': No such file or directory\n`,
      );
    finish(shell, thread, line.file === undefined ? 0 : 127);
    return;
  }
  thread.frames.push({ kind: 'call', positional: shell.positional });
  thread.frames.push({
    kind: 'output',
    collects: false,
    subshell: true,
    text: '',
    out: undefined,
    err: undefined,
    input: undefined,
  });
  shell.positional = line.positional;
  pushText(shell, thread, text);
}

/** The words of a shell's own call: `sh -ec script name args`, `bash file args`. */
export function readShellLine(argv: readonly string[]): {
  readonly script: string | undefined;
  readonly file: string | undefined;
  readonly positional: readonly string[];
  readonly errexit: boolean;
  readonly xtrace: boolean;
} {
  let command = false;
  let errexit = false;
  let xtrace = false;
  let at = 1;
  for (; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--') {
      at += 1;
      break;
    }
    if (!/^[-+]/.test(word) || word === '-') break;
    if (word.startsWith('--')) continue;
    command ||= word.includes('c');
    errexit ||= word.includes('e');
    xtrace ||= word.includes('x');
    if (/^[-+]\w*o$/.test(word)) {
      at += 1;
      errexit ||= argv[at] === 'errexit';
    }
  }
  const first = argv[at];
  return {
    script: command ? (first ?? '') : undefined,
    file: command ? undefined : first,
    positional: argv.slice(command ? at + 2 : at + 1),
    errexit,
    xtrace,
  };
}

/** What a command's result means for the thread that called it. */
function apply(
  shell: Shell,
  thread: Thread,
  argv: readonly string[],
  result: CommandResult,
  around: Surroundings,
  within: Micros | undefined,
): void {
  const { now } = around;
  switch (result.kind) {
    case 'done':
      writeTo(thread, around, 2, result.err);
      writeTo(thread, around, 1, result.out);
      finish(shell, thread, result.code);
      return;
    case 'becomes':
      if (result.root !== undefined && !goIn(shell, thread, result.root, result.argv, around))
        return;
      runWords(shell, thread, result.argv, around, result.within ?? within);
      return;
    case 'daemon':
      addThread(shell, [
        {
          kind: 'foreground',
          running: result.running,
          since: now,
          endsAt: undefined,
          code: 0,
          out: '',
        },
      ]).state = { kind: 'sleeping', wakeAt: undefined };
      finish(shell, thread, 0);
      return;
    case 'wait': {
      const cut = within !== undefined && (result.lasts === undefined || result.lasts > within);
      const lasts = cut ? within : result.lasts;
      // What a command without end has to say, it says at once: `tail -f`.
      const early = result.lasts === undefined;
      if (early) writeTo(thread, around, 1, result.out);
      foreground(thread, now, undefined, lasts, cut ? 143 : result.code, early ? '' : result.out);
      return;
    }
    case 'run': {
      const { running } = result;
      writeTo(thread, around, 1, running.log);
      const cut = within !== undefined && (running.lasts === undefined || running.lasts > within);
      foreground(
        thread,
        now,
        running,
        cut ? within : running.lasts,
        cut ? 143 : running.exitCode,
        running.endLog,
      );
      return;
    }
    case 'network':
      thread.frames.push({
        kind: 'network',
        argv,
        deadline: within === undefined ? undefined : now + within,
      });
      thread.state = Object.freeze({ kind: 'asking', request: result.request, sent: false });
  }
}

/** Goes to another root to run words there. False when there is nothing left to run. */
function goIn(
  shell: Shell,
  thread: Thread,
  root: string,
  argv: readonly string[],
  around: Surroundings,
): boolean {
  const left = { root: shell.root, cwd: shell.cwd };
  const { script, file } = readShellLine(argv);
  const isShell = SHELLS.has(baseName(argv[0] ?? ''));
  enterRoot(shell, root);
  if (shell.interactive === true && isShell && script === undefined && file === undefined) {
    // Whoever types goes on typing there, until `exit`.
    shell.places = [...(shell.places ?? []), left];
    finish(shell, thread, 0);
    return false;
  }
  thread.frames.push({ kind: 'call', positional: shell.positional, left });
  const name = argv[0] ?? '';
  if (hasCommand(profileIn(shell, around), filesIn(shell, around), name)) return true;
  writeTo(thread, around, 2, `chroot: can't execute '${name}': No such file or directory\n`);
  finish(shell, thread, 127);
  return false;
}

function foreground(
  thread: Thread,
  now: Micros,
  running: Extract<Frame, { kind: 'foreground' }>['running'],
  lasts: Micros | undefined,
  code: number,
  out: string,
): void {
  const endsAt = lasts === undefined ? undefined : now + lasts;
  thread.frames.push({ kind: 'foreground', running, since: now, endsAt, code, out });
  thread.state = Object.freeze({ kind: 'sleeping', wakeAt: endsAt });
}

/** Goes on with the network's answer; the thread must be asking. */
export function answerThread(
  shell: Shell,
  thread: Thread,
  answer: NetworkAnswer,
  around: Surroundings,
): void {
  const frame = thread.frames.pop();
  thread.state = READY;
  if (frame?.kind !== 'network') return;
  const name = baseName(frame.argv[0] ?? '');
  const answered = answeredCommand(name);
  if (answered === undefined) return;
  apply(
    shell,
    thread,
    frame.argv,
    answered(invocationOf(shell, thread, frame.argv, around), answer),
    around,
    undefined,
  );
}
