import {
  assigns,
  checkCall,
  fail,
  freshType,
  mismatch,
  mustBeBool,
  resolved,
  type Checker,
} from './checker.ts';
import type { Expression } from './expression.ts';
import { celTypes, listType, mapType, typeText, type CelType } from './types.ts';

type Macro = Extract<Expression, { kind: 'macro' }>;

/**
 * The type of a macro: that of the fold that cel-go makes of it. The issues of a fold's own steps stand where the macro
 * does.
 */
export function checkMacro(checker: Checker, macro: Macro): CelType {
  switch (macro.name) {
    case 'optMap':
    case 'optFlatMap':
      return checkOptional(checker, macro);
    case 'sortBy':
      return checkSort(checker, macro);
    default:
      return checkFold(checker, macro);
  }
}

/** What a fold begins with; its result is of that type, but for tests. */
function accumulator(checker: Checker, name: string): CelType {
  switch (name) {
    case 'all':
    case 'exists':
      return celTypes.bool;
    case 'exists_one':
    case 'existsOne':
      return celTypes.int;
    case 'transformMap':
    case 'transformMapEntry':
      return mapType(freshType(checker), freshType(checker));
    default:
      return listType(freshType(checker));
  }
}

function checkFold(checker: Checker, macro: Macro): CelType {
  const { name, variable, second, args, at } = macro;
  const range = resolved(checker, checker.check(macro.target));
  const accu = accumulator(checker, name);
  const [first, value] = elementTypes(checker, range, {
    isPair: second !== undefined,
    at: macro.target.at,
  });
  const scope = new Map([[variable, first]]);
  if (second !== undefined) scope.set(second, value);
  checker.scopes.push(scope);
  const step = checkStep(checker, { accu, element: first }, macro);
  checker.scopes.pop();
  if (!assigns(checker, accu, step)) mismatch(checker, at, { wanted: accu, found: step });
  const isTest = accu === celTypes.bool || accu === celTypes.int;
  return isTest || args.length === 0 ? celTypes.bool : resolved(checker, accu);
}

/** The types of a fold's variables: element alone, or index or key and element. */
function elementTypes(
  checker: Checker,
  range: CelType,
  { isPair, at }: { readonly isPair: boolean; readonly at: number },
): readonly [CelType, CelType] {
  const [first = celTypes.dyn, second = celTypes.dyn] = range.parameters;
  switch (range.kind) {
    case 'list':
      return isPair ? [celTypes.int, first] : [first, first];
    case 'map':
      return [first, second];
    case 'dyn':
    case 'error':
    case 'parameter':
      assigns(checker, celTypes.dyn, range);
      return [celTypes.dyn, celTypes.dyn];
    default:
      fail(
        checker,
        at,
        `expression of type '${typeText(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      );
      return [celTypes.error, celTypes.error];
  }
}

function checkStep(
  checker: Checker,
  { accu, element }: { readonly accu: CelType; readonly element: CelType },
  { name, args, at }: Macro,
): CelType {
  const types = args.map((each) => checker.check(each));
  const [first = celTypes.error, second] = types;
  const call = (called: string, ...given: readonly CelType[]): CelType =>
    checkCall(checker, { name: called, args: given, at });
  switch (name) {
    case 'all':
    case 'exists':
      return mustBeBool(checker, args[0]?.at ?? at, first) ? celTypes.bool : celTypes.error;
    case 'exists_one':
    case 'existsOne':
      return call('_?_:_', first, call('_+_', accu, celTypes.int), accu);
    case 'filter':
      return call('_?_:_', first, call('_+_', accu, listType(element)), accu);
    case 'transformMap':
    case 'transformMapEntry': {
      const made = second ?? first;
      const more =
        name === 'transformMap'
          ? call('cel.@mapInsert', accu, element, made)
          : call('cel.@mapInsert', accu, made);
      return second === undefined ? more : call('_?_:_', first, more, accu);
    }
    default: {
      const more = call('_+_', accu, listType(second ?? first));
      return second === undefined ? more : call('_?_:_', first, more, accu);
    }
  }
}

/** `a.hasValue() ? optional.of(body(a.value())) : optional.none()`; the target stands there twice. */
function checkOptional(checker: Checker, { name, target, variable, args, at }: Macro): CelType {
  const method = (called: string): CelType =>
    checkCall(checker, { name: called, args: [checker.check(target)], at, isMethod: true });
  const condition = method('hasValue');
  checker.scopes.push(new Map([[variable, method('value')]]));
  const body = args[0] === undefined ? celTypes.error : checker.check(args[0]);
  checker.scopes.pop();
  const then =
    name === 'optFlatMap' ? body : checkCall(checker, { name: 'optional.of', args: [body], at });
  const otherwise = checkCall(checker, { name: 'optional.none', args: [], at });
  return checkCall(checker, { name: '_?_:_', args: [condition, then, otherwise], at });
}

/** The items, and what is found out of each to order them by. */
function checkSort(checker: Checker, macro: Macro): CelType {
  const { target, at } = macro;
  const items = checker.check(target);
  const keys = checkFold(checker, { ...macro, name: 'map' });
  return checkCall(checker, {
    name: '@sortByAssociatedKeys',
    args: [items, keys],
    at,
    isMethod: true,
  });
}
