import { goFormat, goTypeName } from '../patch/go-format.ts';
import { isList, isObject, type JsonList, type JsonObject } from '../patch/json.ts';
import { structOf } from '../schema/lookup.ts';
import type { ListType, ScalarType, StructSchema, TypeSchema } from '../schema/schema.ts';
import { listElement, printElement } from './path-element.ts';

/**
 * Whether a configuration for server-side apply fits its kind, with upstream's words for what does not: unknown fields,
 * values of the wrong type, entries without keys, entries with the same keys.
 */
export function configurationProblem(
  configuration: JsonObject,
  schema: StructSchema,
): string | undefined {
  const problems: Problem[] = [];
  checkStruct(configuration, schema, '', problems);
  const messages = problems.map(({ path, message }) =>
    path === '' ? message : `${path}: ${message}`,
  );
  if (messages.length <= 1) return messages[0];
  return `errors:\n${messages.map((message) => `  ${message}`).join('\n')}`;
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

function checkStruct(
  object: JsonObject,
  struct: StructSchema,
  path: string,
  problems: Problem[],
): void {
  for (const name of Object.keys(object)) {
    const field = struct.fields.get(name);
    if (field === undefined) {
      // Upstream stops at the first unknown field of a struct.
      problems.push({ path: `${path}.${name}`, message: 'field not declared in schema' });
      return;
    }
    checkValue(object[name], field.type, `${path}.${name}`, problems);
  }
}

function checkValue(value: unknown, type: TypeSchema, path: string, problems: Problem[]): void {
  if (value === null || value === undefined) return;
  switch (type.kind) {
    case 'scalar': {
      const message = scalarProblem(value, type);
      if (message !== undefined) problems.push({ path, message });
      return;
    }
    case 'list':
      if (isList(value)) checkList(value, type, path, problems);
      else problems.push({ path, message: `expected list, got &{${goFormat(value)}}` });
      return;
    default:
      if (!isObject(value)) {
        problems.push({ path, message: `expected map, got &{${goFormat(value)}}` });
      } else if (type.kind === 'struct') checkStruct(value, structOf(type), path, problems);
      else {
        for (const key of Object.keys(value)) {
          checkValue(value[key], type.value, `${path}.${key}`, problems);
        }
      }
  }
}

function checkList(list: JsonList, type: ListType, path: string, problems: Problem[]): void {
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    if (type.relationship === 'atomic') {
      checkValue(item, type.element, `${path}[${index}]`, problems);
      continue;
    }
    const element = listElement(item, type);
    if (typeof element !== 'string') {
      problems.push({ path, message: `element ${index}: ${element.problem}` });
      return;
    }
    if (seen.has(element)) {
      problems.push({ path, message: `duplicate entries for key ${printElement(element)}` });
    }
    seen.add(element);
    checkValue(item, type.element, path + printElement(element), problems);
  }
}

/** Quantities, times and the like may be any scalar here; decoding the merged object looks closer. */
function scalarProblem(value: unknown, type: ScalarType): string | undefined {
  switch (type.scalar) {
    case 'string':
    case 'bytes':
      if (typeof value === 'string') return undefined;
      return `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got &{${goFormat(value)}}`;
    case 'int32':
    case 'int64':
    case 'double':
      if (typeof value === 'number') return undefined;
      return `expected numeric (int or float), got ${goTypeName(value)}`;
    case 'json':
      return undefined;
    default:
      return typeof value === 'object'
        ? `expected any scalar, got &{${goFormat(value)}}`
        : undefined;
  }
}

/** A JSON value as Go's `%#v` prints it. */
function goSyntax(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (isList(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isObject(value)) {
    const entries = Object.keys(value).sort();
    return `map[string]interface {}{${entries.map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(', ')}}`;
  }
  return String(value);
}
