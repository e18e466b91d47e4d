import {
  lineAt,
  looksAt,
  plainText,
  skipBlanks,
  takeMatch,
  takeText,
  unexpected,
  unfinished,
  type Cursor,
} from './cursor.ts';
import { parseCompound } from './parse-compound.ts';
import { peekWord, skipLines, takeReserved } from './parse-lines.ts';
import { readWord } from './parse-word.ts';
import type {
  AndOrItem,
  Assignment,
  ListItem,
  Node,
  Redirect,
  Script,
  SimpleNode,
  Word,
  WordPart,
} from './syntax.ts';

const NO_ALIASES: ReadonlyMap<string, string> = new Map();
/** Words that end a list; they mean this only where a command could begin. */
const ENDERS = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}']);
const REDIRECT = /(\d*)(<<<|<<-|<<|<&|<|>>|>&|>\||>)|(&>>|&>)/y;
const ASSIGNMENT = /([A-Za-z_][A-Za-z0-9_]*)(\+?)=/y;
const INDEXED = /([A-Za-z_][A-Za-z0-9_]*)\[/y;
const FUNCTION = /([A-Za-z_][A-Za-z0-9_:.-]*)[ \t]*\([ \t]*\)/y;
const ALIAS_DEPTH_MAX = 16;

/** Reads a whole script. Throws a ShellSyntaxError in bash's words. */
export function parseScript(
  text: string,
  aliases: ReadonlyMap<string, string> = NO_ALIASES,
): Script {
  const cursor: Cursor = { text, at: 0, pending: [], aliases, readScript: readList, readCommand };
  const script = readList(cursor);
  if (cursor.at < cursor.text.length) throw unexpected(cursor);
  if (cursor.pending.length > 0) throw unfinished(cursor);
  return script;
}

/** Reads commands until something that cannot begin one: the end, `)`, `;;`, `fi` and its like. */
function readList(cursor: Cursor): Script {
  const items: ListItem[] = [];
  for (;;) {
    skipLines(cursor);
    if (atListEnd(cursor)) return { items };
    const start = cursor.at;
    const node = readAndOr(cursor);
    const source = cursor.text.slice(start, cursor.at).trim();
    skipBlanks(cursor);
    const background = looksAt(cursor, '&') && !looksAt(cursor, '&&') && !looksAt(cursor, '&>');
    items.push({ node, background, source });
    if (background) cursor.at += 1;
    else if (looksAt(cursor, ';') && !looksAt(cursor, ';;')) cursor.at += 1;
    else if (looksAt(cursor, '\n')) continue;
    else return { items };
  }
}

function atListEnd(cursor: Cursor): boolean {
  if (cursor.at >= cursor.text.length) return true;
  if (looksAt(cursor, ')') || looksAt(cursor, ';;')) return true;
  const word = peekWord(cursor);
  return word !== undefined && ENDERS.has(word);
}

function readAndOr(cursor: Cursor): Node {
  const first = readPipeline(cursor);
  const rest: AndOrItem[] = [];
  for (;;) {
    skipBlanks(cursor);
    const op = takeText(cursor, '&&') ? '&&' : takeText(cursor, '||') ? '||' : undefined;
    if (op === undefined) break;
    skipLines(cursor);
    rest.push({ op, node: readPipeline(cursor) });
  }
  return rest.length === 0 ? first : { kind: 'and-or', first, rest };
}

function readPipeline(cursor: Cursor): Node {
  let negated = false;
  let timed = false;
  for (;;) {
    if (takeReserved(cursor, '!')) negated = !negated;
    else if (takeReserved(cursor, 'time')) timed = true;
    else break;
  }
  const stages: Node[] = [readCommand(cursor)];
  for (;;) {
    skipBlanks(cursor);
    if (looksAt(cursor, '||') || !takeText(cursor, '|')) break;
    const withErrors = takeText(cursor, '&');
    const last = stages.at(-1);
    if (withErrors && last !== undefined) stages[stages.length - 1] = alsoErrors(last);
    skipLines(cursor);
    stages.push(readCommand(cursor));
  }
  const [only] = stages;
  return only !== undefined && stages.length === 1 && !negated && !timed
    ? only
    : { kind: 'pipeline', negated, timed, stages };
}

/** `a |& b` is `a 2>&1 | b`. */
function alsoErrors(body: Node): Node {
  const target: Word = [{ kind: 'text', text: '1', quoted: false }];
  return { kind: 'redirected', body, redirects: [{ fd: 2, op: '>&', target }] };
}

/** One command, simple or compound, with the redirections behind it. */
function readCommand(cursor: Cursor): Node {
  skipBlanks(cursor);
  expandAlias(cursor);
  const compound = parseCompound(cursor);
  if (compound !== undefined) {
    const redirects = readRedirects(cursor);
    return redirects.length === 0 ? compound : { kind: 'redirected', body: compound, redirects };
  }
  const definition = takeMatch(cursor, FUNCTION);
  if (definition !== undefined) {
    skipLines(cursor);
    return { kind: 'function', name: definition[1] ?? '', body: readCommand(cursor) };
  }
  return readSimple(cursor);
}

function expandAlias(cursor: Cursor): void {
  const seen = new Set<string>();
  for (let depth = 0; depth < ALIAS_DEPTH_MAX; depth++) {
    const word = peekWord(cursor);
    if (word === undefined || seen.has(word)) return;
    const value = cursor.aliases.get(word);
    if (value === undefined) return;
    seen.add(word);
    cursor.text =
      cursor.text.slice(0, cursor.at) + value + cursor.text.slice(cursor.at + word.length);
  }
}

function readSimple(cursor: Cursor): SimpleNode {
  const line = lineAt(cursor);
  const assignments: Assignment[] = [];
  const words: Word[] = [];
  const redirects: Redirect[] = [];
  for (;;) {
    skipBlanks(cursor);
    const redirect = readRedirect(cursor);
    if (redirect !== undefined) {
      redirects.push(redirect);
      continue;
    }
    const declares = words.length > 0 && DECLARERS.has(plainText(words[0] ?? []) ?? '');
    const assignment = words.length === 0 || declares ? readAssignment(cursor) : undefined;
    if (assignment !== undefined) {
      if (words.length === 0) assignments.push(assignment);
      else words.push(asWord(assignment));
      continue;
    }
    const word = readWord(cursor);
    if (word === undefined) break;
    words.push(word);
  }
  if (words.length === 0 && assignments.length === 0 && redirects.length === 0)
    throw unexpected(cursor);
  if (words.length > 0 && looksAt(cursor, '(')) throw unexpected(cursor);
  return { kind: 'simple', line, assignments, words, redirects };
}

/** Their arguments are read like assignments: no splitting, arrays allowed. */
const DECLARERS = new Set(['export', 'local', 'declare', 'readonly', 'typeset']);

/** `name=value` as one word again: quoted, so that it is not split. */
function asWord({ name, value, array, append }: Assignment): Word {
  const head: WordPart = { kind: 'text', text: `${name}${append ? '+' : ''}=`, quoted: true };
  if (array === undefined) return [head, ...value.map(quoted)];
  // `declare -a x=(a b)`: handed over with a mark that no text of a person's can have.
  const items = array.flatMap((item): WordPart[] => [
    ...item.map(quoted),
    { kind: 'text', text: '\u0000', quoted: true },
  ]);
  return [head, { kind: 'text', text: '\u0000', quoted: true }, ...items];
}

function quoted(part: WordPart): WordPart {
  return { ...part, quoted: true };
}

function readAssignment(cursor: Cursor): Assignment | undefined {
  const start = cursor.at;
  let index: Word | undefined;
  let name: string | undefined;
  let append = false;
  const plain = takeMatch(cursor, ASSIGNMENT);
  if (plain !== undefined) {
    name = plain[1];
    append = plain[2] === '+';
  } else {
    const indexed = takeMatch(cursor, INDEXED);
    if (indexed !== undefined) {
      index = readWord(cursor, ']\n') ?? [];
      const tail = takeMatch(cursor, /\](\+?)=/y);
      if (tail !== undefined) {
        name = indexed[1];
        append = tail[1] === '+';
      }
    }
  }
  if (name === undefined) {
    cursor.at = start;
    return undefined;
  }
  if (index === undefined && takeText(cursor, '(')) {
    return { name, index, append, value: [], array: readArray(cursor) };
  }
  return { name, index, append, value: readWord(cursor) ?? [], array: undefined };
}

function readArray(cursor: Cursor): readonly Word[] {
  const words: Word[] = [];
  for (;;) {
    skipLines(cursor);
    if (takeText(cursor, ')')) return words;
    const word = readWord(cursor);
    if (word === undefined) throw unexpected(cursor);
    words.push(word);
  }
}

function readRedirects(cursor: Cursor): readonly Redirect[] {
  const redirects: Redirect[] = [];
  for (;;) {
    skipBlanks(cursor);
    const redirect = readRedirect(cursor);
    if (redirect === undefined) return redirects;
    redirects.push(redirect);
  }
}

function readRedirect(cursor: Cursor): Redirect | undefined {
  if (looksAt(cursor, '<(')) return undefined;
  const match = takeMatch(cursor, REDIRECT);
  if (match === undefined) return undefined;
  const [, digits = '', op = '', both] = match;
  skipBlanks(cursor);
  const target = readWord(cursor);
  if (target === undefined) throw unexpected(cursor);
  if (both !== undefined) return { fd: 'both', op: both === '&>>' ? '>>' : '>', target };
  const fd = digits === '' ? (op.startsWith('<') ? 0 : 1) : Number(digits);
  if (op === '<<' || op === '<<-') {
    const parts: WordPart[] = [];
    cursor.pending.push({
      delimiter: target.map((part) => (part.kind === 'text' ? part.text : '')).join(''),
      expands: !target.some((part) => part.kind === 'text' && part.quoted),
      stripTabs: op === '<<-',
      target: parts,
    });
    return { fd, op: '<<', target: parts };
  }
  // `>&file` without a number is the old way to write `&>file`.
  const isNumber = /^(?:\d+|-)$/.test(plainText(target) ?? '$');
  if (op === '>&' && digits === '' && !isNumber && plainText(target) !== undefined)
    return { fd: 'both', op: '>', target };
  return { fd, op: op === '>|' ? '>' : (op as Redirect['op']), target };
}
