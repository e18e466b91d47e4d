import { type Result, refusal, success } from '../../base/result.ts';
import type { JsonPathFilter, JsonPathNode, JsonPathSlice, JsonPathTemplate } from './nodes.ts';
import { unquote } from './unquote.ts';

/**
 * Reads a template in kubectl's dialect of JSONPath (Kubernetes documentation: "JSONPath Support"): plain text with
 * expressions in braces. The error is the text that kubectl prints after "error parsing jsonpath …, ".
 */
export function parseJsonPath(template: string): Result<JsonPathTemplate, string> {
  const reader: Reader = { text: template, at: 0 };
  const nodes: JsonPathNode[] = [];
  while (reader.at < template.length) {
    const braceAt = template.indexOf('{', reader.at);
    const textEnd = braceAt < 0 ? template.length : braceAt;
    if (textEnd > reader.at) {
      nodes.push({ kind: 'text', text: template.slice(reader.at, textEnd) });
      reader.at = textEnd;
    }
    if (braceAt < 0) break;
    reader.at = braceAt + 1;
    const list: JsonPathNode[] = [];
    const error = parseAction(reader, list);
    if (error !== undefined) return refusal(error);
    nodes.push({ kind: 'list', nodes: list });
  }
  return success({ nodes });
}

interface Reader {
  readonly text: string;
  at: number;
}

/** What went wrong, or undefined when the action was read up to and with its closing brace. */
type ParseError = string | undefined;

/** The steps of `{text}`; text behind a brace inside it is read, and lost, as upstream has it. */
function parseInner(text: string): Result<readonly JsonPathNode[], string> {
  const parsed = parseJsonPath(`{${text}}`);
  if (!parsed.ok) return parsed;
  const [first] = parsed.value.nodes;
  return success(first?.kind === 'list' ? first.nodes : []);
}

function parseAction(reader: Reader, list: JsonPathNode[]): ParseError {
  for (;;) {
    const { text, at } = reader;
    const character = characterAt(text, at);
    let error: ParseError;
    if (character === '}') {
      reader.at += 1;
      return undefined;
    }
    if (character === '' || character === '\r' || character === '\n') return 'unclosed action';
    if (text.startsWith('[?(', at)) error = parseFilter(reader, list);
    else if (text.startsWith('..', at)) error = parseRecursive(reader, list);
    else if (character === ' ' || character === '@' || character === '$') reader.at += 1;
    else if (character === '[') error = parseBrackets(reader, list);
    else if (character === '"' || character === "'") error = parseQuoted(reader, list);
    else if (character === '.') {
      reader.at += 1;
      parseField(reader, list);
    } else if (/^[+\-\p{Nd}]$/u.test(character)) error = parseNumber(reader, list);
    else if (isAlphaNumeric(character)) parseIdentifier(reader, list);
    else return `unrecognized character in action: ${unicodeName(character)}`;
    if (error !== undefined) return error;
  }
}

function parseRecursive(reader: Reader, list: JsonPathNode[]): ParseError {
  if (list.at(-1)?.kind === 'recursive') return 'invalid multiple recursive descent';
  reader.at += 2;
  list.push({ kind: 'recursive' });
  if (isAlphaNumeric(characterAt(reader.text, reader.at))) parseField(reader, list);
  return undefined;
}

/** A name up to the next terminator; a backslash takes the meaning from what follows it. */
function parseField(reader: Reader, list: JsonPathNode[]): void {
  const from = reader.at;
  while (!isTerminator(reader.text[reader.at])) {
    reader.at += reader.text[reader.at] === '\\' ? 2 : 1;
  }
  reader.at = Math.min(reader.at, reader.text.length);
  const name = reader.text.slice(from, reader.at);
  if (name === '*') list.push({ kind: 'wildcard' });
  else list.push({ kind: 'field', name: name.replaceAll('\\', '') });
}

function parseIdentifier(reader: Reader, list: JsonPathNode[]): void {
  const from = reader.at;
  while (!isTerminator(reader.text[reader.at])) reader.at += 1;
  const name = reader.text.slice(from, reader.at);
  if (name === 'true' || name === 'false') list.push({ kind: 'bool', value: name === 'true' });
  else list.push({ kind: 'identifier', name });
}

function parseNumber(reader: Reader, list: JsonPathNode[]): ParseError {
  const found = /[+-]?[.\p{Nd}]*/uy;
  found.lastIndex = reader.at;
  const text = found.exec(reader.text)?.[0] ?? '';
  reader.at += text.length;
  const value = Number(text);
  if (/^[+-]?[0-9]+$/.test(text)) {
    list.push({ kind: Number.isSafeInteger(value) ? 'int' : 'float', value });
    return undefined;
  }
  if (!/^[+-]?([0-9]+\.[0-9]*|\.[0-9]+)$/.test(text)) return `cannot parse number ${text}`;
  list.push({ kind: 'float', value });
  return undefined;
}

function parseQuoted(reader: Reader, list: JsonPathNode[]): ParseError {
  const from = reader.at;
  const quote = reader.text[from];
  let at = from + 1;
  for (; ; at += 1) {
    const character = reader.text[at];
    if (character === undefined || character === '\n') return 'unterminated quoted string';
    if (character === quote && reader.text[at - 1] !== '\\') break;
  }
  reader.at = at + 1;
  const quoted = reader.text.slice(from, reader.at);
  const text = unquote(quoted);
  if (!text.ok) return `unquote string ${quoted} error ${text.error}`;
  list.push({ kind: 'text', text: text.value });
  return undefined;
}

/** `[…]`: a union, a key in single quotes, or an index or slice. */
function parseBrackets(reader: Reader, list: JsonPathNode[]): ParseError {
  const from = reader.at + 1;
  const closeAt = reader.text.indexOf(']', from);
  const lineEndAt = reader.text.indexOf('\n', from);
  if (closeAt < 0 || (lineEndAt >= 0 && lineEndAt < closeAt)) return 'unterminated array';
  reader.at = closeAt + 1;
  const inside = reader.text.slice(from, closeAt);
  if (inside.includes(',')) return parseUnion(inside, list);

  const key = /^'([^']*)'$/.exec(inside);
  if (key !== null) {
    const nodes = parseInner(`.${key[1]}`);
    if (!nodes.ok) return nodes.error;
    list.push(...nodes.value);
    return undefined;
  }
  const slice = parseSlice(inside === '*' ? ':' : inside);
  if (!slice.ok) return slice.error;
  list.push({ kind: 'slice', slice: slice.value });
  return undefined;
}

function parseUnion(inside: string, list: JsonPathNode[]): ParseError {
  const members: (readonly JsonPathNode[])[] = [];
  for (const member of inside.split(',')) {
    const nodes = parseInner(`[${member.replace(/^ +| +$/g, '')}]`);
    if (!nodes.ok) return nodes.error;
    members.push(nodes.value);
  }
  list.push({ kind: 'union', members });
  return undefined;
}

function parseSlice(text: string): Result<JsonPathSlice, string> {
  const parts = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (parts === null) return refusal(`invalid array index ${text}`);
  const numbers: (number | undefined)[] = [];
  for (const [index, part = ''] of parts.slice(1).entries()) {
    const digits = index === 0 ? part : part.slice(1);
    if (digits === '') numbers.push(undefined);
    else if (/^-?\d{1,15}$/.test(digits)) numbers.push(Number(digits));
    else return refusal(`array index ${digits} is not a number`);
  }
  const [from, to, step] = numbers;
  const isSingle = (parts[2] ?? '') === '';
  return success({ from, to: isSingle ? (from ?? 0) + 1 : to, step, isSingle });
}

/** `[?(…)]`. The end is the first `)` outside a quoted text, of which upstream expects at most one. */
function parseFilter(reader: Reader, list: JsonPathNode[]): ParseError {
  const from = reader.at + '[?('.length;
  const closeAt = filterEnd(reader.text, from);
  if (closeAt === undefined) return 'unterminated filter';
  if (reader.text[closeAt + 1] !== ']') return 'unclosed array expect ]';
  reader.at = closeAt + 2;
  const inside = reader.text.slice(from, closeAt);
  const sides = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(inside);
  if (sides === null) {
    const left = parseInner(inside);
    if (!left.ok) return left.error;
    return pushFilter(list, { left: left.value, right: [], operator: 'exists' });
  }
  const left = parseInner(sides[1] ?? '');
  if (!left.ok) return left.error;
  const right = parseInner(sides[3] ?? '');
  if (!right.ok) return right.error;
  return pushFilter(list, { left: left.value, right: right.value, operator: sides[2] ?? '' });
}

function pushFilter(list: JsonPathNode[], filter: JsonPathFilter): undefined {
  list.push({ kind: 'filter', filter });
  return undefined;
}

function filterEnd(text: string, from: number): number | undefined {
  let quote: string | undefined;
  let isClosed = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\n') return undefined;
    if (character === '"' || character === "'") {
      if (quote === undefined) quote = character;
      else if (character === quote && text[at - 1] !== '\\') isClosed = true;
    } else if (character === ')' && (quote === undefined || isClosed)) return at;
  }
  return undefined;
}

/** The character at a place, whole even beyond U+FFFF; the empty text at the end. */
function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function isAlphaNumeric(character: string): boolean {
  return /^[_\p{L}\p{Nd}]$/u.test(character);
}

function isTerminator(character: string | undefined): boolean {
  return character === undefined || ' \t\r\n.,[]$@{}'.includes(character);
}

function unicodeName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character) ? `${name} '${character}'` : name;
}
