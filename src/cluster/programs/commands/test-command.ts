import { testIntegers } from '../../../base/integer-test.ts';
import { matchesPattern } from '../shell/pattern.ts';
import { done, type Command, type Invocation } from './command.ts';

interface Reader {
  readonly words: readonly string[];
  at: number;
  readonly call: Invocation;
  /** `[[ ]]` compares with patterns. */
  readonly patterns: boolean;
}

/** `test`, `[` and `[[`: 0 when the expression holds, 1 when not, 2 when it is none. */
export const test: Command = (call) => {
  const name = call.argv[0];
  const close = name === '[' ? ']' : name === '[[' ? ']]' : undefined;
  const words = call.argv.slice(1);
  if (close !== undefined && words.pop() !== close) return done(2, '', `sh: missing ${close}\n`);
  if (words.length === 0) return done(1);
  const reader: Reader = { words, at: 0, call, patterns: name === '[[' };
  try {
    const holds = either(reader);
    if (reader.at < words.length) return done(2, '', `sh: ${words[reader.at]}: unknown operand\n`);
    return done(holds ? 0 : 1);
  } catch (error) {
    if (error instanceof RangeError) return done(2, '', `sh: ${error.message}\n`);
    throw error;
  }
};

function either(reader: Reader): boolean {
  let holds = both(reader);
  while (reader.words[reader.at] === '-o') {
    reader.at += 1;
    const right = both(reader);
    holds = holds || right;
  }
  return holds;
}

function both(reader: Reader): boolean {
  let holds = negation(reader);
  while (reader.words[reader.at] === '-a') {
    reader.at += 1;
    const right = negation(reader);
    holds = holds && right;
  }
  return holds;
}

function negation(reader: Reader): boolean {
  if (reader.words[reader.at] === '!' && reader.at + 1 < reader.words.length) {
    reader.at += 1;
    return !negation(reader);
  }
  if (reader.words[reader.at] === '(' && reader.words.includes(')', reader.at)) {
    reader.at += 1;
    const holds = either(reader);
    if (reader.words[reader.at] === ')') reader.at += 1;
    return holds;
  }
  return primary(reader);
}

const BINARY = new Set([
  '=',
  '==',
  '!=',
  '=~',
  '<',
  '>',
  '-eq',
  '-ne',
  '-lt',
  '-le',
  '-gt',
  '-ge',
  '-nt',
  '-ot',
  '-ef',
]);

function primary(reader: Reader): boolean {
  const { words } = reader;
  const first = words[reader.at] ?? '';
  const op = words[reader.at + 1];
  if (op !== undefined && BINARY.has(op)) {
    reader.at += 3;
    return compare(reader, first, op, words[reader.at - 1] ?? '');
  }
  if (/^-[a-zA-Z]$/.test(first) && op !== undefined && op !== '-a' && op !== '-o' && op !== ')') {
    reader.at += 2;
    return unary(reader, first, op);
  }
  reader.at += 1;
  return first !== '';
}

function compare(reader: Reader, left: string, op: string, right: string): boolean {
  switch (op) {
    case '=':
    case '==':
      return reader.patterns ? matchesPattern(right, left) : left === right;
    case '!=':
      return reader.patterns ? !matchesPattern(right, left) : left !== right;
    case '=~':
      return matchesExpression(left, right);
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
    case '-ot':
    case '-ef':
      return false;
    default:
      return testIntegers(integer(left), op, integer(right));
  }
}

function matchesExpression(text: string, source: string): boolean {
  try {
    return new RegExp(source).test(text);
  } catch {
    throw new RangeError('syntax error in regular expression');
  }
}

function integer(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text))
    throw new RangeError(`${text === '' ? "''" : text}: bad number`);
  return Number.parseInt(text, 10);
}

function unary(reader: Reader, op: string, operand: string): boolean {
  const { files } = reader.call;
  switch (op) {
    case '-z':
      return operand === '';
    case '-n':
      return operand !== '';
    case '-f':
      return files.read(operand) !== undefined;
    case '-d':
      return files.isDirectory(operand);
    case '-s':
      return (files.read(operand) ?? '') !== '' || files.isDirectory(operand);
    case '-e':
    case '-r':
    case '-w':
    case '-x':
    case '-a':
      return files.read(operand) !== undefined || files.isDirectory(operand);
    case '-v':
      return reader.call.find(operand) !== undefined;
    default:
      return false;
  }
}
