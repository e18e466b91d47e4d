import type { Program } from '../program.ts';
import { findCommand, refuseSubcommand } from './command-line.ts';
import { Failure, failureText } from './failure.ts';
import { parseLine } from './flags.ts';
import { help, printHelp, wantsHelp } from './help.ts';
import { createSession } from './session.ts';
import { verbs } from './verbs/index.ts';

/**
 * `kubectl` v1.35 as a program of the page's terminal. Exit status: 0, 1 for a failure, others where upstream has others
 * (`diff`, `exec`); 130 after Ctrl-C.
 */
export const kubectl: Program = async (args, io, context) => {
  try {
    const found = findCommand(args);
    const { command, rest } = found;
    if (wantsHelp(found)) {
      await printHelp(command, io);
      return 0;
    }
    if (command === 'help') {
      await help(rest, io, topicOf);
      return 0;
    }
    const verb = verbs[command];
    if (verb === undefined || command === '') {
      refuseSubcommand(found);
      const { helpTexts } = await import('./generated/help.ts');
      io.out(helpTexts[command] ?? '');
      // A command that only holds others was not meant to be run; the program alone was.
      return ['', 'options', 'certificate', 'alpha'].includes(command) ? 0 : 1;
    }
    const line = ['kubectl', ...args].map(quoted).join(' ');
    const session = createSession(command, parseLine(command, rest), { io, context, line });
    const code = await verb(session);
    if (session.flags.bool('warnings-as-errors') && session.warningCount() > 0) {
      const count = session.warningCount();
      throw new Failure(`${count} warning${count === 1 ? '' : 's'} received`);
    }
    return code ?? 0;
  } catch (error) {
    if (io.signal.aborted) return 130;
    if (!(error instanceof Failure)) throw error;
    io.err(failureText(error));
    return error.exitCode;
  }
};

/** The command that words of `kubectl help` name; empty when the first is none. */
function topicOf(words: readonly string[]): string {
  try {
    return findCommand(words).command;
  } catch (error) {
    if (error instanceof Failure) return '';
    throw error;
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
