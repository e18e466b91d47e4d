import { compileFunction } from './compile-expressions.ts';
import { type Bind, compileDefaulted, compilePattern } from './compile-patterns.ts';
import {
  BREAK,
  type Compiler,
  type Completion,
  CONTINUE,
  deeper,
  type Evaluate,
  type Execute,
  NEXT,
  RETURN,
  within,
} from './compiler.ts';
import { declareAll, declarePattern, namesWithin } from './names.ts';
import { charge, type Run, type Scope } from './run.ts';
import { stop } from './script-fault.ts';
import type { Statement } from './syntax.ts';
import { isPlain, itemsOf, keysOf, propertyOf, textOf } from './values.ts';

/** Statements one after the other; what they declare has been declared. Functions are there from the first. */
export function compileStatements(statements: readonly Statement[], compiler: Compiler): Execute {
  const functions: { readonly bind: Bind; readonly make: Evaluate }[] = [];
  const executes: Execute[] = [];
  for (const statement of statements) {
    if (statement.kind === 'function') {
      const { name, line } = statement.fn;
      functions.push({
        bind: compilePattern({ kind: 'name', name, line }, compiler),
        make: compileFunction(statement.fn, compiler),
      });
    } else executes.push(compileStatement(statement, compiler));
  }
  return (scope, run) => {
    for (const { bind, make } of functions) bind(make(scope, run), scope, run);
    for (const execute of executes) {
      const completion = execute(scope, run);
      if (completion !== NEXT) return completion;
    }
    return NEXT;
  };
}

function compileStatement(statement: Statement, outer: Compiler): Execute {
  const { line } = statement;
  const execute = compileKind(statement, deeper(outer, line));
  return (scope, run) => {
    charge(run, 1, line);
    return execute(scope, run);
  };
}

function compileKind(statement: Statement, compiler: Compiler): Execute {
  const { line } = statement;
  switch (statement.kind) {
    case 'expression': {
      const value = compiler.expression(statement.value, compiler);
      return (scope, run) => {
        value(scope, run);
        return NEXT;
      };
    }
    case 'declare':
      return compileDeclaration(statement, compiler);
    case 'return': {
      if (!compiler.isInFunction) return stop(line, '"return" stands outside a function');
      const value =
        statement.value === undefined ? undefined : compiler.expression(statement.value, compiler);
      return (scope, run) => {
        run.returned = value?.(scope, run);
        return RETURN;
      };
    }
    case 'throw': {
      const value = compiler.expression(statement.value, compiler);
      return (scope, run) => {
        const thrown = value(scope, run);
        return stop(line, textOf(isPlain(thrown) ? propertyOf(thrown, 'message', line) : thrown));
      };
    }
    case 'if': {
      const test = compiler.expression(statement.test, compiler);
      const yes = compileStatement(statement.yes, compiler);
      const no = statement.no === undefined ? undefined : compileStatement(statement.no, compiler);
      return (scope, run) => {
        if (test(scope, run)) return yes(scope, run);
        return no === undefined ? NEXT : no(scope, run);
      };
    }
    case 'block':
      return compileBlock(statement.body, compiler);
    case 'for':
      return compileFor(statement, compiler);
    case 'forOf':
      return compileForOf(statement, compiler);
    case 'while':
      return compileWhile(statement, compiler);
    case 'switch':
      return compileSwitch(statement, compiler);
    case 'break':
      if (!compiler.isInLoop && !compiler.isInSwitch) stop(line, '"break" stands outside a loop');
      return () => BREAK;
    case 'continue':
      if (!compiler.isInLoop) stop(line, '"continue" stands outside a loop');
      return () => CONTINUE;
    default:
      return stop(line, 'a function must stand in a block here');
  }
}

function compileDeclaration(
  { items }: Statement & { kind: 'declare' },
  compiler: Compiler,
): Execute {
  const parts = items.map(({ pattern, otherwise }) => ({
    bind: compilePattern(pattern, compiler),
    value: otherwise === undefined ? undefined : compiler.expression(otherwise, compiler),
  }));
  return (scope, run) => {
    for (const { bind, value } of parts) bind(value?.(scope, run), scope, run);
    return NEXT;
  };
}

function compileBlock(body: readonly Statement[], compiler: Compiler): Execute {
  const names = namesWithin(compiler.names);
  declareAll(names, body);
  if (names.slots.size === 0) return compileStatements(body, compiler);
  const execute = compileStatements(body, within(compiler, names));
  return (up, run) => execute({ up, slots: [] }, run);
}

function inLoop(compiler: Compiler): Compiler {
  return { ...compiler, isInLoop: true };
}

function compileFor(statement: Statement & { kind: 'for' }, outer: Compiler): Execute {
  const { line } = statement;
  const names = namesWithin(outer.names);
  if (statement.first !== undefined) declareAll(names, [statement.first]);
  const compiler = inLoop(within(outer, names));
  const first =
    statement.first === undefined ? undefined : compileStatement(statement.first, compiler);
  const test =
    statement.test === undefined ? undefined : compiler.expression(statement.test, compiler);
  const next =
    statement.next === undefined ? undefined : compiler.expression(statement.next, compiler);
  const body = compileStatement(statement.body, compiler);
  return (up, run) => {
    let scope: Scope = { up, slots: [] };
    first?.(scope, run);
    while (test === undefined || test(scope, run)) {
      charge(run, 1, line);
      const completion = body(scope, run);
      if (completion === BREAK) break;
      if (completion === RETURN) return RETURN;
      // Functions made in the body keep the values of their own turn.
      scope = { up, slots: [...scope.slots] };
      next?.(scope, run);
    }
    return NEXT;
  };
}

function compileForOf(statement: Statement & { kind: 'forOf' }, outer: Compiler): Execute {
  const { line, ofKeys } = statement;
  const over = outer.expression(statement.over, outer);
  const names = namesWithin(outer.names);
  declarePattern(names, statement.pattern, statement.isConstant);
  const compiler = inLoop(within(outer, names));
  const bind = compileDefaulted({ pattern: statement.pattern, otherwise: undefined }, compiler);
  const body = compileStatement(statement.body, compiler);
  return (up, run) => {
    const value = over(up, run);
    const items = ofKeys ? keysOf(value, line) : itemsOf(value, run, line);
    for (let index = 0; index < items.length; index++) {
      charge(run, 1, line);
      const scope: Scope = { up, slots: [] };
      bind(items[index], scope, run);
      const completion = body(scope, run);
      if (completion === BREAK) break;
      if (completion === RETURN) return RETURN;
    }
    return NEXT;
  };
}

function compileWhile(statement: Statement & { kind: 'while' }, outer: Compiler): Execute {
  const { line, bodyFirst } = statement;
  const compiler = inLoop(outer);
  const test = compiler.expression(statement.test, compiler);
  const body = compileStatement(statement.body, compiler);
  return (scope, run) => {
    let goesOn = bodyFirst || test(scope, run);
    while (goesOn) {
      charge(run, 1, line);
      const completion = body(scope, run);
      if (completion === BREAK) break;
      if (completion === RETURN) return RETURN;
      goesOn = test(scope, run);
    }
    return NEXT;
  };
}

function compileSwitch(statement: Statement & { kind: 'switch' }, outer: Compiler): Execute {
  const value = outer.expression(statement.value, outer);
  const names = namesWithin(outer.names);
  for (const { body } of statement.cases) declareAll(names, body);
  const compiler: Compiler = { ...within(outer, names), isInSwitch: true };
  const cases = statement.cases.map(({ test, body }) => ({
    test: test === undefined ? undefined : compiler.expression(test, compiler),
    execute: compileStatements(body, compiler),
  }));
  return (up, run) => {
    const given = value(up, run);
    const scope: Scope = { up, slots: [] };
    let start = cases.findIndex(({ test }) => test !== undefined && test(scope, run) === given);
    if (start < 0) start = cases.findIndex(({ test }) => test === undefined);
    return start < 0 ? NEXT : runCases(cases, start, scope, run);
  };
}

function runCases(
  cases: readonly { readonly execute: Execute }[],
  start: number,
  scope: Scope,
  run: Run,
): Completion {
  for (let index = start; index < cases.length; index++) {
    const completion = cases[index]?.execute(scope, run) ?? NEXT;
    if (completion === BREAK) return NEXT;
    if (completion !== NEXT) return completion;
  }
  return NEXT;
}
