import { compileRegex, RegexError } from '../../base/regex/regex.ts';
import { forbidden, invalid, notSupported, required, type FieldError } from '../field-errors.ts';
import type { JSONSchemaProps } from '../generated/types.ts';
import { isList, isObject } from '../patch/json.ts';
import { structuralOf } from '../kinds/custom/structural.ts';
import { applyDefaults } from '../kinds/custom/defaults.ts';
import { pruneObject } from '../kinds/custom/prune.ts';
import { validateValue } from '../kinds/custom/validate.ts';
import { checkRuleExpressions, checkRuleFields } from './schema-rules.ts';

type Errors = FieldError[];

/**
 * The rules that a definition's schema must obey (upstream: apiextensions' `schema.ValidateStructural` and
 * `ValidateCustomResourceDefinitionOpenAPISchema`), in its words.
 */
export function checkStructuralSchema(schema: JSONSchemaProps, path: string, errors: Errors): void {
  const before = errors.length;
  if ((schema.type ?? '') === '')
    errors.push(required(`${path}.type`, 'must not be empty at the root'));
  else if (schema.type !== 'object') {
    errors.push(invalid(`${path}.type`, schema.type, 'must be object at the root'));
  }
  checkMetadata(schema.properties?.['metadata'], `${path}.properties[metadata]`, errors);
  checkLevel(schema, path, { isRoot: true }, errors);
  // What comes of a wrong schema would only confuse.
  if (errors.length === before) checkRuleExpressions(schema, path, errors);
}

/** Metadata is implied; only what the name may be can be said of it. */
function checkMetadata(schema: JSONSchemaProps | undefined, path: string, errors: Errors): void {
  if (schema === undefined) return;
  if (schema.type !== 'object') {
    errors.push(required(`${path}.type`, 'must be object'));
    return;
  }
  const names = Object.keys(schema.properties ?? {}).filter(
    (each) => each !== 'name' && each !== 'generateName',
  );
  if (names.length > 0 || schema.additionalProperties !== undefined) {
    errors.push(
      forbidden(
        path,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
  }
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const listTypes = ['atomic', 'set', 'map'];

function checkLevel(
  schema: JSONSchemaProps,
  path: string,
  { isRoot = false, what = '' }: { readonly isRoot?: boolean; readonly what?: string },
  errors: Errors,
): void {
  const { type = '' } = schema;
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'];
  if (type === '' && !isRoot && !isIntOrString && preserves !== true) {
    errors.push(required(`${path}.type`, `must not be empty for specified ${what}`));
  } else if (type !== '' && !types.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, types));
  }
  if (isIntOrString && type !== '') {
    errors.push(forbidden(`${path}.type`, 'must be empty if x-kubernetes-int-or-string is true'));
  }
  if (preserves === false) {
    errors.push(
      invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'),
    );
  }
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    errors.push(
      invalid(`${path}.type`, type, 'must be object if x-kubernetes-embedded-resource is true'),
    );
  }
  checkForbidden(schema, path, errors);
  checkLists(schema, path, errors);
  checkPattern(schema, path, errors);
  checkRuleFields(schema, path, errors);
  checkJunctors(schema, path, errors);
  checkDefault(schema, path, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    checkLevel(property, `${path}.properties[${name}]`, { what: 'object fields' }, errors);
  }
  const additional = schema.additionalProperties;
  if (isObject(additional)) {
    checkLevel(
      additional as JSONSchemaProps,
      `${path}.additionalProperties`,
      { what: 'object fields' },
      errors,
    );
  }
  if (isObject(schema.items)) {
    checkLevel(schema.items as JSONSchemaProps, `${path}.items`, { what: 'array items' }, errors);
  }
}

function checkForbidden(schema: JSONSchemaProps, path: string, errors: Errors): void {
  if (schema.$ref !== undefined) {
    errors.push(forbidden(`${path}.$ref`, '$ref is not supported'));
  }
  for (const name of [
    'definitions',
    'dependencies',
    'patternProperties',
    'additionalItems',
  ] as const) {
    if (schema[name] !== undefined) {
      errors.push(forbidden(`${path}.${name}`, `${name} is not supported`));
    }
  }
  if (schema.uniqueItems === true) {
    errors.push(
      forbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  if (schema.additionalProperties !== undefined && schema.properties !== undefined) {
    errors.push(
      forbidden(
        `${path}.additionalProperties`,
        'additionalProperties and properties are mutual exclusive',
      ),
    );
  }
  if (schema.additionalProperties === false) {
    errors.push(
      forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'),
    );
  }
}

function checkLists(schema: JSONSchemaProps, path: string, errors: Errors): void {
  if (schema.type === 'array') {
    if (schema.items === undefined) errors.push(required(`${path}.items`, 'must be specified'));
    else if (isList(schema.items)) {
      errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
    }
  }
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (listType !== undefined) {
    const at = `${path}.x-kubernetes-list-type`;
    if (!listTypes.includes(listType)) errors.push(notSupported(at, listType, listTypes));
    else if (schema.type !== 'array') {
      errors.push(
        invalid(
          `${path}.type`,
          schema.type ?? '',
          'must be array if x-kubernetes-list-type is specified',
        ),
      );
    } else if (listType === 'map' && keys.length === 0) {
      errors.push(
        required(
          `${path}.x-kubernetes-list-map-keys`,
          'must not be empty if x-kubernetes-list-type is map',
        ),
      );
    }
  }
  if (keys.length > 0 && listType !== 'map') {
    errors.push(
      listType === undefined
        ? required(
            `${path}.x-kubernetes-list-type`,
            'must be map if x-kubernetes-list-map-keys is non-empty',
          )
        : invalid(
            `${path}.x-kubernetes-list-type`,
            listType,
            'must be map if x-kubernetes-list-map-keys is non-empty',
          ),
    );
  }
  const items = isObject(schema.items) ? (schema.items as JSONSchemaProps) : undefined;
  if (listType !== 'map' || items === undefined) return;
  for (const [index, key] of keys.entries()) {
    const property = items.properties?.[key];
    if (property === undefined) {
      errors.push(
        invalid(
          `${path}.x-kubernetes-list-map-keys[${index}]`,
          key,
          'entries must all be names of item properties',
        ),
      );
    } else if (items.required?.includes(key) !== true && property.default === undefined) {
      errors.push(
        required(
          `${path}.items.properties[${key}].default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
    }
  }
}

function checkPattern({ pattern }: JSONSchemaProps, path: string, errors: Errors): void {
  if (pattern === undefined) return;
  try {
    compileRegex(pattern, { flavour: 'go' });
  } catch (thrown) {
    if (!(thrown instanceof RegexError)) throw thrown;
    const detail = `must be a valid regular expression, but isn't: ${thrown.message}`;
    errors.push(invalid(`${path}.pattern`, pattern, detail));
  }
}

/** What stands below allOf, anyOf, oneOf and not may only restrict values: the structure is said outside. */
function checkJunctors(schema: JSONSchemaProps, path: string, errors: Errors): void {
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, each] of (schema[name] ?? []).entries()) {
      const isTypeOfIntOrString =
        schema['x-kubernetes-int-or-string'] === true && (name === 'anyOf' || name === 'allOf');
      checkRestriction(each, `${path}.${name}[${index}]`, isTypeOfIntOrString, errors);
    }
  }
  if (schema.not !== undefined) checkRestriction(schema.not, `${path}.not`, false, errors);
}

const structural = [
  'description',
  'type',
  'title',
  'default',
  'nullable',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
] as const;

function checkRestriction(
  schema: JSONSchemaProps,
  path: string,
  mayHaveType: boolean,
  errors: Errors,
): void {
  for (const name of structural) {
    if (schema[name] === undefined || (name === 'type' && mayHaveType)) continue;
    errors.push(forbidden(`${path}.${name}`, 'must be empty to be structural'));
  }
  if (isObject(schema.additionalProperties)) {
    errors.push(forbidden(`${path}.additionalProperties`, 'must be undefined to be structural'));
  }
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, each] of (schema[name] ?? []).entries()) {
      checkRestriction(each, `${path}.${name}[${index}]`, mayHaveType, errors);
    }
  }
  if (schema.not !== undefined) checkRestriction(schema.not, `${path}.not`, false, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    checkRestriction(property, `${path}.properties[${name}]`, false, errors);
  }
  if (isObject(schema.items)) {
    checkRestriction(schema.items as JSONSchemaProps, `${path}.items`, false, errors);
  }
}

/** A default must be a value that the schema would take as it stands. */
function checkDefault(schema: JSONSchemaProps, path: string, errors: Errors): void {
  if (schema.default === undefined) return;
  const form = structuralOf(schema);
  const { default: value } = schema;
  if (isObject(value) && pruneObject(value, form).unknownFields.length > 0) {
    errors.push(invalid(`${path}.default`, value, 'must not have unknown fields'));
    return;
  }
  const filled = applyDefaults<unknown>(value, form);
  for (const error of validateValue(filled, form, { isRoot: form.isEmbedded })) {
    const below = error.field === '<nil>' ? '' : `.${error.field}`;
    errors.push({ ...error, field: `${path}.default${below}` });
  }
}
