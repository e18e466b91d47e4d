import { goQuote } from '../go-text.ts';

/**
 * What Go's decoder says of a text that is no JSON; undefined for one that is. It reads bytes, and names the first that
 * cannot stand where it stands (encoding/json: scanner.go). Only asked once a text has turned out to be none.
 */
export function jsonFault(text: string): string | undefined {
  const scan: Scan = { bytes: new TextEncoder().encode(text), at: 0 };
  try {
    wholeText(scan);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

/** The head of a body, as a refusal repeats it (upstream: summarizeData). */
export function bodySummary(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length === 0) return '<empty>';
  const head = bytes.subarray(0, SUMMARY_BYTES);
  const seen = text.startsWith('{')
    ? new TextDecoder().decode(head)
    : [...head].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return head.length < bytes.length ? `${seen} ...` : seen;
}

const SUMMARY_BYTES = 30;
const DEPTH_MAX = 10_000;

/** Ends the reading; thrown and caught in this file only. */
class Fault extends Error {}

type Open = '{' | '[';

const CLOSING: Readonly<Record<Open, string>> = { '{': '}', '[': ']' };

interface Scan {
  readonly bytes: Uint8Array;
  at: number;
}

/** The whole text. What it is inside of is kept in a list: hostile texts nest deeper than a stack reaches. */
function wholeText(scan: Scan): void {
  const open: Open[] = [];
  while (readValue(scan, open));
  space(scan);
  if (scan.at < scan.bytes.length) unexpected(scan, 'after top-level value');
}

/** A scalar, an empty object or list, or the beginning of one up to its first value; then whether another follows. */
function readValue(scan: Scan, open: Open[]): boolean {
  space(scan);
  const letter = peek(scan);
  if (letter !== '{' && letter !== '[') {
    scalar(scan, letter);
    return goesOn(scan, open);
  }
  open.push(letter);
  if (open.length > DEPTH_MAX) throw new Fault('exceeded max depth');
  scan.at += 1;
  space(scan);
  if (peek(scan) === CLOSING[letter]) return goesOn(scan, open);
  if (letter === '{') key(scan);
  return true;
}

/** After a value: closes what ends there, and says whether another value is to come. */
function goesOn(scan: Scan, open: Open[]): boolean {
  for (let inside = open.at(-1); inside !== undefined; inside = open.at(-1)) {
    space(scan);
    if (!take(scan, CLOSING[inside])) {
      const where = inside === '{' ? 'after object key:value pair' : 'after array element';
      if (!take(scan, ',')) unexpected(scan, where);
      if (inside === '{') key(scan);
      return true;
    }
    open.pop();
  }
  return false;
}

function key(scan: Scan): void {
  space(scan);
  if (peek(scan) !== '"') unexpected(scan, 'looking for beginning of object key string');
  string(scan);
  space(scan);
  if (!take(scan, ':')) unexpected(scan, 'after object key');
}

function scalar(scan: Scan, letter: string): void {
  switch (letter) {
    case '"':
      return string(scan);
    case 't':
      return literal(scan, 'true');
    case 'f':
      return literal(scan, 'false');
    case 'n':
      return literal(scan, 'null');
    default:
      if (letter === '-' || isDigit(letter)) return number(scan);
      return unexpected(scan, 'looking for beginning of value');
  }
}

function string(scan: Scan): void {
  scan.at += 1;
  for (;;) {
    const letter = peek(scan);
    if (letter === '"') {
      scan.at += 1;
      return;
    }
    if (letter === '' || letter < ' ') unexpected(scan, 'in string literal');
    scan.at += 1;
    if (letter === '\\') escape(scan);
  }
}

function escape(scan: Scan): void {
  const letter = peek(scan);
  if (letter === '' || !'bfnrt\\/"u'.includes(letter)) unexpected(scan, 'in string escape code');
  scan.at += 1;
  if (letter !== 'u') return;
  for (let digit = 0; digit < 4; digit += 1) {
    if (!/[0-9a-fA-F]/.test(peek(scan))) unexpected(scan, 'in \\u hexadecimal character escape');
    scan.at += 1;
  }
}

function number(scan: Scan): void {
  take(scan, '-');
  if (!take(scan, '0')) digits(scan, 'in numeric literal');
  if (take(scan, '.')) digits(scan, 'after decimal point in numeric literal');
  if (take(scan, 'e') || take(scan, 'E')) {
    if (!take(scan, '+')) take(scan, '-');
    digits(scan, 'in exponent of numeric literal');
  }
}

function digits(scan: Scan, where: string): void {
  if (!isDigit(peek(scan))) unexpected(scan, where);
  while (isDigit(peek(scan))) scan.at += 1;
}

function literal(scan: Scan, word: string): void {
  for (const letter of word) {
    if (!take(scan, letter)) unexpected(scan, `in literal ${word} (expecting '${letter}')`);
  }
}

function space(scan: Scan): void {
  while (/^[ \t\r\n]$/.test(peek(scan))) scan.at += 1;
}

/** The byte that is next, as a letter; the empty text at the end. */
function peek({ bytes, at }: Scan): string {
  const byte = bytes[at];
  return byte === undefined ? '' : String.fromCharCode(byte);
}

function take(scan: Scan, letter: string): boolean {
  if (peek(scan) !== letter) return false;
  scan.at += 1;
  return true;
}

function isDigit(letter: string): boolean {
  return letter >= '0' && letter <= '9';
}

function unexpected(scan: Scan, where: string): never {
  throw new Fault(
    scan.at >= scan.bytes.length
      ? 'unexpected end of JSON input'
      : `invalid character ${shown(scan)} ${where}`,
  );
}

function shown(scan: Scan): string {
  const letter = peek(scan);
  if (letter === "'") return String.raw`'\''`;
  return letter === '"' ? `'"'` : `'${goQuote(letter).slice(1, -1)}'`;
}
