import { describe, expect, test } from 'vitest';
import { duplicateFieldsOf } from './duplicate-fields.ts';

describe('duplicate fields', () => {
  test.each<[string, readonly string[]]>([
    ['{}', []],
    ['{"a": 1, "b": {"a": 2}}', []],
    ['{"spec": {"replicas": 1, "replicas": 2}}', ['spec.replicas']],
    ['{"a": [ {"x": 1}, {"x": 1, "x": "}]\\"", "y": []} ], "a": null}', ['a[1].x', 'a']],
    ['{"a\\u0062": 1, "ab": 2}', ['ab']],
    ['[1, [2, {"k": true, "k": false}]]', ['[1][1].k']],
    ['"text"', []],
  ])('%s', (text, wanted) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(duplicateFieldsOf(text)).toEqual(wanted);
  });
});
