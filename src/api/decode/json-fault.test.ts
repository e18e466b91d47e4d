import { describe, expect, test } from 'vitest';
import { bodySummary, jsonFault } from './json-fault.ts';

describe('what Go says of a text that is no JSON', () => {
  test.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['{"a":1', 'unexpected end of JSON input'],
    ['"abc', 'unexpected end of JSON input'],
    ['tru', 'unexpected end of JSON input'],
    ['-', 'unexpected end of JSON input'],
    ['abc', "invalid character 'a' looking for beginning of value"],
    ['/tmp/pod.json', "invalid character '/' looking for beginning of value"],
    ["{'a':1}", String.raw`invalid character '\'' looking for beginning of object key string`],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['01', "invalid character '1' after top-level value"],
    ['"a\nb"', String.raw`invalid character '\n' in string literal`],
    ['"a\u0000"', String.raw`invalid character '\x00' in string literal`],
    [String.raw`"\q"`, "invalid character 'q' in string escape code"],
    [String.raw`"\u12x4"`, String.raw`invalid character 'x' in \u hexadecimal character escape`],
    ['-a', "invalid character 'a' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ['nil', "invalid character 'i' in literal null (expecting 'u')"],
    // Bytes, not letters.
    ['é', "invalid character 'Ã' looking for beginning of value"],
    ['<html>', "invalid character '<' looking for beginning of value"],
  ])('%j', (text, fault) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(jsonFault(text)).toBe(fault);
  });

  test.each(['{}', ' [1, -2.5e+3, "é\\n", true, null] ', '0'])('nothing of %j', (text) => {
    expect(jsonFault(text)).toBeUndefined();
  });

  test('does not read deeper than it may', () => {
    expect(jsonFault('['.repeat(20_000))).toBe('exceeded max depth');
  });
});

test('a refusal repeats the head of the body', () => {
  expect(bodySummary('')).toBe('<empty>');
  expect(bodySummary('{"a":')).toBe('{"a":');
  expect(bodySummary('{"kind":"ConfigMap","apiVersion":"v1"')).toBe(
    '{"kind":"ConfigMap","apiVersio ...',
  );
  expect(bodySummary('/tmp')).toBe('2f746d70');
});
