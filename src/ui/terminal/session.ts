import {
  createShellSession,
  type SavedSession,
  type ShellSession,
} from '../../kubectl/shell/session.ts';
import { createSource } from '../../kubectl/shell/streams.ts';
import { completeLine } from '../../kubectl/completion/complete-line.ts';
import type { Completion } from '../../kubectl/shell/completion.ts';
import { readStoredRecord, writeStored } from '../state/stored.ts';
import { createScreen, type Screen } from './screen.ts';
import type { TerminalGround } from './surroundings.ts';

/** One tab of the terminal: a shell, its screen, and what the person types. */
export interface TerminalSession {
  readonly id: number;
  readonly screen: Screen;
  /** Changes with everything that is drawn. */
  readonly version: number;
  readonly isRunning: boolean;
  readonly isEnded: boolean;
  /** Lines typed so far of something that is not whole yet. */
  readonly unfinished: string;
  prompt(): string;
  /** Enter: a line, or several that were pasted. */
  submit(text: string): void;
  /** Ctrl-C. */
  interrupt(typed: string): void;
  /** Ctrl-D on an empty line. */
  endInput(): void;
  clear(): void;
  complete(
    text: string,
    at: number,
  ): Promise<{ readonly from: number; readonly items: readonly Completion[] }>;
  readonly history: readonly string[];
  subscribe(listener: () => void): () => void;
  /** The output since the last time, for who listens instead of looking. */
  takeSpoken(): string;
  setColumns(columns: number): void;
  close(): void;
}

const SPOKEN_MAX = 2000;
/** Where a pasted script lies. */
const PASTED = '/tmp/pasted.sh';

export function createTerminalSession(id: number, ground: TerminalGround): TerminalSession {
  const screen = createScreen();
  const listeners = new Set<() => void>();
  let columns = 100;
  let version = 0;
  let spoken = '';
  let unfinished = '';
  let controller: AbortController | undefined;
  const waitingLines: string[] = [];
  const input: (string | undefined)[] = [];
  /** Programs in the foreground that take Ctrl-C themselves. */
  const takers: (() => boolean)[] = [];
  let wakeReader: (() => void) | undefined;
  let due = false;

  function changed(): void {
    version += 1;
    if (due) return;
    due = true;
    // A flood of output is drawn once a frame.
    const tell = (): void => {
      due = false;
      for (const listener of listeners) listener();
    };
    if (document.hidden) setTimeout(tell, 100);
    else requestAnimationFrame(tell);
  }
  function show(text: string): void {
    screen.write(text);
    if (spoken.length < SPOKEN_MAX) spoken += text;
    changed();
  }

  const sink = { write: show, isTerminal: true };
  const stdin = createSource(async () => {
    while (input.length === 0) {
      await new Promise<void>((resolve) => {
        wakeReader = resolve;
      });
    }
    return input.shift();
  }, true);
  const shell: ShellSession = createShellSession(
    ground.shellFor(
      () => columns,
      (handler) => {
        takers.push(handler);
        return () => void takers.splice(takers.indexOf(handler), 1);
      },
    ),
    { stdin, stdout: sink, stderr: sink },
    savedSession(),
  );

  async function run(text: string): Promise<void> {
    controller = new AbortController();
    changed();
    const status = await shell.run(text, controller.signal);
    // After `set -e` a failure ends what else was pasted; the terminal itself stays.
    if (status !== 0 && shell.execution.options.errexit) waitingLines.length = 0;
    controller = undefined;
    input.length = 0;
    if (screen.endsOpen()) screen.write('\n');
    if (shell.isEnded) show('exit\n');
    writeStored('terminal-session', JSON.stringify(shell.save()));
    ground.save();
    changed();
    const next = waitingLines.shift();
    if (next !== undefined && !shell.isEnded) accept(next);
  }

  /** One line at the prompt. */
  function accept(line: string): void {
    const isFirst = unfinished === '';
    screen.write(`\x1b[1m${isFirst ? shell.prompt() : '> '}\x1b[0m${line}\n`);
    const text = isFirst ? line : `${unfinished}\n${line}`;
    if (text.trim() === '') {
      unfinished = '';
      changed();
      return;
    }
    if (shell.isIncomplete(text)) {
      unfinished = text;
      changed();
      const next = waitingLines.shift();
      if (next !== undefined) accept(next);
      return;
    }
    unfinished = '';
    const { history } = ground;
    if (history.at(-1) !== text && !text.startsWith(' ')) history.push(text);
    void run(text);
  }

  return {
    id,
    screen,
    get version() {
      return version;
    },
    get isRunning() {
      return controller !== undefined;
    },
    get isEnded() {
      return shell.isEnded;
    },
    get unfinished() {
      return unfinished;
    },
    history: ground.history,
    prompt: () => (unfinished === '' ? shell.prompt() : '> '),
    submit(text) {
      if (controller !== undefined) {
        // A program reads from the keyboard, or will: what is typed is also seen.
        show(`${text}\n`);
        input.push(`${text}\n`);
        wakeReader?.();
        return;
      }
      if (text.startsWith('#!') && text.includes('\n')) {
        // A whole script is run as one: its `exit` and `set -e` are its own.
        shell.execution.shell.store.files.set(PASTED, `${text}\n`);
        accept(`bash ${PASTED}`);
        return;
      }
      const lines = text.split('\n');
      const [first = ''] = lines;
      waitingLines.push(...lines.slice(1));
      accept(first);
      // Blank lines and unfinished ones start nothing: the rest goes on by itself.
      while (controller === undefined && waitingLines.length > 0)
        accept(waitingLines.shift() ?? '');
    },
    interrupt(typed) {
      waitingLines.length = 0;
      if (controller === undefined) {
        screen.write(`\x1b[1m${unfinished === '' ? shell.prompt() : '> '}\x1b[0m${typed}^C\n`);
        unfinished = '';
        changed();
        return;
      }
      show('^C\n');
      if (takers.at(-1)?.() !== true) controller.abort();
    },
    endInput() {
      if (controller === undefined) {
        if (unfinished === '') this.submit('exit');
        return;
      }
      input.push(undefined);
      wakeReader?.();
    },
    clear() {
      screen.clear();
      changed();
    },
    complete: (text, at) => completeLine(shell.execution, text, at),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    takeSpoken() {
      const text = spoken;
      spoken = '';
      // What only a screen needs is not said.
      return text
        .split('\x1b')
        .map((piece, i) => (i === 0 ? piece : piece.replace(/^\[[?\d;]*[A-Za-z]/, '')))
        .join('');
    },
    setColumns(next) {
      columns = next;
    },
    close() {
      controller?.abort();
      shell.close();
    },
  };
}

function savedSession(): SavedSession | undefined {
  const stored = readStoredRecord('terminal-session');
  const cwd = stored?.['cwd'];
  const variables = stored?.['variables'];
  if (typeof cwd !== 'string' || !Array.isArray(variables)) return undefined;
  const clean = variables.filter(
    (each): each is [string, string, boolean] =>
      Array.isArray(each) &&
      typeof each[0] === 'string' &&
      typeof each[1] === 'string' &&
      typeof each[2] === 'boolean',
  );
  return { cwd, variables: clean };
}
