import type { Micros } from '../../../kernel/time.ts';
import type { ContainerConfig } from '../../messages.ts';
import type { HttpAsked, Invocation, LocalAnswer } from '../commands/command.ts';
import type { Files } from '../files.ts';
import type { ImageProfile } from '../image-profile.ts';
import type { Scope } from './expand.ts';
import { parseScript } from './parse.ts';
import { filesIn, leaveCall, profileIn } from './root.ts';
import { READY, type Frame, type Shell, type Thread } from './state.ts';
import type { Node } from './syntax.ts';

/** What a shell can reach outside itself. Valid during one call. */
export interface Surroundings {
  readonly now: Micros;
  readonly epochMillis: number;
  readonly config: ContainerConfig;
  readonly profile: ImageProfile;
  files(cwd: string): Files;
  write(stream: 'stdout' | 'stderr', text: string): void;
  processes(): readonly string[];
  signal(target: string, signal: string): boolean;
  local(port: number, path: string, asked?: HttpAsked): LocalAnswer;
}

/** Another line of execution, ready to go on from its frames. */
export function addThread(shell: Shell, frames: Frame[]): Thread {
  const pid = shell.nextPid === 1 ? 1 : 6 + shell.nextPid;
  shell.nextPid += 1;
  const thread: Thread = { pid, frames, status: 0, state: READY };
  shell.threads.push(thread);
  return thread;
}

/** A command has ended: sets `$?`, and leaves the shell where `set -e` says so. */
export function finish(shell: Shell, thread: Thread, code: number): void {
  thread.status = code;
  if (code !== 0 && shell.errexit && !isConditional(thread)) exitThread(shell, thread, code);
}

/** `set -e` spares what is being tested: conditions, all but the last of `&&` and `||`, what `!` turns round. */
function isConditional(thread: Thread): boolean {
  return thread.frames.some((frame) => {
    switch (frame.kind) {
      case 'if':
      case 'while':
        return frame.phase === 'decide';
      case 'and-or':
        return frame.at < frame.node.rest.length;
      case 'pipeline':
        return frame.node.negated || frame.at < frame.node.stages.length;
      default:
        return false;
    }
  });
}

/** Ends a thread, or the subshell it is in, with a code. */
export function exitThread(shell: Shell, thread: Thread, code: number): void {
  thread.status = code;
  while (thread.frames.length > 0) {
    const frame = thread.frames.at(-1) as Frame; // Not empty: checked by the loop.
    // A subshell's frame stays: it ends by itself and hands on what it collected.
    if (frame.kind === 'output' && frame.subshell) return;
    if (frame.kind === 'call') leaveCall(shell, frame);
    thread.frames.pop();
  }
}

/** Runs a text as a script on top of what the thread is doing (`trap`, `eval`, `.`). */
export function pushText(shell: Shell, thread: Thread, text: string): void {
  const parsed = parseScript(text);
  if (parsed.ok) thread.frames.push({ kind: 'script', script: parsed.value, at: 0 });
  else finish(shell, thread, 2);
}

/** Runs a node on top of what the thread is doing. */
export function pushNode(thread: Thread, node: Node): void {
  thread.frames.push({ kind: 'script', script: { items: [{ node, background: false }] }, at: 0 });
}

/** What the words of a command are expanded against. */
export function scopeOf(
  shell: Shell,
  thread: Thread,
  around: Surroundings,
  results: readonly string[],
): Scope {
  return {
    files: filesIn(shell, around),
    positional: shell.positional,
    status: thread.status,
    results,
    find: (name) => shell.vars.get(name),
    get: (name) => shell.vars.get(name) ?? '',
    set: (name, value) => shell.vars.set(name, value),
    fail(message) {
      around.write('stderr', `${shell.name}: ${message}\n`);
      exitThread(shell, thread, 1);
    },
  };
}

/** A command's view of the shell that calls it. */
export function invocationOf(
  shell: Shell,
  thread: Thread,
  argv: readonly string[],
  around: Surroundings,
): Invocation {
  return {
    argv,
    input: currentInput(thread),
    now: around.now,
    epochMillis: around.epochMillis,
    files: filesIn(shell, around),
    config: around.config,
    profile: profileIn(shell, around),
    find: (name) => shell.vars.get(name),
    variables: () => shell.vars,
    processes: around.processes,
    signal: around.signal,
    local: around.local,
  };
}

/** What feeds a thread's standard input: a pipe, a file, a here-document. */
export function currentInput(thread: Thread): string | undefined {
  for (let i = thread.frames.length - 1; i >= 0; i--) {
    const frame = thread.frames[i] as Frame; // In range.
    if (frame.kind === 'output' && frame.input !== undefined) return frame.input;
  }
  return undefined;
}
