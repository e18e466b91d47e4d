import { complain, err, type Execution, type Runner } from './execution.ts';
import { expandText } from './expand.ts';
import { isFolder, parentOf, resolvePath } from './files.ts';
import { emptySource, NOWHERE, textSource, type Sink, type Source } from './streams.ts';
import type { Redirect } from './syntax.ts';

/**
 * Redirects the shell's streams. Answers how to put them back; undefined when a file could not be opened, which has
 * then been said.
 */
export async function redirected(
  execution: Execution,
  redirects: readonly Redirect[],
  runner: Runner,
): Promise<(() => void) | undefined> {
  const before = { stdin: execution.stdin, outs: execution.outs };
  const putBack = (): void => {
    execution.stdin = before.stdin;
    execution.outs = before.outs;
  };
  for (const redirect of redirects) {
    const done = await apply(execution, redirect, runner);
    if (!done) {
      putBack();
      return undefined;
    }
  }
  return putBack;
}

async function apply(execution: Execution, redirect: Redirect, runner: Runner): Promise<boolean> {
  const { fd, op } = redirect;
  const target = await expandText(redirect.target, execution, runner);
  if (execution.leaving !== undefined) return false;
  switch (op) {
    case '<<':
      execution.stdin = textSource(target);
      return true;
    case '<<<':
      execution.stdin = textSource(`${target}\n`);
      return true;
    case '<': {
      const source = openToRead(execution, target);
      if (source === undefined) return false;
      execution.stdin = source;
      return true;
    }
    case '<&':
      if (target === '-') execution.stdin = emptySource();
      return true;
    case '>&': {
      const outs = new Map(execution.outs);
      const sink = target === '-' ? NOWHERE : outs.get(Number(target));
      if (sink === undefined) {
        complain(execution, `${target}: Bad file descriptor`);
        return false;
      }
      execution.outs = outs.set(fd === 'both' ? 1 : fd, sink);
      return true;
    }
    case '>':
    case '>>': {
      const sink = openToWrite(execution, target, op === '>>');
      if (sink === undefined) return false;
      const outs = new Map(execution.outs);
      if (fd === 'both') outs.set(1, sink).set(2, sink);
      else outs.set(fd, sink);
      execution.outs = outs;
      return true;
    }
  }
}

function openToRead(execution: Execution, target: string): Source | undefined {
  const { store } = execution.shell;
  const path = resolvePath(execution.cwd, target);
  if (path === '/dev/stdin') return execution.stdin;
  if (path === '/dev/null') return emptySource();
  const content = store.files.get(path);
  if (content !== undefined) return textSource(content);
  complain(
    execution,
    `${target}: ${isFolder(store, path) ? 'Is a directory' : 'No such file or directory'}`,
  );
  return undefined;
}

function openToWrite(execution: Execution, target: string, appends: boolean): Sink | undefined {
  const { store } = execution.shell;
  const path = resolvePath(execution.cwd, target);
  if (path === '/dev/null') return NOWHERE;
  if (path === '/dev/stdout') return execution.outs.get(1);
  if (path === '/dev/stderr') return execution.outs.get(2);
  if (path === '/dev/tty') return { write: (text) => err(execution, text), isTerminal: true };
  if (target === '' || isFolder(store, path) || !isFolder(store, parentOf(path))) {
    const reason =
      target !== '' && isFolder(store, path) ? 'Is a directory' : 'No such file or directory';
    complain(execution, `${target}: ${reason}`);
    return undefined;
  }
  store.files.set(path, appends ? (store.files.get(path) ?? '') : '');
  store.onChange?.();
  return {
    isTerminal: false,
    write(text) {
      store.files.set(path, (store.files.get(path) ?? '') + text);
      store.onChange?.();
    },
  };
}
