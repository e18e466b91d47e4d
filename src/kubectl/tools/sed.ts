import type { Program } from '../program.ts';
import { allMatches, RegexError, type Regex } from '../../base/regex/regex.ts';
import { breathe } from '../shell/patience.ts';
import { readFlags } from './flags.ts';
import { misuse, openInputs } from './lines.ts';
import { createStepGuard, RunawayError } from './patience.ts';
import { parseSed, SedError, type SedAddress, type SedCommand } from './sed-parse.ts';

const SPEC = {
  flags: 'nErsuz',
  values: 'ef',
  long: {
    quiet: 'n',
    silent: 'n',
    'regexp-extended': 'E',
    expression: 'e',
    file: 'f',
    'in-place': 'i',
  },
} as const;

/** sed: addresses, s, y, d, p, q, a, i, c, =, n, N, h, H, g, G, x, D, P, b, t, w, r, labels and blocks. */
export const sed: Program = async (args, io) => {
  // `-i` may carry a suffix and takes no further argument.
  const inPlace = args.some((arg) => /^-[nErsu]*i|^--in-place/.test(arg));
  const plain = args.map((arg) => (/^-[nErsu]*i/.test(arg) ? arg.replace(/i.*$/, '') : arg));
  const flags = readFlags(
    plain.filter((arg, i) => !(arg === '-' && args[i] !== '-') && !arg.startsWith('--in-place')),
    SPEC,
  );
  if (typeof flags === 'string') return misuse(io, 'sed', flags, 1);
  const rest = [...flags.rest];
  const scripts = [...flags.values('e')];
  for (const name of flags.values('f')) {
    const text = io.files.read(io.files.resolve(name));
    if (text === undefined)
      return misuse(io, 'sed', `couldn't open file ${name}: No such file or directory`, 1);
    scripts.push(text.replace(/\n$/, ''));
  }
  if (scripts.length === 0) {
    const first = rest.shift();
    if (first === undefined)
      return misuse(io, 'sed', 'usage: sed [OPTION]... {script} [input-file]...', 1);
    scripts.push(first);
  }
  try {
    const commands = parseSed(scripts.join('\n'), flags.has('E') || flags.has('r'));
    const { inputs, failed } = openInputs(io, "sed: can't read", rest);
    const groups = inPlace ? inputs.map((input) => [input]) : [inputs];
    for (const group of groups) {
      let output = '';
      const machine = createMachine(commands, {
        quiet: flags.has('n'),
        out: inPlace ? (text) => void (output += text) : (text) => io.out(text),
        read: (path) => io.files.read(io.files.resolve(path)),
        write: (path, text) =>
          io.files.write(
            io.files.resolve(path),
            (io.files.read(io.files.resolve(path)) ?? '') + text,
          ),
      });
      let held: string | undefined;
      let goesOn = true;
      for (const input of group) {
        for await (const line of input.lines()) {
          // One line is kept back, so that the last one is known to be it.
          if (held !== undefined) goesOn = machine.line(held, false);
          if (!goesOn) break;
          held = line;
          await breathe();
        }
        if (!goesOn) break;
      }
      if (goesOn && held !== undefined) machine.line(held, true);
      machine.finish();
      const [only] = group;
      if (inPlace && only !== undefined && only.name !== '-')
        io.files.write(io.files.resolve(only.name), output);
      if (machine.status !== undefined) return machine.status;
    }
    return failed ? 2 : 0;
  } catch (error) {
    if (error instanceof SedError || error instanceof RegexError)
      return misuse(io, 'sed', `-e expression #1, ${error.message}`, 1);
    if (error instanceof RunawayError) return misuse(io, 'sed', error.message, 1);
    throw error;
  }
};

interface SedWorld {
  readonly quiet: boolean;
  out(text: string): void;
  read(path: string): string | undefined;
  write(path: string, text: string): void;
}

interface SedMachine {
  /** False when it wants no more lines. */
  line(text: string, isLast: boolean): boolean;
  finish(): void;
  readonly status: number | undefined;
}

function createMachine(commands: readonly SedCommand[], world: SedWorld): SedMachine {
  const guard = createStepGuard();
  let number = 0;
  let pattern = '';
  let hold = '';
  let status: number | undefined;
  let lastRegex: Regex | undefined;
  let isOver = false;
  let isLastLine = false;
  const open = new Map<number, number | undefined>();
  let appended: string[] = [];
  /** Where to go on when the next line comes: after `n` or `N`. */
  let resume: { readonly at: number; readonly joins: boolean } | undefined;

  function usedRegex(regex: Regex | undefined): Regex {
    lastRegex = regex ?? lastRegex;
    if (lastRegex === undefined) throw new SedError('no previous regular expression');
    return lastRegex;
  }
  function meets(address: SedAddress): boolean {
    switch (address.kind) {
      case 'line':
        return number === address.number;
      case 'last':
        return isLastLine;
      case 'step':
        return address.step <= 0
          ? number === address.first
          : number >= address.first && (number - address.first) % address.step === 0;
      case 'regex':
        return usedRegex(address.regex).test(pattern);
      case 'plus':
        return false;
    }
  }
  function applies(command: SedCommand, i: number): boolean {
    const { from, to } = command;
    if (from === undefined) return !command.negated;
    let yes: boolean;
    if (to === undefined) yes = meets(from);
    else if (open.has(i)) {
      yes = true;
      const end = open.get(i);
      if (end === undefined ? meets(to) : number >= end) open.delete(i);
      // A range whose end lies behind is one line long.
      if (end !== undefined && number > end) yes = false;
    } else {
      yes = meets(from) || (from.kind === 'line' && from.number === 0 && number === 1);
      if (yes) {
        const end =
          to.kind === 'line' ? to.number : to.kind === 'plus' ? number + to.count : undefined;
        if (
          end === undefined
            ? !(from.kind === 'line' && from.number === 0 && meets(to))
            : end > number
        )
          open.set(i, end);
      }
    }
    return yes !== command.negated;
  }
  function substitute(command: Extract<SedCommand, { kind: 's' }>): boolean {
    const { regex, replacement, global, nth } = command;
    let result = '';
    let from = 0;
    let count = 0;
    let done = false;
    let lastEnd = -1;
    for (const found of allMatches(usedRegex(regex), pattern)) {
      if (found.start === found.end && found.start === lastEnd) continue;
      lastEnd = found.end;
      count += 1;
      if (count < nth) continue;
      result += pattern.slice(from, found.start) + replacement((index) => found.group(index) ?? '');
      from = found.end;
      done = true;
      if (!global) break;
    }
    if (done) pattern = result + pattern.slice(from);
    return done;
  }
  function endCycle(): void {
    if (!world.quiet) world.out(`${pattern}\n`);
    flushAppended();
  }
  function flushAppended(): void {
    for (const text of appended) world.out(text);
    appended = [];
  }

  /** Runs the commands from one on; true when the cycle is over (its end printed or not). */
  function run(start: number): void {
    let substituted = false;
    for (let i = start; i < commands.length; i++) {
      guard.step();
      const command = commands[i] as SedCommand; // Inside the list, by the condition.
      if (!applies(command, i)) {
        if (command.kind === '{') i = command.end;
        continue;
      }
      switch (command.kind) {
        case 's':
          if (!substitute(command)) break;
          substituted = true;
          if (command.print) world.out(`${pattern}\n`);
          if (command.file !== undefined) world.write(command.file, `${pattern}\n`);
          break;
        case 'y':
          pattern = [...pattern].map((char) => command.map.get(char) ?? char).join('');
          break;
        case 'd':
          flushAppended();
          return;
        case 'D': {
          const end = pattern.indexOf('\n');
          if (end < 0) {
            flushAppended();
            return;
          }
          pattern = pattern.slice(end + 1);
          flushAppended();
          i = -1;
          break;
        }
        case 'p':
          world.out(`${pattern}\n`);
          break;
        case 'P':
          world.out(`${pattern.split('\n')[0] ?? ''}\n`);
          break;
        case '=':
          world.out(`${number}\n`);
          break;
        case 'l':
          world.out(
            `${pattern.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n')}$\n`,
          );
          break;
        case 'a':
          appended.push(`${command.text}\n`);
          break;
        case 'i':
          world.out(`${command.text}\n`);
          break;
        case 'c':
          if (command.to === undefined || !open.has(i) || command.negated)
            world.out(`${command.text}\n`);
          flushAppended();
          return;
        case 'r': {
          const text = world.read(command.text);
          if (text !== undefined) appended.push(text);
          break;
        }
        case 'w':
          world.write(command.text, `${pattern}\n`);
          break;
        case 'q':
        case 'Q':
          if (command.kind === 'q') endCycle();
          status = command.code;
          isOver = true;
          return;
        case 'h':
          hold = pattern;
          break;
        case 'H':
          hold += `\n${pattern}`;
          break;
        case 'g':
          pattern = hold;
          break;
        case 'G':
          pattern += `\n${hold}`;
          break;
        case 'x':
          [pattern, hold] = [hold, pattern];
          break;
        case 'n':
        case 'N':
          if (isLastLine) {
            if (command.kind === 'N' || command.kind === 'n') endCycle();
            isOver = true;
            return;
          }
          if (command.kind === 'n') endCycle();
          resume = { at: i + 1, joins: command.kind === 'N' };
          return;
        case 'b':
          i = command.at - 1;
          break;
        case 't':
          if (substituted) i = command.at - 1;
          substituted = false;
          break;
      }
    }
    endCycle();
  }

  return {
    line(text, isLast) {
      guard.restart();
      number += 1;
      isLastLine = isLast;
      const from = resume;
      resume = undefined;
      pattern = from?.joins === true ? `${pattern}\n${text}` : text;
      run(from?.at ?? 0);
      return !isOver;
    },
    finish: flushAppended,
    get status() {
      return status;
    },
  };
}
