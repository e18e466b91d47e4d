import type { ProgramIo } from '../program.ts';
import { breathe } from '../shell/patience.ts';

/** Standard input line by line, as it comes. */
export async function* inputLines(io: ProgramIo): AsyncGenerator<string> {
  let kept = '';
  for (;;) {
    const piece = await io.read();
    if (piece === undefined) break;
    const text = kept + piece;
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      yield text.slice(start, end);
      start = end + 1;
    }
    kept = text.slice(start);
  }
  if (kept !== '') yield kept;
}

/** The lines of a text; a break at its end begins no further line. */
export function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

/** What a tool reads: the files it was given, or standard input. */
export interface Input {
  /** The path as it was written; `-` for standard input. */
  readonly name: string;
  lines(): AsyncIterable<string>;
  text(): Promise<string>;
}

/** Opens files. Those that are not there are complained about, as `tool: name: No such file or directory`. */
export function openInputs(
  io: ProgramIo,
  tool: string,
  names: readonly string[],
): { readonly inputs: readonly Input[]; readonly failed: boolean } {
  const inputs: Input[] = [];
  let failed = false;
  for (const name of names.length === 0 ? ['-'] : names) {
    if (name === '-' || name === '/dev/stdin') {
      inputs.push({ name: '-', lines: () => inputLines(io), text: () => io.readAll() });
      continue;
    }
    const path = io.files.resolve(name);
    const content = io.files.read(path);
    if (content === undefined) {
      const isFolder = io.files.isFolder(path);
      io.err(`${tool}: ${name}: ${isFolder ? 'Is a directory' : 'No such file or directory'}\n`);
      failed = true;
      continue;
    }
    inputs.push({ name, lines: () => patiently(content), text: async () => content });
  }
  return { inputs, failed };
}

async function* patiently(content: string): AsyncGenerator<string> {
  for (const line of linesOf(content)) {
    await breathe();
    yield line;
  }
}

/** Says what is wrong with a tool's use; its status is 2 where nothing else is usual. */
export function misuse(io: ProgramIo, tool: string, message: string, status = 2): number {
  io.err(`${tool}: ${message}\n`);
  return status;
}
