import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../generated/types.ts';
import { relaxedJsonPath, renderJsonPath, renderJsonPathAsJson } from './jsonpath.ts';
import { parseJsonPath } from './parse.ts';

function render(template: string, document: JsonValue, allowMissingKeys = true): string {
  const parsed = parseJsonPath(template);
  if (!parsed.ok) return `parse error: ${parsed.error}`;
  const rendered = renderJsonPath(parsed.value, document, { allowMissingKeys });
  return rendered.ok ? rendered.value : `error: ${rendered.error}`;
}

describe('JSONPath', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    '[?(',
    ')]',
    '@',
    '$',
    '.',
    '..',
    '*',
    ':',
    ',',
    "'",
    '"',
    '\\',
    ' ',
    '\n',
    'range',
    'end',
    'true',
    '-1',
    '1.5',
    '0',
    '==',
    '<',
    'a',
    'items',
    'é',
    '&',
    '{range .a[*]}',
    '{end}',
    '{.a}',
    '{..a}',
    '{.a[?(@.b>1)]}',
  ];

  test('no template makes it throw', () => {
    const template = fc.array(fc.constantFrom(...pieces)).map((each) => each.join(''));
    const document = fc.jsonValue().map((each) => ({ a: [each, { b: 2 }, 'text'], items: each }));
    fc.assert(
      fc.property(template, document, fc.boolean(), (text, value, allowMissingKeys) => {
        expect(typeof render(text, value as JsonValue, allowMissingKeys)).toBe('string');
      }),
      { numRuns: 2000 },
    );
  });

  test('templates that never end their ranges stop all the same', () => {
    const template = '{range .a[*]}'.repeat(40);
    const nested = { a: [{ a: [] }, { a: [] }] };
    expect(render(template, nested)).toBeTypeOf('string');
    const selfSimilar = Array.from({ length: 40 }).reduce<JsonValue>(
      (inner) => ({ a: [inner, inner] }),
      { a: [] },
    );
    expect(render(template, selfSimilar)).toBe('error: the template visits too many values');
  });

  test.each([
    ['{.__proto__}', ''],
    ['{.constructor.name}', ''],
    ['{.a.length}', ''],
    ['{.s.*}', '104 105'],
    ['{.f} {.big}', '1.2345675e+06 1e-05'],
    ['{.a[?(@.x==1.0)]}', 'error: incompatible types for comparison'],
    ['{.a[?(@.x==1)].x}', '1'],
    ['{.a[?(@.x)].x}', '1'],
    ['{.s[?(@.x)]}', 'error: hi is not array or slice and cannot be filtered'],
    [
      '{[?(@.x)]}',
      'error: map[a:[map[x:1]] big:1e-05 f:1.2345675e+06 s:hi] is not array or slice and cannot be filtered',
    ],
  ])('%s', (template, want) => {
    const document = { a: [{ x: 1 }], f: 1_234_567.5, big: 0.00001, s: 'hi' };
    expect(render(template, document)).toBe(want);
  });

  test('results as JSON', () => {
    const parsed = parseJsonPath('{.a[*].x}{.s}');
    if (!parsed.ok) throw new Error(parsed.error);
    const document = { a: [{ x: 1 }, { x: { d: 1, c: '<' } }], s: [] };
    const rendered = renderJsonPathAsJson(parsed.value, document, { allowMissingKeys: true });
    expect(rendered.ok && rendered.value).toBe(
      '[\n    1,\n    {\n        "c": "\\u003c",\n        "d": 1\n    }\n]\n[\n    []\n]\n',
    );
  });

  test.each(['a.b', '.a.b', '{a.b}', '{.a.b}'])('%s is a path', (text) => {
    expect(relaxedJsonPath(text)).toEqual({ ok: true, value: '{.a.b}' });
  });

  test('what is no path', () => {
    expect(relaxedJsonPath('{a}{b}').ok).toBe(false);
  });
});
