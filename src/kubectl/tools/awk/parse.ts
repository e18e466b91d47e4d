import { lexAwk, type Token } from './lex.ts';
import {
  AwkError,
  type AwkFunction,
  type AwkProgram,
  type AwkRule,
  type Expr,
  type Lvalue,
  type Statement,
} from './syntax.ts';

const COMPARISONS = new Set(['<', '<=', '==', '!=', '>=', '>']);
const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=', '**=']);
const STARTS = new Set(['number', 'text', 'regex', 'name', 'builtin', 'call']);

/** Reads an awk program. Throws an AwkError. */
export function parseAwk(source: string): AwkProgram {
  const tokens = lexAwk(source);
  let at = 0;
  let readsAhead = false;
  /** Inside `print …` a bare `>` redirects; inside parentheses it compares again. */
  let noGreater = false;
  /** In the head of a `for` a bare `in` belongs to the loop. */
  let noIn = false;

  const token = (): Token => tokens[at] ?? { kind: 'end', text: 'end of program' };
  const is = (text: string): boolean =>
    token().text === text && (token().kind === 'operator' || token().kind === 'keyword');
  const take = (text: string): boolean => {
    if (!is(text)) return false;
    at += 1;
    return true;
  };
  function fail(): never {
    throw new AwkError(
      `syntax error at or near ${token().kind === 'newline' ? 'end of line' : token().text}`,
    );
  }
  function expect(text: string): void {
    if (!take(text)) fail();
  }
  function skipNewlines(): void {
    while (token().kind === 'newline' || is(';')) at += 1;
  }
  function skipBreaks(): void {
    while (token().kind === 'newline') at += 1;
  }
  function name(): string {
    const { kind, text } = token();
    if (kind !== 'name' && kind !== 'call') fail();
    at += 1;
    return text;
  }

  function program(): AwkProgram {
    const rules: AwkRule[] = [];
    const functions = new Map<string, AwkFunction>();
    skipNewlines();
    while (token().kind !== 'end') {
      if (take('function') || take('func')) {
        const called = name();
        expect('(');
        const parameters: string[] = [];
        while (!take(')')) {
          parameters.push(name());
          take(',');
          skipBreaks();
        }
        skipBreaks();
        functions.set(called, { parameters, body: block() });
      } else rules.push(rule());
      skipNewlines();
    }
    return { rules, functions, readsAhead };
  }

  function rule(): AwkRule {
    if (take('BEGIN')) return { when: { kind: 'begin' }, body: block() };
    if (take('END')) return { when: { kind: 'end' }, body: block() };
    if (is('{')) return { when: { kind: 'always' }, body: block() };
    const test = expression();
    let when: AwkRule['when'] = { kind: 'pattern', test };
    if (take(',')) {
      skipBreaks();
      when = { kind: 'range', from: test, to: expression() };
    }
    return { when, body: is('{') ? block() : undefined };
  }

  function block(): Statement {
    expect('{');
    const items: Statement[] = [];
    skipNewlines();
    while (!take('}')) {
      if (token().kind === 'end') fail();
      items.push(statement());
      skipNewlines();
    }
    return { kind: 'block', items };
  }

  function body(): Statement {
    skipBreaks();
    if (take(';')) return { kind: 'block', items: [] };
    return statement();
  }

  function endStatement(): void {
    if (token().kind === 'newline' || is(';')) at += 1;
    else if (!is('}') && token().kind !== 'end') fail();
  }

  function statement(): Statement {
    if (is('{')) return block();
    if (take('if')) return ifStatement();
    if (take('while')) {
      expect('(');
      const test = expression();
      expect(')');
      if (take(';')) return loop({ test, body: { kind: 'block', items: [] } });
      return loop({ test, body: body() });
    }
    if (take('do')) {
      const inner = body();
      skipNewlines();
      expect('while');
      expect('(');
      const test = expression();
      expect(')');
      endStatement();
      return loop({ test, body: inner, bodyFirst: true });
    }
    if (take('for')) return forStatement();
    const simple = simpleStatement();
    endStatement();
    return simple;
  }

  function loop(parts: {
    readonly start?: Statement | undefined;
    readonly test: Expr | undefined;
    readonly next?: Statement | undefined;
    readonly body: Statement;
    readonly bodyFirst?: boolean;
  }): Statement {
    return { kind: 'loop', start: undefined, next: undefined, bodyFirst: false, ...parts };
  }

  function ifStatement(): Statement {
    expect('(');
    const test = expression();
    expect(')');
    const then = body();
    const before = at;
    skipNewlines();
    if (take('else')) return { kind: 'if', test, then, otherwise: body() };
    at = before;
    return { kind: 'if', test, then, otherwise: undefined };
  }

  function forStatement(): Statement {
    expect('(');
    const [first, second, third, fourth] = [
      tokens[at],
      tokens[at + 1],
      tokens[at + 2],
      tokens[at + 3],
    ];
    if (
      first?.kind === 'name' &&
      second?.text === 'in' &&
      third?.kind === 'name' &&
      fourth?.text === ')'
    ) {
      at += 4;
      return { kind: 'for-in', name: first.text, array: third.text, body: body() };
    }
    noIn = true;
    const start = is(';') ? undefined : simpleStatement();
    noIn = false;
    expect(';');
    skipBreaks();
    const test = is(';') ? undefined : expression();
    expect(';');
    skipBreaks();
    const next = is(')') ? undefined : simpleStatement();
    expect(')');
    if (take(';')) return loop({ start, test, next, body: { kind: 'block', items: [] } });
    return loop({ start, test, next, body: body() });
  }

  function simpleStatement(): Statement {
    for (const kind of ['next', 'break', 'continue'] as const) if (take(kind)) return { kind };
    if (take('nextfile')) return { kind: 'next' };
    for (const kind of ['return', 'exit'] as const) {
      if (!take(kind)) continue;
      const ends = token().kind === 'newline' || is(';') || is('}') || token().kind === 'end';
      return { kind, value: ends ? undefined : expression() };
    }
    if (take('delete')) {
      const array = name();
      if (!take('[')) return { kind: 'delete', array, index: undefined };
      const index = list(']');
      return { kind: 'delete', array, index };
    }
    if (is('print') || is('printf')) return printStatement();
    return { kind: 'expression', value: expression() };
  }

  function printStatement(): Statement {
    const formatted = is('printf');
    at += 1;
    const outer = noGreater;
    noGreater = true;
    const values: Expr[] = [];
    const ends = (): boolean =>
      token().kind === 'newline' || token().kind === 'end' || [';', '}', '>', '>>', '|'].some(is);
    if (!ends()) {
      const first = expression();
      // `print (a, b)`: the parentheses only group.
      if (first.kind === 'group' && (first.items.length > 1 || ends())) values.push(...first.items);
      else values.push(first);
      while (take(',')) {
        skipBreaks();
        values.push(expression());
      }
    }
    noGreater = outer;
    const op = (['>', '>>', '|'] as const).find(is);
    if (op === undefined) return { kind: 'print', formatted, values, to: undefined };
    at += 1;
    return { kind: 'print', formatted, values, to: { op, target: concatenation() } };
  }

  function list(end: string): readonly Expr[] {
    const items: Expr[] = [];
    const outer = noGreater;
    const outerIn = noIn;
    noGreater = false;
    noIn = false;
    skipBreaks();
    while (!take(end)) {
      items.push(expression());
      skipBreaks();
      if (!is(end)) expect(',');
      skipBreaks();
    }
    noGreater = outer;
    noIn = outerIn;
    return items;
  }

  function expression(): Expr {
    const left = ternary();
    if (!isLvalue(left) || token().kind !== 'operator' || !ASSIGNMENTS.has(token().text))
      return left;
    const op = token().text;
    at += 1;
    skipBreaks();
    return { kind: 'assign', op: op.slice(0, -1), to: left, value: expression() };
  }

  function ternary(): Expr {
    const test = either();
    if (!take('?')) return test;
    skipBreaks();
    const yes = expression();
    skipBreaks();
    expect(':');
    skipBreaks();
    return { kind: 'choice', test, yes, no: expression() };
  }

  function binaryLevel(operators: readonly string[], next: () => Expr): Expr {
    let left = next();
    for (;;) {
      const op = operators.find(is);
      if (op === undefined) return left;
      at += 1;
      skipBreaks();
      left = { kind: 'binary', op, left, right: next() };
    }
  }

  const either = (): Expr => binaryLevel(['||'], both);
  const both = (): Expr => binaryLevel(['&&'], membership);

  function membership(): Expr {
    let left = match();
    while (!noIn && take('in')) {
      const index = left.kind === 'group' ? left.items : [left];
      left = { kind: 'in', index, array: name() };
    }
    return left;
  }

  const match = (): Expr => binaryLevel(['~', '!~'], comparison);

  function comparison(): Expr {
    const left = concatenation();
    const { text, kind } = token();
    if (kind === 'operator' && text === '|' && tokens[at + 1]?.text === 'getline')
      throw new AwkError('commands cannot be read from here: pipe them into awk');
    if (kind !== 'operator' || !COMPARISONS.has(text) || (text === '>' && noGreater)) return left;
    at += 1;
    return { kind: 'binary', op: text, left, right: concatenation() };
  }

  function concatenation(): Expr {
    let left = additive();
    for (;;) {
      const { kind, text } = token();
      const starts =
        STARTS.has(kind) ||
        (kind === 'operator' && ['(', '$', '!', '-', '+', '++', '--'].includes(text));
      if (!starts || kind === 'regex' || text === '!' || (text === 'in' && kind === 'keyword'))
        return left;
      left = { kind: 'binary', op: ' ', left, right: additive() };
    }
  }

  const additive = (): Expr => binaryLevel(['+', '-'], multiplicative);
  const multiplicative = (): Expr => binaryLevel(['*', '/', '%'], unary);

  function unary(): Expr {
    for (const op of ['!', '-', '+'] as const)
      if (take(op)) return { kind: 'unary', op, value: unary() };
    return power();
  }

  function power(): Expr {
    const base = postfix();
    if (!take('^') && !take('**')) return base;
    const signed = (['-', '+', '!'] as const).find(is);
    return { kind: 'binary', op: '^', left: base, right: signed === undefined ? power() : unary() };
  }

  function postfix(): Expr {
    for (const op of ['++', '--'] as const) {
      if (!take(op)) continue;
      const to = postfix();
      if (!isLvalue(to)) fail();
      return { kind: 'step', by: op === '++' ? 1 : -1, before: true, to };
    }
    const value = primary();
    for (const op of ['++', '--'] as const) {
      if (isLvalue(value) && take(op))
        return { kind: 'step', by: op === '++' ? 1 : -1, before: false, to: value };
    }
    return value;
  }

  function primary(): Expr {
    const { kind, text } = token();
    switch (kind) {
      case 'number':
        at += 1;
        return { kind: 'number', value: Number(text) };
      case 'text':
        at += 1;
        return { kind: 'text', value: text };
      case 'regex':
        at += 1;
        return { kind: 'regex', source: text };
      case 'builtin': {
        at += 1;
        const args = take('(') ? list(')') : [];
        return { kind: 'call', name: text, args };
      }
      case 'call':
        at += 2;
        return { kind: 'call', name: text, args: list(')') };
      case 'name':
        at += 1;
        if (take('[')) return { kind: 'element', array: text, index: list(']') };
        return { kind: 'name', name: text };
    }
    if (take('$')) return { kind: 'field', index: postfixOfField() };
    if (take('(')) return { kind: 'group', items: list(')') };
    if (take('-')) return { kind: 'unary', op: '-', value: unary() };
    if (take('getline')) return getline();
    return fail();
  }

  /** `$i++` steps the field, `$++i` the number. */
  function postfixOfField(): Expr {
    for (const op of ['++', '--', '-'] as const) if (is(op)) return postfix();
    return primary();
  }

  function getline(): Expr {
    const starts = token().kind === 'name' || is('$');
    const to = starts ? primary() : undefined;
    if (to !== undefined && !isLvalue(to)) fail();
    if (take('<')) return { kind: 'getline', to, file: primary() };
    readsAhead = true;
    return { kind: 'getline', to, file: undefined };
  }

  return program();
}

function isLvalue(expr: Expr): expr is Lvalue {
  return expr.kind === 'name' || expr.kind === 'field' || expr.kind === 'element';
}
