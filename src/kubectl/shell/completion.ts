import type { ProgramContext, VirtualFiles } from '../program.ts';

/** One way in which the word under the cursor could go on. */
export interface Completion {
  /** The whole word. */
  readonly text: string;
  /** A few words beside it in the list. */
  readonly about?: string;
  /** Whether the word goes on: a folder, `--flag=`. No blank is then put behind it. */
  readonly open?: boolean;
}

/**
 * Completes a program's arguments. `words` begins with the program's name and ends with the word under the cursor,
 * which may be empty. Quotes are gone. Answers may hold words that do not begin so: they are left out afterwards.
 */
export type Completer = (
  words: readonly string[],
  surroundings: CompletionSurroundings,
) => Promise<readonly Completion[]>;

export interface CompletionSurroundings {
  readonly context: ProgramContext;
  readonly files: VirtualFiles;
  /** Paths that go on from this word. */
  paths(word: string): readonly Completion[];
}
