import { describe, expect, test } from 'vitest';
import { evaluateCel } from './evaluate.ts';
import { parseCel } from './parse.ts';
import { Special } from './values.ts';

const self = {
  replicas: 3,
  minReplicas: 1,
  name: 'web',
  ratio: 0.5,
  tags: ['a', 'b'],
  labels: { app: 'x', 'a-b': 'y' },
  ports: [
    { name: 'http', port: 80 },
    { name: 'https', port: 443 },
  ],
  memory: '512Mi',
};

function run(text: string): unknown {
  const parsed = parseCel(text);
  if (!parsed.ok) return parsed.error;
  const value = evaluateCel(parsed.value, new Map<string, unknown>([['self', self]]));
  if (!value.ok) return `error: ${value.error}`;
  return value.value instanceof Special ? value.value.value : value.value;
}

describe('the expression language', () => {
  test.each<[string, unknown]>([
    ['self.replicas >= self.minReplicas && self.name != ""', true],
    ['1 + 2 * 3 == 7', true],
    ['7 / 2', 3],
    ['-7 % 3', -1],
    ['7.0 / 2', { type: 'double', number: 3.5 }],
    ['self.ratio < 1', true],
    ['has(self.nothing) ? 1 : 2', 2],
    ['has(self.name) && self.name.startsWith("we")', true],
    ['self.name.matches("^w[a-z]+$")', true],
    ['size(self.tags) == 2 && self.tags.size() == 2', true],
    ['"a" in self.tags && "app" in self.labels', true],
    ['self.ports.all(p, p.port > 0 && p.port < 1000)', true],
    ['self.ports.exists(p, p.name == "https")', true],
    ['self.ports.exists_one(p, p.port == 80)', true],
    ['self.ports.filter(p, p.port > 100).map(p, p.name)', ['https']],
    ['self.ports.map(p, p.port == 80, p.name)', ['http']],
    ['["a", "b"].all(i, v, i < 2 && v != "c")', true],
    ['["a", "b"].exists(i, v, i == 1 && v == "a")', false],
    ['{"x": 1, "y": 2}.existsOne(k, v, k == "y" && v == 2)', true],
    ['["a", "b"].transformList(i, v, v + string(i))', ['a0', 'b1']],
    ['["a", "b"].transformList(i, v, i > 0, v)', ['b']],
    ['{"x": 1, "y": 2}.transformMap(k, v, v * 10)', { x: 10, y: 20 }],
    ['{"x": 1, "y": 2}.transformMap(k, v, v > 1, v)', { y: 2 }],
    ['{"x": "p"}.transformMapEntry(k, v, {v: k})', { p: 'x' }],
    ['self.labels.all(k, k.size() > 0)', true],
    ["self.labels['a-b'] == 'y' && self.labels.a__dash__b == 'y'", true],
    ['quantity(self.memory).isLessThan(quantity("1Gi"))', true],
    ['duration("1h") > duration("59m")', true],
    ['timestamp("2026-01-02T00:00:00Z") > timestamp("2026-01-01T00:00:00Z")', true],
    ['self.?nothing.orValue("x")', 'x'],
    ['self.nothing == 1', 'error: no such key: nothing'],
    ['self.nothing == 1 || true', true],
    ['self.nothing == 1 && false', false],
    ['1 / 0', 'error: division by zero'],
    ['"a" + "b" == "ab" && [1] + [2] == [1, 2]', true],
    ['"a,b,c".split(",").join("-")', 'a-b-c'],
    ['type(self.replicas) == int && type("") == string', true],
    ['string(self.replicas) + "x"', '3x'],
    ["{'a': 1}['a']", 1],
    ['sets.contains([1, 2, 3], [2])', true],
    ['2u + 3u == 5u && 5u == 5 && type(1u) == uint', true],
    ['1u - 2u', 'error: unsigned integer overflow'],
    ['uint("7") / 2u == 3u', true],
    ['size(b"ÿ") == 2 && b"\\xc3\\xbf" == b"ÿ" && b"a" < b"b"', true],
    ['string(b"\\xc3" + b"\\xbf")', 'ÿ'],
    ['string(b"\\xff")', 'error: invalid UTF-8 in bytes, cannot convert to string'],
    ['"%x".format([bytes("hi")])', '6869'],
    ['matches("abc", "b") && {1u: "a"}[1] == "a"', true],
  ])('%s', (text, wanted) => {
    expect(run(text)).toEqual(wanted);
  });

  test('work is bounded', () => {
    const list = `[${Array.from({ length: 60 }, (_, i) => i).join(',')}]`;
    const nest = `${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c >= 0)))`;
    expect(run(nest)).toBe('error: operation cancelled: actual cost limit exceeded');
  });
});
