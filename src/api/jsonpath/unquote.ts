import { type Result, refusal, success } from '../../base/result.ts';

const syntaxWrong = refusal('invalid syntax');

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);
const hexLengths: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** The text inside single or double quotes, with Go's escapes resolved; either kind may hold a whole text. */
export function unquote(quoted: string): Result<string, string> {
  const quote = quoted[0];
  if (quoted.length < 2 || quote === undefined || !quoted.endsWith(quote)) return syntaxWrong;
  const inside = quoted.slice(1, -1);
  if (!inside.includes('\\') && !inside.includes(quote)) return success(inside);

  let text = '';
  let at = 0;
  while (at < inside.length) {
    const character = inside[at] as string; // In range by the loop's bound.
    if (character === quote || character === '\n') return syntaxWrong;
    if (character !== '\\') {
      text += character;
      at += 1;
      continue;
    }
    const escape = readEscape(inside, at + 1, quote);
    if (escape === undefined) return syntaxWrong;
    text += escape.text;
    at = escape.end;
  }
  return success(text);
}

interface Escape {
  readonly text: string;
  readonly end: number;
}

function readEscape(inside: string, at: number, quote: string): Escape | undefined {
  const letter = inside[at];
  if (letter === undefined) return undefined;
  const simple = simpleEscapes.get(letter);
  if (simple !== undefined) return { text: simple, end: at + 1 };
  if (letter === "'" || letter === '"') {
    return letter === quote ? { text: letter, end: at + 1 } : undefined;
  }
  const hexLength = hexLengths.get(letter);
  if (hexLength !== undefined) {
    const digits = inside.slice(at + 1, at + 1 + hexLength);
    if (digits.length !== hexLength || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
    return character(Number.parseInt(digits, 16), at + 1 + hexLength);
  }
  const octal = inside.slice(at, at + 3);
  if (!/^[0-7]{3}$/.test(octal)) return undefined;
  const code = Number.parseInt(octal, 8);
  return code > 255 ? undefined : character(code, at + 3);
}

function character(code: number, end: number): Escape | undefined {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
  return { text: String.fromCodePoint(code), end };
}
