import { describe, expect, test } from 'vitest';
import { stringifyYaml } from '../../../api/manifest/stringify.ts';
import { customColumnsPrinter } from './custom-columns.ts';
import { kyamlText } from './kyaml.ts';
import { createTablePrinter, tableOf } from './table.ts';
import { createListWriter } from './tab-writer.ts';
import { jsonText, shownName } from './values.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', labels: { b: '2', a: '1' } },
  spec: { containers: [{ name: 'a' }, { name: 'b' }] },
};

describe('custom columns', () => {
  const print = (spec: string, isFile = false, noHeaders = false): string => {
    const printer = customColumnsPrinter(spec, { isFile, noHeaders });
    return printer.print(pod) + printer.end();
  };
  test.each([
    ['N:.metadata.name,C:.spec.containers[*].name,X:.nope', 'N     C     X\nweb   a,b   <none>\n'],
    ['N:metadata.name', 'N\nweb\n'],
    ['L:.metadata.labels', 'L\nmap[a:1 b:2]\n'],
  ])('%s', (spec, text) => {
    expect(print(spec)).toBe(text);
  });
  test('from a file, and without headers', () => {
    expect(print('N NS\n.metadata.name .metadata.namespace', true)).toBe('N     NS\nweb   shop\n');
    expect(print('N:.metadata.name', false, true)).toBe('web\n');
  });
});

describe('tables of the server', () => {
  const table = {
    kind: 'Table',
    columnDefinitions: [
      { name: 'Name', type: 'string', priority: 0 },
      { name: 'Node', type: 'string', priority: 1 },
      { name: 'Age', type: 'string', priority: 0 },
    ],
    rows: [{ cells: ['web', 'node-1', null], object: pod }],
  };
  const options = {
    wide: false,
    noHeaders: false,
    withNamespace: false,
    kindPrefix: '',
    showLabels: false,
    labelColumns: [] as readonly string[],
  };
  const print = (given: Partial<typeof options>): string => {
    const writer = createListWriter();
    createTablePrinter(writer, { ...options, ...given }).print(tableOf(table, 0));
    return writer.flush();
  };
  test.each<[Partial<typeof options>, string]>([
    [{}, 'NAME   AGE\nweb    \n'],
    [{ wide: true }, 'NAME   NODE     AGE\nweb    node-1   \n'],
    [
      { withNamespace: true, kindPrefix: 'pod' },
      'NAMESPACE   NAME      AGE\nshop        pod/web   \n',
    ],
    [{ showLabels: true, noHeaders: true }, 'web         a=1,b=2\n'],
    [{ labelColumns: ['x.io/a', 'a'] }, 'NAME   AGE   A     A\nweb                1\n'],
  ])('%j', (given, text) => {
    expect(print(given)).toBe(text);
  });
});

describe('values', () => {
  test('YAML quotes what would be read as something else', () => {
    const values = {
      yes: 'yes',
      on: 'on',
      nothing: 'null',
      number: '1',
      float: '1e3',
      date: '2026-01-01',
      empty: '',
      colon: 'a: b',
      hash: 'a #b',
      star: '*a',
      lines: 'a\nb\n',
      plain: 'a:b',
    };
    expect(stringifyYaml(values)).toBe(
      [
        "colon: 'a: b'",
        'date: "2026-01-01"',
        'empty: ""',
        'float: "1e3"',
        "hash: 'a #b'",
        'lines: |',
        '  a',
        '  b',
        'nothing: "null"',
        'number: "1"',
        '"on": "on"',
        'plain: a:b',
        "star: '*a'",
        '"yes": "yes"',
        '',
      ].join('\n'),
    );
  });

  test('JSON sorts its keys and escapes what HTML would take', () => {
    expect(jsonText({ b: '<&>', a: [], c: {} })).toBe(
      '{\n    "a": [],\n    "b": "\\u003c\\u0026\\u003e",\n    "c": {}\n}',
    );
  });

  test('KYAML', () => {
    expect(kyamlText({ a: 'x\ny', b: [{ c: 1 }], d: [1, 2] })).toBe(
      '---\n{\n  a: "\\\n     x\\n\\\n     y\\\n    ",\n  b: [{\n    c: 1,\n  }],\n  d: [\n    1,\n    2,\n  ],\n}\n',
    );
  });

  test('names', () => {
    expect(shownName(pod)).toBe('pod/web');
    expect(shownName({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' } })).toBe(
      'deployment.apps/x',
    );
  });
});
