import { describe, expect, test } from 'vitest';
import { allMatches, compileRegex, RegexError } from './regex.ts';

const go = (pattern: string) => compileRegex(pattern, { flavour: 'go' });

describe("expressions of Go's", () => {
  test.each([
    ['^[a-z]+$', 'abc', true],
    ['^[a-z]+$', 'aBc', false],
    ['(?i)^ABC$', 'abc', true],
    ['(?i:a)b', 'AB', false],
    ['a(?i)b', 'aB', true],
    ['^.$', '\u{1f600}', true],
    ['^..$', '\u{1f600}', false],
    ['^.$', '\n', false],
    ['(?s)^.$', '\n', true],
    ['^[^a]$', '\n', true],
    ['(?m)^b$', 'a\nb\nc', true],
    ['^b$', 'a\nb\nc', false],
    ['^\\pL+$', 'größe', true],
    ['^\\p{Greek}+$', 'αβγ', true],
    ['^\\p{^Greek}+$', 'abc', true],
    ['^\\PL+$', '123', true],
    ['^[[:alpha:]]+$', 'abc', true],
    ['^[[:^alpha:]]+$', '123', true],
    ['^[[:word:]-]+$', 'a_1-b', true],
    ['^\\s$', '\v', false],
    ['^a{2,3}$', 'aaa', true],
    ['^a{2,3}$', 'aaaa', false],
    ['^a{,3}$', 'a{,3}', true],
    ['^\\Qa.b\\E$', 'a.b', true],
    ['^\\Qa.b\\E$', 'axb', false],
    ['^\\x41\\x{1F600}$', 'A\u{1f600}', true],
    ['^[\\x{1F600}-\\x{1F64F}]$', '\u{1f60a}', true],
    ['\\bfoo\\b', 'a foo b', true],
    ['^\\d+\\.\\d+$', '1.25', true],
    ['', 'anything', true],
    ['x|', 'anything', true],
    ['^(?:(a*)*)*b$', `${'a'.repeat(5000)}c`, false],
  ])('%s on %j: %s', (pattern, text, want) => {
    expect(go(pattern).test(text)).toBe(want);
  });

  test('the first alternative wins, not the longest', () => {
    expect(go('a|ab').exec('ab')?.text).toBe('a');
    expect(go('a+?').exec('aaa')?.text).toBe('a');
    expect([...allMatches(go('[0-9]+'), 'a1b22')].map(({ text }) => text)).toEqual(['1', '22']);
    expect(go('(?P<year>\\d+)-(?<month>\\d+)').exec('2026-11')?.group(2)).toBe('11');
  });

  test.each([
    ['(', 'missing closing ): `(`'],
    [')', 'unexpected ): `)`'],
    ['[a', 'missing closing ]: `[a`'],
    ['*', 'missing argument to repetition operator: `*`'],
    ['a**', 'invalid nested repetition operator: `**`'],
    ['a{1001}', 'invalid repeat count: `{1001}`'],
    ['a{3,2}', 'invalid repeat count: `{3,2}`'],
    ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['(?<=a)', 'invalid named capture: `(?<=a)`'],
    ['\\1', 'invalid escape sequence: `\\1`'],
    ['\\', 'trailing backslash at end of expression: ``'],
    ['[z-a]', 'invalid character class range: `z-a`'],
    ['\\p{Nothing}', 'invalid character class range: `\\p{Nothing}`'],
    ['[[:foo:]]', 'invalid character class range: `[:foo:]`'],
    ['(?P<n', 'invalid named capture: `(?P<n`'],
  ])('%s is refused', (pattern, message) => {
    expect(() => go(pattern)).toThrow(new RegexError(`error parsing regexp: ${message}`));
  });
});
