import { complain, failHard, type Execution } from './execution.ts';
import { replaceGlob, trimGlob } from './glob.ts';
import type { ParameterPart, Word } from './syntax.ts';
import { elementsOf } from './variables.ts';

/** How the words inside a parameter are expanded. */
export interface WordExpander {
  text(word: Word): Promise<string>;
  pattern(word: Word): Promise<string>;
  number(text: string): number;
}

/** The value of `$x` or `${x…}`: a list for what stays several words (`"$@"`), else one text. */
export async function expandParameter(
  part: ParameterPart,
  execution: Execution,
  expander: WordExpander,
): Promise<string | readonly string[]> {
  const { name, op } = part;
  const index = part.index === undefined ? undefined : await expander.text(part.index);
  const isAll = index === '@' || index === '*' || name === '@' || name === '*';
  if (isAll) {
    const star = index === '*' || name === '*';
    const values = await valuesOfAll(part, index, execution, expander);
    if (typeof values === 'string') return values;
    if (part.quoted && star)
      return values.join((execution.variables.text('IFS') ?? ' ').slice(0, 1));
    return part.quoted ? values : splitAgain(values);
  }
  if (op === 'indirect') {
    const target = lookUp(name, undefined, execution, expander) ?? '';
    if (!/^(?:[A-Za-z_]\w*|\d+)$/.test(target)) {
      complain(execution, `${target}: invalid variable name`);
      failHard(execution, 1);
      return '';
    }
  }
  const value =
    op === 'indirect'
      ? execution.variables.text(lookUp(name, undefined, execution, expander) ?? '')
      : lookUp(name, index, execution, expander);
  if (value === undefined && execution.options.nounset && !toleratesUnset(op)) {
    complain(execution, `${name}: unbound variable`);
    failHard(execution, 127);
    return '';
  }
  return operate(part, value, execution, expander);
}

function toleratesUnset(op: string | undefined): boolean {
  return op !== undefined && /^:?[-=?+]$/.test(op);
}

/** Unquoted `$@` is split further by its reader; a list of one text each keeps the borders. */
function splitAgain(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.split(/[ \t\n]+/).filter((word) => word !== ''));
}

async function valuesOfAll(
  part: ParameterPart,
  index: string | undefined,
  execution: Execution,
  expander: WordExpander,
): Promise<string | readonly string[]> {
  const entries =
    index === undefined
      ? execution.positional.map((text, i) => [String(i + 1), text] as const)
      : elementsOf(execution.variables.get(part.name));
  const values = entries.map(([, value]) => value);
  switch (part.op) {
    case undefined:
      return values;
    case 'length':
      return String(values.length);
    case 'keys':
      return entries.map(([key]) => key);
    case ':': {
      const [from = 0, count] = (await operandNumbers(part, expander)) ?? [];
      // Positional parameters are counted from 1.
      const start = index === undefined ? Math.max(0, from - 1) : from;
      return values.slice(start, count === undefined ? undefined : start + count);
    }
    case ':-':
    case '-':
    case ':+':
    case '+': {
      const isThere = values.length > 0;
      if (part.op.endsWith('+')) return isThere ? expander.text(part.operand ?? []) : '';
      return isThere ? values : expander.text(part.operand ?? []);
    }
    default: {
      const results: string[] = [];
      for (const value of values) results.push(await operate(part, value, execution, expander));
      return results;
    }
  }
}

function lookUp(
  name: string,
  index: string | undefined,
  execution: Execution,
  expander: WordExpander,
): string | undefined {
  const { variables, positional } = execution;
  if (index !== undefined) {
    const variable = variables.get(name);
    const isKeyed = variable?.keyed === true;
    let key = isKeyed ? index : String(expander.number(index));
    const elements = new Map(elementsOf(variable));
    if (!isKeyed && key.startsWith('-')) key = [...elements.keys()].at(Number(key)) ?? key;
    return elements.get(key);
  }
  if (/^\d+$/.test(name)) return name === '0' ? execution.name : positional[Number(name) - 1];
  switch (name) {
    case '?':
      return String(execution.status);
    case '#':
      return String(positional.length);
    case '$':
      return '1000';
    case '!':
      return String(execution.jobs.list.at(-1)?.pid ?? '');
    case '-':
      return Object.entries({ e: execution.options.errexit, u: execution.options.nounset })
        .map(([letter, on]) => (on ? letter : ''))
        .join('');
    case 'LINENO':
      return String(execution.line);
    case 'SECONDS':
      return String(Math.floor(execution.shell.context.now() / 1000));
    case 'PWD':
      return execution.cwd;
    case 'RANDOM':
      return String(nextRandom(execution));
    default:
      return variables.text(name);
  }
}

/** A small generator of its own whose seed is kept among the variables: the same session, the same numbers. */
function nextRandom(execution: Execution): number {
  const seed = Number(execution.variables.text('RANDOM') ?? '1');
  const next = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  execution.variables.set('RANDOM', String(next));
  return Math.floor(next / 65_536) % 32_768;
}

async function operandNumbers(
  { operand }: ParameterPart,
  expander: WordExpander,
): Promise<readonly number[]> {
  const text = await expander.text(operand ?? []);
  return text.split(':').map((each) => expander.number(each));
}

async function operate(
  part: ParameterPart,
  value: string | undefined,
  execution: Execution,
  expander: WordExpander,
): Promise<string> {
  const { op, operand = [] } = part;
  const text = value ?? '';
  if (op === undefined || op === 'indirect') return text;
  const missing = op.startsWith(':') && op.length === 2 ? text === '' : value === undefined;
  switch (op) {
    case 'length':
      return String([...text].length);
    case ':-':
    case '-':
      return missing ? expander.text(operand) : text;
    case ':=':
    case '=': {
      if (!missing) return text;
      const fresh = await expander.text(operand);
      execution.variables.set(part.name, fresh);
      return fresh;
    }
    case ':?':
    case '?': {
      if (!missing) return text;
      const message = await expander.text(operand);
      const usual = op === ':?' ? 'parameter null or not set' : 'parameter not set';
      complain(execution, `${part.name}: ${message === '' ? usual : message}`);
      failHard(execution, 127);
      return '';
    }
    case ':+':
    case '+':
      return missing ? '' : expander.text(operand);
    case '#':
    case '##':
    case '%':
    case '%%':
      return trimGlob(text, op, await expander.pattern(operand));
    case ':': {
      const [from = 0, count] = await operandNumbers(part, expander);
      const start = from < 0 ? Math.max(0, text.length + from) : from;
      if (count === undefined) return text.slice(start);
      return text.slice(start, count < 0 ? text.length + count : start + count);
    }
    case '^^':
      return text.toUpperCase();
    case ',,':
      return text.toLowerCase();
    case '^':
      return text.slice(0, 1).toUpperCase() + text.slice(1);
    case ',':
      return text.slice(0, 1).toLowerCase() + text.slice(1);
    default: {
      const [pattern, by] = splitReplacement(operand);
      return replaceGlob(text, op, await expander.pattern(pattern), await expander.text(by));
    }
  }
}

/** `pattern/replacement` at the first slash that is not quoted. */
function splitReplacement(operand: Word): readonly [Word, Word] {
  for (const [i, part] of operand.entries()) {
    if (part.kind !== 'text') continue;
    const slash = part.text.indexOf('/');
    if (
      slash < 0 ||
      (part.text.length === 1 &&
        part.quoted &&
        i > 0 &&
        operand.length > i + 1 &&
        isEscaped(operand, i))
    )
      continue;
    const before: Word = [...operand.slice(0, i), { ...part, text: part.text.slice(0, slash) }];
    const after: Word = [{ ...part, text: part.text.slice(slash + 1) }, ...operand.slice(i + 1)];
    return [before, after];
  }
  return [operand, []];
}

/** A slash that stands alone between unquoted pieces was written `\/`. */
function isEscaped(operand: Word, i: number): boolean {
  const before = operand[i - 1];
  return before?.kind === 'text' && !before.quoted;
}
