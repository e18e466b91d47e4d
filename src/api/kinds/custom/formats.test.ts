import { describe, expect, test } from 'vitest';
import { formatWarnings } from './format-warnings.ts';
import { hasFormat } from './formats.ts';
import { structuralOf } from './structural.ts';

describe('formats of texts', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['uri', ['https://a.b/c', '/path', 'urn:x'], ['a/b', '', 'http://[::1']],
    ['email', ['a@b', 'Jane <jane@example.com>'], ['a', 'a@', '@b']],
    ['hostname', ['example.com', 'a'], ['-a', 'a..b', `${'a'.repeat(64)}.com`]],
    ['ipv4', ['1.2.3.4'], ['1.2.3', '01.2.3.4', '::1']],
    ['ipv6', ['::1', 'fe80::1'], ['1.2.3.4', '1::2::3']],
    ['cidr', ['10.0.0.0/8', '::/0'], ['10.0.0.0', '10.0.0.0/33']],
    [
      'mac',
      ['00:11:22:33:44:55', '0011.2233.4455', '00-11-22-33-44-55'],
      ['00:11:22', '00:11-22:33:44:55'],
    ],
    ['uuid4', ['6ba7b810-9dad-41d1-80b4-00c04fd430c8'], ['6ba7b810-9dad-11d1-80b4-00c04fd430c8']],
    ['isbn', ['978-3-16-148410-0', '0-306-40615-2'], ['978-3-16-148410-1']],
    ['creditcard', ['4111 1111 1111 1111'], ['4111 1111 1111 1112', '1234567890123']],
    ['rgbcolor', ['rgb(0, 255,10)'], ['rgb(0, 256, 10)', 'rgb(1,2)']],
    ['byte', ['YWJj', 'YQ=='], ['YWJ', 'a b=']],
    ['date', ['2024-02-29'], ['2023-02-29', '2024-2-9']],
    [
      'date-time',
      ['2024-02-29T23:59:59Z', '2024-02-29t00:00:00.5+02:00'],
      ['2024-02-29', '2024-02-29T24:00:00Z'],
    ],
    ['k8s-short-name', ['web-1'], ['Web', 'a.b']],
    ['k8s-long-name', ['web.example.com'], ['web_1']],
    ['whatever', ['anything'], []],
  ])('%s', (format, good, bad) => {
    expect(good.filter((each) => !hasFormat(each, format))).toEqual([]);
    expect(bad.filter((each) => hasFormat(each, format))).toEqual([]);
  });

  test('unknown ones of texts are warned of', () => {
    const schema = structuralOf({
      type: 'object',
      properties: {
        a: { type: 'string', format: 'colour' },
        b: { type: 'integer', format: 'int64' },
        c: { type: 'array', items: { type: 'string', format: 'date-time' } },
      },
    });
    expect(formatWarnings(schema)).toEqual(['unrecognized format "colour"']);
  });

  test('a pattern takes time in proportion to the text', () => {
    const { expression } = structuralOf({ type: 'string', pattern: '^(a+)+$' });
    expect(expression?.test(`${'a'.repeat(5000)}!`)).toBe(false);
  });
});
