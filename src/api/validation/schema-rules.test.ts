import { describe, expect, test } from 'vitest';
import { fieldErrorMessage, type FieldError } from '../field-errors.ts';
import type { JSONSchemaProps, ValidationRule } from '../generated/types.ts';
import { checkStructuralSchema } from './structural-schema.ts';

function problems(schema: JSONSchemaProps): readonly string[] {
  const errors: FieldError[] = [];
  checkStructuralSchema(schema, 'root', errors);
  return errors.map(fieldErrorMessage);
}

/** A schema of a kind with one rule over its spec. */
function withRule(rule: ValidationRule, spec: JSONSchemaProps['properties'] = {}): JSONSchemaProps {
  return {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        'x-kubernetes-validations': [rule],
        properties: {
          replicas: { type: 'integer' },
          name: { type: 'string' },
          ratio: { type: 'number' },
          since: { type: 'string', format: 'date-time' },
          wait: { type: 'string', format: 'duration' },
          data: { type: 'string', format: 'byte' },
          'a-b': { type: 'integer' },
          namespace: { type: 'string' },
          port: { 'x-kubernetes-int-or-string': true },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          list: { type: 'array', items: { type: 'object', properties: { x: { type: 'string' } } } },
          open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          any: { 'x-kubernetes-preserve-unknown-fields': true },
          object: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            'x-kubernetes-preserve-unknown-fields': true,
          },
          ...spec,
        },
      },
    },
  };
}

const AT = 'root.properties[spec].x-kubernetes-validations[0]';

/** What follows the rule itself in the only error; empty for a rule that is right. */
function ofRule(rule: string): string {
  const [first = '', ...others] = problems(withRule({ rule }));
  expect(others).toEqual([]);
  const [, detail = first] =
    /"OptionalOldSelf":null\}: (?:compilation failed: )?(.*)$/s.exec(first) ?? [];
  return detail.split('\n')[0] ?? '';
}

describe('rules of a schema', () => {
  test.each<[string, string]>([
    ['self.replicas > 1 && self.name != ""', ''],
    ['self.ratio < 1.0 && self.ratio * 2.0 > 1', ''],
    ['self.since < timestamp("2026-01-01T00:00:00Z")', ''],
    ['self.wait < duration("1h") && self.wait.getHours() == 0', ''],
    ['self.data == b"a" && size(self.data) < 3', ''],
    ['self.a__dash__b > 1 && self.__namespace__ == self.namespace', ''],
    ['type(self.port) == int ? self.port > 1 : self.port.size() > 1', ''],
    ['self.labels.all(k, self.labels[k] != "")', ''],
    ['self.list.all(each, each.x == "")', ''],
    ['self.object.metadata.name == self.object.kind', ''],
    ['self.replicas >= oldSelf.replicas', ''],
    ['self.open == self.open', ''],
    ['self.foo', "ERROR: <input>:1:5: undefined field 'foo'"],
    ['self.any == 1', "ERROR: <input>:1:5: undefined field 'any'"],
    ['self.open.x == 1', "ERROR: <input>:1:10: undefined field 'x'"],
    ['self.object.metadata.labels == {}', "ERROR: <input>:1:21: undefined field 'labels'"],
    [
      'self.since == "a"',
      "ERROR: <input>:1:12: found no matching overload for '_==_' applied to '(timestamp, string)'",
    ],
    [
      'self.ratio / 2 > 1',
      "ERROR: <input>:1:12: found no matching overload for '_/_' applied to '(double, int)'",
    ],
    [
      'self.list == 1',
      "ERROR: <input>:1:11: found no matching overload for '_==_' applied to '(list(selfType1.list.@idx), int)'",
    ],
    ['params.x', "ERROR: <input>:1:1: undeclared reference to 'params' (in container '')"],
    ['self.replicas', 'cel expression must evaluate to a bool'],
    [
      'self.replicas +',
      "ERROR: <input>:1:16: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
    ],
  ])('%s', (rule, wanted) => {
    expect(ofRule(rule)).toBe(wanted);
  });

  test('an error shows the rule, the line and the place', () => {
    expect(problems(withRule({ rule: 'self.foo > 1', message: 'more' }))).toEqual([
      `${AT}.rule: Invalid value: {"Rule":"self.foo \\u003e 1","Message":"more","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: compilation failed: ERROR: <input>:1:5: undefined field 'foo'\n | self.foo > 1\n | ....^`,
    ]);
  });

  test.each<[string, ValidationRule, string]>([
    [
      'message',
      { rule: 'true', messageExpression: 'self.name + 1' },
      "messageExpression: Invalid value: {…}: messageExpression compilation failed: ERROR: <input>:1:11: found no matching overload for '_+_' applied to '(string, int)'\n | self.name + 1\n | ..........^",
    ],
    [
      'message of a number',
      { rule: 'true', messageExpression: '1' },
      'messageExpression: Invalid value: {…}: messageExpression must evaluate to a string',
    ],
    [
      'empty message expression',
      { rule: 'true', messageExpression: ' ' },
      'messageExpression: Required value: messageExpression must be non-empty if specified',
    ],
    [
      'empty message',
      { rule: 'true', message: ' ' },
      'message: Invalid value: " ": must be non-empty if specified',
    ],
    [
      'lines in a message',
      { rule: 'true', message: 'a\nb' },
      'message: Invalid value: "a\\nb": must not contain line breaks',
    ],
    [
      'lines in a rule',
      { rule: 'true\n&& true' },
      'message: Required value: message must be specified if rule contains line breaks',
    ],
    [
      'reason',
      { rule: 'true', reason: 'Because' as 'FieldValueInvalid' /* What a client may send. */ },
      'reason: Unsupported value: "Because": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
    ],
    [
      'field',
      { rule: 'true', fieldPath: '.nowhere' },
      'fieldPath: Invalid value: ".nowhere": must be a valid path',
    ],
    [
      'field of a list',
      { rule: 'true', fieldPath: '.list[0]' },
      'fieldPath: Invalid value: ".list[0]": must be a valid path',
    ],
    ['no rule', { rule: ' ' }, 'rule: Required value: rule is not specified'],
    [
      'optional old self',
      { rule: 'true', optionalOldSelf: true },
      'optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule',
    ],
  ])('%s', (_, rule, wanted) => {
    expect(problems(withRule(rule)).map((each) => each.replace(/\{"Rule.*?\}/s, '{…}'))).toEqual([
      `${AT}.${wanted}`,
    ]);
  });

  test.each<[string, ValidationRule]>([
    ['a field', { rule: 'true', fieldPath: '.name' }],
    ['a key', { rule: 'true', fieldPath: ".labels['a.b']" }],
    ['an escaped field', { rule: 'true', fieldPath: "['a-b']" }],
    [
      'optional old self',
      { rule: 'oldSelf.hasValue() ? oldSelf.value().replicas > 1 : true', optionalOldSelf: true },
    ],
    ['a message', { rule: 'true', messageExpression: '"is " + string(self.replicas)' }],
  ])('%s is well', (_, rule) => {
    expect(problems(withRule(rule))).toEqual([]);
  });

  const ofItems = (listType: string | undefined): JSONSchemaProps => ({
    type: 'object',
    properties: {
      list: {
        type: 'array',
        ...(listType === undefined ? undefined : { 'x-kubernetes-list-type': listType }),
        ...(listType === 'map' ? { 'x-kubernetes-list-map-keys': ['k'] } : undefined),
        items: {
          type: 'object',
          required: ['k'],
          properties: {
            k: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
          },
        },
      },
    },
  });

  test.each<[string | undefined, boolean]>([
    [undefined, false],
    ['atomic', false],
    ['map', true],
  ])('oldSelf in items of a list of type %s', (listType, isKnown) => {
    expect(problems(ofItems(listType))).toEqual(
      isKnown
        ? []
        : [
            'root.properties[list].items.properties[k].x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within root.properties[list]',
          ],
    );
  });

  test('a value of which nothing is known has no rules', () => {
    const schema: JSONSchemaProps = {
      type: 'object',
      properties: {
        any: {
          'x-kubernetes-preserve-unknown-fields': true,
          'x-kubernetes-validations': [{ rule: 'true' }],
        },
      },
    };
    expect(problems(schema)).toEqual([
      'root.properties[any].x-kubernetes-validations: Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations',
    ]);
  });
});
