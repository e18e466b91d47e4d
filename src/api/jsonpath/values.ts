import type { JsonValue } from '../generated/types.ts';
import { goJson } from '../go-text.ts';

/**
 * The values a template works on: JSON, with the numbers told apart as Go's decoder does (whole ones are integers),
 * and the fractions written in a template marked, since `1.0` there is no integer.
 */
export type JsonPathValue = JsonValue | undefined | MarkedFloat;

const float = Symbol('float');
interface MarkedFloat {
  readonly [float]: number;
}

export function markedFloat(value: number): MarkedFloat {
  return { [float]: value };
}

export type ValueKind = 'nil' | 'bool' | 'int' | 'float' | 'string' | 'slice' | 'map';

export function isMarkedFloat(value: JsonPathValue): value is MarkedFloat {
  return typeof value === 'object' && value !== null && float in value;
}

export function numberOf(value: JsonPathValue): number {
  return isMarkedFloat(value) ? value[float] : Number(value);
}

export function kindOf(value: JsonPathValue): ValueKind {
  if (value === undefined || value === null) return 'nil';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return isGoInteger(value) ? 'int' : 'float';
    case 'string':
      return 'string';
    default:
      return isMarkedFloat(value) ? 'float' : Array.isArray(value) ? 'slice' : 'map';
  }
}

/** What Go calls the type of a value. */
export function goTypeName(value: JsonPathValue): string {
  const names: Readonly<Record<ValueKind, string>> = {
    nil: '<nil>',
    bool: 'bool',
    int: 'int64',
    float: 'float64',
    string: 'string',
    slice: '[]interface {}',
    map: 'map[string]interface {}',
  };
  return names[kindOf(value)];
}

/** Nested values as JSON with sorted keys, the others as Go prints them. */
export function printValue(value: JsonPathValue): string {
  switch (kindOf(value)) {
    case 'nil':
      return 'null';
    case 'slice':
    case 'map':
      return goJson(value, true);
    default:
      return goText(value);
  }
}

/** A value as Go's `%v` prints it. */
export function goText(value: JsonPathValue): string {
  switch (kindOf(value)) {
    case 'nil':
      return '<nil>';
    case 'int':
      return integerText(numberOf(value));
    case 'float':
      return floatText(numberOf(value));
    case 'slice':
      return `[${childrenOf(value).map(goText).join(' ')}]`;
    case 'map': {
      const entries = sortedEntries(value as Readonly<Record<string, JsonValue>>);
      return `map[${entries.map(([key, each]) => `${key}:${goText(each)}`).join(' ')}]`;
    }
    default:
      return String(value);
  }
}

/** The items of a list, the values of a map by sorted key, the bytes of a text; none of anything else. */
export function childrenOf(value: JsonPathValue): readonly JsonPathValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  if (typeof value === 'string') return [...new TextEncoder().encode(value)];
  if (kindOf(value) !== 'map') return [];
  return sortedEntries(value as Readonly<Record<string, JsonValue>>).map(([, each]) => each);
}

function sortedEntries(map: Readonly<Record<string, JsonValue>>) {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}

function isGoInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63;
}

function integerText(value: number): string {
  return Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
}

/** The shortest digits; with an exponent of at least two digits from 10^6 on and below 10^−4, as Go's `%g`. */
function floatText(value: number): string {
  const [digits = '0', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  // Between the two, JavaScript prints the same plain digits.
  if (exponent >= -4 && exponent < 6) return String(value);
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits}e${exponent < 0 ? '-' : '+'}${size}`;
}
