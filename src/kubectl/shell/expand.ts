import { ArithmeticError, evaluateArithmetic } from './arithmetic.ts';
import { expandBraces } from './braces.ts';
import { complain, failHard, type Execution, type Runner } from './execution.ts';
import { HOME, isFolder, namesIn } from './files.ts';
import { escapeGlob, isGlob, matchesGlob, unescapeGlob } from './glob.ts';
import { expandParameter } from './parameter.ts';
import { createCollector } from './streams.ts';
import type { Script, Word, WordPart } from './syntax.ts';

/** A stretch of an expanded word. What is quoted matches itself in a pattern and is not split. */
interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}
type Field = Piece[];

/** Expands words to arguments: braces, parameters, commands, splitting, file names. */
export async function expandWords(
  words: readonly Word[],
  execution: Execution,
  runner: Runner,
): Promise<string[]> {
  const result: string[] = [];
  for (const word of words) {
    for (const plain of expandBraces(word)) {
      for (const field of await fieldsOf(plain, execution, runner)) {
        result.push(...globbed(field, execution));
      }
    }
    if (execution.leaving !== undefined) break;
  }
  return result;
}

/** Expands a word to one text: no splitting, no file names. */
export async function expandText(
  word: Word,
  execution: Execution,
  runner: Runner,
): Promise<string> {
  const fields = await fieldsOf(word, execution, runner, { splits: false });
  return fields.map((field) => field.map(({ text }) => text).join('')).join(' ');
}

/** Expands a word to a pattern, in which what was quoted is escaped. */
export async function expandPattern(
  word: Word,
  execution: Execution,
  runner: Runner,
): Promise<string> {
  const fields = await fieldsOf(word, execution, runner, { splits: false });
  return fields.map(patternOf).join(' ');
}

function patternOf(field: Field): string {
  return field.map(({ text, quoted }) => (quoted ? escapeGlob(text) : text)).join('');
}

async function fieldsOf(
  word: Word,
  execution: Execution,
  runner: Runner,
  { splits = true }: { readonly splits?: boolean } = {},
): Promise<Field[]> {
  const fields: Field[] = [];
  let open: Field | undefined;
  const append = (piece: Piece): void => {
    if (open === undefined) fields.push((open = []));
    open.push(piece);
  };
  for (const [i, part] of word.entries()) {
    if (part.kind === 'text') {
      const text = i === 0 && !part.quoted ? expandTilde(part.text, word.length === 1) : part.text;
      append({ text, quoted: part.quoted });
      continue;
    }
    const values = await valuesOf(part, execution, runner);
    if (Array.isArray(values)) {
      for (const [index, text] of values.entries()) {
        if (index > 0) open = undefined;
        append({ text, quoted: true });
      }
    } else if (part.quoted || !splits) append({ text: values as string, quoted: part.quoted });
    else open = appendSplit(values as string, fields, open, execution);
  }
  return fields;
}

/** A list for what stays several words between quotes (`"$@"`), else one text. */
async function valuesOf(
  part: Exclude<WordPart, { kind: 'text' }>,
  execution: Execution,
  runner: Runner,
): Promise<string | readonly string[]> {
  switch (part.kind) {
    case 'command':
      return substitute(part.script, execution, runner);
    case 'process': {
      const { store } = execution.shell;
      const text = await outputOf(part.script, execution, runner);
      let number = 63;
      while (store.files.has(`/dev/fd/${number}`) && number > 10) number -= 1;
      store.files.set(`/dev/fd/${number}`, text);
      return `/dev/fd/${number}`;
    }
    case 'arithmetic':
      return arithmetic(await expandText(part.expression, execution, runner), execution);
    case 'parameter':
      return expandParameter(part, execution, {
        text: (word) => expandText(word, execution, runner),
        pattern: (word) => expandPattern(word, execution, runner),
        number: (text) => Number(arithmetic(text, execution)),
      });
  }
}

/** What the script prints, without the line breaks at its end. */
async function substitute(script: Script, execution: Execution, runner: Runner): Promise<string> {
  const only = script.items[0]?.node;
  // `$(<file)` reads the file.
  const redirect =
    only?.kind === 'simple' && only.words.length === 0 ? only.redirects[0] : undefined;
  if (script.items.length === 1 && redirect?.op === '<') {
    const path = await expandText(redirect.target, execution, runner);
    const { store } = execution.shell;
    const full = path.startsWith('/') ? path : `${execution.cwd}/${path}`;
    return (store.files.get(full) ?? '').replace(/\n+$/, '');
  }
  const text = await outputOf(script, execution, runner);
  return text.replace(/\n+$/, '').replaceAll('\0', '');
}

/** Runs a script in a subshell and answers what it printed. */
async function outputOf(script: Script, execution: Execution, runner: Runner): Promise<string> {
  const collector = createCollector();
  const child = runner.fork(execution, { outs: new Map(execution.outs).set(1, collector) });
  execution.status = await runner.script(child, script);
  return collector.text();
}

/** Works out an expression; an error ends the command. */
export function arithmetic(text: string, execution: Execution): string {
  const { variables } = execution;
  try {
    const value = evaluateArithmetic(text, {
      get(name) {
        const bracket = name.indexOf('[');
        if (bracket < 0) {
          const number = /^\d+$/.test(name) ? execution.positional[Number(name) - 1] : undefined;
          return number ?? variables.text(name);
        }
        const elements = variables.get(name.slice(0, bracket))?.value;
        const index = indexOf(name, bracket, execution);
        return typeof elements === 'string' ? elements : elements?.get(index);
      },
      set(name, newValue) {
        const bracket = name.indexOf('[');
        if (bracket < 0) variables.set(name, newValue);
        else
          variables.setIndex(name.slice(0, bracket), indexOf(name, bracket, execution), newValue);
      },
    });
    return String(value);
  } catch (error) {
    if (!(error instanceof ArithmeticError)) throw error;
    const { message } = error;
    // bash puts the whole expression before what is wrong with it.
    complain(execution, message.startsWith(`${text}:`) ? message : `${text}: ${message}`);
    failHard(execution, 1);
    return '';
  }
}

function indexOf(name: string, bracket: number, execution: Execution): string {
  const inner = name.slice(bracket + 1, -1);
  const isKeyed = execution.variables.get(name.slice(0, bracket))?.keyed === true;
  return isKeyed ? inner : arithmetic(inner, execution);
}

function expandTilde(text: string, alone: boolean): string {
  if (text === '~' && alone) return HOME;
  return text.startsWith('~/') ? HOME + text.slice(1) : text;
}

/** Splits a value at the characters of IFS and goes on with the last field, if it is still open. */
function appendSplit(
  value: string,
  fields: Field[],
  openField: Field | undefined,
  execution: Execution,
): Field | undefined {
  const ifs = execution.variables.text('IFS') ?? ' \t\n';
  let open = openField;
  let text = '';
  let pending = false;
  const put = (): void => {
    if (open === undefined) fields.push((open = []));
    if (text !== '') open.push({ text, quoted: false });
    text = '';
    pending = false;
  };
  for (const char of value) {
    if (!ifs.includes(char)) {
      text += char;
      pending = true;
    } else if (/\s/.test(char)) {
      if (pending) put();
      open = undefined;
    } else {
      // Each other separator ends a field, also an empty one.
      if (pending || open === undefined) put();
      open = undefined;
    }
  }
  if (pending) put();
  return open;
}

/** File names that the field stands for; itself where none match. */
function globbed(field: Field, execution: Execution): readonly string[] {
  const plain = field.map(({ text }) => text).join('');
  if (execution.options.noglob || !field.some(({ text, quoted }) => !quoted && /[*?[]/.test(text)))
    return [plain];
  const pattern = patternOf(field);
  if (!isGlob(pattern)) return [plain];
  const matches = matchingPaths(pattern, execution);
  return matches.length === 0 ? [plain] : matches;
}

function matchingPaths(pattern: string, execution: Execution): readonly string[] {
  const { store } = execution.shell;
  const isAbsolute = pattern.startsWith('/');
  let paths: { readonly full: string; readonly shown: string }[] = [
    isAbsolute ? { full: '', shown: '' } : { full: execution.cwd, shown: '' },
  ];
  const segments = pattern.split('/').filter((segment) => segment !== '');
  for (const [i, segment] of segments.entries()) {
    const isLast = i === segments.length - 1;
    paths = paths.flatMap(({ full, shown }) => {
      const join = (name: string) => ({
        full: `${full === '/' ? '' : full}/${name}`,
        shown: shown === '' && !isAbsolute ? name : `${shown}/${name}`,
      });
      if (!isGlob(segment)) {
        const next = join(unescapeGlob(segment));
        return store.files.has(next.full) || isFolder(store, next.full) ? [next] : [];
      }
      return namesIn(store, full === '' ? '/' : full)
        .filter((name) => matchesGlob(segment, name))
        .filter((name) => segment.startsWith('.') || !name.startsWith('.'))
        .map(join)
        .filter((next) => isLast || isFolder(store, next.full));
    });
  }
  return paths.map(({ shown }) => shown);
}
