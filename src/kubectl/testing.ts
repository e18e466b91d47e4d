import type { ProgramIo } from './program.ts';

/** What a program is run with in tests: no files, no variables, nothing typed, and everything it prints in one text. */
export function recordingIo(over: Partial<ProgramIo> = {}): {
  readonly io: ProgramIo;
  printed(): string;
} {
  let text = '';
  const io: ProgramIo = {
    readAll: async () => '',
    read: async () => undefined,
    out: (piece) => (text += piece),
    err: (piece) => (text += piece),
    stdinIsTerminal: false,
    stdoutIsTerminal: false,
    columns: 80,
    signal: new AbortController().signal,
    files: {
      read: () => undefined,
      write: () => undefined,
      remove: () => false,
      list: () => [],
      isFolder: () => false,
      resolve: (path) => path,
    },
    environment: new Map(),
    ...over,
  };
  return { io, printed: () => text };
}
