import { celTypes, isSameType, type CelType } from './types.ts';

/**
 * What type parameters turned out to be, and which types fit which (cel-go: `checker/types.go`). A parameter that was
 * bound can be widened by a more general type later.
 */
export type Bindings = ReadonlyMap<string, CelType>;

/** The bindings under which all types of one list fit those of the other; undefined where they do not. */
export function assignAll(
  bindings: Bindings,
  from: readonly CelType[],
  to: readonly CelType[],
): Bindings | undefined {
  const made = new Map(bindings);
  return fitAll(made, from, to) ? made : undefined;
}

function fitAll(
  m: Map<string, CelType>,
  from: readonly CelType[],
  to: readonly CelType[],
): boolean {
  return from.length === to.length && from.every((each, i) => fits(m, each, to[i] as CelType)); // As long.
}

function isOpen({ kind }: CelType): boolean {
  return kind === 'dyn' || kind === 'error';
}

function fits(m: Map<string, CelType>, from: CelType, to: CelType): boolean {
  if (to.kind === 'parameter') {
    const { valid, isBound } = substitutes(m, from, to);
    if (valid) return true;
    if (isBound) return false;
  }
  if (from.kind === 'parameter') return substitutes(m, to, from).valid;
  if (isOpen(from) || isOpen(to)) return true;
  if (from.kind === 'null') return isNullable(to);
  if (to.kind === 'null') return isNullable(from);
  switch (from.kind) {
    case 'type':
      return to.kind === 'type';
    case 'opaque':
    case 'list':
    case 'map':
      return (
        from.kind === to.kind && from.name === to.name && fitAll(m, from.parameters, to.parameters)
      );
    default:
      return isSameType(from, to);
  }
}

const nullable: ReadonlySet<CelType['kind']> = new Set([
  'opaque',
  'struct',
  'duration',
  'timestamp',
  'null',
]);

function isNullable({ kind }: CelType): boolean {
  return nullable.has(kind);
}

/** Whether a type can stand for a parameter, which is then bound to it. */
function substitutes(
  m: Map<string, CelType>,
  type: CelType,
  parameter: CelType,
): { readonly valid: boolean; readonly isBound: boolean } {
  if (isSameType(type, parameter)) return { valid: true, isBound: true };
  const bound = m.get(parameter.name);
  if (bound === undefined) {
    if (!isAbsentFrom(m, parameter, type)) return { valid: false, isBound: false };
    m.set(parameter.name, type);
    return { valid: true, isBound: false };
  }
  if (isSameType(type, bound)) return { valid: true, isBound: true };
  if (!fits(m, type, bound)) return { valid: false, isBound: true };
  const wider = mostGeneral(type, bound);
  if (isAbsentFrom(m, parameter, wider)) m.set(parameter.name, wider);
  return { valid: true, isBound: true };
}

function isAbsentFrom(m: Bindings, parameter: CelType, type: CelType): boolean {
  if (isSameType(parameter, type)) return false;
  if (type.kind === 'parameter') {
    const bound = m.get(type.name);
    return bound === undefined || isAbsentFrom(m, parameter, bound);
  }
  return type.parameters.every((each) => isAbsentFrom(m, parameter, each));
}

/** The more general of two types that fit each other. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isAtMostAsSpecific(a, b) ? a : b;
}

function isAtMostAsSpecific(a: CelType, b: CelType): boolean {
  if (a.kind === 'dyn' || a.kind === 'parameter') return true;
  if (b.kind === 'dyn' || b.kind === 'parameter' || a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'opaque':
    case 'list':
    case 'map':
      return (
        a.name === b.name &&
        a.parameters.length === b.parameters.length &&
        a.parameters.every((each, i) => isAtMostAsSpecific(each, b.parameters[i] as CelType))
      ); // As long.
    case 'type':
      return true;
    default:
      return isSameType(a, b);
  }
}

/** A type with what is known put for its parameters; what is not stays, or becomes dyn. */
export function substituted(m: Bindings, type: CelType, isFinal: boolean): CelType {
  if (type.kind === 'parameter') {
    const bound = m.get(type.name);
    if (bound !== undefined) return substituted(m, bound, isFinal);
    return isFinal ? celTypes.dyn : type;
  }
  if (type.parameters.length === 0) return type;
  return { ...type, parameters: type.parameters.map((each) => substituted(m, each, isFinal)) };
}
