import { ShellSyntaxError, type Node, type Script, type Word, type WordPart } from './syntax.ts';

/** Where a parser stands in its text. */
export interface Cursor {
  text: string;
  at: number;
  /** Here-documents whose text begins after the next line break. */
  readonly pending: PendingDocument[];
  readonly aliases: ReadonlyMap<string, string>;
  /** Reads a script up to, not including, a closing parenthesis. */
  readonly readScript: (cursor: Cursor) => Script;
  /** Reads one command, compound or simple. */
  readonly readCommand: (cursor: Cursor) => Node;
}

export interface PendingDocument {
  readonly delimiter: string;
  readonly expands: boolean;
  readonly stripTabs: boolean;
  /** The redirect's target, filled in when the text has been read. */
  readonly target: WordPart[];
}

/** Characters that end an unquoted word. */
export const BREAKS = ' \t\n;&|<>()';

export function lineAt(cursor: Cursor, at = cursor.at): number {
  let line = 1;
  for (let i = cursor.text.indexOf('\n'); i >= 0 && i < at; i = cursor.text.indexOf('\n', i + 1))
    line += 1;
  return line;
}

/** A quote, bracket or compound that the text ends in the middle of. */
export function unfinished(cursor: Cursor, wanted?: string): ShellSyntaxError {
  const message =
    wanted === undefined
      ? 'syntax error: unexpected end of file'
      : `unexpected EOF while looking for matching \`${wanted}'`;
  return new ShellSyntaxError(message, lineAt(cursor, cursor.text.length), true);
}

export function unexpected(cursor: Cursor): ShellSyntaxError {
  const rest = cursor.text.slice(cursor.at);
  if (rest.trim() === '') return unfinished(cursor);
  const token = /^(?:&&|\|\||;;|[;&|()<>\n]|[^\s;&|()<>]+)/.exec(rest)?.[0] ?? rest.slice(0, 1);
  const shown = token === '\n' ? 'newline' : token;
  return new ShellSyntaxError(
    `syntax error near unexpected token \`${shown}'`,
    lineAt(cursor),
    false,
  );
}

/** Goes over blanks, joined lines and a comment; stays before a line break. */
export function skipBlanks(cursor: Cursor): void {
  for (;;) {
    const char = cursor.text[cursor.at];
    if (char === ' ' || char === '\t' || char === '\r') cursor.at += 1;
    else if (char === '\\' && cursor.text[cursor.at + 1] === '\n') cursor.at += 2;
    else if (char === '#') {
      const end = cursor.text.indexOf('\n', cursor.at);
      cursor.at = end < 0 ? cursor.text.length : end;
    } else return;
  }
}

/** Whether a text stands here. */
export function looksAt(cursor: Cursor, text: string): boolean {
  return cursor.text.startsWith(text, cursor.at);
}

export function takeText(cursor: Cursor, text: string): boolean {
  if (!looksAt(cursor, text)) return false;
  cursor.at += text.length;
  return true;
}

/** What a pattern with the sticky flag matches here; the cursor moves behind it. */
export function takeMatch(cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match === null) return undefined;
  cursor.at += match[0].length;
  return match;
}

/** A word that is one plain text, or undefined. */
export function plainText(word: Word): string | undefined {
  const part = word[0];
  return word.length === 1 && part?.kind === 'text' && !part.quoted ? part.text : undefined;
}
