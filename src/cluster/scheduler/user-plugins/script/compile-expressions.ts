import { compileParams } from './compile-patterns.ts';
import { type Compiler, deeper, type Evaluate, scopeAbove, within } from './compiler.ts';
import { constructors, copyEntries, globals } from './globals.ts';
import { append } from './list-methods.ts';
import { callMethod } from './methods.ts';
import { declareAll, declarePattern, find, namesWithin } from './names.ts';
import { operators, unaryOperators } from './operators.ts';
import {
  callValue,
  charge,
  deepen,
  LIST_MAX,
  mustOwn,
  own,
  ownText,
  type Run,
  type Scope,
  type ScriptFunction,
} from './run.ts';
import { stop } from './script-fault.ts';
import type { Expression, FunctionSyntax, Item, MemberExpression, Target } from './syntax.ts';
import { isPlain, itemsOf, keyText, newPlain, numberOf, propertyOf, textOf } from './values.ts';

/** Makes an expression ready to run; names are resolved, and unknown ones refused. */
export function compileExpression(expression: Expression, compiler: Compiler): Evaluate {
  const inner = deeper(compiler, 'line' in expression ? expression.line : 0);
  const ready = (part: Expression) => compileExpression(part, inner);
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'name':
      return compileName(expression.name, inner, expression.line);
    case 'template':
      return compileTemplate(expression.texts, expression.holes.map(ready), expression.line);
    case 'array': {
      const items = compileItems(expression.items, inner, expression.line);
      return (scope, run) => own(run, items(scope, run));
    }
    case 'object':
      return compileObject(expression, inner);
    case 'function':
      return compileFunction(expression.fn, inner);
    case 'unary': {
      const operator = unaryOperators[expression.sign];
      const of = ready(expression.of);
      return (scope, run) => operator?.(of(scope, run));
    }
    case 'step':
      return compileStep(expression, inner);
    case 'binary': {
      const operator = operators[expression.sign];
      if (operator === undefined) return stop(expression.line, `no operator ${expression.sign}`);
      const { line } = expression;
      const left = ready(expression.left);
      const right = ready(expression.right);
      return (scope, run) => operator(left(scope, run), right(scope, run), run, line);
    }
    case 'logical':
      return compileLogical(expression.sign, ready(expression.left), ready(expression.right));
    case 'assign':
      return compileAssign(expression, inner);
    case 'condition': {
      const test = ready(expression.test);
      const yes = ready(expression.yes);
      const no = ready(expression.no);
      return (scope, run) => (test(scope, run) ? yes(scope, run) : no(scope, run));
    }
    case 'call':
      return compileCall(expression, inner);
    case 'new': {
      const { name, line } = expression;
      const make = constructors.get(name);
      if (make === undefined) return stop(line, `"new ${name}" is not available in a plugin`);
      const args = compileItems(expression.args, inner, line);
      return (scope, run) => make(args(scope, run), run, line);
    }
    case 'member':
      return compileMember(expression, inner);
    case 'chain': {
      const of = ready(expression.of);
      return (scope, run) => {
        const value = of(scope, run);
        return value === CUT ? undefined : value;
      };
    }
    default: {
      const parts = expression.parts.map(ready);
      return (scope, run) => {
        let value: unknown;
        for (const part of parts) value = part(scope, run);
        return value;
      };
    }
  }
}

/** What a chain gives that `?.` has cut short; no script ever sees it. */
const CUT = Symbol('cut');

function compileName(name: string, compiler: Compiler, line: number): Evaluate {
  const found = find(compiler.names, name);
  if (found === undefined) {
    if (!globals.has(name)) return stop(line, `${JSON.stringify(name)} is not known here`);
    const value = globals.get(name);
    return () => value;
  }
  const { hops, slot } = found;
  const { index } = slot;
  if (hops === 0) return (scope) => scope.slots[index];
  if (hops === 1) return (scope) => scope.up?.slots[index];
  return (scope) => scopeAbove(scope, hops).slots[index];
}

function compileTemplate(
  texts: readonly string[],
  holes: readonly Evaluate[],
  line: number,
): Evaluate {
  return (scope, run) => {
    let text = texts[0] ?? '';
    for (let index = 0; index < holes.length; index++) {
      text += textOf(holes[index]?.(scope, run)) + (texts[index + 1] ?? '');
      ownText(run, text, line);
    }
    return text;
  };
}

/** Arguments or items, spread ones among them. */
function compileItems(
  items: readonly Item[],
  compiler: Compiler,
  line: number,
): (scope: Scope, run: Run) => unknown[] {
  const parts = items.map(({ value, isSpread }) => ({
    evaluate: compileExpression(value, compiler),
    isSpread,
  }));
  if (parts.some(({ isSpread }) => isSpread)) {
    return (scope, run) => {
      const values: unknown[] = [];
      for (const { evaluate, isSpread } of parts) {
        const value = evaluate(scope, run);
        append(values, isSpread ? itemsOf(value, run, line) : [value], run, line);
      }
      return values;
    };
  }
  const evaluates = parts.map(({ evaluate }) => evaluate);
  return (scope, run) => {
    const values: unknown[] = [];
    for (const evaluate of evaluates) values.push(evaluate(scope, run));
    return values;
  };
}

function compileObject(expression: Expression & { kind: 'object' }, compiler: Compiler): Evaluate {
  const { line } = expression;
  const entries = expression.entries.map(({ key, value }) => ({
    key: typeof key === 'object' ? compileExpression(key, compiler) : key,
    evaluate: compileExpression(value, compiler),
  }));
  return (scope, run) => {
    const made = newPlain(run);
    charge(run, entries.length >> 2, line);
    for (const { key, evaluate } of entries) {
      const value = evaluate(scope, run);
      if (key === undefined) copyEntries(made, value, run, line);
      else made[typeof key === 'string' ? key : keyText(key(scope, run))] = value;
    }
    return made;
  };
}

/** A function: what it gives back when run is called with a scope of its own. */
export function compileFunction(fn: FunctionSyntax, compiler: Compiler): Evaluate {
  const names = namesWithin(compiler.names);
  for (const { pattern } of fn.params) declarePattern(names, pattern, false);
  if (fn.rest !== undefined) declarePattern(names, fn.rest, false);
  const deepest = { depth: compiler.depth };
  const inner: Compiler = {
    ...within(compiler, names),
    deepest,
    isInFunction: true,
    isInLoop: false,
    isInSwitch: false,
  };
  const bindParams = compileParams(fn.params, fn.rest, inner);
  const { body, line } = fn;
  let give: Evaluate;
  if ('kind' in body) give = compileExpression(body, inner);
  else {
    declareAll(names, body);
    const execute = compiler.body(body, inner);
    give = (scope, run) => {
      run.returned = undefined;
      execute(scope, run);
      const { returned } = run;
      run.returned = undefined;
      return returned;
    };
  }
  if (deepest.depth > compiler.deepest.depth) compiler.deepest.depth = deepest.depth;
  const depth = deepest.depth - compiler.depth + 2;
  return (up) => {
    const made: ScriptFunction = (args, run) => {
      charge(run, 1, line);
      deepen(run, depth, line);
      const scope: Scope = { up, slots: [] };
      bindParams(args, scope, run);
      const value = give(scope, run);
      run.depth -= depth;
      return value;
    };
    return made;
  };
}

function compileLogical(sign: '&&' | '||' | '??', left: Evaluate, right: Evaluate): Evaluate {
  if (sign === '&&') return (scope, run) => left(scope, run) && right(scope, run);
  if (sign === '||') return (scope, run) => left(scope, run) || right(scope, run);
  return (scope, run) => left(scope, run) ?? right(scope, run);
}

function compileMember(expression: MemberExpression, compiler: Compiler): Evaluate {
  const { line, isOptional } = expression;
  const of = compileExpression(expression.of, compiler);
  const key = compileKey(expression.key, compiler);
  return (scope, run) => {
    const value = of(scope, run);
    if (value === CUT) return CUT;
    if (isOptional && (value === undefined || value === null)) return CUT;
    return propertyOf(value, typeof key === 'string' ? key : key(scope, run), line);
  };
}

function compileKey(key: string | Expression, compiler: Compiler): string | Evaluate {
  return typeof key === 'string' ? key : compileExpression(key, compiler);
}

function compileCall(expression: Expression & { kind: 'call' }, compiler: Compiler): Evaluate {
  const { callee, line, isOptional } = expression;
  const args = compileItems(expression.args, compiler, line);
  if (callee.kind !== 'member') {
    const fn = compileExpression(callee, compiler);
    return (scope, run) => {
      const value = fn(scope, run);
      if (value === CUT) return CUT;
      if (isOptional && (value === undefined || value === null)) return CUT;
      return callValue(value, args(scope, run), run, line);
    };
  }
  const of = compileExpression(callee.of, compiler);
  const key = compileKey(callee.key, compiler);
  return (scope, run) => {
    const value = of(scope, run);
    if (value === CUT) return CUT;
    if (callee.isOptional && (value === undefined || value === null)) return CUT;
    const name = typeof key === 'string' ? key : keyText(key(scope, run));
    if (isOptional && isPlain(value) && !Object.hasOwn(value, name)) return CUT;
    return callMethod(value, name, args(scope, run), run, line);
  };
}

interface Reference {
  readonly get: Evaluate;
  readonly set: (scope: Scope, run: Run, value: unknown) => void;
}

/** Runs `change` with something to read and write the target by; its parts are evaluated once. */
function compileTarget(target: Target, compiler: Compiler): (scope: Scope, run: Run) => Reference {
  if (target.kind === 'name') {
    const { name, line } = target;
    const found = find(compiler.names, name);
    if (found === undefined) return stop(line, `${JSON.stringify(name)} is not declared`);
    if (found.slot.isConstant) return stop(line, `${JSON.stringify(name)} is a constant`);
    const { hops, slot } = found;
    const reference: Reference = {
      get: (scope) => scopeAbove(scope, hops).slots[slot.index],
      set: (scope, _run, value) => {
        scopeAbove(scope, hops).slots[slot.index] = value;
      },
    };
    return () => reference;
  }
  const { line } = target;
  const of = compileExpression(target.of, compiler);
  const key = compileKey(target.key, compiler);
  return (scope, run) => {
    const value = of(scope, run);
    const name = typeof key === 'string' ? key : key(scope, run);
    return {
      get: () => propertyOf(value, name, line),
      set: (_scope, _run, given) => setProperty(value, name, given, run, line),
    };
  };
}

function setProperty(of: unknown, key: unknown, value: unknown, run: Run, line: number): void {
  charge(run, 1, line);
  if (Array.isArray(of)) {
    mustOwn(run, of, line);
    const index = numberOf(key);
    if (!Number.isInteger(index) || index < 0 || index > LIST_MAX) {
      stop(line, `${textOf(key)} is not an index`);
    }
    // A list has no holes.
    while (of.length < index) append(of, [undefined], run, line);
    of[index] = value;
  } else if (isPlain(of)) {
    mustOwn(run, of, line);
    of[keyText(key)] = value;
  } else stop(line, `cannot write ${JSON.stringify(keyText(key))} of ${textOf(of)}`);
}

function compileAssign(expression: Expression & { kind: 'assign' }, compiler: Compiler): Evaluate {
  const { sign, line } = expression;
  const target = compileTarget(expression.target, compiler);
  const value = compileExpression(expression.value, compiler);
  if (sign === '=') {
    return (scope, run) => {
      const { set } = target(scope, run);
      const given = value(scope, run);
      set(scope, run, given);
      return given;
    };
  }
  if (sign === '&&' || sign === '||' || sign === '??') {
    return (scope, run) => {
      const { get, set } = target(scope, run);
      const before = get(scope, run);
      const keeps =
        sign === '&&' ? !before : sign === '||' ? before : before !== undefined && before !== null;
      if (keeps) return before;
      const given = value(scope, run);
      set(scope, run, given);
      return given;
    };
  }
  const operator = operators[sign];
  if (operator === undefined) return stop(line, `no operator ${sign}`);
  return (scope, run) => {
    const { get, set } = target(scope, run);
    const result = operator(get(scope, run), value(scope, run), run, line);
    set(scope, run, result);
    return result;
  };
}

function compileStep(expression: Expression & { kind: 'step' }, compiler: Compiler): Evaluate {
  const { by, isPrefix } = expression;
  const target = compileTarget(expression.target, compiler);
  return (scope, run) => {
    const { get, set } = target(scope, run);
    const before = numberOf(get(scope, run));
    set(scope, run, before + by);
    return isPrefix ? before + by : before;
  };
}
