import { applyBinary } from './binary.ts';
import { plain, type Item, type Path, type Scope } from './evaluate-types.ts';
import { callFunction } from './functions.ts';
import { applyFormat } from './formats.ts';
import { deletePath, getPath, setPath } from './paths.ts';
import { JqError, type Filter, type Pattern } from './syntax.ts';
import { fromEntries, getAt, isTruthy, toJqText, typeOf, valuesOf } from './value.ts';

const DEPTH_MAX = 2000;

export function* evaluate(filter: Filter, item: Item, scope: Scope): Generator<Item> {
  scope.guard.step();
  switch (filter.kind) {
    case 'identity':
      yield item;
      return;
    case 'break-none':
      return;
    case 'recurse-default':
      yield* recurse(item);
      return;
    case 'literal':
      yield plain(filter.value);
      return;
    case 'text':
      yield* texts(filter.parts, 0, '', filter.format, item, scope);
      return;
    case 'format':
      yield plain(applyFormat(filter.name, item.value));
      return;
    case 'variable':
      if (filter.name === 'ENV') yield plain(scope.variables.get('ENV') ?? {});
      else if (!scope.variables.has(filter.name))
        throw new JqError(`$${filter.name} is not defined`);
      else yield plain(scope.variables.get(filter.name));
      return;
    case 'index':
      for (const target of evaluate(filter.of, item, scope)) {
        for (const key of evaluate(filter.key, detached(item), scope))
          yield { value: getAt(target.value, key.value), path: extend(target.path, key.value) };
      }
      return;
    case 'slice':
      yield* slices(filter, item, scope);
      return;
    case 'each':
      for (const target of evaluate(filter.of, item, scope)) yield* children(target);
      return;
    case 'try':
      yield* attempt(filter, item, scope);
      return;
    case 'pipe':
      for (const middle of evaluate(filter.left, item, scope))
        yield* evaluate(filter.right, middle, scope);
      return;
    case 'comma':
      yield* evaluate(filter.left, item, scope);
      yield* evaluate(filter.right, item, scope);
      return;
    case 'binary':
      yield* binary(filter, item, scope);
      return;
    case 'update':
      yield* update(filter, item, scope);
      return;
    case 'negate':
      for (const { value } of evaluate(filter.of, item, scope)) {
        if (typeof value !== 'number') throw new JqError(`${typeOf(value)} cannot be negated`);
        yield plain(-value);
      }
      return;
    case 'array':
      yield plain(
        filter.of === undefined
          ? []
          : [...evaluate(filter.of, detached(item), scope)].map(({ value }) => value),
      );
      return;
    case 'object':
      yield* objects(filter.entries, 0, [], item, scope);
      return;
    case 'if':
      for (const test of evaluate(filter.test, detached(item), scope)) {
        const branch = isTruthy(test.value) ? filter.then : filter.otherwise;
        if (branch === undefined) yield item;
        else yield* evaluate(branch, item, scope);
      }
      return;
    case 'reduce':
    case 'foreach':
      yield* fold(filter, item, scope);
      return;
    case 'bind':
      for (const source of evaluate(filter.source, detached(item), scope)) {
        const bound = bind(filter.pattern, source.value, scope, item);
        yield* evaluate(filter.body, item, bound);
      }
      return;
    case 'define': {
      const functions = new Map(scope.functions);
      const inner: Scope = { ...scope, functions };
      functions.set(`${filter.name}/${filter.parameters.length}`, {
        parameters: filter.parameters,
        body: filter.body,
        scope: inner,
      });
      yield* evaluate(filter.rest, item, inner);
      return;
    }
    case 'call':
      yield* call(filter.name, filter.args, item, scope);
      return;
  }
}

/** The same value without its path: what is computed from it is no path of the input. */
function detached({ value }: Item): Item {
  return { value, path: undefined };
}

function extend(path: Path | undefined, key: unknown): Path | undefined {
  return path === undefined ? undefined : [...path, key];
}

function* children({ value, path }: Item): Generator<Item> {
  if (Array.isArray(value)) {
    for (const [i, each] of value.entries()) yield { value: each, path: extend(path, i) };
    return;
  }
  valuesOf(value);
  for (const [key, each] of Object.entries(value as object))
    yield { value: each, path: extend(path, key) };
}

function* recurse(item: Item): Generator<Item> {
  yield item;
  if (typeof item.value !== 'object' || item.value === null) return;
  for (const child of children(item)) yield* recurse(child);
}

function* texts(
  parts: readonly (string | Filter)[],
  at: number,
  before: string,
  format: string | undefined,
  item: Item,
  scope: Scope,
): Generator<Item> {
  const part = parts[at];
  if (part === undefined) {
    yield plain(before);
    return;
  }
  if (typeof part === 'string') {
    yield* texts(parts, at + 1, before + part, format, item, scope);
    return;
  }
  for (const { value } of evaluate(part, detached(item), scope)) {
    const shown = format === undefined ? toJqText(value) : applyFormat(format, value);
    yield* texts(parts, at + 1, before + shown, format, item, scope);
  }
}

function* slices(
  filter: Extract<Filter, { kind: 'slice' }>,
  item: Item,
  scope: Scope,
): Generator<Item> {
  const bound = function* (side: Filter | undefined): Generator<unknown> {
    if (side === undefined) yield null;
    else for (const { value } of evaluate(side, detached(item), scope)) yield value;
  };
  for (const { value, path } of evaluate(filter.of, item, scope)) {
    for (const to of bound(filter.to)) {
      for (const from of bound(filter.from)) {
        const key = { start: from, end: to };
        if (value === null) yield { value: null, path: extend(path, key) };
        else if (typeof value === 'string' || Array.isArray(value)) {
          const start = from === null ? 0 : Math.floor(Number(from));
          const end = to === null ? undefined : Math.ceil(Number(to));
          yield { value: value.slice(start, end), path: extend(path, key) };
        } else throw new JqError(`Cannot index ${typeOf(value)} with object`);
      }
    }
  }
}

function* attempt(
  filter: Extract<Filter, { kind: 'try' }>,
  item: Item,
  scope: Scope,
): Generator<Item> {
  try {
    yield* evaluate(filter.body, item, scope);
  } catch (error) {
    if (!(error instanceof JqError)) throw error;
    if (filter.otherwise !== undefined)
      yield* evaluate(filter.otherwise, plain(error.value), scope);
  }
}

function* binary(
  filter: Extract<Filter, { kind: 'binary' }>,
  item: Item,
  scope: Scope,
): Generator<Item> {
  const { op, left, right } = filter;
  if (op === '//') {
    let any = false;
    try {
      for (const each of evaluate(left, item, scope)) {
        if (!isTruthy(each.value)) continue;
        any = true;
        yield each;
      }
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
    }
    if (!any) yield* evaluate(right, item, scope);
    return;
  }
  const bare = detached(item);
  if (op === 'and' || op === 'or') {
    for (const a of evaluate(left, bare, scope)) {
      if (isTruthy(a.value) === (op === 'or')) yield plain(op === 'or');
      else for (const b of evaluate(right, bare, scope)) yield plain(isTruthy(b.value));
    }
    return;
  }
  for (const b of evaluate(right, bare, scope)) {
    for (const a of evaluate(left, bare, scope)) yield plain(applyBinary(op, a.value, b.value));
  }
}

function* objects(
  entries: readonly (readonly [Filter, Filter])[],
  at: number,
  done: readonly (readonly [string, unknown])[],
  item: Item,
  scope: Scope,
): Generator<Item> {
  const entry = entries[at];
  if (entry === undefined) {
    yield plain(fromEntries(done));
    return;
  }
  for (const key of evaluate(entry[0], detached(item), scope)) {
    if (typeof key.value !== 'string') throw new JqError(`Object keys must be strings`);
    for (const { value } of evaluate(entry[1], detached(item), scope))
      yield* objects(entries, at + 1, [...done, [key.value, value]], item, scope);
  }
}

function* fold(
  filter: Extract<Filter, { kind: 'reduce' | 'foreach' }>,
  item: Item,
  scope: Scope,
): Generator<Item> {
  const bare = detached(item);
  for (const start of evaluate(filter.start, bare, scope)) {
    let state: Item | undefined = plain(start.value);
    for (const source of evaluate(filter.source, bare, scope)) {
      const bound = bind(filter.pattern, source.value, scope, item);
      let last: Item | undefined;
      for (const next of evaluate(filter.update, plain(state?.value ?? null), bound)) {
        last = plain(next.value);
        if (filter.kind !== 'foreach') continue;
        if (filter.extract === undefined) yield last;
        else yield* evaluate(filter.extract, last, bound);
      }
      state = last;
    }
    if (filter.kind === 'reduce') yield state ?? plain(null);
  }
}

function bind(pattern: Pattern, value: unknown, scope: Scope, item: Item): Scope {
  const variables = new Map(scope.variables);
  const put = (each: Pattern, to: unknown): void => {
    if (each.kind === 'name') variables.set(each.name, to);
    else if (each.kind === 'array') {
      if (to !== null && !Array.isArray(to))
        throw new JqError(`Cannot index ${typeOf(to)} with number`);
      for (const [i, inner] of each.items.entries()) put(inner, getAt(to, i));
    } else {
      for (const [key, inner] of each.entries) {
        for (const name of evaluate(key, detached(item), scope)) put(inner, getAt(to, name.value));
      }
    }
  };
  put(pattern, value);
  return { ...scope, variables };
}

function* call(name: string, args: readonly Filter[], item: Item, scope: Scope): Generator<Item> {
  const own = scope.functions.get(`${name}/${args.length}`);
  if (own === undefined) {
    yield* callFunction(name, args, item, {
      run: (filter, value) => evaluate(filter, value, scope),
      update: (path, value, change) => updatePaths(path, value, scope, change),
      scope,
    });
    return;
  }
  if (scope.depth > DEPTH_MAX) throw new JqError('functions call each other too deeply');
  const functions = new Map(own.scope.functions);
  let variables = own.scope.variables;
  for (const [i, parameter] of own.parameters.entries()) {
    const arg = args[i] as Filter; // As many as parameters, by the name it was found under.
    if (parameter.startsWith('$')) {
      // A value parameter: its first result alone, as nearly all programs use it.
      const [first] = evaluate(arg, detached(item), scope);
      variables = new Map(variables).set(parameter.slice(1), first?.value ?? null);
      functions.set(`${parameter.slice(1)}/0`, {
        parameters: [],
        body: { kind: 'literal', value: first?.value ?? null },
        scope,
      });
    } else functions.set(`${parameter}/0`, { parameters: [], body: arg, scope });
  }
  yield* evaluate(own.body, item, { ...scope, variables, functions, depth: scope.depth + 1 });
}

function* update(
  filter: Extract<Filter, { kind: 'update' }>,
  item: Item,
  scope: Scope,
): Generator<Item> {
  const { op, path, value } = filter;
  if (op === '|=') {
    yield plain(
      updatePaths(path, item.value, scope, (old) => [...evaluate(value, plain(old), scope)][0]),
    );
    return;
  }
  for (const { value: right } of evaluate(value, detached(item), scope)) {
    yield plain(
      updatePaths(path, item.value, scope, (old) => {
        if (op === '=') return plain(right);
        if (op === '//=') return plain(isTruthy(old) ? old : right);
        return plain(applyBinary(op.slice(0, -1), old, right));
      }),
    );
  }
}

/** Changes what the path filter reaches; a change to undefined deletes. */
function updatePaths(
  filter: Filter,
  value: unknown,
  scope: Scope,
  change: (old: unknown) => Item | undefined,
): unknown {
  const paths = [...evaluate(filter, { value, path: [] }, scope)].map(({ path }) => {
    if (path === undefined) throw new JqError('Invalid path expression');
    return path;
  });
  let result = value;
  const gone: Path[] = [];
  for (const path of paths) {
    const next = change(getPath(result, path));
    if (next === undefined) gone.push(path);
    else result = setPath(result, path, next.value);
  }
  // From the end on, so that positions before stay right.
  for (const path of gone.toReversed()) result = deletePath(result, path);
  return result;
}
