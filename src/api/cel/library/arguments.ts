import { isList } from '../../patch/json.ts';
import { CelError, numberOf, Special, typeName, type SpecialValue } from '../values.ts';

/** A function of the language: the arguments of a method begin with its target. `cost` counts work. */
export type CelFunction = (args: readonly unknown[], cost: (steps: number) => void) => unknown;

/** Methods of values of some kind. Two libraries may have methods of one name for different kinds. */
export interface Library {
  readonly accepts: (target: unknown) => boolean;
  readonly methods: Readonly<Record<string, CelFunction>>;
}

export function noOverload(name: string, args: readonly unknown[]): never {
  throw new CelError(`no such overload: ${name}(${args.map(typeName).join(', ')})`);
}

export function fail(message: string): never {
  throw new CelError(message);
}

export function text(name: string, args: readonly unknown[], index: number): string {
  const value = args[index];
  return typeof value === 'string' ? value : noOverload(name, args);
}

export function list(name: string, args: readonly unknown[], index = 0): readonly unknown[] {
  const value = args[index];
  return isList(value) ? value : noOverload(name, args);
}

export function whole(name: string, args: readonly unknown[], index: number): number {
  const value = args[index];
  return typeof value === 'number' && Number.isInteger(value) ? value : noOverload(name, args);
}

export function number(name: string, args: readonly unknown[], index: number): number {
  return numberOf(args[index]) ?? noOverload(name, args);
}

type OfType<Type extends SpecialValue['type']> = Extract<SpecialValue, { readonly type: Type }>;

/** The value of an argument that JSON does not have. */
export function special<Type extends SpecialValue['type']>(
  type: Type,
  name: string,
  args: readonly unknown[],
  index = 0,
): OfType<Type> {
  const value = args[index];
  if (value instanceof Special && value.value.type === type) return value.value as OfType<Type>;
  return noOverload(name, args);
}

/** What a library says that it works on. */
export function isSpecial(...types: readonly SpecialValue['type'][]): Library['accepts'] {
  return (target) => target instanceof Special && types.includes(target.value.type);
}

export const isText: Library['accepts'] = (target) => typeof target === 'string';
export const isListValue: Library['accepts'] = (target) => isList(target);

export function optional(held: unknown): Special {
  return new Special({ type: 'optional', held });
}
