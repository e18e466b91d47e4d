import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  matchesFields,
  meetsFields,
  formatFieldSelector,
  parseFieldSelector,
  unescapeFieldValue,
  escapeFieldValue,
} from './field-selector.ts';
import { parseLabelSelector } from './label-parser.ts';
import { formatRequirements } from './label-requirement.ts';
import { labelMapMatcher, labelSelectorMatcher, labelSelectorMatches } from './label-selector.ts';

const word = fc.constantFrom('a', 'app', 'in', 'notin', 'x-1', 'example.com/tier', 'v1.2', '10');
const value = fc.constantFrom('a', 'web', 'in', '3', '10', '');
const requirement = fc.oneof(
  word,
  word.map((key) => `!${key}`),
  fc.tuple(word, fc.constantFrom('=', '==', '!='), value).map((parts) => parts.join('')),
  fc
    .tuple(word, fc.constantFrom('<', '>'), fc.constantFrom('1', '22'))
    .map((each) => each.join('')),
  fc
    .tuple(word, fc.constantFrom(' in ', ' notin '), fc.array(value, { minLength: 1 }))
    .map(([key, operator, values]) => `${key}${operator}(${values.join(',')})`),
);

describe('label selectors', () => {
  test('what is printed is read back as the same requirements', () => {
    fc.assert(
      fc.property(fc.array(requirement), (requirements) => {
        const parsed = parseLabelSelector(requirements.join(','));
        if (!parsed.ok) throw new Error(parsed.error);
        const printed = formatRequirements(parsed.value);
        const again = parseLabelSelector(printed);
        expect(again.ok && formatRequirements(again.value)).toBe(printed);
        expect(again).toEqual(parsed);
      }),
    );
  });

  test('no text makes the parser throw', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab=!(),<> \\\0/-é', 'in', 'notin') });
    fc.assert(fc.property(text, (each) => void parseLabelSelector(each)));
  });

  test('keys that every JavaScript object has are labels like others', () => {
    for (const key of ['constructor', 'toString', 'hasOwnProperty']) {
      const exists = { matchExpressions: [{ key, operator: 'Exists' }] };
      expect(labelSelectorMatches(exists, {})).toBe(false);
      expect(labelSelectorMatches(exists, { [key]: '' })).toBe(true);
      expect(labelSelectorMatches({ matchLabels: { [key]: 'x' } }, {})).toBe(false);
    }
  });

  test('the matcher is made once for each object, and an invalid selector matches nothing', () => {
    const selector = { matchLabels: { app: 'web' } };
    expect(labelSelectorMatcher(selector)).toBe(labelSelectorMatcher(selector));
    expect(labelSelectorMatches({ matchLabels: { 'a b': 'c' } }, { 'a b': 'c' })).toBe(false);
  });

  test('a map of labels', () => {
    expect(labelMapMatcher({ app: 'web' })({ app: 'web', tier: 'a' })).toBe(true);
    expect(labelMapMatcher({ app: 'web', tier: 'b' })({ app: 'web', tier: 'a' })).toBe(false);
    expect(labelMapMatcher({ app: 'web' })(undefined)).toBe(false);
    expect(labelMapMatcher({})(undefined)).toBe(true);
  });
});

describe('field selectors', () => {
  test('every value survives escaping', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(unescapeFieldValue(escapeFieldValue(text))).toEqual({ ok: true, value: text });
      }),
    );
  });

  test('what is printed is read back as the same requirements', () => {
    const term = fc
      .tuple(
        fc.constantFrom('metadata.name', 'spec.nodeName', 'status.phase'),
        fc.constantFrom('=', '!=', '=='),
        fc.string().map(escapeFieldValue),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(term), (terms) => {
        const parsed = parseFieldSelector(terms.join(','));
        if (!parsed.ok) throw new Error(parsed.error);
        const again = parseFieldSelector(formatFieldSelector(parsed.value));
        if (!again.ok) throw new Error(again.error);
        // Terms are sorted as written, where `==` and `=` differ, so only the set must be the same.
        expect(again.value).toHaveLength(parsed.value.length);
        expect(new Set(again.value.map((each) => JSON.stringify(each)))).toEqual(
          new Set(parsed.value.map((each) => JSON.stringify(each))),
        );
      }),
    );
  });

  test('readers of an object’s fields tell the same as a function of their names', () => {
    const values = fc.constantFrom('', 'a', 'b');
    const requirement = fc.record({
      field: fc.constantFrom('phase', 'node', 'unknown'),
      operator: fc.constantFrom('=' as const, '!=' as const),
      value: values,
    });
    const readers = {
      phase: (each: { phase: string }) => each.phase,
      node: (each: { node: string }) => each.node,
    };
    fc.assert(
      fc.property(
        fc.array(requirement),
        fc.record({ phase: values, node: values }),
        (wanted, object) => {
          const valueOf = (field: string) => (object as Record<string, string>)[field];
          const met = meetsFields<typeof object>(wanted, readers, object);
          expect(met).toBe(matchesFields(wanted, valueOf));
        },
      ),
    );
  });
});
