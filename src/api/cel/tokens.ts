import { bytesOf, textOf as textOfBytes } from '../../base/byte-text.ts';
import type { Issue } from './issues.ts';

/** Words, numbers, texts and signs of an expression. */
export interface Token {
  readonly type: TokenType;
  /** As it was written; `<EOF>` for the end. */
  readonly text: string;
  readonly at: number;
}

/** As cel-go's grammar calls them; signs and words of the language are their own names. */
export type TokenType = string;

export const END = '<EOF>';

/** All token types in the order in which the grammar has them, which is the order of its lists of expected ones. */
export const tokenTypes: readonly TokenType[] =
  `<EOF> == != in < <= >= > && || [ ] { } ( ) . , - ! ? : + * / % true false null NUM_FLOAT NUM_INT NUM_UINT STRING BYTES IDENTIFIER ESC_IDENTIFIER`.split(
    ' ',
  );

const words: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);

const escape = String.raw`\\(?:[abfnrtv"'\\?\u0060]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})`;
const quoted = [
  '[rR]"""[\\s\\S]*?"""',
  "[rR]'''[\\s\\S]*?'''",
  `[rR]"[^"\\n\\r]*"`,
  `[rR]'[^'\\n\\r]*'`,
  `"""(?:${escape}|[^\\\\])*?"""`,
  `'''(?:${escape}|[^\\\\])*?'''`,
  `"(?:${escape}|[^\\\\"\\n\\r])*"`,
  `'(?:${escape}|[^\\\\'\\n\\r])*'`,
].join('|');

const pattern = new RegExp(
  [
    '(?<hidden>[\\t \\r\\n\\f]+|//[^\\n]*)',
    '(?<NUM_FLOAT>\\d+\\.\\d+(?:[eE][+-]?\\d+)?|\\d+[eE][+-]?\\d+|\\.\\d+(?:[eE][+-]?\\d+)?)',
    '(?<NUM_UINT>0x[0-9a-fA-F]+[uU]|\\d+[uU])',
    '(?<NUM_INT>0x[0-9a-fA-F]+|\\d+)',
    `(?<STRING>${quoted})`,
    `(?<BYTES>[bB](?:${quoted}))`,
    '(?<IDENTIFIER>[A-Za-z_]\\w*)',
    '(?<ESC_IDENTIFIER>`[\\w.\\-/ ]+`)',
    '(?<sign>&&|\\|\\||[=!<>]=|[-+*/%!<>?:.,()[\\]{}])',
  ].join('|'),
  'y',
);

/** The tokens of a text, the end included. What is none is passed over, and noted. */
export function tokensOf(text: string, issues: Issue[]): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) {
      const end = endOfStray(text, at);
      const shown = text.slice(at, end).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
      issues.push({ at, message: `Syntax error: token recognition error at: '${shown}'` });
      at = end;
      continue;
    }
    const [whole] = match;
    const groups = match.groups ?? {};
    const type = tokenTypes.find((each) => groups[each] !== undefined);
    if (groups['sign'] !== undefined || words.has(whole)) {
      tokens.push({ type: whole, text: whole, at });
    } else if (type !== undefined) tokens.push({ type, text: whole, at });
    at += whole.length;
  }
  tokens.push({ type: END, text: END, at });
  return tokens;
}

const inText = new RegExp(`(?:${escape}|[^\\\\\\n\\r])*`, 'y');

/**
 * The end of what cannot be read: the letter that could not follow goes with it, as in ANTLR. Half of `&&`, `||` and `==`
 * is such a beginning, and a text without an end.
 */
function endOfStray(text: string, at: number): number {
  const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if ('=&|'.includes(letter)) return Math.min(at + 2, text.length);
  if (letter === '"' || letter === "'") {
    inText.lastIndex = at + 1;
    const stop = at + 1 + (inText.exec(text)?.[0].length ?? 0);
    const isEscape = text[stop] === '\\';
    if (!isEscape) return Math.min(stop + 1, text.length);
    const wrong = /^\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?/.exec(
      text.slice(stop),
    );
    return Math.min(stop + (wrong?.[0].length ?? 1) + 1, text.length);
  }
  return at + letter.length;
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** The text that a literal stands for; of bytes that are no UTF-8, as `base/byte-text.ts` has them. */
export function textOf(token: string): string {
  const prefix = /^[rRbB]*/.exec(token)?.[0] ?? '';
  const inQuotes = token.slice(prefix.length);
  const size = inQuotes.startsWith('"""') || inQuotes.startsWith("'''") ? 3 : 1;
  const body = inQuotes.slice(size, -size);
  if (/[rR]/.test(prefix)) return body;
  const isBytes = /[bB]/.test(prefix);
  const byteOf = (code: number): string =>
    isBytes && code > 0x7f ? String.fromCharCode(0xdc00 + code) : String.fromCodePoint(code);
  const text = body.replace(
    /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g,
    (_, x: string, u: string, big: string, octal: string, other: string) => {
      if (octal !== undefined) return byteOf(Number.parseInt(octal, 8));
      if (x !== undefined) return byteOf(Number.parseInt(x, 16));
      const code = u ?? big;
      if (code === undefined) return escapes[other] ?? other;
      const point = Number.parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    },
  );
  // Several bytes may be one letter.
  return isBytes ? textOfBytes(bytesOf(text)) : text;
}
