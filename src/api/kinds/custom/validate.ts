import {
  duplicate,
  invalid,
  notSupported,
  required,
  typeInvalid,
  type FieldError,
} from '../../field-errors.ts';
import { goQuote } from '../../go-text.ts';
import { equalJson, isList, isObject, type JsonObject } from '../../patch/json.ts';
import { hasFormat } from './formats.ts';
import { isTypeMeta, schemaAt } from './prune.ts';
import type { Structural } from './structural.ts';

/**
 * Checks values against a structural schema, with the words of upstream's validator (kube-openapi's `validate`, turned
 * into field errors by apiextensions). With an old value, what has not changed is not looked at again (CRD validation
 * ratcheting).
 */
export function validateValue(
  value: unknown,
  schema: Structural,
  { old, isRoot = true }: { readonly old?: unknown; readonly isRoot?: boolean } = {},
): readonly FieldError[] {
  const errors: FieldError[] = [];
  check({ value, old, schema, path: '', isResource: isRoot }, errors);
  return errors;
}

interface Look {
  readonly value: unknown;
  /** What stood there before; undefined for something new. */
  readonly old: unknown;
  readonly schema: Structural;
  readonly path: string;
  /** apiVersion, kind and metadata are checked elsewhere. */
  readonly isResource: boolean;
}

function check(look: Look, errors: FieldError[]): void {
  const { value, schema, old } = look;
  if (old !== undefined && equalJson(value, old)) return;
  if (value === null && schema.isNullable) return;
  const before = errors.length;
  checkType(look, errors);
  // A value of the wrong type is not looked at any closer.
  if (errors.length > before) return;
  checkEnum(look, errors);
  if (typeof value === 'string') checkText(look, value, errors);
  else if (typeof value === 'number') checkNumber(look, value, errors);
  else if (isList(value)) checkList(look, value, errors);
  else if (isObject(value)) checkObject(look, value, errors);
  checkJunctors(look, errors);
}

/** The error's field; upstream's path of the root is no path at all. */
export function fieldAt(path: string): string {
  return path === '' ? '<nil>' : path;
}

function inBody(path: string): string {
  return path === '' ? '<nil>' : `${path} in body`;
}

function jsonType(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (isList(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkType({ value, schema, path }: Look, errors: FieldError[]): void {
  const actual = jsonType(value);
  if (schema.isIntOrString) {
    if (actual === 'integer' || actual === 'string') return;
    const text = `${inBody(path)} must be of type integer,string: ${goQuote(actual)}`;
    errors.push(typeInvalid(fieldAt(path), actual, text));
    return;
  }
  const { type } = schema;
  if (type === '' || actual === type || (type === 'number' && actual === 'integer')) return;
  errors.push(
    typeInvalid(
      fieldAt(path),
      actual,
      `${inBody(path)} must be of type ${type}: ${goQuote(actual)}`,
    ),
  );
}

function checkEnum({ value, schema, path }: Look, errors: FieldError[]): void {
  const { enumeration } = schema;
  if (enumeration === undefined || enumeration.some((each) => equalJson(each, value))) return;
  errors.push(
    notSupported(
      fieldAt(path),
      value,
      enumeration.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))),
    ),
  );
}

function checkText({ schema, path }: Look, text: string, errors: FieldError[]): void {
  const field = fieldAt(path);
  const { minLength, maxLength, expression, pattern, format } = schema;
  const length = minLength === undefined && maxLength === undefined ? 0 : [...text].length;
  if (maxLength !== undefined && length > maxLength) {
    errors.push({
      type: 'FieldValueTooLong',
      field,
      badValue: '<value omitted>',
      detail: `may not be more than ${maxLength} ${maxLength === 1 ? 'byte' : 'bytes'}`,
    });
  }
  if (minLength !== undefined && length < minLength) {
    errors.push(invalid(field, text, `${inBody(path)} should be at least ${minLength} chars long`));
  }
  if (expression !== undefined && !expression.test(text)) {
    errors.push(invalid(field, text, `${inBody(path)} should match '${pattern}'`));
  }
  if (format !== '' && !hasFormat(text, format)) {
    errors.push(
      typeInvalid(field, text, `${inBody(path)} must be of type ${format}: ${goQuote(text)}`),
    );
  }
}

function checkNumber({ schema, path }: Look, value: number, errors: FieldError[]): void {
  const { minimum, maximum, multipleOf } = schema;
  const refuse = (why: string): void => {
    errors.push(invalid(fieldAt(path), value, `${inBody(path)} should be ${why}`));
  };
  if (multipleOf !== undefined && multipleOf > 0) {
    const quotient = value / multipleOf;
    if (Math.abs(quotient - Math.round(quotient)) > 1e-9) refuse(`a multiple of ${multipleOf}`);
  }
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum ? value >= maximum : value > maximum) {
      refuse(`less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
    }
  }
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum ? value <= minimum : value < minimum) {
      refuse(`greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
    }
  }
  if (schema.format === 'int32' && (value > 2147483647 || value < -2147483648)) {
    errors.push(
      invalid(fieldAt(path), value, `Checked value must be of type integer with format int32`),
    );
  }
}

function checkList(look: Look, list: readonly unknown[], errors: FieldError[]): void {
  const { schema, path, old } = look;
  const { items, minItems, maxItems } = schema;
  if (maxItems !== undefined && list.length > maxItems) {
    errors.push(tooMany(path, list.length, maxItems, 'item'));
  }
  if (minItems !== undefined && list.length < minItems) {
    errors.push(
      invalid(fieldAt(path), list.length, `${inBody(path)} should have at least ${minItems} items`),
    );
  }
  if (schema.uniqueItems && hasTwins(list)) {
    errors.push(invalid(fieldAt(path), '', `${inBody(path)} shouldn't contain duplicates`));
  }
  if (items !== undefined) {
    for (const [index, value] of list.entries()) {
      check(
        {
          value,
          old: oldItem(old, value, index, schema),
          schema: items,
          path: `${path}[${index}]`,
          isResource: items.isEmbedded,
        },
        errors,
      );
    }
  }
  checkListType(look, list, errors);
}

/** The old entry that a list's entry goes back to: by its keys, or by its value in a set. */
function oldItem(old: unknown, value: unknown, index: number, schema: Structural): unknown {
  if (!isList(old)) return undefined;
  switch (schema.listType) {
    case 'map':
      return old.find((each) => isSameEntry(each, value, schema.listMapKeys));
    case 'set':
      return old.find((each) => equalJson(each, value));
    default:
      return equalJson(old[index], value) ? value : undefined;
  }
}

function isSameEntry(a: unknown, b: unknown, keys: readonly string[]): boolean {
  return isObject(a) && isObject(b) && keys.every((key) => equalJson(a[key], b[key]));
}

/** Sets and maps hold nothing twice (upstream: listtype.ValidateListSetsAndMaps). */
function checkListType(
  { schema, path }: Look,
  list: readonly unknown[],
  errors: FieldError[],
): void {
  const { listType, listMapKeys } = schema;
  if (listType !== 'set' && listType !== 'map') return;
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    const keys =
      listType === 'set' || !isObject(item)
        ? item
        : Object.fromEntries(
            listMapKeys
              .filter((key) => item[key] !== undefined)
              .map((key) => [key, item[key]] as const),
          );
    const text = JSON.stringify(keys);
    if (seen.has(text)) errors.push(duplicate(`${path}[${index}]`, keys));
    seen.add(text);
  }
}

function hasTwins(list: readonly unknown[]): boolean {
  return list.some((item, index) => list.slice(0, index).some((each) => equalJson(each, item)));
}

function tooMany(path: string, count: number, max: number, unit: string): FieldError {
  return {
    type: 'FieldValueTooMany',
    field: fieldAt(path),
    badValue: count,
    detail: `must have at most ${max} ${unit}${max === 1 ? '' : 's'}`,
  };
}

function checkObject(look: Look, object: JsonObject, errors: FieldError[]): void {
  const { schema, path, old, isResource } = look;
  const { minProperties, maxProperties } = schema;
  const size = Object.keys(object).length;
  if (maxProperties !== undefined && size > maxProperties) {
    errors.push(tooMany(path, size, maxProperties, 'item'));
  }
  if (minProperties !== undefined && size < minProperties) {
    errors.push(
      invalid(
        fieldAt(path),
        size,
        `${inBody(path)} should have at least ${minProperties} properties`,
      ),
    );
  }
  for (const name of schema.required) {
    if (Object.hasOwn(object, name)) continue;
    errors.push(required(path === '' ? name : `${path}.${name}`));
  }
  for (const name of Object.keys(object).sort()) {
    if (isResource && isTypeMeta(name)) continue;
    const child = schemaAt(schema, name);
    if (child === undefined || child === true) continue;
    check(
      {
        value: object[name],
        old: isObject(old) && Object.hasOwn(old, name) ? old[name] : undefined,
        schema: child,
        path: path === '' ? name : `${path}.${name}`,
        isResource: child.isEmbedded,
      },
      errors,
    );
  }
}

/** allOf, anyOf, oneOf and not: their failures are told of the whole, and the likeliest one in detail. */
function checkJunctors(look: Look, errors: FieldError[]): void {
  const { schema, path } = look;
  const tell = (text: string): void => {
    errors.push(invalid('<nil>', '', `${goQuote(path)} ${text}`));
  };
  const failuresOf = (each: Structural): FieldError[] => {
    const failures: FieldError[] = [];
    check({ ...look, old: undefined, schema: each }, failures);
    return failures;
  };
  if (schema.anyOf.length > 0) {
    const results = schema.anyOf.map(failuresOf);
    if (!results.some((each) => each.length === 0)) {
      tell('must validate at least one schema (anyOf)');
      errors.push(...likeliest(results));
    }
  }
  if (schema.oneOf.length > 0) {
    const results = schema.oneOf.map(failuresOf);
    const valid = results.filter((each) => each.length === 0).length;
    if (valid === 0) {
      tell('must validate one and only one schema (oneOf). Found none valid');
      errors.push(...likeliest(results));
    } else if (valid > 1) {
      tell(`must validate one and only one schema (oneOf). Found ${valid} valid alternatives`);
    }
  }
  if (schema.allOf.length > 0) {
    const results = schema.allOf.map(failuresOf);
    const valid = results.filter((each) => each.length === 0).length;
    if (valid < results.length) {
      errors.push(...results.flat());
      tell(`must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
    }
  }
  if (schema.not !== undefined && failuresOf(schema.not).length === 0) {
    tell('must not validate the schema (not)');
  }
}

/** The failures of the alternative that was nearest. */
function likeliest(results: readonly (readonly FieldError[])[]): readonly FieldError[] {
  return results.reduce((best, each) => (each.length < best.length ? each : best));
}
