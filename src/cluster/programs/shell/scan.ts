import type { Word } from './syntax.ts';
import { readTemplate, readWord, syntaxError, type Cursor, type PendingHeredoc } from './words.ts';

export function startHeredoc(cursor: Cursor, stripTabs: boolean): Word {
  const word = readWord(cursor);
  if (word === undefined) throw syntaxError('newline');
  const target: PendingHeredoc['target'] = [];
  cursor.pendingHeredocs.push({
    delimiter: plainText(word),
    expands: !word.some((part) => part.kind === 'text' && part.quoted),
    stripTabs,
    target,
    substitutions: cursor.substitutions,
  });
  return target;
}

/** Reads the texts of the here-documents that were announced on the line that has just ended. */
function readHeredocs(cursor: Cursor): void {
  for (const heredoc of cursor.pendingHeredocs.splice(0)) {
    let body = '';
    while (cursor.at < cursor.text.length) {
      const end = cursor.text.indexOf('\n', cursor.at);
      const stop = end < 0 ? cursor.text.length : end;
      let line = cursor.text.slice(cursor.at, stop);
      cursor.at = Math.min(stop + 1, cursor.text.length);
      if (heredoc.stripTabs) line = line.replace(/^\t+/, '');
      if (line === heredoc.delimiter) break;
      body += `${line}\n`;
    }
    if (heredoc.expands) {
      const owner: Cursor = { ...cursor, substitutions: heredoc.substitutions };
      heredoc.target.push(...readTemplate(body, owner));
    } else heredoc.target.push({ kind: 'text', text: body, quoted: true });
  }
}

export function plainText(word: Word): string {
  return word.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}

export function skipBlanks(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    const char = text[cursor.at];
    if (char === ' ' || char === '\t' || char === '\r') cursor.at += 1;
    else if (char === '\\' && text[cursor.at + 1] === '\n') cursor.at += 2;
    else if (char === '#') {
      while (cursor.at < text.length && text[cursor.at] !== '\n') cursor.at += 1;
    } else return;
  }
}

/** Blanks, comments and line breaks; here-documents begin at a line break. */
export function skipLines(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== '\n') return;
    cursor.at += 1;
    if (cursor.pendingHeredocs.length > 0) readHeredocs(cursor);
  }
}

const PLAIN_WORD = /[^\s;&|<>()]+/y;

export function peekWord(cursor: Cursor): string {
  PLAIN_WORD.lastIndex = cursor.at;
  return PLAIN_WORD.exec(cursor.text)?.[0] ?? '';
}

export function takeWord(cursor: Cursor): string {
  skipLines(cursor);
  const word = peekWord(cursor);
  cursor.at += word.length;
  return word;
}

export function take(cursor: Cursor, expected: string): void {
  if (takeWord(cursor) !== expected) throw syntaxError(`end of file (expecting "${expected}")`);
}

export function expectChar(cursor: Cursor, expected: string): void {
  skipLines(cursor);
  if (cursor.text[cursor.at] !== expected) {
    throw syntaxError(`end of file (expecting "${expected}")`);
  }
  cursor.at += 1;
}
