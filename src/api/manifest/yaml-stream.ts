import { Composer, type Document, Lexer, type ParsedNode, Parser } from 'yaml';
import { manifestLimits } from './problem.ts';

/** One YAML document as the library understood it: a tree with offsets, and what the library found wrong. */
export interface YamlDocument {
  readonly root: ParsedNode | null;
  readonly errors: readonly YamlFault[];
}

/** A fault with its stretch of the text, as offsets into the whole text. */
export interface YamlFault {
  readonly from: number;
  readonly to: number;
  readonly code: string;
  readonly message: string;
}

/** The work done so far on one manifest, shared by its documents so that the limit is on all of them together. */
export interface ReadingBudget {
  lexemesLeft: number;
}

// All scalars stay text: what a word means is decided in scalars.ts, as Go's parser does and not as YAML 1.2 does.
// Duplicate keys are ours to find, too: the library compares every key with every other.
const composerOptions = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false } as const;

/**
 * The documents in one stretch of text that starts at `offset` of the whole. Answers at most one fault when a limit
 * stops the reading. Runs in time linear in the text.
 */
export function readYaml(text: string, offset: number, budget: ReadingBudget): YamlDocument[] {
  return withoutStackTraces(() => {
    const tokens: Parameters<Composer['next']>[0][] = [];
    const parser = new Parser();
    let flowDepth = 0;
    let at = 0;
    for (const lexeme of new Lexer().lex(text)) {
      if (lexeme === '[' || lexeme === '{') flowDepth += 1;
      else if (lexeme === ']' || lexeme === '}') flowDepth = Math.max(0, flowDepth - 1);
      budget.lexemesLeft -= 1;
      if (budget.lexemesLeft < 0) return [stopped(offset + at, 'TOO_INTRICATE')];
      // The parser holds one entry for each collection that is open; block ones have no bracket to count.
      if (flowDepth > manifestLimits.depth || openCollections(parser) > manifestLimits.depth + 2) {
        return [stopped(offset + at, 'TOO_DEEP')];
      }
      for (const token of parser.next(lexeme)) tokens.push(token);
      if (!isMark(lexeme)) at += lexeme.length;
    }
    for (const token of parser.end()) tokens.push(token);
    const documents: YamlDocument[] = [];
    for (const document of new Composer(composerOptions).compose(tokens, true, text.length)) {
      documents.push(toYamlDocument(document, text, offset));
    }
    return documents;
  });
}

/** The lexer speaks of some things by control characters (BOM, document and flow ends, a scalar follows). */
function isMark(lexeme: string): boolean {
  return lexeme === '\u0002' || lexeme === '\u0018' || lexeme === '\u001f';
}

function openCollections(parser: Parser): number {
  // The stack is part of the library's class though not of its published types.
  return (parser as unknown as { readonly stack: readonly unknown[] }).stack.length;
}

function toYamlDocument(
  document: Document.Parsed<ParsedNode>,
  text: string,
  offset: number,
): YamlDocument {
  const errors = document.errors.slice(0, manifestLimits.problems).map((each) => {
    const bracket = unclosedBracket.exec(each.message)?.[1];
    const opener = bracket === undefined ? undefined : openerBefore(text, each.pos[0], bracket);
    // Where the text goes wrong is only where the library noticed: the cause is the bracket before it.
    if (opener !== undefined && bracket !== undefined) {
      return {
        from: opener + offset,
        to: opener + offset + 1,
        code: 'OPEN_BRACKET',
        message: bracket,
      };
    }
    return {
      from: each.pos[0] + offset,
      to: each.pos[1] + offset,
      code: each.code,
      message: each.message,
    };
  });
  return { root: document.contents, errors };
}

/** The library's words for a flow collection that ends in the middle of nowhere. */
const unclosedBracket = /^Flow (?:sequence|map) .*end with a ([\]}])/;

/** The place of the last bracket before `at` that a `closer` would close. */
function openerBefore(text: string, at: number, closer: string): number | undefined {
  const opener = closer === ']' ? '[' : '{';
  let closed = 0;
  for (let place = at - 1; place >= 0; place--) {
    if (text[place] === closer) closed += 1;
    else if (text[place] === opener) {
      if (closed === 0) return place;
      closed -= 1;
    }
  }
  return undefined;
}

function stopped(at: number, code: 'TOO_DEEP' | 'TOO_INTRICATE'): YamlDocument {
  return { root: null, errors: [{ from: at, to: at + 1, code, message: code }] };
}

/**
 * The library makes an Error object for every fault; a text that is one fault after another would spend its second
 * on recording call stacks that nobody reads.
 */
function withoutStackTraces<T>(read: () => T): T {
  // V8's own property, which the browsers without it do not miss.
  const errorClass = Error as unknown as { stackTraceLimit?: number };
  const before = errorClass.stackTraceLimit;
  if (before === undefined) return read();
  try {
    errorClass.stackTraceLimit = 0;
    return read();
  } finally {
    errorClass.stackTraceLimit = before;
  }
}
