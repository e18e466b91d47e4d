/** Words, numbers, texts and signs of an expression. */
export interface Token {
  readonly type: 'name' | 'int' | 'double' | 'string' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

/** What is wrong with the text of an expression, and where. */
export class CelSyntaxError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const pattern =
  /\s+|\/\/[^\n]*|(?<double>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+)|(?<int>0x[0-9a-fA-F]+u?|\d+u?)|(?<string>[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'))|(?<name>[A-Za-z_]\w*)|(?<sign>&&|\|\||[=!<>]=|[-+*/%!<>?:.,()[\]{}])/y;

/** The tokens of a text, the end included. Throws `CelSyntaxError`. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) {
      throw new CelSyntaxError(`token recognition error at: '${text[at] ?? ''}'`, at);
    }
    const { double, int, string, name, sign } = match.groups ?? {};
    if (double !== undefined) tokens.push({ type: 'double', text: double, at });
    else if (int !== undefined) tokens.push({ type: 'int', text: int, at });
    else if (string !== undefined) tokens.push({ type: 'string', text: textOf(string), at });
    else if (name !== undefined) tokens.push({ type: 'name', text: name, at });
    else if (sign !== undefined) tokens.push({ type: 'sign', text: sign, at });
    at += match[0].length;
  }
  tokens.push({ type: 'end', text: '<EOF>', at });
  return tokens;
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

function textOf(token: string): string {
  const prefix = /^[rRbB]*/.exec(token)?.[0] ?? '';
  const quoted = token.slice(prefix.length);
  const size = quoted.startsWith('"""') || quoted.startsWith("'''") ? 3 : 1;
  const body = quoted.slice(size, -size);
  if (/[rR]/.test(prefix)) return body;
  return body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g,
    (_, x: string, u: string, big: string, octal: string, other: string) => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      const code = x ?? u ?? big;
      if (code === undefined) return escapes[other] ?? other;
      const point = Number.parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    },
  );
}
