import { refusal, success, type Result } from '../../../base/result.ts';
import type { AndOrItem, Assignment, ListItem, Node, Redirect, Script, Word } from './syntax.ts';
import {
  expectChar,
  peekWord,
  plainText,
  skipBlanks,
  skipLines,
  startHeredoc,
  take,
  takeWord,
} from './scan.ts';
import { readArithmeticText, readTemplate, readWord, syntaxError, type Cursor } from './words.ts';

/** Scripts already read, by text: a thousand Pods of one Deployment share one tree. A memo only. */
const known = new Map<string, Result<Script, string>>();
const KNOWN_MAX = 500;

/** Reads a script. Refused with the shell's complaint when it is not one. */
export function parseScript(text: string): Result<Script, string> {
  let result = known.get(text);
  if (result === undefined) {
    if (known.size >= KNOWN_MAX) known.clear();
    result = parseAfresh(text);
    known.set(text, result);
  }
  return result;
}

function parseAfresh(text: string): Result<Script, string> {
  const cursor: Cursor = {
    text,
    at: 0,
    substitutions: [],
    pendingHeredocs: [],
    readScript: (inner) => readScript(inner, []),
  };
  try {
    const script = readScript(cursor, []);
    if (cursor.at < text.length) throw syntaxError(`"${text[cursor.at]}"`);
    return success(deepFreeze(script));
  } catch (error) {
    if (error instanceof SyntaxError) return refusal(error.message);
    throw error;
  }
}

/** A script's position is kept by pointing into its tree, which therefore never changes. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const item of Object.values(value)) if (!Object.isFrozen(item)) deepFreeze(item);
  }
  return value;
}

/** Words that end a list when they stand where a command would begin. */
type Closers = readonly string[];

/** Reads commands up to a closer, a closing parenthesis or the end. */
function readScript(cursor: Cursor, closers: Closers): Script {
  const items: ListItem[] = [];
  for (;;) {
    skipLines(cursor);
    if (atEnd(cursor) || closers.includes(peekWord(cursor))) break;
    const node = readAndOr(cursor);
    skipBlanks(cursor);
    const char = cursor.text[cursor.at];
    const background = char === '&';
    items.push({ node, background });
    if (char === ';' && cursor.text[cursor.at + 1] === ';') break;
    if (char === ';' || char === '&') cursor.at += 1;
    else if (char !== '\n') break;
  }
  return { items };
}

function atEnd(cursor: Cursor): boolean {
  const char = cursor.text[cursor.at];
  return char === undefined || char === ')' || (char === ';' && cursor.text[cursor.at + 1] === ';');
}

function readAndOr(cursor: Cursor): Node {
  const first = readPipeline(cursor);
  const rest: AndOrItem[] = [];
  for (;;) {
    skipBlanks(cursor);
    const op = cursor.text.slice(cursor.at, cursor.at + 2);
    if (op !== '&&' && op !== '||') break;
    cursor.at += 2;
    skipLines(cursor);
    rest.push({ op, node: readPipeline(cursor) });
  }
  return rest.length === 0 ? first : { kind: 'and-or', first, rest };
}

function readPipeline(cursor: Cursor): Node {
  skipBlanks(cursor);
  const negated = peekWord(cursor) === '!';
  if (negated) cursor.at += 1;
  const stages = [readCommand(cursor)];
  for (;;) {
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== '|' || cursor.text[cursor.at + 1] === '|') break;
    cursor.at += cursor.text[cursor.at + 1] === '&' ? 2 : 1;
    skipLines(cursor);
    stages.push(readCommand(cursor));
  }
  if (stages.length === 1 && !negated) return stages[0] as Node;
  return { kind: 'pipeline', negated, stages };
}

function readCommand(cursor: Cursor): Node {
  skipBlanks(cursor);
  const word = peekWord(cursor);
  if (cursor.text.startsWith('((', cursor.at)) {
    return owning(cursor, (substitutions) => ({
      kind: 'arithmetic',
      expression: readArithmeticText(cursor),
      substitutions,
    }));
  }
  if (cursor.text[cursor.at] === '(') {
    cursor.at += 1;
    const body = readScript(cursor, []);
    expectChar(cursor, ')');
    return withRedirects(cursor, body, true);
  }
  switch (word) {
    case '{': {
      take(cursor, '{');
      const body = readScript(cursor, ['}']);
      take(cursor, '}');
      return withRedirects(cursor, body);
    }
    case 'if':
      return compound(cursor, readIf(cursor));
    case 'while':
    case 'until':
      return compound(cursor, readWhile(cursor, word));
    case 'for':
      return compound(cursor, readFor(cursor));
    case 'case':
      return compound(cursor, readCase(cursor));
    case 'function': {
      take(cursor, 'function');
      const name = takeWord(cursor);
      skipBlanks(cursor);
      if (cursor.text.startsWith('()', cursor.at)) cursor.at += 2;
      return functionOf(cursor, name);
    }
    default:
      return readSimple(cursor);
  }
}

/** Runs a reader with a collector of its own for the `$(…)` it meets. */
function owning<T>(cursor: Cursor, read: (substitutions: readonly Script[]) => T): T {
  const outer = cursor.substitutions;
  const own: Script[] = [];
  cursor.substitutions = own;
  const node = read(own);
  cursor.substitutions = outer;
  return node;
}

/** A loop or condition with redirects behind it becomes a group around it. */
function compound(cursor: Cursor, node: Node): Node {
  skipBlanks(cursor);
  const char = cursor.text[cursor.at];
  if (
    char !== '>' &&
    char !== '<' &&
    !/^[0-9]?[<>]/.test(cursor.text.slice(cursor.at, cursor.at + 2))
  )
    return node;
  return withRedirects(cursor, { items: [{ node, background: false }] });
}

function withRedirects(cursor: Cursor, body: Script, subshell = false): Node {
  return owning(cursor, (substitutions) => {
    const redirects: Redirect[] = [];
    for (;;) {
      skipBlanks(cursor);
      const redirect = readRedirect(cursor);
      if (redirect === undefined) break;
      redirects.push(redirect);
    }
    return { kind: 'group', subshell, body, redirects, substitutions };
  });
}

function readIf(cursor: Cursor): Node {
  const clauses: { condition: Script; body: Script }[] = [];
  let otherwise: Script | undefined;
  take(cursor, 'if');
  for (;;) {
    const condition = readScript(cursor, ['then']);
    take(cursor, 'then');
    const body = readScript(cursor, ['elif', 'else', 'fi']);
    clauses.push({ condition, body });
    const word = takeWord(cursor);
    if (word === 'elif') continue;
    if (word === 'else') {
      otherwise = readScript(cursor, ['fi']);
      take(cursor, 'fi');
    } else if (word !== 'fi') throw syntaxError(`end of file (expecting "fi")`);
    return { kind: 'if', clauses, otherwise };
  }
}

function readWhile(cursor: Cursor, word: 'while' | 'until'): Node {
  take(cursor, word);
  const condition = readScript(cursor, ['do']);
  const body = readDo(cursor);
  return { kind: 'while', until: word === 'until', condition, body };
}

function readDo(cursor: Cursor): Script {
  take(cursor, 'do');
  const body = readScript(cursor, ['done']);
  take(cursor, 'done');
  return body;
}

function readFor(cursor: Cursor): Node {
  take(cursor, 'for');
  skipBlanks(cursor);
  if (cursor.text.startsWith('((', cursor.at)) return readCountingFor(cursor);
  return owning(cursor, (substitutions) => {
    const name = takeWord(cursor);
    skipLines(cursor);
    let words: Word[] | undefined;
    if (peekWord(cursor) === 'in') {
      take(cursor, 'in');
      words = [];
      for (;;) {
        skipBlanks(cursor);
        const word = readWord(cursor);
        if (word === undefined) break;
        words.push(word);
      }
    }
    skipBlanks(cursor);
    if (cursor.text[cursor.at] === ';') cursor.at += 1;
    return { kind: 'for', name, words, body: readDo(cursor), substitutions };
  });
}

/** `for ((i = 0; i < 3; i++))`: the first part, then a `while` with the third at its body's end. */
function readCountingFor(cursor: Cursor): Node {
  const start = cursor.at + 2;
  readArithmeticText(cursor);
  const parts = cursor.text.slice(start, cursor.at - 2).split(';');
  const arithmetic = (text: string): ListItem => ({
    node: {
      kind: 'arithmetic',
      expression: readTemplate(text.trim() === '' ? '1' : text, cursor),
      substitutions: [],
    },
    background: false,
  });
  skipBlanks(cursor);
  if (cursor.text[cursor.at] === ';') cursor.at += 1;
  const body = readDo(cursor);
  const loop: Node = {
    kind: 'while',
    until: false,
    condition: { items: [arithmetic(parts[1] ?? '')] },
    body: { items: [...body.items, arithmetic(parts[2] ?? '')] },
  };
  const items = [arithmetic(parts[0] ?? ''), { node: loop, background: false }];
  return { kind: 'group', subshell: false, body: { items }, redirects: [], substitutions: [] };
}

function readCase(cursor: Cursor): Node {
  take(cursor, 'case');
  return owning(cursor, (substitutions) => {
    skipBlanks(cursor);
    const word = readWord(cursor);
    if (word === undefined) throw syntaxError('newline');
    skipLines(cursor);
    take(cursor, 'in');
    const arms: { patterns: Word[]; body: Script }[] = [];
    for (;;) {
      skipLines(cursor);
      if (peekWord(cursor) === 'esac') break;
      if (cursor.text[cursor.at] === '(') cursor.at += 1;
      const patterns: Word[] = [];
      for (;;) {
        skipBlanks(cursor);
        const pattern = readWord(cursor);
        if (pattern === undefined) throw syntaxError('end of file (expecting "esac")');
        patterns.push(pattern);
        skipBlanks(cursor);
        if (cursor.text[cursor.at] !== '|') break;
        cursor.at += 1;
      }
      expectChar(cursor, ')');
      arms.push({ patterns, body: readScript(cursor, ['esac']) });
      skipLines(cursor);
      if (cursor.text.startsWith(';;', cursor.at)) cursor.at += 2;
    }
    take(cursor, 'esac');
    return { kind: 'case', word, arms, substitutions };
  });
}

function functionOf(cursor: Cursor, name: string): Node {
  skipLines(cursor);
  return { kind: 'function', name, body: readCommand(cursor) };
}

const ASSIGNMENT = /([A-Za-z_][A-Za-z0-9_]*)(\[[^\]]*\])?(\+?)=/y;

function readSimple(cursor: Cursor): Node {
  let definition: string | undefined;
  const node = owning(cursor, (substitutions) => {
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
      const assignment = words.length === 0 ? readAssignment(cursor) : undefined;
      if (assignment !== undefined) {
        assignments.push(assignment);
        continue;
      }
      if (words.length === 0 && isTestBracket(cursor)) {
        readTestBracket(cursor, words);
        continue;
      }
      const word = readWord(cursor);
      if (word === undefined) break;
      words.push(word);
      if (words.length === 1 && /^\s*\(\s*\)/.test(cursor.text.slice(cursor.at, cursor.at + 6))) {
        definition = plainText(word);
        cursor.at = cursor.text.indexOf(')', cursor.at) + 1;
        break;
      }
    }
    if (words.length + assignments.length + redirects.length === 0) {
      const char = cursor.text[cursor.at];
      throw syntaxError(
        char === undefined ? 'end of file' : char === '\n' ? 'newline' : `"${char}"`,
      );
    }
    return { kind: 'simple', assignments, words, redirects, substitutions } as const;
  });
  return definition === undefined ? node : functionOf(cursor, definition);
}

function isTestBracket(cursor: Cursor): boolean {
  return /^\[\[\s/.test(cursor.text.slice(cursor.at, cursor.at + 3));
}

/** `[[ … ]]`, within which `&&`, `<` and parentheses are plain words. */
function readTestBracket(cursor: Cursor, words: Word[]): void {
  const text = (value: string): Word => [{ kind: 'text', text: value, quoted: true }];
  while (cursor.at < cursor.text.length) {
    skipLines(cursor);
    const word = readWord(cursor);
    if (word !== undefined) {
      words.push(word);
      if (plainText(word) === ']]') return;
      continue;
    }
    const two = cursor.text.slice(cursor.at, cursor.at + 2);
    const op = two === '&&' || two === '||' ? two : (cursor.text[cursor.at] ?? '');
    words.push(text(op === '&&' ? '-a' : op === '||' ? '-o' : op));
    cursor.at += Math.max(1, op.length);
  }
  throw syntaxError('end of file (expecting "]]")');
}

function readAssignment(cursor: Cursor): Assignment | undefined {
  ASSIGNMENT.lastIndex = cursor.at;
  const match = ASSIGNMENT.exec(cursor.text);
  if (match === null) return undefined;
  cursor.at += match[0].length;
  const name = `${match[1]}${match[2] ?? ''}`;
  const append = match[3] === '+';
  if (cursor.text[cursor.at] !== '(') {
    return { name, append, value: readWord(cursor) ?? [], array: undefined };
  }
  cursor.at += 1;
  const array: Word[] = [];
  for (;;) {
    skipLines(cursor);
    const word = readWord(cursor);
    if (word === undefined) break;
    array.push(word);
  }
  expectChar(cursor, ')');
  return { name, append, value: [], array };
}

const REDIRECT = /([0-9]?)(<<-|<<<|<<|<|>>|>&|>\||>|&>>|&>)/y;

function readRedirect(cursor: Cursor): Redirect | undefined {
  REDIRECT.lastIndex = cursor.at;
  const match = REDIRECT.exec(cursor.text);
  if (match === null) return undefined;
  cursor.at += match[0].length;
  const sign = match[2] as string;
  const both = sign.startsWith('&');
  const op = both ? sign.slice(1) : sign === '>|' ? '>' : sign;
  const fd = both ? 3 : match[1] === '' ? (op.startsWith('<') ? 0 : 1) : Number(match[1]);
  skipBlanks(cursor);
  if (op === '<<' || op === '<<-') {
    return { fd, op: '<<', target: startHeredoc(cursor, op === '<<-') };
  }
  const target = readWord(cursor);
  if (target === undefined) throw syntaxError('newline');
  // A here-string is a document of one line.
  if (op === '<<<') {
    return { fd, op: '<<', target: [...target, { kind: 'text', text: '\n', quoted: true }] };
  }
  return { fd, op: op as Redirect['op'], target };
}
