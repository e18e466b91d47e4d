/** What arithmetic may read and write. */
export interface ArithmeticScope {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/** An expression that cannot be worked out; the message is bash's. */
export class ArithmeticError extends Error {}

const TOKEN =
  /\s*(?:(0[xX][0-9a-fA-F]+|\d+#[0-9a-zA-Z]+|\d+)|([A-Za-z_]\w*(?:\[[^\]]*\])?)|(\*\*|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),]))/y;
const DEPTH_MAX = 64;

/** Precedence of the operators between two values; all but `**` group to the left. */
const BINARY: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['&&', 2],
  ['|', 3],
  ['^', 4],
  ['&', 5],
  ['==', 6],
  ['!=', 6],
  ['<', 7],
  ['<=', 7],
  ['>', 7],
  ['>=', 7],
  ['<<', 8],
  ['>>', 8],
  ['+', 9],
  ['-', 9],
  ['*', 10],
  ['/', 10],
  ['%', 10],
  ['**', 11],
]);
const ASSIGN = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);

interface Token {
  readonly kind: 'number' | 'name' | 'operator';
  readonly text: string;
}

/** The value of a shell's arithmetic expression, in 64-bit whole numbers. Throws an ArithmeticError. */
export function evaluateArithmetic(text: string, scope: ArithmeticScope, depth = 0): bigint {
  if (depth > DEPTH_MAX) throw new ArithmeticError(`${text}: expression recursion level exceeded`);
  const tokens = tokenize(text);
  let at = 0;
  const peek = (): string | undefined => tokens[at]?.text;
  const isOperator = (operator: string): boolean =>
    tokens[at]?.kind === 'operator' && peek() === operator;
  const rest = (): string =>
    tokens
      .slice(Math.max(0, at - 1))
      .map((token) => token.text)
      .join(' ');

  function read(name: string): bigint {
    const value = (scope.get(name) ?? '').trim();
    if (value === '') return 0n;
    return /^-?\d+$/.test(value) && !/^-?0\d/.test(value)
      ? BigInt.asIntN(64, BigInt(value))
      : evaluateArithmetic(value, scope, depth + 1);
  }

  function comma(live: boolean): bigint {
    let value = assignment(live);
    while (isOperator(',')) {
      at += 1;
      value = assignment(live);
    }
    return value;
  }

  function assignment(live: boolean): bigint {
    const target = tokens[at];
    const operator = tokens[at + 1];
    if (target?.kind === 'name' && operator?.kind === 'operator' && ASSIGN.has(operator.text)) {
      at += 2;
      const right = assignment(live);
      const op = operator.text.slice(0, -1);
      const value = op === '' ? right : apply(op, live ? read(target.text) : 0n, right, live);
      if (live) scope.set(target.text, String(value));
      return value;
    }
    return choice(live);
  }

  function choice(live: boolean): bigint {
    const condition = binary(1, live);
    if (!isOperator('?')) return condition;
    at += 1;
    const yes = assignment(live && condition !== 0n);
    if (!isOperator(':')) throw new ArithmeticError("`:' expected for conditional expression");
    at += 1;
    const no = assignment(live && condition === 0n);
    return condition === 0n ? no : yes;
  }

  function binary(level: number, live: boolean): bigint {
    let left = unary(live);
    for (;;) {
      const operator = tokens[at]?.kind === 'operator' ? peek() : undefined;
      const precedence = operator === undefined ? undefined : BINARY.get(operator);
      if (operator === undefined || precedence === undefined || precedence < level) return left;
      at += 1;
      const needed =
        live && !(operator === '&&' && left === 0n) && !(operator === '||' && left !== 0n);
      const right = binary(operator === '**' ? precedence : precedence + 1, needed);
      left = apply(operator, left, right, needed);
    }
  }

  function unary(live: boolean): bigint {
    const token = tokens[at];
    if (token === undefined)
      throw new ArithmeticError(
        `${text}: syntax error: operand expected (error token is "${rest()}")`,
      );
    at += 1;
    if (token.kind === 'number') return parseNumber(token.text);
    if (token.kind === 'name') return named(token.text, live);
    switch (token.text) {
      case '(': {
        const value = comma(live);
        if (!isOperator(')')) throw new ArithmeticError(`${text}: missing \`)'`);
        at += 1;
        return value;
      }
      case '-':
        return BigInt.asIntN(64, -unary(live));
      case '+':
        return unary(live);
      case '!':
        return unary(live) === 0n ? 1n : 0n;
      case '~':
        return ~unary(live);
      case '++':
      case '--': {
        const name = tokens[at++];
        if (name?.kind !== 'name') break;
        const value = read(name.text) + (token.text === '++' ? 1n : -1n);
        if (live) scope.set(name.text, String(value));
        return value;
      }
    }
    throw new ArithmeticError(
      `${text}: syntax error: operand expected (error token is "${rest()}")`,
    );
  }

  function named(name: string, live: boolean): bigint {
    const value = live ? read(name) : 0n;
    if (isOperator('++') || isOperator('--')) {
      const by = peek() === '++' ? 1n : -1n;
      at += 1;
      if (live) scope.set(name, String(value + by));
    }
    return value;
  }

  if (tokens.length === 0) return 0n;
  const value = comma(true);
  if (at < tokens.length) {
    at += 1;
    throw new ArithmeticError(`${text}: syntax error in expression (error token is "${rest()}")`);
  }
  return value;
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      const rest = text.slice(at).trim();
      if (rest === '') break;
      throw new ArithmeticError(
        `${text}: syntax error: invalid arithmetic operator (error token is "${rest}")`,
      );
    }
    at += match[0].length;
    const [, number, name, operator] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'operator', text: operator ?? '' });
  }
  return tokens;
}

function parseNumber(text: string): bigint {
  if (/^0[xX]/.test(text)) return BigInt.asIntN(64, BigInt(text));
  const [base, digits] = text.split('#');
  if (digits !== undefined) return inBase(digits.toLowerCase(), BigInt(base ?? '10'), text);
  if (text.length > 1 && text.startsWith('0')) return inBase(text, 8n, text);
  return BigInt.asIntN(64, BigInt(text));
}

function inBase(digits: string, base: bigint, text: string): bigint {
  let value = 0n;
  for (const digit of digits) {
    const worth = BigInt(parseInt(digit, 36));
    if (worth >= base)
      throw new ArithmeticError(`${text}: value too great for base (error token is "${text}")`);
    value = value * base + worth;
  }
  return BigInt.asIntN(64, value);
}

function apply(operator: string, a: bigint, b: bigint, live: boolean): bigint {
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  switch (operator) {
    case '+':
      return BigInt.asIntN(64, a + b);
    case '-':
      return BigInt.asIntN(64, a - b);
    case '*':
      return BigInt.asIntN(64, a * b);
    case '/':
    case '%':
      if (b === 0n) {
        if (!live) return 0n;
        throw new ArithmeticError('division by 0 (error token is "0")');
      }
      return operator === '/' ? a / b : a % b;
    case '**':
      if (b < 0n) throw new ArithmeticError('exponent less than 0');
      return BigInt.asIntN(64, a ** (b > 1000n ? 1000n : b));
    case '<<':
      return BigInt.asIntN(64, a << (b & 63n));
    case '>>':
      return a >> (b & 63n);
    case '<':
      return truth(a < b);
    case '<=':
      return truth(a <= b);
    case '>':
      return truth(a > b);
    case '>=':
      return truth(a >= b);
    case '==':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '&':
      return a & b;
    case '^':
      return a ^ b;
    case '|':
      return a | b;
    case '&&':
      return truth(a !== 0n && b !== 0n);
    default:
      return truth(a !== 0n || b !== 0n);
  }
}
