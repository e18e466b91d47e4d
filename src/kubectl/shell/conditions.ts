import { testIntegers } from '../../base/integer-test.ts';
import { compareStrings } from '../../base/compare.ts';
import type { Execution } from './execution.ts';
import { isFolder, resolvePath } from './files.ts';

/** What is wrong with a condition; the message is bash's, without its name. */
export class ConditionError extends Error {}

const UNARY = new Set([
  '-a',
  '-e',
  '-f',
  '-d',
  '-s',
  '-r',
  '-w',
  '-x',
  '-L',
  '-h',
  '-z',
  '-n',
  '-v',
  '-t',
  '-o',
  '-p',
  '-S',
  '-b',
  '-c',
  '-O',
  '-G',
  '-N',
]);
const BINARY = new Set([
  '=',
  '==',
  '!=',
  '<',
  '>',
  '=~',
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

export interface ConditionMode {
  /** How two texts are compared by `=`, `==`, `!=`. */
  equals(left: string, right: string): boolean;
  /** `=~`; undefined where it is not allowed. */
  readonly matches: ((left: string, right: string) => boolean) | undefined;
  /** A number as the shell reads it. */
  number(text: string): number;
  readonly and: string;
  readonly or: string;
  readonly open: string;
  readonly close: string;
}

/** Evaluates the arguments of `test`, or the inside of `[[ … ]]`. Throws a ConditionError. */
export function evaluateCondition(
  words: readonly string[],
  execution: Execution,
  mode: ConditionMode,
): boolean {
  let at = 0;

  function or(): boolean {
    let value = and();
    while (words[at] === mode.or) {
      at += 1;
      const right = and();
      value = value || right;
    }
    return value;
  }
  function and(): boolean {
    let value = not();
    while (words[at] === mode.and) {
      at += 1;
      const right = not();
      value = value && right;
    }
    return value;
  }
  function not(): boolean {
    if (words[at] === '!' && at + 1 < words.length) {
      at += 1;
      return !not();
    }
    return primary();
  }
  function primary(): boolean {
    const first = words[at];
    if (first === undefined) throw new ConditionError('argument expected');
    const second = words[at + 1];
    const third = words[at + 2];
    if (second !== undefined && BINARY.has(second) && third !== undefined) {
      at += 3;
      return compare(first, second, third, mode);
    }
    if (first === mode.open) {
      at += 1;
      const value = or();
      if (words[at] !== mode.close) throw new ConditionError(`\`${mode.close}' expected`);
      at += 1;
      return value;
    }
    if (UNARY.has(first) && second !== undefined && second !== mode.close) {
      at += 2;
      return unary(first, second, execution);
    }
    at += 1;
    return first !== '';
  }

  if (words.length === 0) return false;
  const value = or();
  if (at >= words.length) return value;
  if (words.length === 2) throw new ConditionError(`${words[0]}: unary operator expected`);
  if (words.length === 3) throw new ConditionError(`${words[1]}: binary operator expected`);
  throw new ConditionError('too many arguments');
}

function unary(operator: string, operand: string, execution: Execution): boolean {
  const { store } = execution.shell;
  const path = resolvePath(execution.cwd, operand);
  const content = path === '/dev/null' ? '' : store.files.get(path);
  switch (operator) {
    case '-z':
      return operand === '';
    case '-n':
      return operand !== '';
    case '-v':
      return execution.variables.get(operand) !== undefined;
    case '-o':
      return operand === 'errexit' && execution.options.errexit;
    case '-f':
      return store.files.has(path);
    case '-d':
      return isFolder(store, path);
    case '-s':
      return content !== undefined && content !== '';
    case '-t':
      return operand === '0'
        ? execution.stdin.isTerminal
        : (execution.outs.get(Number(operand))?.isTerminal ?? false);
    case '-L':
    case '-h':
    case '-p':
    case '-S':
    case '-b':
    case '-c':
      return false;
    case '-x':
      return isFolder(store, path) || (content?.startsWith('#!') ?? false);
    default:
      return operand !== '' && (content !== undefined || isFolder(store, path));
  }
}

function compare(left: string, operator: string, right: string, mode: ConditionMode): boolean {
  switch (operator) {
    case '=':
    case '==':
      return mode.equals(left, right);
    case '!=':
      return !mode.equals(left, right);
    case '<':
      return compareStrings(left, right) < 0;
    case '>':
      return compareStrings(left, right) > 0;
    case '=~':
      if (mode.matches === undefined) throw new ConditionError('=~: binary operator expected');
      return mode.matches(left, right);
    case '-nt':
    case '-ot':
    case '-ef':
      return operator === '-ef' && left === right;
  }
  return testIntegers(mode.number(left), operator, mode.number(right));
}
