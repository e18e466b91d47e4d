import { compileRegex, type Regex } from '../../../base/regex/regex.ts';
import { formatPrintf } from '../format.ts';
import type { StepGuard } from '../patience.ts';
import { callBuiltin } from './builtins.ts';
import { splitBy } from './split.ts';
import {
  AwkError,
  type AwkFunction,
  type AwkProgram,
  type Expr,
  type Lvalue,
  type Statement,
} from './syntax.ts';
import { compareValues, fromInput, isTrue, toNumber, toText, type Value } from './value.ts';

/** What a name stands for: a value or an array. Functions get the cell itself, so that arrays are shared. */
export interface Cell {
  value: Value;
  array: Map<string, Value> | undefined;
}

/** What an awk program reaches outside itself. */
export interface AwkWorld {
  out(text: string): void;
  err(text: string): void;
  /** The lines of a file; undefined when there is none. */
  readFile(path: string): readonly string[] | undefined;
  writeFile(path: string, text: string, appends: boolean): void;
  /** The next record of the main input, where it was read ahead. */
  nextRecord(): string | undefined;
  now(): number;
}

type Leaving = 'next' | 'break' | 'continue' | 'return' | 'exit' | undefined;
const DEPTH_MAX = 500;

/** An awk program in the middle of its input. */
export interface AwkMachine {
  begin(): void;
  /** False when it wants no more records. */
  record(text: string): boolean;
  end(): void;
  readonly status: number;
  text(name: string): string;
  setVariable(name: string, text: string): void;
  setElement(name: string, index: string, text: string): void;
}

export function createAwkMachine(
  program: AwkProgram,
  world: AwkWorld,
  guard: StepGuard,
): AwkMachine {
  const globals = new Map<string, Cell>();
  let locals: ReadonlyMap<string, Cell> | undefined;
  let record = '';
  let fields: Value[] | undefined;
  let isStale = false;
  let status = 0;
  let isOver = false;
  let returned: Value;
  let depth = 0;
  const openRanges = new Set<number>();
  const opened = new Map<string, { lines: readonly string[]; at: number }>();
  const written = new Set<string>();

  function cell(name: string): Cell {
    const local = locals?.get(name);
    if (local !== undefined) return local;
    let found = globals.get(name);
    if (found === undefined) globals.set(name, (found = { value: undefined, array: undefined }));
    return found;
  }
  function array(name: string): Map<string, Value> {
    const found = cell(name);
    found.array ??= new Map();
    return found.array;
  }
  function setGlobal(name: string, value: Value): void {
    const found = globals.get(name);
    if (found === undefined) globals.set(name, { value, array: undefined });
    else found.value = value;
  }
  const textOf = (name: string): string => toText(globals.get(name)?.value);
  const subsep = (): string => textOf('SUBSEP');

  for (const [name, value] of [
    ['FS', ' '],
    ['OFS', ' '],
    ['ORS', '\n'],
    ['RS', '\n'],
    ['SUBSEP', '\x1c'],
    ['OFMT', '%.6g'],
    ['CONVFMT', '%.6g'],
    ['NR', 0],
    ['FNR', 0],
    ['NF', 0],
    ['RSTART', 0],
    ['RLENGTH', -1],
  ] as const)
    setGlobal(name, value);

  function setRecord(text: string): void {
    record = text;
    fields = undefined;
    isStale = false;
  }
  function splitRecord(): Value[] {
    if (fields === undefined) {
      fields = splitBy(record, textOf('FS')).map(fromInput);
      setGlobal('NF', fields.length);
    }
    return fields;
  }
  function joinRecord(): void {
    record = (fields ?? []).map((each) => toText(each)).join(textOf('OFS'));
    isStale = false;
  }
  function getField(index: number): Value {
    if (index < 0) throw new AwkError(`attempt to access field ${index}`);
    if (index === 0) {
      if (isStale) joinRecord();
      return fromInput(record);
    }
    return splitRecord()[index - 1];
  }
  function setField(index: number, value: Value): void {
    if (index === 0) {
      setRecord(toText(value));
      return;
    }
    if (index > 100_000) throw new AwkError(`field ${index} is too far`);
    const all = splitRecord();
    while (all.length < index) all.push('');
    all[index - 1] = value;
    setGlobal('NF', all.length);
    isStale = true;
  }
  function setNF(count: number): void {
    const all = splitRecord();
    while (all.length < count) all.push('');
    all.length = Math.max(0, count);
    isStale = true;
  }

  function key(index: readonly Expr[]): string {
    return index.map((each) => toText(evaluate(each))).join(subsep());
  }
  function read(to: Lvalue): Value {
    switch (to.kind) {
      case 'name':
        if (to.name === 'NF' && locals?.has('NF') !== true) splitRecord();
        return cell(to.name).value;
      case 'field':
        return getField(Math.trunc(toNumber(evaluate(to.index))));
      case 'element': {
        const elements = array(to.array);
        const at = key(to.index);
        // Asking for an element makes it.
        if (!elements.has(at)) elements.set(at, undefined);
        return elements.get(at);
      }
    }
  }
  function write(to: Lvalue, value: Value): Value {
    if (to.kind === 'name') {
      cell(to.name).value = value;
      if (to.name === 'NF') setNF(toNumber(value));
    } else if (to.kind === 'field') setField(Math.trunc(toNumber(evaluate(to.index))), value);
    else array(to.array).set(key(to.index), value);
    return value;
  }

  function regexOf(expr: Expr): Regex {
    const source = expr.kind === 'regex' ? expr.source : toText(evaluate(expr));
    return compileRegex(source, { flavour: 'extended' });
  }

  function evaluate(expr: Expr): Value {
    guard.step();
    switch (expr.kind) {
      case 'number':
      case 'text':
        return expr.value;
      case 'regex':
        return regexOf(expr).test(toText(getField(0))) ? 1 : 0;
      case 'name':
      case 'field':
      case 'element':
        return read(expr);
      case 'group': {
        const [only] = expr.items;
        if (only !== undefined && expr.items.length === 1) return evaluate(only);
        return key(expr.items);
      }
      case 'assign': {
        const right = evaluate(expr.value);
        if (expr.op === '') return write(expr.to, right);
        return write(expr.to, calculate(expr.op, toNumber(read(expr.to)), toNumber(right)));
      }
      case 'step': {
        const before = toNumber(read(expr.to));
        write(expr.to, before + expr.by);
        return expr.before ? before + expr.by : before;
      }
      case 'unary': {
        const value = evaluate(expr.value);
        if (expr.op === '!') return isTrue(value) ? 0 : 1;
        return expr.op === '-' ? -toNumber(value) : toNumber(value);
      }
      case 'binary':
        return binary(expr.op, expr.left, expr.right);
      case 'choice':
        return evaluate(isTrue(evaluate(expr.test)) ? expr.yes : expr.no);
      case 'in':
        return array(expr.array).has(key(expr.index)) ? 1 : 0;
      case 'call':
        return call(expr.name, expr.args);
      case 'getline':
        return getline(expr.to, expr.file);
    }
  }

  function binary(op: string, left: Expr, right: Expr): Value {
    switch (op) {
      case '&&':
        return isTrue(evaluate(left)) && isTrue(evaluate(right)) ? 1 : 0;
      case '||':
        return isTrue(evaluate(left)) || isTrue(evaluate(right)) ? 1 : 0;
      case '~':
      case '!~': {
        const text = toText(evaluate(left));
        return regexOf(right).test(text) === (op === '~') ? 1 : 0;
      }
      case ' ': {
        const format = textOf('CONVFMT');
        const a = toText(evaluate(left), format);
        return a + toText(evaluate(right), format);
      }
    }
    const a = evaluate(left);
    const b = evaluate(right);
    const order = (): number => compareValues(a, b);
    switch (op) {
      case '<':
        return order() < 0 ? 1 : 0;
      case '<=':
        return order() <= 0 ? 1 : 0;
      case '==':
        return order() === 0 ? 1 : 0;
      case '!=':
        return order() !== 0 ? 1 : 0;
      case '>':
        return order() > 0 ? 1 : 0;
      case '>=':
        return order() >= 0 ? 1 : 0;
      default:
        return calculate(op, toNumber(a), toNumber(b));
    }
  }

  function getline(to: Lvalue | undefined, file: Expr | undefined): Value {
    let line: string | undefined;
    if (file === undefined) {
      line = world.nextRecord();
      if (line !== undefined) {
        setGlobal('NR', toNumber(globals.get('NR')?.value) + 1);
        setGlobal('FNR', toNumber(globals.get('FNR')?.value) + 1);
      }
    } else {
      const path = toText(evaluate(file));
      let reader = opened.get(path);
      if (reader === undefined) {
        const lines = world.readFile(path);
        if (lines === undefined) return -1;
        opened.set(path, (reader = { lines, at: 0 }));
      }
      line = reader.lines[reader.at++];
    }
    if (line === undefined) return 0;
    if (to === undefined) setRecord(line);
    else write(to, fromInput(line));
    return 1;
  }

  function call(name: string, args: readonly Expr[]): Value {
    const own = program.functions.get(name);
    if (own !== undefined) return callOwn(own, args);
    return callBuiltin(name, args, {
      evaluate,
      read,
      write,
      array,
      regexOf,
      field: getField,
      setGlobal,
      textOf,
      now: () => world.now(),
      close: (path) => (opened.delete(path) || written.delete(path) ? 0 : -1),
    });
  }

  function callOwn(own: AwkFunction, args: readonly Expr[]): Value {
    if (++depth > DEPTH_MAX) throw new AwkError('function calls nest too deeply');
    const frame = new Map<string, Cell>();
    for (const [i, parameter] of own.parameters.entries()) {
      const arg = args[i];
      const given = arg?.kind === 'name' ? cell(arg.name) : undefined;
      if (given !== undefined && (given.array !== undefined || given.value === undefined))
        frame.set(parameter, given);
      else
        frame.set(parameter, {
          value: arg === undefined ? undefined : evaluate(arg),
          array: undefined,
        });
    }
    const outer = locals;
    locals = frame;
    returned = undefined;
    execute(own.body);
    locals = outer;
    depth -= 1;
    const result = returned;
    returned = undefined;
    return result;
  }

  function execute(statement: Statement): Leaving {
    guard.step();
    switch (statement.kind) {
      case 'block':
        for (const item of statement.items) {
          const leaving = execute(item);
          if (leaving !== undefined) return leaving;
        }
        return undefined;
      case 'expression':
        evaluate(statement.value);
        return isOver ? 'exit' : undefined;
      case 'print':
        print(statement);
        return undefined;
      case 'if':
        if (isTrue(evaluate(statement.test))) return execute(statement.then);
        return statement.otherwise === undefined ? undefined : execute(statement.otherwise);
      case 'loop':
        return runLoop(statement);
      case 'for-in':
        for (const index of Array.from(array(statement.array).keys())) {
          cell(statement.name).value = fromInput(index);
          const leaving = execute(statement.body);
          if (leaving === 'break') break;
          if (leaving !== undefined && leaving !== 'continue') return leaving;
        }
        return undefined;
      case 'delete':
        if (statement.index === undefined) array(statement.array).clear();
        else array(statement.array).delete(key(statement.index));
        return undefined;
      case 'return':
        returned = statement.value === undefined ? undefined : evaluate(statement.value);
        return 'return';
      case 'exit':
        if (statement.value !== undefined) status = toNumber(evaluate(statement.value)) & 255;
        isOver = true;
        return 'exit';
      default:
        return statement.kind;
    }
  }

  function runLoop(loop: Extract<Statement, { kind: 'loop' }>): Leaving {
    if (loop.start !== undefined) execute(loop.start);
    for (let first = true; ; first = false) {
      const skipsTest = first && loop.bodyFirst;
      if (!skipsTest && loop.test !== undefined && !isTrue(evaluate(loop.test))) return undefined;
      const leaving = execute(loop.body);
      if (leaving === 'break') return undefined;
      if (leaving !== undefined && leaving !== 'continue') return leaving;
      if (loop.next !== undefined) execute(loop.next);
    }
  }

  function print({ formatted, values, to }: Extract<Statement, { kind: 'print' }>): void {
    let text: string;
    if (formatted) {
      const [format, ...rest] = values.map(evaluate);
      const shown = rest.map((value) => (typeof value === 'object' ? value.text : (value ?? '')));
      text = formatPrintf(toText(format), shown, { once: true }).text;
    } else {
      const format = textOf('OFMT');
      const shown =
        values.length === 0
          ? [toText(getField(0))]
          : values.map((each) => toText(evaluate(each), format));
      text = shown.join(textOf('OFS')) + textOf('ORS');
    }
    if (to === undefined) {
      world.out(text);
      return;
    }
    const path = toText(evaluate(to.target));
    if (to.op === '|') throw new AwkError('cannot pipe to commands from here: pipe awk into them');
    if (path === '/dev/stderr') world.err(text);
    else if (path === '/dev/stdout') world.out(text);
    else {
      world.writeFile(path, text, to.op === '>>' || written.has(path));
      written.add(path);
    }
  }

  function applies(i: number): boolean {
    const when = program.rules[i]?.when;
    if (when?.kind === 'always') return true;
    if (when?.kind === 'pattern') return isTrue(evaluate(when.test));
    if (when?.kind !== 'range') return false;
    if (!openRanges.has(i)) {
      if (!isTrue(evaluate(when.from))) return false;
      openRanges.add(i);
    }
    if (isTrue(evaluate(when.to))) openRanges.delete(i);
    return true;
  }

  function runAll(kind: 'begin' | 'end'): void {
    for (const { when, body } of program.rules) {
      if (when.kind !== kind || body === undefined) continue;
      if (execute(body) === 'exit') return;
    }
  }

  return {
    begin: () => runAll('begin'),
    record(text) {
      if (isOver) return false;
      setRecord(text);
      setGlobal('NR', toNumber(globals.get('NR')?.value) + 1);
      setGlobal('FNR', toNumber(globals.get('FNR')?.value) + 1);
      for (const [i, { body }] of program.rules.entries()) {
        if (!applies(i)) continue;
        const leaving =
          body === undefined
            ? execute({ kind: 'print', formatted: false, values: [], to: undefined })
            : execute(body);
        if (leaving === 'next') break;
        if (isOver) return false;
      }
      return !isOver;
    },
    end() {
      isOver = false;
      runAll('end');
    },
    get status() {
      return status;
    },
    text: textOf,
    setVariable: (name, text) => setGlobal(name, fromInput(text)),
    setElement: (name, index, text) => void array(name).set(index, fromInput(text)),
  };
}

function calculate(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      if (b === 0) throw new AwkError('division by zero');
      return a / b;
    case '%':
      if (b === 0) throw new AwkError('division by zero in %');
      return a % b;
    default:
      return a ** b;
  }
}
