/** Reads and writes the variables of an arithmetic expression. */
export interface Variables {
  get(name: string): string;
  set(name: string, value: string): void;
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
  readonly variables: Variables;
}

const TOKEN =
  /\s*(\d+|[A-Za-z_]\w*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%]=|[-+*/%<>=!?:(),&|^~])/y;

/** Levels of binary operators, weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The value of a shell arithmetic expression (`$((…))`); nonsense counts as 0, as an unset variable does. */
export function evaluateArithmetic(text: string, variables: Variables): number {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    tokens.push(match[1] as string);
  }
  const reader: Reader = { tokens, at: 0, variables };
  let value = assignment(reader);
  while (accept(reader, ',')) value = assignment(reader);
  return value;
}

function accept(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.at] !== token) return false;
  reader.at += 1;
  return true;
}

function numberOf(reader: Reader, name: string): number {
  const value = Number.parseInt(reader.variables.get(name), 10);
  return Number.isNaN(value) ? 0 : value;
}

function isName(token: string | undefined): token is string {
  return token !== undefined && /^[A-Za-z_]/.test(token);
}

function assignment(reader: Reader): number {
  const name = reader.tokens[reader.at];
  const op = reader.tokens[reader.at + 1];
  if (
    isName(name) &&
    (op === '=' || op === '+=' || op === '-=' || op === '*=' || op === '/=' || op === '%=')
  ) {
    reader.at += 2;
    const right = assignment(reader);
    const value = op === '=' ? right : apply(op[0] as string, numberOf(reader, name), right);
    reader.variables.set(name, String(value));
    return value;
  }
  const condition = binary(reader, 0);
  if (!accept(reader, '?')) return condition;
  const yes = assignment(reader);
  accept(reader, ':');
  const no = assignment(reader);
  return condition !== 0 ? yes : no;
}

function binary(reader: Reader, level: number): number {
  const ops = LEVELS[level];
  if (ops === undefined) return unary(reader);
  let left = binary(reader, level + 1);
  for (;;) {
    const op = reader.tokens[reader.at];
    if (op === undefined || !ops.includes(op)) return left;
    reader.at += 1;
    left = apply(op, left, binary(reader, level + 1));
  }
}

function unary(reader: Reader): number {
  if (accept(reader, '!')) return unary(reader) === 0 ? 1 : 0;
  if (accept(reader, '-')) return -unary(reader);
  if (accept(reader, '+')) return unary(reader);
  if (accept(reader, '~')) return ~unary(reader);
  if (accept(reader, '(')) {
    const value = assignment(reader);
    accept(reader, ')');
    return value;
  }
  const before = accept(reader, '++') ? 1 : accept(reader, '--') ? -1 : 0;
  const token = reader.tokens[reader.at];
  reader.at += 1;
  if (!isName(token)) return token === undefined ? 0 : Number.parseInt(token, 10) || 0;
  const value = numberOf(reader, token) + before;
  const after = accept(reader, '++') ? 1 : accept(reader, '--') ? -1 : 0;
  if (before !== 0 || after !== 0) reader.variables.set(token, String(value + after));
  return value;
}

function apply(op: string, left: number, right: number): number {
  switch (op) {
    case '||':
      return left !== 0 || right !== 0 ? 1 : 0;
    case '&&':
      return left !== 0 && right !== 0 ? 1 : 0;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return left === right ? 1 : 0;
    case '!=':
      return left !== right ? 1 : 0;
    case '<':
      return left < right ? 1 : 0;
    case '>':
      return left > right ? 1 : 0;
    case '<=':
      return left <= right ? 1 : 0;
    case '>=':
      return left >= right ? 1 : 0;
    case '<<':
      return left << right;
    case '>>':
      return left >> right;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? 0 : Math.trunc(left / right);
    default:
      return right === 0 ? 0 : left % right;
  }
}
