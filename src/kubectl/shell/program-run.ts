import type { ProgramIo } from '../program.ts';
import { complain, err, type Execution, type Runner } from './execution.ts';
import { filesOf, isFolder, resolvePath } from './files.ts';
import { isAbort, orAborted } from './patience.ts';

/** Runs a program, or a script by its path. */
export async function runProgram(
  execution: Execution,
  argv: readonly string[],
  runner: Runner,
): Promise<number> {
  const [name = '', ...args] = argv;
  const { programs, context, store } = execution.shell;
  if (name.includes('/')) {
    const program = programs.get(name.replace(/^\/(?:usr\/)?(?:local\/)?s?bin\//, ''));
    if (program === undefined) return runFile(execution, name, args, runner);
  }
  const entry = programs.get(name.slice(name.lastIndexOf('/') + 1));
  if (entry === undefined || name === '') {
    complain(execution, `${name}: command not found`);
    return 127;
  }
  const { signal } = execution;
  const { stdin, outs } = execution;
  const io: ProgramIo = {
    readAll: () => stdin.readAll(),
    read: () => stdin.read(),
    out: (text) => {
      if (!signal.aborted) outs.get(1)?.write(text);
    },
    err: (text) => {
      if (!signal.aborted) outs.get(2)?.write(text);
    },
    stdinIsTerminal: stdin.isTerminal,
    stdoutIsTerminal: outs.get(1)?.isTerminal ?? false,
    columns: execution.shell.columns(),
    ...(stdin.isTerminal && execution.shell.interrupts !== undefined
      ? { interrupts: execution.shell.interrupts }
      : undefined),
    signal,
    files: filesOf(store, () => execution.cwd),
    environment: execution.variables.exported(),
  };
  try {
    return await orAborted(entry.run(args, io, context), signal);
  } catch (error) {
    if (isAbort(error)) return 130;
    // A bug of ours in one program must not take the terminal with it.
    const message = error instanceof Error ? error.message : String(error);
    err(execution, `${name}: internal error: ${message}\n`);
    return 70;
  }
}

async function runFile(
  execution: Execution,
  name: string,
  args: readonly string[],
  runner: Runner,
): Promise<number> {
  const { store } = execution.shell;
  const path = resolvePath(execution.cwd, name);
  const text = store.files.get(path);
  if (text !== undefined) return runner.asScript(execution, text, { name, args });
  if (isFolder(store, path)) {
    complain(execution, `${name}: Is a directory`);
    return 126;
  }
  complain(execution, `${name}: No such file or directory`);
  return 127;
}
