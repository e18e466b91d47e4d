import { allMatches, compileRegex, type Regex } from '../../../base/regex/regex.ts';
import { formatDate } from '../date-format.ts';
import { formatPrintf } from '../format.ts';
import { splitBy } from './split.ts';
import { AwkError, type Expr, type Lvalue } from './syntax.ts';
import { compareValues, fromInput, toNumber, toText, type Value } from './value.ts';

/** What built-in functions need of the machine. */
export interface BuiltinScope {
  evaluate(expr: Expr): Value;
  read(to: Lvalue): Value;
  write(to: Lvalue, value: Value): Value;
  array(name: string): Map<string, Value>;
  regexOf(expr: Expr): Regex;
  field(index: number): Value;
  setGlobal(name: string, value: Value): void;
  textOf(name: string): string;
  now(): number;
  close(path: string): number;
}

export function callBuiltin(name: string, args: readonly Expr[], scope: BuiltinScope): Value {
  const value = (i: number): Value => {
    const arg = args[i];
    return arg === undefined ? undefined : scope.evaluate(arg);
  };
  const text = (i: number): string => toText(value(i));
  const number = (i: number): number => toNumber(value(i));
  switch (name) {
    case 'length': {
      const [arg] = args;
      if (arg === undefined) return [...toText(scope.field(0))].length;
      if (arg.kind === 'name') {
        const elements = arrayIfAny(arg.name, scope);
        if (elements !== undefined) return elements.size;
      }
      return [...text(0)].length;
    }
    case 'substr':
      return substring(text(0), number(1), args.length > 2 ? number(2) : Infinity);
    case 'index':
      return text(0).indexOf(text(1)) + 1;
    case 'split':
      return split(args, scope);
    case 'sub':
    case 'gsub':
      return substitute(args, scope, name === 'gsub');
    case 'gensub':
      return gensub(text(2), args, scope);
    case 'match':
      return match(args, scope);
    case 'sprintf': {
      const [format, ...rest] = args.map((arg) => scope.evaluate(arg));
      const shown = rest.map((each) => (typeof each === 'object' ? each.text : (each ?? '')));
      return formatPrintf(toText(format), shown, { once: true }).text;
    }
    case 'tolower':
      return text(0).toLowerCase();
    case 'toupper':
      return text(0).toUpperCase();
    case 'int':
      return Math.trunc(number(0));
    case 'sqrt':
      return Math.sqrt(number(0));
    case 'exp':
      return Math.exp(number(0));
    case 'log':
      return Math.log(number(0));
    case 'sin':
      return Math.sin(number(0));
    case 'cos':
      return Math.cos(number(0));
    case 'atan2':
      return Math.atan2(number(0), number(1));
    case 'rand': {
      const next = (Number(scope.textOf(' seed') || '1') * 1_103_515_245 + 12_345) % 2_147_483_648;
      scope.setGlobal(' seed', next);
      return next / 2_147_483_648;
    }
    case 'srand': {
      const before = Number(scope.textOf(' seed') || '0');
      scope.setGlobal(' seed', args.length > 0 ? number(0) : Math.floor(scope.now() / 1000));
      return before;
    }
    case 'systime':
      return Math.floor(scope.now() / 1000);
    case 'strftime':
      return formatDate(
        args.length > 1 ? number(1) * 1000 : scope.now(),
        args.length > 0 ? text(0) : '%a %b %e %H:%M:%S UTC %Y',
      );
    case 'mktime': {
      const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = text(0)
        .split(/\s+/)
        .map(Number);
      return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
    }
    case 'strtonum':
      return /^\s*0[xX]/.test(text(0)) ? Number(text(0)) : toNumber(text(0));
    case 'asort':
    case 'asorti':
      return sortArray(args, scope, name === 'asorti');
    case 'close':
      return scope.close(text(0));
    case 'fflush':
      return 0;
    default:
      throw new AwkError(`${name}() is not possible here`);
  }
}

function arrayIfAny(name: string, scope: BuiltinScope): Map<string, Value> | undefined {
  const value = scope.read({ kind: 'name', name });
  return value === undefined ? scope.array(name) : undefined;
}

function substring(text: string, from: number, length: number): string {
  const start = Math.round(from);
  const end = length === Infinity ? Infinity : Math.round(from + length);
  return text.slice(Math.max(0, start - 1), end === Infinity ? undefined : Math.max(0, end - 1));
}

function split(args: readonly Expr[], scope: BuiltinScope): number {
  const [source, target, separator] = args;
  if (source === undefined || target?.kind !== 'name') throw new AwkError('split() wants an array');
  const text = toText(scope.evaluate(source));
  const by =
    separator === undefined
      ? scope.textOf('FS')
      : separator.kind === 'regex'
        ? scope.regexOf(separator)
        : toText(scope.evaluate(separator));
  const parts = splitBy(text, by);
  const elements = scope.array(target.name);
  elements.clear();
  for (const [i, part] of parts.entries()) elements.set(String(i + 1), fromInput(part));
  return parts.length;
}

/** `&` in a replacement is the match, `\&` itself. */
function filled(replacement: string, matched: string): string {
  return replacement.replace(/\\\\|\\&|&/g, (mark) =>
    mark === '&' ? matched : mark === '\\&' ? '&' : '\\',
  );
}

function substitute(args: readonly Expr[], scope: BuiltinScope, all: boolean): number {
  const [pattern, by, target] = args;
  if (pattern === undefined || by === undefined) throw new AwkError('sub() wants two arguments');
  const to: Expr = target ?? { kind: 'field', index: { kind: 'number', value: 0 } };
  const text = toText(scope.evaluate(to));
  const replacement = toText(scope.evaluate(by));
  let result = '';
  let from = 0;
  let count = 0;
  let lastEnd = -1;
  for (const { start, end, text: matched } of allMatches(scope.regexOf(pattern), text)) {
    // An empty match right behind the last one does not count.
    if (start === end && start === lastEnd) continue;
    result += text.slice(from, start) + filled(replacement, matched);
    from = end;
    lastEnd = end;
    count += 1;
    if (!all) break;
  }
  if (count > 0 && (to.kind === 'name' || to.kind === 'field' || to.kind === 'element'))
    scope.write(to, result + text.slice(from));
  return count;
}

function gensub(how: string, args: readonly Expr[], scope: BuiltinScope): string {
  const [pattern, by, , target] = args;
  if (pattern === undefined || by === undefined)
    throw new AwkError('gensub() wants three arguments');
  const text = toText(target === undefined ? scope.field(0) : scope.evaluate(target));
  const replacement = toText(scope.evaluate(by));
  const wanted = /^[gG]/.test(how) ? 0 : Number(how);
  let result = '';
  let from = 0;
  let count = 0;
  for (const found of allMatches(scope.regexOf(pattern), text)) {
    count += 1;
    if (wanted !== 0 && count !== wanted) continue;
    result += text.slice(from, found.start);
    result += replacement.replace(/\\(\d)|&/g, (mark, digit?: string) =>
      mark === '&' ? found.text : (found.group(Number(digit)) ?? ''),
    );
    from = found.end;
    if (wanted !== 0) break;
  }
  return result + text.slice(from);
}

function match(args: readonly Expr[], scope: BuiltinScope): number {
  const [source, pattern, target] = args;
  if (source === undefined || pattern === undefined)
    throw new AwkError('match() wants two arguments');
  const text = toText(scope.evaluate(source));
  const regex =
    pattern.kind === 'regex'
      ? scope.regexOf(pattern)
      : compileRegex(toText(scope.evaluate(pattern)), { flavour: 'extended' });
  const found = regex.exec(text);
  scope.setGlobal('RSTART', found === undefined ? 0 : found.start + 1);
  scope.setGlobal('RLENGTH', found === undefined ? -1 : found.end - found.start);
  if (target?.kind === 'name') {
    const elements = scope.array(target.name);
    elements.clear();
    for (let i = 0; i <= regex.groups && found !== undefined; i++) {
      const group = found.group(i);
      if (group !== undefined) elements.set(String(i), fromInput(group));
    }
  }
  return found === undefined ? 0 : found.start + 1;
}

function sortArray(args: readonly Expr[], scope: BuiltinScope, byIndex: boolean): number {
  const [source, target] = args;
  if (source?.kind !== 'name') throw new AwkError('asort() wants an array');
  const elements = scope.array(source.name);
  const values = byIndex ? [...elements.keys()] : [...elements.values()];
  values.sort(compareValues);
  const into = target?.kind === 'name' ? scope.array(target.name) : elements;
  into.clear();
  for (const [i, each] of values.entries()) into.set(String(i + 1), each);
  return values.length;
}
