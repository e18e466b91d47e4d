import { complain, out, type BuiltinEntry, type ShellCommand } from '../execution.ts';
import { assign } from '../assign.ts';
import { orAborted } from '../patience.ts';
import { formatPrintf } from '../../tools/format.ts';
import { unescapeText } from '../../tools/escapes.ts';
import { arrayOf } from '../variables.ts';

const echo: ShellCommand = (args, execution) => {
  let newline = true;
  let escapes = false;
  const rest = [...args];
  while (rest[0] !== undefined && /^-[neE]+$/.test(rest[0])) {
    const flag = rest.shift() ?? '';
    if (flag.includes('n')) newline = false;
    if (flag.includes('e')) escapes = true;
    if (flag.includes('E')) escapes = false;
  }
  const text = rest.join(' ');
  const { shown, stops } = escapes ? unescapeText(text) : { shown: text, stops: false };
  out(execution, newline && !stops ? `${shown}\n` : shown);
  return 0;
};

const printf: ShellCommand = (args, execution) => {
  const rest = [...args];
  let variable: string | undefined;
  if (rest[0] === '-v') {
    rest.shift();
    variable = rest.shift();
  }
  if (rest[0] === '--') rest.shift();
  const [format, ...values] = rest;
  if (format === undefined) {
    complain(execution, 'printf: usage: printf [-v var] format [arguments]');
    return 2;
  }
  const { text, problems } = formatPrintf(format, values);
  for (const problem of problems) complain(execution, `printf: ${problem}`);
  if (variable === undefined) out(execution, text);
  else assign(execution, variable, text);
  return problems.length > 0 ? 1 : 0;
};

const read: ShellCommand = async (args, execution) => {
  const names: string[] = [];
  let raw = false;
  let array: string | undefined;
  let delimiter = '\n';
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!arg.startsWith('-') || arg === '-') {
      names.push(arg);
      continue;
    }
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i] ?? '';
      if (letter === 'r') raw = true;
      else if ('adnpt'.includes(letter)) {
        const value = arg.slice(i + 1) || (rest.shift() ?? '');
        if (letter === 'a') array = value;
        else if (letter === 'd') delimiter = value === '' ? '\0' : value.slice(0, 1);
        else if (letter === 'p' && execution.stdin.isTerminal) execution.outs.get(2)?.write(value);
        break;
      }
    }
  }
  let text = '';
  let ended = false;
  for (;;) {
    const line = await orAborted(execution.stdin.readLine(), execution.signal).catch(
      () => undefined,
    );
    if (line === undefined) {
      ended = text === '';
      if (ended) break;
      ended = true;
      break;
    }
    text += line.text;
    ended = !line.whole;
    if (delimiter !== '\n' && line.whole) {
      // A text up to another delimiter (or its end) may hold line breaks.
      text += '\n';
      if (text.includes(delimiter)) break;
      continue;
    }
    if (raw || !/(?:^|[^\\])(?:\\\\)*\\$/.test(line.text) || !line.whole) break;
    text = text.slice(0, -1);
  }
  if (!raw) text = text.replace(/\\(.)/g, '$1');
  const ifs = execution.variables.text('IFS') ?? ' \t\n';
  if (array !== undefined) {
    assign(execution, array, arrayOf(splitFields(text, ifs, Infinity)));
  } else if (names.length === 0) execution.variables.set('REPLY', text);
  else {
    const fields = splitFields(text, ifs, names.length);
    for (const [i, name] of names.entries()) assign(execution, name, fields[i] ?? '');
  }
  return ended ? 1 : 0;
};

/** Splits at the characters of IFS into at most `most` fields; the last one keeps the rest as it is. */
function splitFields(text: string, ifs: string, most: number): readonly string[] {
  const isBlank = (char: string): boolean => ifs.includes(char) && /\s/.test(char);
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text[from] ?? '')) from += 1;
  while (to > from && isBlank(text[to - 1] ?? '')) to -= 1;
  const rest = text.slice(from, to);
  const fields: string[] = [];
  let field = '';
  for (let i = 0; i < rest.length; i++) {
    const char = rest[i] ?? '';
    if (!ifs.includes(char) || ifs === '') {
      field += char;
      continue;
    }
    if (fields.length === most - 1) return [...fields, field + rest.slice(i)];
    fields.push(field);
    field = '';
    let separators = isBlank(char) ? 0 : 1;
    while (i + 1 < rest.length && ifs.includes(rest[i + 1] ?? '')) {
      if (!isBlank(rest[i + 1] ?? '') && ++separators > 1) break;
      i += 1;
    }
  }
  return field === '' && fields.length > 0 && !ifs.trim() ? fields : [...fields, field];
}

const mapfile: ShellCommand = async (args, execution) => {
  const trims = args.some((arg) => arg === '-t');
  const name = args.filter((arg) => !arg.startsWith('-')).at(-1) ?? 'MAPFILE';
  const lines: string[] = [];
  for (;;) {
    const line = await orAborted(execution.stdin.readLine(), execution.signal).catch(
      () => undefined,
    );
    if (line === undefined) break;
    lines.push(trims || !line.whole ? line.text : `${line.text}\n`);
  }
  assign(execution, name, arrayOf(lines));
  return 0;
};

/** `getopts` keeps its place inside a word in a variable of its own. */
const getopts: ShellCommand = (args, execution) => {
  const [spec = '', name = 'opt', ...given] = args;
  const { variables } = execution;
  const words = given.length > 0 ? given : execution.positional;
  const index = Number(variables.text('OPTIND') ?? '1');
  const at = Number(variables.text('_GETOPTS_AT') ?? '1');
  const word = words[index - 1];
  if (word === undefined || !/^-./.test(word) || word === '--') {
    if (word === '--') variables.set('OPTIND', String(index + 1));
    variables.set(name, '?');
    return 1;
  }
  const letter = word[at] ?? '';
  const place = spec.replace(/^:/, '').indexOf(letter);
  const wantsValue = spec.replace(/^:/, '')[place + 1] === ':';
  let next = at + 1 < word.length ? index : index + 1;
  let nextAt = at + 1 < word.length ? at + 1 : 1;
  let result = letter;
  variables.unset('OPTARG');
  if (place < 0) {
    result = '?';
    if (spec.startsWith(':')) variables.set('OPTARG', letter);
    else complain(execution, `illegal option -- ${letter}`);
  } else if (wantsValue) {
    const inWord = word.slice(at + 1);
    const value = inWord === '' ? words[index] : inWord;
    next = inWord === '' ? index + 2 : index + 1;
    nextAt = 1;
    if (value === undefined) {
      result = spec.startsWith(':') ? ':' : '?';
      variables.set('OPTARG', letter);
      if (!spec.startsWith(':')) complain(execution, `option requires an argument -- ${letter}`);
    } else variables.set('OPTARG', value);
  }
  variables.set('OPTIND', String(next));
  variables.set('_GETOPTS_AT', String(nextAt));
  variables.set(name, result);
  return 0;
};

export const READING: readonly (readonly [string, BuiltinEntry])[] = [
  ['echo', { about: 'prints its arguments', run: echo }],
  ['printf', { about: 'prints after a format', run: printf }],
  ['read', { about: 'reads a line into variables', run: read }],
  ['mapfile', { about: 'reads lines into an array', run: mapfile }],
  ['readarray', { about: 'reads lines into an array', run: mapfile }],
  ['getopts', { about: "takes a script's options apart", run: getopts }],
];
