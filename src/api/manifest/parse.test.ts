import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseManifest } from './parse.ts';
import { manifestLimits } from './problem.ts';

const config = (body: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n${body}`;

/** `line:column message` of each problem. */
function problemsOf(text: string): string[] {
  return parseManifest(text).problems.map((each) => `${each.line}:${each.column} ${each.message}`);
}

function valueOf(text: string): unknown {
  const manifest = parseManifest(text);
  expect(manifest.problems).toEqual([]);
  return manifest.objects[0]?.object['data'];
}

describe('words mean what they mean to kubectl', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['yes', true],
    ['On', true],
    ['n', false],
    ['"yes"', 'yes'],
    ['010', 8],
    ['08', 8],
    ['0x1F', 31],
    ['-0b101', -5],
    ['0o17', 15],
    ['1_000', 1000],
    ['1e3', 1000],
    ['.5', 0.5],
    ['1:30', '1:30'],
    ['2024-01-01', '2024-01-01'],
    ['1.2.3', '1.2.3'],
    ['', null],
    ['~', null],
    ['nothing', 'nothing'],
    ['!!str 12', '12'],
    ['!!int "12"', 12],
    ['+12', 12],
    ['"-"', '-'],
  ];
  test.each(cases)('%s', (word, want) => {
    expect(valueOf(config(`data: {k: ${word}}`))).toEqual({ k: want });
  });

  test('keys become text', () => {
    const data = valueOf(config('data:\n  1: a\n  1.5: b\n  yes: c\n  "no": d\n'));
    expect(data).toEqual({ '1': 'a', '1.5': 'b', true: 'c', no: 'd' });
  });

  test('anchors and merge keys', () => {
    const data = valueOf(
      config(
        'data:\n  a: &a {x: 1, z: 2}\n  b: {<<: *a, z: 3}\n  c: *a\n  d: {<<: [{x: 7}, *a]}\n',
      ),
    );
    expect(data).toEqual({
      a: { x: 1, z: 2 },
      b: { x: 1, z: 3 },
      c: { x: 1, z: 2 },
      d: { x: 7, z: 2 },
    });
  });
});

describe('documents', () => {
  test('several, empty ones left out, Lists flattened', () => {
    const text = [
      '# nothing here',
      '---',
      config(''),
      '--- # comment',
      '',
      '---',
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n- {apiVersion: v1, kind: Pod, metadata: {generateName: q-}}',
    ].join('\n');
    const manifest = parseManifest(text);
    expect(manifest.problems).toEqual([]);
    expect(manifest.documents.map((each) => each.span.line)).toEqual([3, 10]);
    expect(manifest.objects.map((each) => `${each.object.kind}@${each.path}`)).toEqual([
      'ConfigMap@',
      'Pod@items[0]',
      'Pod@items[1]',
    ]);
  });

  test('JSON, with a byte order mark and Windows line ends', () => {
    const manifest = parseManifest(
      '\ufeff{\r\n  "apiVersion": "v1",\r\n  "kind": "Pod",\r\n  "metadata": {"name": "p\\u0041"}\r\n}\r\n',
    );
    expect(manifest.problems).toEqual([]);
    expect(manifest.objects[0]?.object.metadata).toEqual({ name: 'pA' });
  });

  test('a mistake in one document leaves the others whole', () => {
    const manifest = parseManifest(`a: [b\n---\n${config('')}---\nx: {\n`);
    expect(manifest.objects).toHaveLength(1);
    expect(manifest.documents.map((each) => each.value === undefined)).toEqual([true, false, true]);
  });

  test('the empty text is no problem', () => {
    expect(parseManifest('')).toMatchObject({ documents: [], objects: [], problems: [] });
    expect(parseManifest('\n# only a comment\n---\n')).toMatchObject({
      documents: [],
      problems: [],
    });
  });
});

describe('problems are told at their place', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['tab', 'a:\n\tb: 1', '2:1 A tab is used for indentation. YAML allows only spaces there.'],
    [
      'duplicate',
      config('data:\n  a: 1\n  b: 2\n  a: 3'),
      '7:3 The key "a" is given twice in the same map.',
    ],
    [
      '__proto__',
      config('data: {__proto__: 1}'),
      '4:8 The key "__proto__" is not accepted: it has a special meaning in the browser.',
    ],
    [
      'control character',
      config('data: {a: "\u0007"}'),
      '4:12 The character U+0007 is not allowed in YAML. Take it out, or write it as an escape in double quotes.',
    ],
    [
      'half a character',
      config('data: {a: "\ud800"}'),
      '4:12 The character U+D800 is not allowed in YAML. Take it out, or write it as an escape in double quotes.',
    ],
    [
      'list',
      '- a\n- b',
      '1:1 This document is a list, not a Kubernetes object. An object begins with apiVersion, kind and metadata.',
    ],
    [
      'text',
      'hello',
      '1:1 This document is text, not a Kubernetes object. An object begins with apiVersion, kind and metadata.',
    ],
    [
      'no kind',
      'apiVersion: v1\nmetadata: {name: a}',
      '1:1 This object has no kind. For example: kind: Deployment.',
    ],
    [
      'no apiVersion',
      'kind: Pod\nmetadata: {name: a}',
      '1:1 This Pod has no apiVersion. For example: apiVersion: apps/v1.',
    ],
    [
      'no name',
      'apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}',
      '3:1 This Pod has no metadata.name. Every object needs a name.',
    ],
    [
      'no metadata',
      'apiVersion: v1\nkind: Pod',
      '2:1 This Pod has no metadata.name. Every object needs a name.',
    ],
    [
      'kind is a number',
      'apiVersion: v1\nkind: 1\nmetadata: {name: a}',
      '2:7 The kind must be text, not a number.',
    ],
    [
      'metadata is a list',
      'apiVersion: v1\nkind: Pod\nmetadata: []',
      '3:1 metadata must be a map, not a list.',
    ],
    [
      'alias without anchor',
      config('data: {a: *x}'),
      '4:11 The alias *x has no anchor &x before it in this document.',
    ],
    [
      'alias in itself',
      config('data: &x {a: *x}'),
      '4:14 The alias *x stands inside the very value that it names.',
    ],
    [
      'infinity',
      config('data: {a: .inf}'),
      '4:11 .inf is a number that JSON, and so Kubernetes, has no word for.',
    ],
    [
      'unknown tag',
      config('data: {a: !foo 1}'),
      '4:16 The tag "!foo" is not understood. Kubernetes uses plain YAML without tags.',
    ],
    [
      'map as key',
      config('data: {{a: b}: c}'),
      '4:8 A map or list is used as a key. Every key must be text.',
    ],
    [
      'merge of text',
      config('data: {<<: a}'),
      '4:8 The merge key << must be followed by a map, an alias of a map, or a list of these.',
    ],
  ];
  test.each(cases)('%s', (name, text, want) => {
    expect(problemsOf(text)).toContain(want);
    if (name !== 'duplicate') expect(parseManifest(text).objects).toEqual([]);
  });

  test('a key given twice: reported, and the last one taken, as kubectl does', () => {
    const manifest = parseManifest(config('data:\n  a: 1\n  list: [{b: 1, b: 2}]\n  a: 3'));
    expect(manifest.problems.map((each) => each.line)).toEqual([6, 7]);
    expect(manifest.documents[0]?.duplicateFields).toEqual(['data.list[0].b', 'data.a']);
    expect(manifest.objects[0]?.object['data']).toEqual({ a: 3, list: [{ b: 2 }] });
  });

  test('all of them, in order', () => {
    expect(
      problemsOf('kind: Pod\n---\n- x\n---\na: 1\na: 2\n').map((each) => each.split(' ')[0]),
    ).toEqual(['1:1', '1:1', '3:1', '5:1', '5:1', '5:1', '6:1']);
  });

  test('keys such as constructor are plain data', () => {
    const data = valueOf(config('data: {constructor: a, toString: b, prototype: c}'));
    expect(Object.keys(data as object)).toEqual(['constructor', 'toString', 'prototype']);
  });
});

describe('limits', () => {
  const times = (text: string, count: number) => text.repeat(count);
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
    .split('')
    .map((name, i) => `${name}: &${name} [${times(`*${'abcdefgh'[i]},`, 9)}]`)
    .join('\n')}`;
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['alias bomb', bomb, /unfold to more than 100000 values/],
    ['5 MB', times('a: b\n', 1_000_000), /4\.8 MB long; at most 3 MB/],
    ['brackets', times('[', 500_000), /more than 200 levels/],
    ['braces', times('{a: ', 300_000), /more than 200 levels/],
    ['dashes', times('- ', 500_000), /more than 200 levels/],
    ['question marks', times('? ', 500_000), /more than 200 levels/],
    [
      'steps',
      Array.from({ length: 1000 }, (_, i) => `${times(' ', i)}a:`).join('\n'),
      /more than 200 levels/,
    ],
    ['commas', `[${times(',', 1_200_000)}`, /too intricate/],
    ['separators', times('---\n', 700_000), /^$/],
    ['documents', times(`---\n${config('')}`, 6000), /more than 5000 documents/],
    ['quotes', times('"', 300_000), /./],
    ['stars', times('*a ', 100_000), /./],
    ['long key', `${times('x', 1_000_000)}: a`, /./],
    ['tabs', times('a:\n\t- b\n', 10_000), /tab/],
  ];
  test.each(cases)('%s', (_, text, want) => {
    const manifest = parseManifest(text);
    expect(manifest.problems.map((each) => each.message).join('\n')).toMatch(want);
    expect(manifest.problems.length).toBeLessThanOrEqual(manifestLimits.problems);
  });
});

describe('no text breaks the reading', () => {
  const pieces = fc.constantFrom(
    'a',
    ': ',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '!!str ',
    '? ',
    '#',
    '---',
    '...',
    '%YAML 1.1',
    '\t',
    '\r\n',
    '<<',
    '~',
    '\\',
    '__proto__',
    'kind: List',
    'items:',
    'apiVersion: v1',
    'metadata:',
    'name: x',
    '\u0000',
    '\ud800',
    '\ufeff',
  );
  test('made of YAML’s own marks', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const manifest = parseManifest(parts.join(''));
        for (const { line, column } of manifest.problems) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 3000 },
    );
  });
  test('made of anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        parseManifest(text);
      }),
      { numRuns: 1000 },
    );
  });
  test('and pollutes no prototype', () => {
    parseManifest(config('data: {__proto__: {polluted: 1}}\n<<: {__proto__: {polluted: 1}}'));
    parseManifest('{"__proto__": {"polluted": 1}}');
    expect((Object.prototype as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
