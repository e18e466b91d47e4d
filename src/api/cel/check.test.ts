import { describe, expect, test } from 'vitest';
import { compileCel } from './check.ts';
import { declaredNames } from './declarations.ts';
import { functions, methodNames, qualifiedFunctions } from './functions.ts';
import {
  celTypes,
  listType,
  mapType,
  optionalType,
  structType,
  typeText,
  type CelType,
} from './types.ts';

const { bool, dyn, int, string, timestamp } = celTypes;
const port = structType(
  'self.ports.@idx',
  () =>
    new Map<string, CelType>([
      ['name', string],
      ['port', int],
    ]),
);
const self = structType(
  'self',
  () =>
    new Map<string, CelType>([
      ['replicas', int],
      ['name', string],
      ['ratio', celTypes.double],
      ['tags', listType(string)],
      ['labels', mapType(string, string)],
      ['ports', listType(port)],
      ['any', dyn],
      ['isOn', bool],
      ['since', timestamp],
      ['a__dash__b', int],
      ['__namespace__', string],
    ]),
);
const variables = new Map<string, CelType>([
  ['self', self],
  ['old', optionalType(self)],
  ['authorizer.requestResource', structType('kubernetes.authorization.ResourceCheck')],
]);

/** The type, or the headlines of what is wrong. */
function checked(text: string): string {
  const result = compileCel(text, variables);
  if (result.ok) return typeText(result.value.type);
  return [...result.error.matchAll(/^ERROR: <input>:(.*)$/gm)].map(([, each]) => each).join('; ');
}

describe('types', () => {
  test.each<[string, string]>([
    ['self.replicas > 1 && self.name.startsWith("a")', 'bool'],
    ['self.replicas + 1', 'int'],
    ['self.ratio < self.replicas', 'bool'],
    ['self.any + 1', 'int'],
    ['self.any.anything.at.all', 'dyn'],
    ['self.tags.map(t, t.size())', 'list(int)'],
    ['self.ports.filter(p, p.port > 1)', 'list(self.ports.@idx)'],
    ['self.ports.map(p, p.port > 1, p.name)', 'list(string)'],
    ['self.labels.all(k, self.labels[k] != "")', 'bool'],
    ['self.labels.exists(k, v, k == v)', 'bool'],
    ['self.tags.exists_one(t, t == "a")', 'bool'],
    ['self.tags.transformMap(i, t, t + "x")', 'map(int, string)'],
    ['{"a": 1}.transformList(k, v, v)', 'list(int)'],
    ['{"a": "b"}.transformMapEntry(k, v, {v: k})', 'map(string, string)'],
    ['self.ports.sortBy(p, p.port)', 'list(self.ports.@idx)'],
    ['old.?name.orValue("x")', 'string'],
    ['old.name', 'optional_type(string)'],
    ['old.hasValue() ? old.value().replicas : 0', 'int'],
    ['old.optMap(o, o.replicas)', 'optional_type(int)'],
    ['self.?name.optFlatMap(n, optional.of(n.size()))', 'optional_type(int)'],
    ['self.tags[?0]', 'optional_type(string)'],
    ['[?self.?name, "b"]', 'list(string)'],
    ['[]', 'list(dyn)'],
    ['{}', 'map(dyn, dyn)'],
    ['[1] + []', 'list(int)'],
    ['type(self.replicas) == int', 'bool'],
    ['type(self.any) == string', 'bool'],
    ['int', 'type(int)'],
    ['1u', 'uint'],
    ['b"a"', 'bytes'],
    ['null', 'null'],
    ['self.since - duration("1h")', 'timestamp'],
    ['timestamp("2026-01-01T00:00:00Z") - self.since', 'duration'],
    ['quantity("1Gi").add(1).isGreaterThan(quantity("1"))', 'bool'],
    ['cidr("10.0.0.0/8").containsIP("10.1.1.1")', 'bool'],
    ['url("https://a").getQuery()', 'map(string, list(string))'],
    ['sets.contains(self.tags, ["a"])', 'bool'],
    ['[3, 1].sort().first().value()', 'int'],
    ['authorizer.requestResource.check("get").allowed()', 'bool'],
    ['self.a__dash__b + 1', 'int'],
    ['self.namespace + self.__namespace__', 'string'],
    ['format.dns1123Label().validate(self.name).hasValue()', 'bool'],
    ['has(self.name) || has(self.labels.foo)', 'bool'],
    ['self.isOn ? 1 : self.any', 'dyn'],
    ['"%s %d %.2f %x".format([self.name, 1, self.ratio, b"a"])', 'string'],
    ['"%s".format([[self.any, 1, ["a"]]])', 'string'],
    ['self.ports[0].name', 'string'],
    ['"a" in self.tags && "a" in self.labels', 'bool'],
  ])('%s', (text, wanted) => {
    expect(checked(text)).toBe(wanted);
  });
});

describe('what does not compile', () => {
  test.each<[string, string]>([
    ['self.foo', "1:5: undefined field 'foo'"],
    ['has(self.foo)', "1:4: undefined field 'foo'"],
    ['self.a__dot__b', "1:5: undefined field 'a__dot__b'"],
    ['other', "1:1: undeclared reference to 'other' (in container '')"],
    ['curl(self.name)', "1:5: undeclared reference to 'curl' (in container '')"],
    ['self.name.curl()', "1:15: undeclared reference to 'curl' (in container '')"],
    [
      'math.greatest(1, 2)',
      "1:1: undeclared reference to 'math' (in container ''); 1:14: undeclared reference to 'greatest' (in container '')",
    ],
    [
      'self.replicas + "a"',
      "1:15: found no matching overload for '_+_' applied to '(int, string)'",
    ],
    [
      'self.replicas == "a"',
      "1:15: found no matching overload for '_==_' applied to '(int, string)'",
    ],
    ['self.name > 1', "1:11: found no matching overload for '_>_' applied to '(string, int)'"],
    [
      '1 in self.tags',
      "1:3: found no matching overload for '@in' applied to '(int, list(string))'",
    ],
    ['!self.name', "1:1: found no matching overload for '!_' applied to '(string)'"],
    [
      'self.tags["a"]',
      "1:10: found no matching overload for '_[_]' applied to '(list(string), string)'",
    ],
    [
      'self.name.startsWith(1)',
      "1:21: found no matching overload for 'startsWith' applied to 'string.(int)'",
    ],
    ['size(1)', "1:5: found no matching overload for 'size' applied to '(int)'"],
    ['self.isOn && self.replicas', "1:18: expected type 'bool' but found 'int'"],
    ['self.tags.all(t, t.size())', "1:24: expected type 'bool' but found 'int'"],
    [
      'self.tags.filter(t, t)',
      "1:17: found no matching overload for '_?_:_' applied to '(string, list(string), list(string))'",
    ],
    [
      'self.isOn ? 1 : "a"',
      "1:11: found no matching overload for '_?_:_' applied to '(bool, int, string)'",
    ],
    ['[1, "a"]', "1:5: expected type 'int' but found 'string'"],
    ['{"a": 1, "b": "c"}', "1:15: expected type 'int' but found 'string'"],
    ['[?1]', "1:3: expected type 'optional_type(int)' but found 'int'"],
    ['self.replicas.foo', "1:14: type 'int' does not support field selection"],
    [
      'self.name.all(c, true)',
      "1:5: expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)",
    ],
    [
      'google.protobuf.Int32Value{value: 1}',
      "1:27: undeclared reference to 'google.protobuf.Int32Value' (in container '')",
    ],
    ['[self.any, 1]', "1:12: expected type 'dyn' but found 'int'"],
    ['[1, "a"].size() + self.foo', "1:23: undefined field 'foo'"],
    [
      '"%d".format([self.name])',
      '1:18: error during formatting: decimal clause can only be used on integers, was given string',
    ],
    [
      '"%s".format([quantity("1")])',
      '1:22: error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given kubernetes.Quantity',
    ],
    ['"%s %s".format([1])', '1:15: index 1 out of range'],
    [
      '"%s".format([1, 2])',
      '1:12: too many arguments supplied to string.format (expected 1, got 2)',
    ],
    [
      '"%z".format([1])',
      '1:12: could not parse formatting clause: unrecognized formatting clause "z"',
    ],
    ['"a".reverse()', "1:12: found no matching overload for 'reverse' applied to 'string.()'"],
    ['duration("1x")', '1:10: invalid duration argument'],
    ['timestamp("today")', '1:11: invalid timestamp argument'],
    ['self.name.matches("(")', '1:19: invalid matches argument'],
    ['self.foo == self.bar', "1:5: undefined field 'foo'; 1:17: undefined field 'bar'"],
    ['url("a").foo', "1:9: unexpected failed resolution of 'kubernetes.URL'"],
  ])('%s', (text, wanted) => {
    expect(checked(text)).toBe(wanted);
  });

  test('the line and a mark stand below', () => {
    const result = compileCel('self.foo > 0', variables);
    expect(!result.ok && result.error).toBe(
      "ERROR: <input>:1:5: undefined field 'foo'\n | self.foo > 0\n | ....^",
    );
  });
});

describe('what is declared', () => {
  const isOperator = (name: string): boolean => /[_@]/.test(name);
  const { functions: names, methods } = declaredNames();

  test('can be evaluated', () => {
    const missing = [
      ...names.filter(
        (name) =>
          !isOperator(name) &&
          !Object.hasOwn(functions, name) &&
          !Object.hasOwn(qualifiedFunctions, name),
      ),
      ...methods
        .filter((name) => !isOperator(name) && !methodNames().includes(name))
        .map((name) => `.${name}`),
    ];
    expect(missing).toEqual([]);
  });

  test('is all that can be evaluated', () => {
    const more = [
      ...[...Object.keys(functions), ...Object.keys(qualifiedFunctions)].filter(
        (name) => !names.includes(name),
      ),
      ...methodNames()
        .filter((name) => !methods.includes(name))
        .map((name) => `.${name}`),
    ];
    expect(more).toEqual([]);
  });
});
