import { forgetDone } from './builtins/job-commands.ts';
import { err, type Execution, type Shell } from './execution.ts';
import { filesOf, HOME } from './files.ts';
import { runner } from './interpret.ts';
import { parseScript } from './parse.ts';
import { isAbort } from './patience.ts';
import { emptySource, type Sink, type Source } from './streams.ts';
import { ShellSyntaxError } from './syntax.ts';
import { firstVariables } from './first-variables.ts';

/** A shell that a person types into, line by line. */
export interface ShellSession {
  /** Runs a text; answers its exit status. Never rejects. */
  run(text: string, signal: AbortSignal): Promise<number>;
  /** Whether the text needs more lines: an open quote, a loop without its `done`. */
  isIncomplete(text: string): boolean;
  /** The prompt, with the machine and folder. */
  prompt(): string;
  /** The shell in the foreground: behind `ssh` another one than at first. */
  readonly execution: Execution;
  /** Ended by `exit`. */
  readonly isEnded: boolean;
  /** What is remembered across reloads. */
  save(): SavedSession;
  /** Ends what runs in the background. */
  close(): void;
}

/** A session as plain data. Functions, jobs and open machines are not kept. */
export interface SavedSession {
  readonly cwd: string;
  readonly variables: readonly (readonly [string, string, boolean])[];
}

export interface SessionStreams {
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
}

export function createShellSession(
  shell: Shell,
  streams: SessionStreams,
  saved?: SavedSession,
): ShellSession {
  let stack: Execution[] = [createExecution(shell, streams, saved)];
  let isEnded = false;
  const current = (): Execution => stack.at(-1) as Execution; // There is one until the end.

  /** After `exit`: back to the machine before, or the end. */
  function leaveTop(): void {
    const left = stack.at(-1);
    if (left === undefined) return;
    for (const job of left.jobs.list) job.kill();
    if (stack.length > 1) {
      stack = stack.slice(0, -1);
      streams.stdout.write(`logout\nConnection to ${left.shell.context.machine} closed.\n`);
      current().status = left.status;
    } else isEnded = true;
  }

  /** The machine is gone: back to the one before. */
  function lose(sentence: string): void {
    const left = stack.at(-1);
    for (const job of left?.jobs.list ?? []) job.kill();
    stack = stack.slice(0, -1);
    current().status = 255;
    streams.stderr.write(`${sentence}\n`);
  }

  return {
    async run(text, signal) {
      const execution: Execution = { ...current(), signal };
      stack[stack.length - 1] = execution;
      let status: number;
      let gone: string | undefined;
      try {
        const { sync } = execution.shell;
        if (sync !== undefined) gone = await sync();
        status = gone === undefined ? await runner.text(execution, text) : 255;
        if (sync !== undefined) gone ??= await sync();
      } catch (error) {
        if (!isAbort(error) && !(error instanceof RangeError)) throw error;
        if (error instanceof RangeError) err(execution, 'bash: too deeply nested\n');
        status = 130;
      }
      const trap = execution.traps.get('INT');
      if (signal.aborted && trap !== undefined) {
        execution.leaving = undefined;
        await runner.text({ ...execution, signal: new AbortController().signal }, trap);
      }
      execution.status = signal.aborted ? 130 : status;
      if (gone !== undefined && stack.length > 1) {
        lose(gone);
        return 255;
      }
      const { leaving, entering } = execution;
      execution.leaving = undefined;
      execution.conditions = 0;
      execution.loops = 0;
      execution.depth = 0;
      if (leaving?.kind === 'exit' && leaving.wanted) {
        const onExit = execution.traps.get('EXIT');
        execution.traps.delete('EXIT');
        if (onExit !== undefined) await runner.text(execution, onExit);
        leaveTop();
      }
      if (entering !== undefined) {
        execution.entering = undefined;
        stack.push(createExecution(entering, streams));
      }
      for (const line of forgetDone(execution)) streams.stderr.write(line);
      return execution.status;
    },
    isIncomplete(text) {
      if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) return true;
      try {
        parseScript(text, current().shell.aliases);
        return false;
      } catch (error) {
        return error instanceof ShellSyntaxError && error.incomplete;
      }
    },
    prompt() {
      const { cwd, shell: here } = current();
      const folder =
        cwd === HOME ? '~' : cwd.startsWith(`${HOME}/`) ? `~${cwd.slice(HOME.length)}` : cwd;
      const { machine } = here.context;
      return machine === 'laptop' ? `${machine}:${folder}$ ` : `root@${machine}:${folder}# `;
    },
    get execution() {
      return current();
    },
    get isEnded() {
      return isEnded;
    },
    save() {
      const [first] = stack;
      if (first === undefined) return { cwd: HOME, variables: [] };
      const variables = first.variables.names().flatMap((name): SavedSession['variables'] => {
        const variable = first.variables.get(name);
        return typeof variable?.value === 'string'
          ? [[name, variable.value, variable.exported]]
          : [];
      });
      return { cwd: first.cwd, variables };
    },
    close() {
      for (const { jobs } of stack) for (const job of jobs.list) job.kill();
    },
  };
}

function createExecution(shell: Shell, streams: SessionStreams, saved?: SavedSession): Execution {
  return {
    shell,
    variables: firstVariables(shell, saved?.variables),
    functions: new Map(),
    traps: new Map(),
    options: { errexit: false, nounset: false, xtrace: false, pipefail: false, noglob: false },
    jobs: { list: [], nextPid: 4100 },
    signal: new AbortController().signal,
    stdin: streams.stdin,
    outs: new Map([
      [1, streams.stdout],
      [2, streams.stderr],
    ]),
    isInteractive: true,
    name: 'bash',
    positional: [],
    cwd: saved?.cwd ?? HOME,
    status: 0,
    line: 1,
    leaving: undefined,
    conditions: 0,
    depth: 0,
    loops: 0,
    entering: undefined,
  };
}

/** Runs one command line without a person: for tests and the headless host. Answers what it printed. */
export async function runOnce(
  shell: Shell,
  text: string,
  streams: Pick<SessionStreams, 'stdout' | 'stderr'> & { readonly stdin?: Source },
  { args = [], name = 'bash' }: { readonly args?: readonly string[]; readonly name?: string } = {},
): Promise<number> {
  const execution = createExecution(shell, { stdin: emptySource(), ...streams });
  return runner.asScript(execution, text, { name, args });
}

/** The session's files, for completion and editors. */
export function sessionFiles(session: ShellSession): ReturnType<typeof filesOf> {
  return filesOf(session.execution.shell.store, () => session.execution.cwd);
}
