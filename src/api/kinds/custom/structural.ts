import { compileRegex, RegexError, type Regex } from '../../../base/regex/regex.ts';
import { isList, isObject, type JsonObject } from '../../patch/json.ts';

/**
 * The structural schema of a custom resource (upstream: apiextensions-apiserver's `schema` package), worked out once
 * for each stored schema. Decoding, defaulting, validation and field management read this form.
 */
export interface Structural {
  /** Empty where the schema leaves the type open. */
  readonly type: string;
  readonly format: string;
  readonly properties: ReadonlyMap<string, Structural>;
  /** What all keys but the properties hold; true allows anything. */
  readonly additional: Structural | boolean | undefined;
  readonly items: Structural | undefined;
  readonly preservesUnknown: boolean;
  readonly isEmbedded: boolean;
  readonly isIntOrString: boolean;
  readonly isNullable: boolean;
  /** Undefined for none. */
  readonly defaultValue: unknown;
  readonly listType: string;
  readonly listMapKeys: readonly string[];
  readonly mapType: string;
  readonly required: readonly string[];
  readonly enumeration: readonly unknown[] | undefined;
  readonly pattern: string;
  /** Undefined where there is no pattern, or one that cannot be compiled. */
  readonly expression: Regex | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly exclusiveMinimum: boolean;
  readonly exclusiveMaximum: boolean;
  readonly multipleOf: number | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly minProperties: number | undefined;
  readonly maxProperties: number | undefined;
  readonly uniqueItems: boolean;
  readonly allOf: readonly Structural[];
  readonly anyOf: readonly Structural[];
  readonly oneOf: readonly Structural[];
  readonly not: Structural | undefined;
  readonly rules: readonly SchemaRule[];
  /** Whether a default stands here or below: nothing is copied where none does. */
  readonly hasDefaults: boolean;
  /** Whether a rule stands here or below. */
  readonly hasRules: boolean;
}

/** One of `x-kubernetes-validations`. */
export interface SchemaRule {
  readonly rule: string;
  readonly message: string;
  readonly messageExpression: string;
  readonly reason: string;
  readonly fieldPath: string;
  readonly optionalOldSelf: boolean;
}

const compiled = new WeakMap<object, Structural>();

/** The structural form of a schema as a definition holds it (JSONSchemaProps). */
export function structuralOf(schema: object): Structural {
  let known = compiled.get(schema);
  if (known === undefined) {
    // What a definition holds is JSON.
    known = compile(schema as JsonObject);
    compiled.set(schema, known);
  }
  return known;
}

const none: readonly never[] = Object.freeze([]);

function compile(schema: JsonObject): Structural {
  const properties = new Map<string, Structural>();
  const given = schema['properties'];
  if (isObject(given)) {
    for (const name of Object.keys(given).sort()) properties.set(name, childOf(given[name]));
  }
  const items = isObject(schema['items']) ? childOf(schema['items']) : undefined;
  const additional = additionalOf(schema['additionalProperties']);
  const below = [...properties.values()];
  if (items !== undefined) below.push(items);
  if (typeof additional === 'object') below.push(additional);
  const defaultValue = schema['default'];
  const rules = rulesOf(schema['x-kubernetes-validations']);
  const pattern = textOf(schema, 'pattern');
  return {
    type: textOf(schema, 'type'),
    format: textOf(schema, 'format'),
    properties,
    additional,
    items,
    preservesUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
    isEmbedded: schema['x-kubernetes-embedded-resource'] === true,
    isIntOrString: schema['x-kubernetes-int-or-string'] === true,
    isNullable: schema['nullable'] === true,
    defaultValue,
    listType: textOf(schema, 'x-kubernetes-list-type'),
    listMapKeys: textsOf(schema['x-kubernetes-list-map-keys']),
    mapType: textOf(schema, 'x-kubernetes-map-type'),
    required: textsOf(schema['required']),
    enumeration: isList(schema['enum']) ? schema['enum'] : undefined,
    pattern,
    expression: pattern === '' ? undefined : expressionOf(pattern),
    minimum: numberOf(schema, 'minimum'),
    maximum: numberOf(schema, 'maximum'),
    exclusiveMinimum: schema['exclusiveMinimum'] === true,
    exclusiveMaximum: schema['exclusiveMaximum'] === true,
    multipleOf: numberOf(schema, 'multipleOf'),
    minLength: numberOf(schema, 'minLength'),
    maxLength: numberOf(schema, 'maxLength'),
    minItems: numberOf(schema, 'minItems'),
    maxItems: numberOf(schema, 'maxItems'),
    minProperties: numberOf(schema, 'minProperties'),
    maxProperties: numberOf(schema, 'maxProperties'),
    uniqueItems: schema['uniqueItems'] === true,
    allOf: childrenOf(schema['allOf']),
    anyOf: childrenOf(schema['anyOf']),
    oneOf: childrenOf(schema['oneOf']),
    not: isObject(schema['not']) ? childOf(schema['not']) : undefined,
    rules,
    hasDefaults: defaultValue !== undefined || below.some((each) => each.hasDefaults),
    hasRules: rules.length > 0 || below.some((each) => each.hasRules),
  };
}

function childOf(schema: unknown): Structural {
  return structuralOf(isObject(schema) ? schema : {});
}

function childrenOf(schemas: unknown): readonly Structural[] {
  return isList(schemas) ? schemas.map(childOf) : none;
}

function additionalOf(schema: unknown): Structural | boolean | undefined {
  if (typeof schema === 'boolean') return schema;
  return isObject(schema) ? childOf(schema) : undefined;
}

function rulesOf(rules: unknown): readonly SchemaRule[] {
  if (!isList(rules)) return none;
  return rules.filter(isObject).map((rule) => ({
    rule: textOf(rule, 'rule'),
    message: textOf(rule, 'message'),
    messageExpression: textOf(rule, 'messageExpression'),
    reason: textOf(rule, 'reason'),
    fieldPath: textOf(rule, 'fieldPath'),
    optionalOldSelf: rule['optionalOldSelf'] === true,
  }));
}

function textOf(schema: JsonObject, key: string): string {
  const value = schema[key];
  return typeof value === 'string' ? value : '';
}

function numberOf(schema: JsonObject, key: string): number | undefined {
  const value = schema[key];
  return typeof value === 'number' ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return isList(value) ? value.filter((each) => typeof each === 'string') : none;
}

/** An expression in Go's syntax, which takes time that grows with text × expression; undefined where it cannot be read. */
function expressionOf(pattern: string): Regex | undefined {
  try {
    return compileRegex(pattern, { flavour: 'go' });
  } catch (thrown) {
    if (thrown instanceof RegexError) return undefined;
    throw thrown;
  }
}
