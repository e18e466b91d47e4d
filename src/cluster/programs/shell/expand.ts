import type { Files } from '../files.ts';
import { evaluateArithmetic, type Variables } from './arithmetic.ts';
import { isPattern, matchesPattern, trimPattern } from './pattern.ts';
import type { Word, WordPart } from './syntax.ts';

/** What words are expanded against. */
export interface Scope extends Variables {
  /** Undefined: not set, which `${x-default}` tells from empty. */
  find(name: string): string | undefined;
  readonly positional: readonly string[];
  readonly status: number;
  readonly files: Files;
  /** Outputs of the node's `$(…)`, in order. */
  readonly results: readonly string[];
  /** Told when `${x:?message}` finds nothing. */
  fail(message: string): void;
}

/** The fields that words become: split at blanks where unquoted, file names for patterns. */
export function expandWords(words: readonly Word[], scope: Scope): string[] {
  const fields: string[] = [];
  for (const word of words) expandInto(word, scope, fields);
  return fields;
}

/** A word as one text, without splitting: for assignments, redirects and patterns. */
export function expandText(word: Word, scope: Scope): string {
  let text = '';
  word.forEach((part, index) => {
    if (part.kind === 'text') text += index === 0 ? tilde(part, scope) : part.text;
    else text += valueOf(part, scope).join(' ');
  });
  return text;
}

function tilde(part: { readonly text: string; readonly quoted: boolean }, scope: Scope): string {
  if (part.quoted || !/^~($|\/)/.test(part.text)) return part.text;
  return (scope.find('HOME') ?? '/root') + part.text.slice(1);
}

function expandInto(word: Word, scope: Scope, fields: string[]): void {
  const single = word.length === 1 ? word[0] : undefined;
  if (single?.kind === 'text') {
    if (single.quoted) fields.push(single.text);
    else for (const piece of expandBraces(tilde(single, scope))) pushGlob(piece, scope, fields);
    return;
  }
  let current = '';
  let begun = false;
  let glob = false;
  const flush = () => {
    if (!begun) return;
    if (glob) pushGlob(current, scope, fields);
    else fields.push(current);
    current = '';
    begun = false;
    glob = false;
  };
  word.forEach((part, index) => {
    if (part.kind === 'text') {
      current += index === 0 ? tilde(part, scope) : part.text;
      begun = true;
      glob ||= !part.quoted && isPattern(part.text);
      return;
    }
    const values = valueOf(part, scope);
    if (part.quoted) {
      values.forEach((value, i) => {
        if (i > 0) flush();
        current += value;
        begun = true;
      });
      // A quoted empty value still makes a field; `"$@"` of nothing does not.
      if (values.length === 0) begun ||= current !== '';
      return;
    }
    const text = values.join(' ');
    const pieces = text.split(/[ \t\n]+/);
    pieces.forEach((piece, i) => {
      if (i > 0) flush();
      if (piece !== '') {
        current += piece;
        begun = true;
      }
    });
  });
  flush();
}

/** `{a,b}` and `{1..3}` in an unquoted word. */
function expandBraces(text: string): readonly string[] {
  const open = text.indexOf('{');
  if (open < 0) return [text];
  const close = text.indexOf('}', open);
  if (close < 0) return [text];
  const inside = text.slice(open + 1, close);
  const range = /^(-?\d+)\.\.(-?\d+)$/.exec(inside);
  let pieces: string[];
  if (range !== null) {
    const from = Number(range[1]);
    const to = Number(range[2]);
    const count = Math.min(1000, Math.abs(to - from) + 1);
    pieces = Array.from({ length: count }, (_, i) => String(from <= to ? from + i : from - i));
  } else if (inside.includes(',')) pieces = inside.split(',');
  else return [text];
  const rest = expandBraces(text.slice(close + 1));
  return pieces.flatMap((piece) => rest.map((tail) => text.slice(0, open) + piece + tail));
}

function pushGlob(text: string, scope: Scope, fields: string[]): void {
  if (!isPattern(text)) {
    fields.push(text);
    return;
  }
  const slash = text.lastIndexOf('/');
  const directory = slash < 0 ? '.' : text.slice(0, slash) || '/';
  const pattern = text.slice(slash + 1);
  const names = (scope.files.list(directory) ?? []).filter(
    (name) => (!name.startsWith('.') || pattern.startsWith('.')) && matchesPattern(pattern, name),
  );
  if (names.length === 0) fields.push(text);
  else for (const name of names) fields.push(slash < 0 ? name : `${text.slice(0, slash)}/${name}`);
}

function valueOf(part: Exclude<WordPart, { kind: 'text' }>, scope: Scope): readonly string[] {
  switch (part.kind) {
    case 'command':
      return [scope.results[part.index] ?? ''];
    case 'arithmetic':
      return [String(evaluateArithmetic(expandText(part.expression, scope), scope))];
    case 'param':
      return paramValue(part, scope);
  }
}

type Param = Extract<WordPart, { kind: 'param' }>;

function paramValue(part: Param, scope: Scope): readonly string[] {
  if (part.subscript !== undefined) {
    const subscript = expandText(part.subscript, scope);
    if (subscript === '@' || subscript === '*') return wholeArray(part.name, scope, part.op);
    const index = /^[\w\s+*/%-]+$/.test(subscript)
      ? String(evaluateArithmetic(subscript, scope))
      : subscript;
    return [applyOperator(part, scope.find(`${part.name}[${index}]`), scope)];
  }
  if ((part.name === '@' || part.name === '*') && part.op === undefined) {
    return part.name === '@' || !part.quoted ? scope.positional : [scope.positional.join(' ')];
  }
  return [applyOperator(part, plainParam(part.name, scope), scope)];
}

function wholeArray(name: string, scope: Scope, op: string | undefined): readonly string[] {
  const values: string[] = [];
  for (let i = 0; ; i++) {
    const value = scope.find(`${name}[${i}]`);
    if (value === undefined) break;
    values.push(value);
  }
  return op === '#length' ? [String(values.length)] : values;
}

function plainParam(name: string, scope: Scope): string | undefined {
  switch (name) {
    case '?':
      return String(scope.status);
    case '$':
      return '1';
    case '!':
      return scope.find('!') ?? '';
    case '#':
      return String(scope.positional.length);
    case '0':
      return scope.find('0') ?? 'sh';
    case '-':
      return '';
    case '@':
    case '*':
      return scope.positional.join(' ');
    default:
      if (/^[1-9]$/.test(name)) return scope.positional[Number(name) - 1];
      // The first element stands for a whole array.
      return scope.find(name) ?? scope.find(`${name}[0]`);
  }
}

function applyOperator(part: Param, value: string | undefined, scope: Scope): string {
  const { op } = part;
  if (op === undefined) return value ?? '';
  if (op === '#length') return String((value ?? '').length);
  if (op === '!indirect') return scope.find(value ?? '') ?? '';
  const operand = part.operand === undefined ? '' : expandText(part.operand, scope);
  const missing =
    op.startsWith(':') && op.length === 2 ? (value ?? '') === '' : value === undefined;
  switch (op) {
    case ':-':
    case '-':
      return missing ? operand : (value ?? '');
    case ':=':
    case '=':
      if (missing) scope.set(part.name, operand);
      return missing ? operand : (value ?? '');
    case ':?':
    case '?':
      if (missing) scope.fail(`${part.name}: ${operand || 'parameter not set'}`);
      return value ?? '';
    case ':+':
    case '+':
      return missing ? '' : operand;
    case '#':
    case '##':
    case '%':
    case '%%':
      return trimPattern(value ?? '', op, operand);
    case '/':
    case '//':
      return replacePattern(value ?? '', op, operand);
    case '^^':
      return (value ?? '').toUpperCase();
    case ',,':
      return (value ?? '').toLowerCase();
    case ':':
      return substring(value ?? '', operand);
    default:
      return value ?? '';
  }
}

function replacePattern(text: string, op: string, operand: string): string {
  const slash = operand.indexOf('/');
  const pattern = slash < 0 ? operand : operand.slice(0, slash);
  const replacement = slash < 0 ? '' : operand.slice(slash + 1);
  return op === '//'
    ? text.replaceAll(pattern, () => replacement)
    : text.replace(pattern, () => replacement);
}

function substring(text: string, operand: string): string {
  const [from, length] = operand.split(':').map(Number);
  const start = (from ?? 0) < 0 ? text.length + (from ?? 0) : (from ?? 0);
  return length === undefined ? text.slice(start) : text.slice(start, start + length);
}
