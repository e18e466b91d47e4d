import { resolvePlain } from './scalars.ts';

/** Where a scalar is written, which decides whether and how it may be broken into lines. */
export interface ScalarPlace {
  /** Columns in front of a continued line. */
  readonly indent: number;
  /** The column at which it begins. */
  readonly column: number;
  readonly isKey: boolean;
}

/** Lines are folded at the first space after this column, as libyaml does. */
const foldColumn = 80;

/** Any JSON scalar, or an empty map or list, as YAML. */
export function scalarText(value: unknown, place: ScalarPlace): string {
  if (typeof value === 'string') return quotedText(value, place);
  if (typeof value === 'number') return goNumber(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? '[]' : '{}';
}

/** A number as Go prints it: whole ones as they are, others with an exponent from a million on. */
export function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function quotedText(text: string, place: ScalarPlace): string {
  const traits = traitsOf(text);
  if (text.includes('\n') && !place.isKey && traits.block) return literalBlock(text, place.indent);
  // Only text that looks like another type goes straight to double quotes; other trouble is for single ones.
  const meansItself = !text.includes('\n') && isTextWhenPlain(text, place.isKey);
  if (meansItself && traits.plain) return place.isKey ? text : foldPlain(text, place);
  if (meansItself && traits.single) return singleQuoted(text, place);
  return doubleQuoted(text, place);
}

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

function isTextWhenPlain(text: string, isKey: boolean): boolean {
  const { type } = resolvePlain(text);
  // `<<` means a merge only where it is a key.
  return (type === 'text' || (type === 'merge' && !isKey)) && !base60.test(text);
}

/** Which styles can hold a text at all. */
interface Traits {
  readonly plain: boolean;
  readonly single: boolean;
  readonly block: boolean;
}

const leadingIndicators = new Set('#,[]{}&*!|>\'"%@`');

/** What libyaml finds when it looks through a scalar before it chooses how to write it. */
function traitsOf(text: string): Traits {
  if (text === '') return { plain: false, single: true, block: false };
  let indicators = text.startsWith('---') || text.startsWith('...') || startsLikeSyntax(text);
  let spaceBreak = false;
  let breakSpace = false;
  let special = false;
  let lineBreaks = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (i > 0 && code === 0x3a && isBlankAt(text, i + 1)) indicators = true;
    if (i > 0 && code === 0x23 && isBlankAt(text, i - 1)) indicators = true;
    if (code === 0x0a) lineBreaks = true;
    else if (!isPrintable(code) || isBreak(code)) special = true;
    if (code === 0x20 && isBreak(text.charCodeAt(i + 1))) spaceBreak = true;
    if (isBreak(code) && text.charCodeAt(i + 1) === 0x20) breakSpace = true;
  }
  const edge = isEdge(text.charCodeAt(0)) || isEdge(text.charCodeAt(text.length - 1));
  const awkward = spaceBreak || special;
  return {
    plain: !indicators && !edge && !breakSpace && !awkward && !lineBreaks,
    single: !breakSpace && !awkward,
    block: !awkward && !text.endsWith(' '),
  };
}

function startsLikeSyntax(text: string): boolean {
  const first = text.charAt(0);
  if (leadingIndicators.has(first)) return true;
  return (first === '-' || first === '?' || first === ':') && isBlankAt(text, 1);
}

function isBlankAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return Number.isNaN(code) || code === 0x20 || code === 0x09 || isBreak(code);
}

/** libyaml also takes NEL and the two Unicode separators for line breaks. */
function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
}

function isEdge(code: number): boolean {
  return code === 0x20 || isBreak(code);
}

function isPrintable(code: number): boolean {
  if (code < 0x80) return code >= 0x20 && code <= 0x7e;
  if (code < 0xa0 || code === 0xfeff || code >= 0xfffe) return false;
  if (code < 0xd800 || code > 0xdfff) return true;
  // Go's printer escapes all characters beyond U+FFFF.
  return false;
}

function literalBlock(text: string, indent: number): string {
  const first = text.charCodeAt(0);
  const indentHint = first === 0x20 || isBreak(first) ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const pad = ' '.repeat(indent);
  const lines = body.split('\n').map((line) => (line === '' ? '' : pad + line));
  return `|${indentHint}${chomp}\n${lines.join('\n')}`;
}

function foldPlain(text: string, place: ScalarPlace): string {
  return foldAtSpaces(text, place, place.column, () => true);
}

function singleQuoted(text: string, place: ScalarPlace): string {
  const escaped = text.replaceAll("'", "''");
  if (place.isKey) return `'${escaped}'`;
  const last = escaped.length - 1;
  return `'${foldAtSpaces(escaped, place, place.column + 1, (at) => at > 0 && at < last)}'`;
}

/** Turns the first lone space after the fold column of each line into a line break. */
function foldAtSpaces(
  text: string,
  place: ScalarPlace,
  startColumn: number,
  mayBreak: (at: number) => boolean,
): string {
  if (startColumn + text.length <= foldColumn) return text;
  let folded = '';
  let column = startColumn;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const isLoneSpace =
      character === ' ' && text.charAt(at - 1) !== ' ' && text.charAt(at + 1) !== ' ';
    if (isLoneSpace && column > foldColumn && mayBreak(at)) {
      folded += `\n${' '.repeat(place.indent)}`;
      column = place.indent;
    } else {
      folded += character;
      column += 1;
    }
  }
  return folded;
}

const shortEscapes: Readonly<Record<string, string | undefined>> = {
  '\u0000': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u00a0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function doubleQuoted(text: string, place: ScalarPlace): string {
  const characters = [...text];
  let quoted = '"';
  let column = place.column + 1;
  let afterSpace = false;
  for (const [at, character] of characters.entries()) {
    const isInside = at > 0 && at < characters.length - 1;
    if (character === ' ' && !place.isKey && !afterSpace && column > foldColumn && isInside) {
      quoted += `\n${' '.repeat(place.indent)}`;
      column = place.indent;
      if (characters[at + 1] === ' ') {
        quoted += '\\';
        column += 1;
      }
      afterSpace = true;
      continue;
    }
    const written = escapeCharacter(character);
    quoted += written;
    column += written.length;
    afterSpace = character === ' ';
  }
  return `${quoted}"`;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const isEscaped =
    !isPrintable(character.charCodeAt(0)) ||
    isBreak(code) ||
    character === '"' ||
    character === '\\';
  if (!isEscaped) return character;
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${hex.padStart(4, '0')}`;
  return `\\U${hex.padStart(8, '0')}`;
}
