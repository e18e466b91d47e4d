import type { Program } from '../../program.ts';
import { breathe } from '../../shell/patience.ts';
import { RegexError } from '../../../base/regex/regex.ts';
import { unescapeText } from '../escapes.ts';
import { linesOf, misuse, openInputs } from '../lines.ts';
import { createStepGuard, RunawayError } from '../patience.ts';
import { parseAwk } from './parse.ts';
import { createAwkMachine, type AwkWorld } from './run.ts';
import { AwkError } from './syntax.ts';

/**
 * awk: patterns and actions, as POSIX has it, with gawk's most used functions. Commands can neither be read from nor
 * written to (`"cmd" | getline`, `print | "cmd"`, `system`): it is said.
 */
export const awk: Program = async (args, io, context) => {
  const rest = [...args];
  const variables: [string, string][] = [];
  let source: string | undefined;
  while (rest[0]?.startsWith('-') === true && rest[0] !== '-') {
    const flag = rest.shift() ?? '';
    if (flag === '--') break;
    const value = (): string => flag.slice(2) || (rest.shift() ?? '');
    if (flag.startsWith('-F')) variables.push(['FS', separatorOf(value())]);
    else if (flag.startsWith('-v')) {
      const [name = '', ...text] = value().split('=');
      variables.push([name, unescapeText(text.join('=')).shown]);
    } else if (flag.startsWith('-f')) {
      const name = value();
      const text = io.files.read(io.files.resolve(name));
      if (text === undefined) return misuse(io, 'awk', `can't open file ${name}`);
      source = `${source ?? ''}${text}\n`;
    } else if (!flag.startsWith('--')) return misuse(io, 'awk', `unknown option ${flag} ignored`);
  }
  source ??= rest.shift();
  if (source === undefined)
    return misuse(io, 'awk', 'usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]');
  const guard = createStepGuard();
  try {
    const program = parseAwk(source);
    let ahead: string[] | undefined;
    const world: AwkWorld = {
      out: (text) => io.out(text),
      err: (text) => io.err(text),
      readFile(path) {
        const text = io.files.read(io.files.resolve(path));
        return text === undefined ? undefined : linesOf(text);
      },
      writeFile(path, text, appends) {
        const full = io.files.resolve(path);
        io.files.write(full, (appends ? (io.files.read(full) ?? '') : '') + text);
      },
      nextRecord: () => ahead?.shift(),
      now: () => context.now(),
    };
    const machine = createAwkMachine(program, world, guard);
    for (const [name, value] of variables) machine.setVariable(name, value);
    for (const [name, value] of io.environment) machine.setElement('ENVIRON', name, value);
    const needsInput =
      program.rules.some(({ when }) => when.kind !== 'begin') || program.readsAhead;
    const names = rest.filter((each) => !/^[A-Za-z_]\w*=/.test(each));
    for (const each of rest) {
      const match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(each);
      if (match !== null) machine.setVariable(match[1] ?? '', match[2] ?? '');
    }
    const { inputs, failed } = openInputs(io, 'awk', names);
    if (program.readsAhead) {
      const texts: string[] = [];
      for (const input of inputs) texts.push(await input.text());
      ahead = [...linesOf(texts.join(''))];
    }
    machine.begin();
    let goesOn = machine.status === 0 && needsInput;
    if (ahead !== undefined) {
      while (goesOn) {
        const line = ahead.shift();
        if (line === undefined) break;
        goesOn = machine.record(line);
      }
    } else if (goesOn) {
      let number = 0;
      for (const input of inputs) {
        machine.setVariable('FILENAME', input.name === '-' ? '' : input.name);
        if (number++ > 0) machine.setVariable('FNR', '0');
        const separator = machine.text('RS');
        const records =
          separator === '\n' ? input.lines() : recordsOf(await input.text(), separator);
        for await (const line of records) {
          guard.restart();
          if (!machine.record(line)) {
            goesOn = false;
            break;
          }
          await breathe();
        }
        if (!goesOn) break;
      }
    }
    guard.restart();
    machine.end();
    return failed ? 2 : machine.status;
  } catch (error) {
    if (error instanceof AwkError || error instanceof RegexError || error instanceof RunawayError)
      return misuse(io, 'awk', error.message);
    throw error;
  }
};

function separatorOf(text: string): string {
  return text === 't' ? '\t' : unescapeText(text).shown;
}

/** Records that do not end at line breaks: an empty RS means paragraphs. */
async function* recordsOf(text: string, separator: string): AsyncGenerator<string> {
  const parts = separator === '' ? text.trim().split(/\n{2,}/) : text.split(separator);
  const last = parts.at(-1);
  for (const part of last === '' || last === '\n' ? parts.slice(0, -1) : parts) yield part;
}
