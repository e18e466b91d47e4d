import { overloadsOf } from './declarations.ts';
import type { Expression } from './expression.ts';
import type { Issue } from './issues.ts';
import { celTypes, isSameType, parameterType, typeText, type CelType } from './types.ts';
import { assignAll, substituted, type Bindings } from './unify.ts';

/** A check under way. */
export interface Checker {
  readonly variables: ReadonlyMap<string, CelType>;
  /** The variables of macros, the innermost last. */
  readonly scopes: ReadonlyMap<string, CelType>[];
  readonly uses: Set<string>;
  readonly issues: Issue[];
  /** What was found out of every part. */
  readonly types: Map<Expression, CelType>;
  bindings: Bindings;
  next: number;
  /** The type of an expression within. */
  readonly check: (expression: Expression) => CelType;
}

/** A type that is not known yet. */
export function freshType(checker: Checker): CelType {
  checker.next += 1;
  return parameterType(`_var${checker.next - 1}`);
}

/** Notes an issue; what has one fits everything. */
export function fail(checker: Checker, at: number, message: string): CelType {
  checker.issues.push({ at, message });
  return celTypes.error;
}

export function mismatch(
  checker: Checker,
  at: number,
  { wanted, found }: { readonly wanted: CelType; readonly found: CelType },
): CelType {
  return fail(checker, at, `expected type '${typeText(wanted)}' but found '${typeText(found)}'`);
}

/** Whether one type fits another; what that says of parameters is kept. */
export function assigns(checker: Checker, from: CelType, to: CelType): boolean {
  const bindings = assignAll(checker.bindings, [from], [to]);
  if (bindings === undefined) return false;
  checker.bindings = bindings;
  return true;
}

/** A type with what is known of its parameters by now. */
export function resolved(checker: Checker, type: CelType): CelType {
  return substituted(checker.bindings, type, false);
}

/** Said of a name that nobody declares. */
export function undeclared(name: string): string {
  return `undeclared reference to '${name}' (in container '')`;
}

/** Says so where a type is not that of a condition. */
export function mustBeBool(checker: Checker, at: number, found: CelType): boolean {
  if (assigns(checker, found, celTypes.bool)) return true;
  mismatch(checker, at, { wanted: celTypes.bool, found });
  return false;
}

/** A call as its overloads are asked about it. */
export interface Call {
  readonly name: string;
  /** A method's begin with its target. */
  readonly args: readonly CelType[];
  readonly at: number;
  readonly isMethod?: boolean;
}

/** The result of the overload that fits; of several that differ, dyn. */
export function checkCall(checker: Checker, { name, args, at, isMethod = false }: Call): CelType {
  const overloads = overloadsOf(name);
  if (overloads === undefined) return fail(checker, at, undeclared(name));
  let result: CelType | undefined;
  for (const overload of overloads) {
    if (overload.isMethod !== isMethod) continue;
    const own = new Map<string, CelType>();
    const instance = (type: CelType): CelType => instantiated(checker, own, type);
    const wanted = overload.args.map(instance);
    const bindings = assignAll(checker.bindings, args, wanted);
    if (bindings === undefined) continue;
    checker.bindings = bindings;
    const found = resolved(checker, instance(overload.result));
    if (result === undefined) result = found;
    else if (result.kind !== 'dyn' && !isSameType(result, found)) result = celTypes.dyn;
  }
  if (result !== undefined) return result;
  const [target, ...rest] = args.map((each) => typeText(substituted(checker.bindings, each, true)));
  const applied = isMethod
    ? `${target ?? ''}.(${rest.join(', ')})`
    : `(${target === undefined ? '' : [target, ...rest].join(', ')})`;
  return fail(checker, at, `found no matching overload for '${name}' applied to '${applied}'`);
}

/** A declared type whose parameters are new ones. */
function instantiated(checker: Checker, own: Map<string, CelType>, type: CelType): CelType {
  if (type.kind === 'parameter') {
    let made = own.get(type.name);
    if (made === undefined) {
      made = freshType(checker);
      own.set(type.name, made);
    }
    return made;
  }
  if (type.parameters.length === 0) return type;
  return { ...type, parameters: type.parameters.map((each) => instantiated(checker, own, each)) };
}
