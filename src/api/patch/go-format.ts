import { isList, isObject } from './json.ts';

/** A JSON value as Go's `%v` prints it: `map[name:nginx ports:[80 443]]`. Maps are printed with sorted keys. */
export function goFormat(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (isList(value)) return `[${value.map(goFormat).join(' ')}]`;
  if (isObject(value)) {
    const entries = Object.keys(value).sort();
    return `map[${entries.map((key) => `${key}:${goFormat(value[key])}`).join(' ')}]`;
  }
  return String(value);
}

/** The name of the Go type that a JSON value is decoded into, as Go's `%T` prints it. */
export function goTypeName(value: unknown): string {
  if (isList(value)) return '[]interface {}';
  if (isObject(value)) return 'map[string]interface {}';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return '%!s(<nil>)';
  }
}

/** The message about an argument of the wrong type. */
export function wrongType(expected: 'map' | 'list', got: unknown): string {
  const wanted = expected === 'map' ? 'map[string]interface {}' : '[]interface {}';
  return `expected a ${wanted}, but received a ${goTypeName(got)}`;
}
