import { unescapeText } from '../escapes.ts';
import { AwkError } from './syntax.ts';

export interface Token {
  readonly kind:
    | 'number'
    | 'text'
    | 'regex'
    | 'name'
    | 'builtin'
    | 'call'
    | 'keyword'
    | 'operator'
    | 'newline'
    | 'end';
  readonly text: string;
}

const KEYWORDS = new Set([
  'BEGIN',
  'END',
  'function',
  'func',
  'if',
  'else',
  'while',
  'for',
  'do',
  'break',
  'continue',
  'next',
  'nextfile',
  'exit',
  'return',
  'delete',
  'in',
  'getline',
  'print',
  'printf',
]);
export const BUILTINS: ReadonlySet<string> = new Set([
  'length',
  'substr',
  'index',
  'split',
  'sub',
  'gsub',
  'gensub',
  'match',
  'sprintf',
  'sin',
  'cos',
  'atan2',
  'exp',
  'log',
  'sqrt',
  'int',
  'rand',
  'srand',
  'tolower',
  'toupper',
  'system',
  'close',
  'fflush',
  'strftime',
  'systime',
  'mktime',
  'asort',
  'asorti',
  'strtonum',
]);
const OPERATOR = /\*\*=|\*\*|[-+*/%^=!<>]=|\+\+|--|&&|\|\||!~|>>|[-+*/%^!<>=~?:;,(){}[\]$|]/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const NAME = /[A-Za-z_]\w*/y;
const TEXT = /"((?:[^"\\\n]|\\[\s\S])*)"/y;
/** What a slash divides after; everywhere else it begins an expression. */
const VALUE_ENDS = new Set([')', ']', '$', '++', '--']);

export function lexAwk(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) at += match[0].length;
    return match;
  };
  for (;;) {
    take(/(?:[ \t\r]|\\\r?\n|#[^\n]*)+/y);
    if (at >= source.length) break;
    if (take(/\n/y) !== null) {
      tokens.push({ kind: 'newline', text: '\n' });
      continue;
    }
    const number = take(NUMBER);
    if (number !== null) {
      tokens.push({ kind: 'number', text: number[0] });
      continue;
    }
    const name = take(NAME)?.[0];
    if (name !== undefined) {
      tokens.push(wordToken(name, source[at] === '('));
      continue;
    }
    const text = take(TEXT);
    if (text !== null) {
      // A slash may be escaped in a text too; a regular expression in it keeps its other escapes.
      tokens.push({
        kind: 'text',
        text: unescapeText((text[1] ?? '').replaceAll('\\/', '/')).shown,
      });
      continue;
    }
    if (source[at] === '/' && !endsValue(tokens.at(-1))) {
      tokens.push({ kind: 'regex', text: readRegex() });
      continue;
    }
    const operator = take(OPERATOR);
    if (operator === null) {
      if (source[at] === '"') throw new AwkError('non-terminated string');
      throw new AwkError(`syntax error at or near ${source[at] ?? ''}`);
    }
    tokens.push({ kind: 'operator', text: operator[0] });
  }
  return tokens;

  function readRegex(): string {
    let text = '';
    let inBracket = false;
    for (at += 1; ; at++) {
      const char = source[at];
      if (char === undefined || char === '\n')
        throw new AwkError('non-terminated regular expression');
      if (char === '\\') {
        const next = source[at + 1] ?? '';
        text += next === '/' ? '/' : char + next;
        at += 1;
        continue;
      }
      if (char === '[') inBracket = true;
      else if (char === ']') inBracket = false;
      else if (char === '/' && !inBracket) {
        at += 1;
        return text;
      }
      text += char;
    }
  }
}

function wordToken(text: string, isCalled: boolean): Token {
  if (KEYWORDS.has(text)) return { kind: 'keyword', text };
  if (BUILTINS.has(text)) return { kind: 'builtin', text };
  return { kind: isCalled ? 'call' : 'name', text };
}

function endsValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'operator') return VALUE_ENDS.has(token.text);
  return (
    token.kind === 'number' ||
    token.kind === 'text' ||
    token.kind === 'name' ||
    token.kind === 'builtin'
  );
}
