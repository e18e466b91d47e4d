import type { FileFault } from '../files.ts';
import { expandText, type Scope } from './expand.ts';
import { filesIn, outside } from './root.ts';
import { finish, type Surroundings } from './thread.ts';
import type { Frame, Shell, Sink, Thread } from './state.ts';
import type { Redirect } from './syntax.ts';

/** Text that one `$(…)` or pipe may hold. */
const COLLECTED_MAX = 65_536;

/** Where a thread's output of a file descriptor goes now. */
export function sinkOf(thread: Thread, fd: number): Sink {
  for (let i = thread.frames.length - 1; i >= 0; i--) {
    const frame = thread.frames[i] as Frame; // In range.
    if (frame.kind !== 'output') continue;
    const sink = fd === 2 ? frame.err : frame.out;
    if (sink !== undefined) return sink;
  }
  return { kind: 'log', stream: fd === 2 ? 'stderr' : 'stdout' };
}

export function writeTo(thread: Thread, around: Surroundings, fd: number, text: string): void {
  if (text !== '') writeSink(thread, around, sinkOf(thread, fd), text);
}

function writeSink(thread: Thread, around: Surroundings, sink: Sink, text: string): void {
  switch (sink.kind) {
    case 'log':
      around.write(sink.stream, text);
      return;
    case 'file':
      around.files('/').write(sink.path, text, true);
      return;
    case 'collect': {
      const frame = thread.frames[sink.frame];
      if (frame?.kind === 'output' && frame.text.length < COLLECTED_MAX) frame.text += text;
    }
  }
}

/**
 * Opens redirects around what comes next: pushes one `output` frame. False when one fails: its complaint
 * is written and the command's status set.
 */
export function openRedirects(
  shell: Shell,
  thread: Thread,
  redirects: readonly Redirect[],
  scope: Scope,
  around: Surroundings,
  subshell: boolean,
): boolean {
  const files = filesIn(shell, around);
  let out: Sink | undefined;
  let err: Sink | undefined;
  let input: string | undefined;
  const fail = (target: string, fault: FileFault, verb: string): false => {
    writeTo(thread, around, 2, complaintAbout(shell, target, fault, verb));
    finish(shell, thread, 1);
    return false;
  };
  for (const redirect of redirects) {
    const target = expandText(redirect.target, scope);
    switch (redirect.op) {
      case '<<':
        input = target;
        break;
      case '<': {
        const text = files.read(target);
        if (text === undefined) return fail(target, 'No such file or directory', 'open');
        input = text;
        break;
      }
      case '>&': {
        const sink = target === '2' ? (err ?? sinkOf(thread, 2)) : (out ?? sinkOf(thread, 1));
        if (redirect.fd === 2) err = sink;
        else out = sink;
        break;
      }
      default: {
        const path = files.resolve(target);
        const sink = deviceSink(path);
        if (sink === undefined) {
          const fault = files.write(path, '', redirect.op === '>>');
          if (fault !== undefined) return fail(target, fault, 'create');
        }
        const opened: Sink = sink ?? { kind: 'file', path: outside(shell.root, path) };
        if (redirect.fd === 2) err = opened;
        else if (redirect.fd === 1) out = opened;
        else if (redirect.fd === 3) {
          out = opened;
          err = opened;
        }
      }
    }
  }
  thread.frames.push({ kind: 'output', collects: false, subshell, text: '', out, err, input });
  return true;
}

/** The log's own devices: process 1's outputs. */
function deviceSink(path: string): Sink | undefined {
  switch (path) {
    case '/dev/stdout':
    case '/proc/1/fd/1':
    case '/proc/self/fd/1':
    case '/dev/fd/1':
      return { kind: 'log', stream: 'stdout' };
    case '/dev/stderr':
    case '/proc/1/fd/2':
    case '/proc/self/fd/2':
      return { kind: 'log', stream: 'stderr' };
    default:
      return undefined;
  }
}

function complaintAbout(shell: Shell, target: string, fault: FileFault, verb: string): string {
  if (shell.name === 'bash') return `bash: line 1: ${target}: ${fault}\n`;
  const why =
    fault === 'No such file or directory' && verb === 'create' ? 'nonexistent directory' : fault;
  return verb === 'open'
    ? `${shell.name}: can't open ${target}: no such file\n`
    : `${shell.name}: can't create ${target}: ${why}\n`;
}
