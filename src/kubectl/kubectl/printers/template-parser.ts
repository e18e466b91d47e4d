import { markedFloat } from '../../../api/jsonpath/values.ts';
import { unquote } from '../../../api/jsonpath/unquote.ts';
import { isFunction } from './template-functions.ts';

/** The parts of a template of Go's text/template. */
export type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'action'; readonly pipeline: Pipeline }
  | {
      readonly type: 'if' | 'with' | 'range';
      readonly pipeline: Pipeline;
      readonly then: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | {
      readonly type: 'template';
      readonly name: string;
      readonly pipeline: Pipeline | undefined;
      /** The action as text/template writes it, and where it stands. */
      readonly place: { readonly source: string; readonly at: number };
    }
  | { readonly type: 'break' | 'continue' };

export interface Pipeline {
  readonly declares: readonly string[];
  /** `=` instead of `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export type Command = readonly Expression[];

/** `at`: where in the template it stands, as errors tell it; of a chain of fields, where the chain begins. */
export type Expression = { readonly source: string; readonly at: number } & (
  | { readonly type: 'literal'; readonly value: unknown }
  | { readonly type: 'dot'; readonly fields: readonly string[] }
  | { readonly type: 'variable'; readonly name: string; readonly fields: readonly string[] }
  | { readonly type: 'function'; readonly name: string }
  | { readonly type: 'group'; readonly pipeline: Pipeline; readonly fields: readonly string[] }
);

export interface Template {
  readonly text: string;
  readonly nodes: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

class ParseError extends Error {}

interface Piece {
  readonly kind: 'text' | 'action';
  readonly text: string;
  readonly line: number;
  /** Where the text stands in the template. */
  readonly at: number;
}

interface Token {
  readonly text: string;
  readonly at: number;
}

/** Parses a template; a text says what is wrong. */
export function parseTemplate(text: string): Template | string {
  let line = 1;
  try {
    const pieces = piecesOf(text);
    const defined = new Map<string, readonly Node[]>();
    let at = 0;

    function block(ends: boolean): { nodes: Node[]; end: string } {
      const nodes: Node[] = [];
      while (at < pieces.length) {
        const piece = pieces[at++];
        if (piece === undefined) break;
        ({ line } = piece);
        if (piece.kind === 'text') {
          if (piece.text !== '') nodes.push({ type: 'text', text: piece.text });
          continue;
        }
        const tokens = tokensOf(piece.text, piece.at);
        const word = tokens[0]?.text;
        if (word === undefined) {
          if (piece.text.trim() === '') throw new ParseError('missing value for command');
          continue;
        }
        if (word === 'end' || word === 'else') {
          if (!ends) throw new ParseError(`unexpected {{${word}}}`);
          return { nodes, end: tokens.map((token) => token.text).join(' ') };
        }
        nodes.push(...statement(word, tokens));
      }
      if (ends) throw new ParseError('unexpected EOF');
      return { nodes, end: '' };
    }

    function branch(type: 'if' | 'with' | 'range', tokens: readonly Token[]): Node {
      const pipeline = pipelineOf(tokens, type);
      const then = block(true);
      let otherwise: Node[] = [];
      if (then.end === 'else') {
        const rest = block(true);
        otherwise = rest.nodes;
        if (rest.end !== 'end') throw new ParseError(`expected end; found {{else}}`);
      } else if (then.end.startsWith('else ')) {
        const [, next = '', ...more] = then.end.split(' ');
        void more;
        if (next !== 'if' && next !== 'with') throw new ParseError(`unexpected <${next}> in else`);
        otherwise = [branch(next, tokensOf(then.end.slice(`else ${next}`.length), 0))];
      }
      return { type, pipeline, then: then.nodes, otherwise };
    }

    function statement(word: string, tokens: readonly Token[]): Node[] {
      switch (word) {
        case 'if':
        case 'with':
        case 'range':
          return [branch(word, tokens.slice(1))];
        case 'break':
        case 'continue':
          return [{ type: word }];
        case 'define':
        case 'block': {
          const name = unquoted(tokens[1]?.text ?? '');
          const body = block(true);
          defined.set(name, body.nodes);
          if (word === 'define') return [];
          const given = tokens.slice(2);
          return [
            { type: 'template', name, pipeline: pipelineOf(given, word), place: placeOf(tokens) },
          ];
        }
        case 'template': {
          const rest = tokens.slice(2);
          return [
            {
              type: 'template',
              name: unquoted(tokens[1]?.text ?? ''),
              pipeline: rest.length === 0 ? undefined : pipelineOf(rest, word),
              place: placeOf(tokens),
            },
          ];
        }
        default:
          return [{ type: 'action', pipeline: pipelineOf(tokens, 'command') }];
      }
    }

    const { nodes } = block(false);
    return { nodes, defined, text };
  } catch (error) {
    if (error instanceof ParseError) return `template: output:${line}: ${error.message}`;
    throw error;
  }
}

/** Go's place of a `template` action is its name. */
function placeOf(tokens: readonly Token[]): { readonly source: string; readonly at: number } {
  const source = `{{template ${tokens
    .slice(1)
    .map(({ text }) => text)
    .join(' ')}}}`;
  return { source, at: tokens[1]?.at ?? 0 };
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = text;
  let line = 1;
  let trims = false;
  while (rest !== '') {
    const open = rest.indexOf('{{');
    let plain = open < 0 ? rest : rest.slice(0, open);
    const startLine = line + plain.split('\n').length - 1;
    const before = plain;
    if (trims) plain = plain.trimStart();
    if (open < 0) {
      pieces.push({ kind: 'text', text: plain, line, at: 0 });
      break;
    }
    rest = rest.slice(open + 2);
    const close = closeOf(rest);
    if (close < 0) throw new ParseError('unclosed action');
    let action = rest.slice(0, close);
    let at = text.length - rest.length;
    rest = rest.slice(close + 2);
    if (/^-\s/.test(action)) {
      plain = plain.trimEnd();
      action = action.slice(1);
      at += 1;
    }
    trims = /\s-$/.test(action);
    if (trims) action = action.slice(0, -1);
    pieces.push({ kind: 'text', text: plain, line, at: 0 });
    const comment = action.trim();
    if (!(comment.startsWith('/*') && comment.endsWith('*/'))) {
      pieces.push({ kind: 'action', text: action, line: startLine, at });
    }
    line += before.split('\n').length - 1 + action.split('\n').length - 1;
  }
  return pieces;
}

/** The end of an action, past braces inside texts. */
function closeOf(text: string): number {
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\' && quote !== '`') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === '`' || character === "'") quote = character;
    else if (character === '}' && text.charAt(at + 1) === '}') return at;
  }
  return -1;
}

const tokenPattern =
  /\s+|"(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)+'|:=|=|,|\||\(|\)(?:\.[\w]+)*|\$?[\w]*(?:\.[\w]+)+|\.|\$[\w]*|[-+]?\d[\w.]*|\w+|./gy;

/** The words of an action; white space only parts them. */
function tokensOf(text: string, start: number): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(tokenPattern)) {
    if (match[0].trim() !== '') tokens.push({ text: match[0], at: start + match.index });
  }
  return tokens;
}

function unquoted(token: string): string {
  if (token.startsWith('`')) return token.slice(1, -1);
  const result = unquote(token);
  if (!result.ok) throw new ParseError(`unexpected ${token}`);
  return result.value;
}

function pipelineOf(tokens: readonly Token[], context: string): Pipeline {
  let at = 0;
  const declares: string[] = [];
  let assigns = false;
  const texts = tokens.map((token) => token.text);
  const sign = texts.findIndex((text) => text === ':=' || text === '=');
  if (sign > 0 && texts.slice(0, sign).every((text) => text === ',' || /^\$\w*$/.test(text))) {
    declares.push(...texts.slice(0, sign).filter((text) => text !== ','));
    assigns = texts[sign] === '=';
    at = sign + 1;
  }

  function pipeline(isGroup: boolean): { commands: Command[]; tail: string } {
    const commands: Command[] = [];
    let command: Expression[] = [];
    for (; at < tokens.length; ) {
      const start = tokens[at]?.at ?? 0;
      const token = texts[at++] ?? '';
      if (token === '|') {
        if (command.length === 0) throw new ParseError(`missing value for ${context}`);
        commands.push(command);
        command = [];
      } else if (token.startsWith(')')) {
        if (!isGroup) throw new ParseError('unexpected right paren');
        commands.push(command);
        return { commands, tail: token.slice(1) };
      } else if (token === '(') {
        const group = pipeline(true);
        command.push({
          type: 'group',
          pipeline: { declares: [], assigns: false, commands: group.commands },
          fields: fieldsOf(group.tail),
          source: '(…)',
          at: start,
        });
      } else command.push(operand(token, start));
    }
    if (isGroup) throw new ParseError('unclosed left paren');
    if (command.length === 0) throw new ParseError(`missing value for ${context}`);
    commands.push(command);
    return { commands, tail: '' };
  }

  return { declares, assigns, commands: pipeline(false).commands };
}

function fieldsOf(text: string): string[] {
  return text.split('.').filter((each) => each !== '');
}

/** Go's parser places a chain of fields at its second part. */
function chainStart(token: string, start: number): number {
  const second = /^[.$]/.test(token) ? token.indexOf('.', 1) : -1;
  return second < 0 ? start : start + second;
}

function operand(token: string, start: number): Expression {
  const source = token;
  const at = chainStart(token, start);
  if (token.startsWith('"') || token.startsWith('`')) {
    return { type: 'literal', value: unquoted(token), source, at };
  }
  if (token.startsWith("'")) {
    return { type: 'literal', value: token.slice(1, -1).codePointAt(0) ?? 0, source, at };
  }
  if (token === '.') return { type: 'dot', fields: [], source, at };
  if (token.startsWith('.')) return { type: 'dot', fields: fieldsOf(token), source, at };
  if (token.startsWith('$')) {
    const [name = '$', ...fields] = token.split('.');
    return { type: 'variable', name, fields, source, at };
  }
  if (/^[-+]?\d/.test(token)) {
    const value = Number(token);
    if (Number.isNaN(value)) throw new ParseError(`bad number syntax: "${token}"`);
    const isFraction = /[.eE]/.test(token) && !/^[-+]?0[xX]/.test(token);
    return { type: 'literal', value: isFraction ? markedFloat(value) : value, source, at };
  }
  if (token === 'true' || token === 'false') {
    return { type: 'literal', value: token === 'true', source, at };
  }
  if (token === 'nil') return { type: 'literal', value: undefined, source, at };
  if (isFunction(token)) return { type: 'function', name: token, source, at };
  if (/^\w/.test(token)) throw new ParseError(`function "${token}" not defined`);
  throw new ParseError(`unexpected ${JSON.stringify(token)} in operand`);
}
