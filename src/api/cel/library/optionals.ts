import { isList, isObject } from '../../patch/json.ts';
import { numberOf, Special } from '../values.ts';
import {
  fail,
  isListValue,
  isSpecial,
  list,
  optional,
  special,
  type CelFunction,
  type Library,
} from './arguments.ts';

const held = (name: string, args: readonly unknown[]): unknown =>
  special('optional', name, args).held;

function isZero(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true;
  if (numberOf(value) === 0) return true;
  if (isList(value)) return value.length === 0;
  if (value instanceof Special) return false;
  return isObject(value) && Object.keys(value).length === 0;
}

export const optionalLibrary: Library = {
  accepts: isSpecial('optional'),
  methods: {
    hasValue: (args) => held('hasValue', args) !== undefined,
    value: (args) => held('value', args) ?? fail('optional.none() dereference'),
    orValue: (args) => held('orValue', args) ?? args[1],
    or: (args) => (held('or', args) === undefined ? args[1] : args[0]),
  },
};

/** Optionals in a list: the values of those that have one. */
export const unwrapLibrary: Library = {
  accepts: isListValue,
  methods: { unwrapOpt: (args) => unwrapped('unwrapOpt', args) },
};

function unwrapped(name: string, args: readonly unknown[]): readonly unknown[] {
  return list(name, args)
    .map((_, i, all) => special('optional', name, all, i).held)
    .filter((each) => each !== undefined);
}

export const optionalFunctions: Readonly<Record<string, CelFunction>> = {
  'optional.none': () => optional(undefined),
  'optional.of': ([value]) => optional(value),
  'optional.ofNonZeroValue': ([value]) => optional(isZero(value) ? undefined : value),
  'optional.unwrap': (args) => unwrapped('optional.unwrap', args),
};
