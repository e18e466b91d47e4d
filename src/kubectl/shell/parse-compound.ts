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
import { peekWord, skipLines, takeReserved } from './parse-lines.ts';
import { readArithmeticText, readQuotedText, readWord } from './parse-word.ts';
import type { CaseArm, Clause, Node, Script, Word } from './syntax.ts';

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/** Reads what begins with a reserved word or a parenthesis; undefined when a simple command stands here. */
export function parseCompound(cursor: Cursor): Node | undefined {
  if (looksAt(cursor, '((')) {
    const start = cursor.at;
    cursor.at += 2;
    const expression = readArithmeticText(cursor);
    if (expression !== undefined) return { kind: 'arithmetic', expression };
    cursor.at = start;
  }
  if (takeText(cursor, '(')) {
    const body = filled(cursor, cursor.readScript(cursor));
    if (!takeText(cursor, ')')) throw unexpected(cursor);
    return { kind: 'group', subshell: true, body };
  }
  switch (peekWord(cursor)) {
    case '{': {
      cursor.at += 1;
      const body = filled(cursor, cursor.readScript(cursor));
      expect(cursor, '}');
      return { kind: 'group', subshell: false, body };
    }
    case 'if':
      return readIf(cursor);
    case 'while':
    case 'until': {
      const until = takeReserved(cursor, 'until');
      if (!until) takeReserved(cursor, 'while');
      const condition = filled(cursor, cursor.readScript(cursor));
      return { kind: 'while', until, condition, body: readDo(cursor) };
    }
    case 'for':
      return readFor(cursor);
    case 'case':
      return readCase(cursor);
    case 'function':
      return readFunction(cursor);
    case '[[':
      return readCondition(cursor);
    default:
      return undefined;
  }
}

function expect(cursor: Cursor, word: string): void {
  if (!takeReserved(cursor, word)) throw unexpected(cursor);
}

/** A list that must not be empty. */
function filled(cursor: Cursor, script: Script): Script {
  if (script.items.length === 0) throw unexpected(cursor);
  return script;
}

function readIf(cursor: Cursor): Node {
  const clauses: Clause[] = [];
  expect(cursor, 'if');
  for (;;) {
    const condition = filled(cursor, cursor.readScript(cursor));
    expect(cursor, 'then');
    clauses.push({ condition, body: filled(cursor, cursor.readScript(cursor)) });
    if (takeReserved(cursor, 'elif')) continue;
    if (takeReserved(cursor, 'else')) {
      const otherwise = filled(cursor, cursor.readScript(cursor));
      expect(cursor, 'fi');
      return { kind: 'if', clauses, otherwise };
    }
    expect(cursor, 'fi');
    return { kind: 'if', clauses };
  }
}

function readDo(cursor: Cursor): Script {
  skipLines(cursor);
  expect(cursor, 'do');
  const body = filled(cursor, cursor.readScript(cursor));
  expect(cursor, 'done');
  return body;
}

function readFor(cursor: Cursor): Node {
  expect(cursor, 'for');
  skipBlanks(cursor);
  if (takeText(cursor, '((')) return readCountingFor(cursor);
  const name = takeMatch(cursor, NAME)?.[0];
  if (name === undefined) throw unexpected(cursor);
  skipLines(cursor);
  let words: Word[] | undefined;
  if (takeReserved(cursor, 'in')) {
    words = [];
    for (;;) {
      skipBlanks(cursor);
      const word = readWord(cursor);
      if (word === undefined) break;
      words.push(word);
    }
  }
  skipBlanks(cursor);
  takeText(cursor, ';');
  return { kind: 'for', name, words, body: readDo(cursor) };
}

function readCountingFor(cursor: Cursor): Node {
  const end = cursor.text.indexOf('))', cursor.at);
  if (end < 0) throw unfinished(cursor, ')');
  const [start = '', condition = '', next = ''] = cursor.text.slice(cursor.at, end).split(';');
  cursor.at = end + 2;
  skipBlanks(cursor);
  takeText(cursor, ';');
  return {
    kind: 'counting-for',
    start: readQuotedText(start, cursor),
    condition: readQuotedText(condition, cursor),
    next: readQuotedText(next, cursor),
    body: readDo(cursor),
  };
}

function readCase(cursor: Cursor): Node {
  expect(cursor, 'case');
  skipBlanks(cursor);
  const word = readWord(cursor);
  if (word === undefined) throw unexpected(cursor);
  skipLines(cursor);
  expect(cursor, 'in');
  const arms: CaseArm[] = [];
  for (;;) {
    skipLines(cursor);
    if (takeReserved(cursor, 'esac')) return { kind: 'case', word, arms };
    if (cursor.at >= cursor.text.length) throw unfinished(cursor);
    takeText(cursor, '(');
    const patterns: Word[] = [];
    do {
      skipBlanks(cursor);
      const pattern = readWord(cursor);
      if (pattern === undefined) throw unexpected(cursor);
      patterns.push(pattern);
      skipBlanks(cursor);
    } while (takeText(cursor, '|'));
    if (!takeText(cursor, ')')) throw unexpected(cursor);
    arms.push({ patterns, body: cursor.readScript(cursor) });
    skipLines(cursor);
    if (!takeText(cursor, ';;') && peekWord(cursor) !== 'esac') throw unexpected(cursor);
  }
}

function readFunction(cursor: Cursor): Node {
  expect(cursor, 'function');
  skipBlanks(cursor);
  const name = takeMatch(cursor, /[^\s;&|<>()]+/y)?.[0];
  if (name === undefined) throw unexpected(cursor);
  skipBlanks(cursor);
  takeMatch(cursor, /\([ \t]*\)/y);
  skipLines(cursor);
  return { kind: 'function', name, body: cursor.readCommand(cursor) };
}

/** `[[ … ]]`: its operators as words of their own, for the evaluator. */
function readCondition(cursor: Cursor): Node {
  const line = lineAt(cursor);
  expect(cursor, '[[');
  const words: Word[] = [];
  for (;;) {
    skipLines(cursor);
    if (takeReserved(cursor, ']]')) return { kind: 'condition', words, line };
    if (cursor.at >= cursor.text.length) throw unfinished(cursor);
    const operator = takeMatch(cursor, /&&|\|\||[()<>]/y)?.[0];
    if (operator !== undefined) {
      words.push([{ kind: 'text', text: operator, quoted: false }]);
      continue;
    }
    // A regular expression may hold what would end a word elsewhere.
    const afterMatch = plainText(words.at(-1) ?? []) === '=~';
    const word = readWord(cursor, afterMatch ? ' \t\n' : undefined);
    if (word === undefined) throw unexpected(cursor);
    words.push(word);
  }
}
