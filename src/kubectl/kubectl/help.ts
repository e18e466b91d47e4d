import type { ProgramIo } from '../program.ts';
import type { CommandLine } from './command-line.ts';
import { parseLine } from './flags.ts';

/** Whether a command is asked what it is, and not to run. */
export function wantsHelp({ command, rest }: CommandLine): boolean {
  const end = rest.indexOf('--');
  const own = end < 0 ? rest : rest.slice(0, end);
  const at = own.findIndex((word) => word === '-h' || word === '--help');
  // What stands behind the name of a Pod is its command's.
  return at >= 0 && (command !== 'exec' || own.slice(0, at).every((word) => word.startsWith('-')));
}

/** Prints the help of a command. The list of options is nobody's help. */
export async function printHelp(command: string, io: Pick<ProgramIo, 'out'>): Promise<void> {
  if (command === 'help') io.out(HELP_OF_HELP);
  else if (command !== 'options') {
    const { helpTexts } = await import('./generated/help.ts');
    io.out(helpTexts[command] ?? helpTexts[''] ?? '');
  }
}

const HELP_OF_HELP = `Help provides help for any command in the application.
Simply type kubectl help [path to command] for full details.

Usage:
  kubectl help [command] [flags] [options]

Use "kubectl options" for a list of global command-line options (applies to all commands).
`;

/** kubectl help WORD…: words after those of a command are not looked at. Of something unknown all commands are listed. */
export async function help(
  rest: readonly string[],
  io: Pick<ProgramIo, 'out' | 'err'>,
  find: (words: readonly string[]) => string,
): Promise<void> {
  const { args } = parseLine('help', rest);
  const [topic] = args;
  if (topic === undefined) return printHelp('', io);
  const command = find(args);
  if (command !== '') return printHelp(command, io);
  const { helpTexts } = await import('./generated/help.ts');
  const text = helpTexts[''] ?? '';
  const names = args.map((each) => (each.includes('`') ? JSON.stringify(each) : `\`${each}\``));
  const commands = text.slice(text.indexOf('\n\nBasic Commands'));
  io.err(`Unknown help topic [${names.join(' ')}]\n${commands}`);
}
