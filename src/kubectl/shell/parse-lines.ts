import { BREAKS, skipBlanks, takeText, unfinished, type Cursor } from './cursor.ts';
import { readQuotedText } from './parse-word.ts';

/** The unquoted word here, without moving. */
export function peekWord(cursor: Cursor): string | undefined {
  const match = /[^\s;&|<>()'"\\$`]+/y;
  match.lastIndex = cursor.at;
  const word = match.exec(cursor.text)?.[0];
  if (word === undefined) return undefined;
  const next = cursor.text[cursor.at + word.length];
  return next === undefined || BREAKS.includes(next) || next === '\r' ? word : undefined;
}

export function takeReserved(cursor: Cursor, word: string): boolean {
  skipBlanks(cursor);
  if (peekWord(cursor) !== word) return false;
  cursor.at += word.length;
  return true;
}

/** Goes over blanks and line breaks, and reads the here-documents that begin after one. */
export function skipLines(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    if (!takeText(cursor, '\n')) return;
    readDocuments(cursor);
  }
}

function readDocuments(cursor: Cursor): void {
  for (const document of cursor.pending.splice(0)) {
    let body = '';
    for (;;) {
      if (cursor.at >= cursor.text.length) throw unfinished(cursor);
      const end = cursor.text.indexOf('\n', cursor.at);
      let line = cursor.text.slice(cursor.at, end < 0 ? undefined : end);
      cursor.at = end < 0 ? cursor.text.length : end + 1;
      if (document.stripTabs) line = line.replace(/^\t+/, '');
      if (line === document.delimiter) break;
      body += `${line}\n`;
    }
    if (document.expands) document.target.push(...readQuotedText(body, cursor));
    else document.target.push({ kind: 'text', text: body, quoted: true });
  }
}
