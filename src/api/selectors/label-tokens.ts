/** The words of a label selector's text: `key`, `=`, `in`, `(` …, and an empty one for the end. */
export interface LabelToken {
  readonly kind: LabelTokenKind;
  readonly text: string;
}

export type LabelTokenKind = 'word' | 'symbol' | 'wrong' | 'end';

const symbols = new Set([')', ',', '!', '==', '=', '!=', '(', '>', '<']);

/** Splits a selector into tokens; the last one is the end. */
export function labelTokens(text: string): LabelToken[] {
  const tokens: LabelToken[] = [];
  // Upstream's lexer takes the character NUL for the end of the text.
  const nulAt = text.indexOf('\0');
  const source = nulAt < 0 ? text : text.slice(0, nulAt);
  let at = 0;
  while (at < source.length) {
    if (isBlank(source[at])) {
      at += 1;
      continue;
    }
    const token = isSymbolCharacter(source[at]) ? symbolAt(source, at) : wordAt(source, at);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

function isSymbolCharacter(character: string | undefined): boolean {
  return character !== undefined && '=!(),><'.includes(character);
}

/** The longest symbol that begins here: `==` is one, `===` is `==` and `=`. Each character is itself a symbol. */
function symbolAt(source: string, at: number): LabelToken {
  const two = source.slice(at, at + 2);
  const text = two.length === 2 && symbols.has(two) ? two : source.slice(at, at + 1);
  return { kind: symbols.has(text) ? 'symbol' : 'wrong', text };
}

function wordAt(source: string, at: number): LabelToken {
  let end = at;
  while (end < source.length && !isBlank(source[end]) && !isSymbolCharacter(source[end])) end += 1;
  return { kind: 'word', text: source.slice(at, end) };
}
