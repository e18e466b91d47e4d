import { JqSyntaxError, type Filter, type Pattern } from './syntax.ts';

const TOKEN =
  /\s*(?:#[^\n]*\s*)*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|(\.[A-Za-z_]\w*)|(\$__loc__|\$?[A-Za-z_]\w*(?:::\w+)*)|(@[A-Za-z0-9]+)|(\?\/\/=?|\/\/=|\|=|\+=|-=|\*=|\/=|%=|==|!=|<=|>=|\.\.|\/\/|[.[\]{}()|,:;=<>+\-*/%?])|("))/y;
/** Words that are no functions. */
const RESERVED = new Set([
  'then',
  'elif',
  'else',
  'end',
  'as',
  'and',
  'or',
  'catch',
  'def',
  'if',
  'try',
  'reduce',
  'foreach',
]);
const BINARY: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];
const UPDATES = new Set(['=', '|=', '+=', '-=', '*=', '/=', '%=', '//=']);
const DEPTH_MAX = 400;

interface Token {
  readonly kind: 'number' | 'field' | 'word' | 'format' | 'operator' | 'quote' | 'end';
  readonly text: string;
}

/** Reads a jq filter. Throws a JqSyntaxError. */
export function parseJq(source: string): Filter {
  let at = 0;
  let depth = 0;
  /** In the head of `reduce`, where `as` belongs to it. */
  let stopsAtAs = false;
  let token: Token = next();

  function next(): Token {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (match === null) {
      if (/^\s*(?:#[^\n]*\s*)*$/.test(source.slice(at))) {
        at = source.length;
        return { kind: 'end', text: '' };
      }
      throw new JqSyntaxError(
        `syntax error, unexpected INVALID_CHARACTER at '${source.slice(at).trim().slice(0, 12)}'`,
      );
    }
    at += match[0].length;
    const [, number, field, word, format, operator] = match;
    if (number !== undefined) return { kind: 'number', text: number };
    if (field !== undefined) return { kind: 'field', text: field.slice(1) };
    if (word !== undefined) return { kind: 'word', text: word };
    if (format !== undefined) return { kind: 'format', text: format };
    if (operator !== undefined) return { kind: 'operator', text: operator };
    return { kind: 'quote', text: '"' };
  }
  const is = (text: string): boolean =>
    token.text === text && (token.kind === 'operator' || token.kind === 'word');
  function take(text: string): boolean {
    if (!is(text)) return false;
    token = next();
    return true;
  }
  function fail(): never {
    const shown = token.kind === 'end' ? 'end of file' : `'${token.text}'`;
    throw new JqSyntaxError(`syntax error, unexpected ${shown}`);
  }
  function expect(text: string): void {
    if (!take(text)) fail();
  }

  function pipe(): Filter {
    if (++depth > DEPTH_MAX) throw new JqSyntaxError('the filter nests too deeply');
    try {
      if (is('def')) return definition();
      const left = comma();
      if (take('as')) {
        const pattern = readPattern();
        expect('|');
        return { kind: 'bind', source: left, pattern, body: pipe() };
      }
      return take('|') ? { kind: 'pipe', left, right: pipe() } : left;
    } finally {
      depth -= 1;
    }
  }

  function definition(): Filter {
    expect('def');
    const name = word();
    const parameters: string[] = [];
    if (take('(')) {
      do parameters.push(word());
      while (take(';'));
      expect(')');
    }
    expect(':');
    const body = pipe();
    expect(';');
    return { kind: 'define', name, parameters, body, rest: pipe() };
  }

  function word(): string {
    if (token.kind !== 'word') fail();
    const { text } = token;
    token = next();
    return text;
  }

  function comma(): Filter {
    let left = update();
    while (take(',')) left = { kind: 'comma', left, right: update() };
    return left;
  }

  function update(): Filter {
    const path = alternative();
    if (token.kind !== 'operator' || !UPDATES.has(token.text)) return path;
    const op = token.text;
    token = next();
    return { kind: 'update', op, path, value: alternative() };
  }

  function alternative(): Filter {
    const left = binary(0);
    return take('//') ? { kind: 'binary', op: '//', left, right: alternative() } : left;
  }

  function binary(level: number): Filter {
    const operators = BINARY[level];
    if (operators === undefined) return postfix();
    let left = binary(level + 1);
    for (;;) {
      const op = operators.find(is);
      if (op === undefined) return left;
      token = next();
      left = { kind: 'binary', op, left, right: binary(level + 1) };
    }
  }

  function postfix(): Filter {
    let filter = primary();
    for (;;) {
      if (token.kind === 'field') {
        filter = { kind: 'index', of: filter, key: { kind: 'literal', value: token.text } };
        token = next();
      } else if (is('.')) {
        // `."name"`, or `.[…]` behind something.
        token = next();
        if (token.kind === 'quote') filter = { kind: 'index', of: filter, key: text(undefined) };
        else if (!is('[')) fail();
      } else if (is('[')) {
        token = next();
        filter = bracket(filter);
      } else if (take('?')) filter = { kind: 'try', body: filter, otherwise: undefined };
      else if (is('as') && !stopsAtAs) {
        token = next();
        const pattern = readPattern();
        expect('|');
        return { kind: 'bind', source: filter, pattern, body: pipe() };
      } else return filter;
    }
  }

  /** Behind `[`. */
  function bracket(of: Filter): Filter {
    if (take(']')) return { kind: 'each', of };
    if (take(':')) {
      const to = pipe();
      expect(']');
      return { kind: 'slice', of, from: undefined, to };
    }
    const key = pipe();
    if (take(':')) {
      const to = is(']') ? undefined : pipe();
      expect(']');
      return { kind: 'slice', of, from: key, to };
    }
    expect(']');
    return { kind: 'index', of, key };
  }

  function primary(): Filter {
    const { kind, text: shown } = token;
    switch (kind) {
      case 'number':
        token = next();
        return { kind: 'literal', value: Number(shown) };
      case 'quote':
        return text(undefined);
      case 'format':
        token = next();
        return token.kind === 'quote' ? text(shown) : { kind: 'format', name: shown };
      case 'field':
        token = next();
        return { kind: 'index', of: { kind: 'identity' }, key: { kind: 'literal', value: shown } };
      case 'word':
        return wordTerm(shown);
    }
    if (take('..')) return { kind: 'recurse-default' };
    if (take('.')) {
      if (token.kind === 'quote')
        return { kind: 'index', of: { kind: 'identity' }, key: text(undefined) };
      if (take('[')) return bracket({ kind: 'identity' });
      return { kind: 'identity' };
    }
    if (take('-')) return { kind: 'negate', of: postfix() };
    const outer = stopsAtAs;
    stopsAtAs = false;
    try {
      return enclosed();
    } finally {
      stopsAtAs = outer;
    }
  }

  function enclosed(): Filter {
    if (take('(')) {
      const inner = pipe();
      expect(')');
      return inner;
    }
    if (take('[')) {
      if (take(']')) return { kind: 'array', of: undefined };
      const of = pipe();
      expect(']');
      return { kind: 'array', of };
    }
    if (take('{')) return object();
    return fail();
  }

  function wordTerm(name: string): Filter {
    token = next();
    if (name.startsWith('$')) return { kind: 'variable', name: name.slice(1) };
    switch (name) {
      case 'null':
        return { kind: 'literal', value: null };
      case 'true':
      case 'false':
        return { kind: 'literal', value: name === 'true' };
      case 'if':
        return conditional();
      case 'try': {
        const body = postfix();
        return { kind: 'try', body, otherwise: take('catch') ? postfix() : undefined };
      }
      case 'reduce':
      case 'foreach':
        return folding(name);
      case 'def':
        return fail();
    }
    if (RESERVED.has(name)) fail();
    const args: Filter[] = [];
    if (take('(')) {
      do args.push(pipe());
      while (take(';'));
      expect(')');
    }
    return { kind: 'call', name, args };
  }

  function conditional(): Filter {
    const test = pipe();
    expect('then');
    const then = pipe();
    if (take('elif')) return { kind: 'if', test, then, otherwise: conditional() };
    const otherwise = take('else') ? pipe() : undefined;
    expect('end');
    return { kind: 'if', test, then, otherwise };
  }

  function folding(kind: 'reduce' | 'foreach'): Filter {
    stopsAtAs = true;
    const source = postfix();
    stopsAtAs = false;
    expect('as');
    const pattern = readPattern();
    expect('(');
    const start = pipe();
    expect(';');
    const update = pipe();
    const extract = kind === 'foreach' && take(';') ? pipe() : undefined;
    expect(')');
    return kind === 'reduce'
      ? { kind, source, pattern, start, update }
      : { kind, source, pattern, start, update, extract };
  }

  function object(): Filter {
    const entries: (readonly [Filter, Filter])[] = [];
    while (!take('}')) {
      entries.push(objectEntry());
      if (!is('}')) expect(',');
    }
    return { kind: 'object', entries };
  }

  function objectEntry(): readonly [Filter, Filter] {
    if (token.kind === 'word' && token.text.startsWith('$')) {
      const name = token.text.slice(1);
      token = next();
      return [
        { kind: 'literal', value: name },
        { kind: 'variable', name },
      ];
    }
    let key: Filter;
    if (token.kind === 'word' || token.kind === 'number') {
      key = { kind: 'literal', value: token.text };
      token = next();
    } else if (token.kind === 'quote') key = text(undefined);
    else if (token.kind === 'format') {
      const format = token.text;
      token = next();
      key = token.kind === 'quote' ? text(format) : { kind: 'format', name: format };
    } else {
      expect('(');
      key = pipe();
      expect(')');
    }
    if (!take(':')) return [key, { kind: 'index', of: { kind: 'identity' }, key }];
    let value = alternative();
    while (take('|')) value = { kind: 'pipe', left: value, right: alternative() };
    return [key, value];
  }

  function readPattern(): Pattern {
    if (token.kind === 'word' && token.text.startsWith('$'))
      return { kind: 'name', name: word().slice(1) };
    if (take('[')) {
      const items: Pattern[] = [];
      do items.push(readPattern());
      while (take(','));
      expect(']');
      return { kind: 'array', items };
    }
    expect('{');
    const entries: (readonly [Filter, Pattern])[] = [];
    do {
      if (token.kind === 'word' && token.text.startsWith('$')) {
        const name = word().slice(1);
        entries.push([
          { kind: 'literal', value: name },
          { kind: 'name', name },
        ]);
        continue;
      }
      const key: Filter =
        token.kind === 'quote' ? text(undefined) : { kind: 'literal', value: word() };
      expect(':');
      entries.push([key, readPattern()]);
    } while (take(','));
    expect('}');
    return { kind: 'object', entries };
  }

  /** A text with its interpolations. The cursor stands behind the opening quote. */
  function text(format: string | undefined): Filter {
    const parts: (string | Filter)[] = [];
    let plain = '';
    for (;;) {
      const char = source[at++];
      if (char === undefined)
        throw new JqSyntaxError('syntax error, unexpected end of file in a string');
      if (char === '"') break;
      if (char !== '\\') {
        plain += char;
        continue;
      }
      const escaped = source[at++] ?? '';
      if (escaped === '(') {
        if (plain !== '') parts.push(plain);
        plain = '';
        token = next();
        parts.push(pipe());
        if (!is(')')) fail();
        continue;
      }
      if (escaped === 'u') {
        plain += String.fromCharCode(parseInt(source.slice(at, at + 4), 16));
        at += 4;
        continue;
      }
      const simple: Readonly<Record<string, string>> = {
        n: '\n',
        t: '\t',
        r: '\r',
        b: '\b',
        f: '\f',
        '"': '"',
        '\\': '\\',
        '/': '/',
      };
      if (!Object.hasOwn(simple, escaped))
        throw new JqSyntaxError('syntax error, invalid escape in a string');
      plain += simple[escaped] ?? '';
    }
    if (plain !== '') parts.push(plain);
    token = next();
    if (parts.every((part) => typeof part === 'string'))
      return { kind: 'literal', value: parts.join('') };
    return { kind: 'text', parts, format };
  }

  const filter = token.kind === 'end' ? ({ kind: 'identity' } as const) : pipe();
  if (token.kind !== 'end') fail();
  return filter;
}
