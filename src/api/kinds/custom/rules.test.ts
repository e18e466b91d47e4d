import { describe, expect, test } from 'vitest';
import { checkRules } from './rules.ts';
import { structuralOf } from './structural.ts';

const schema = structuralOf({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      'x-kubernetes-validations': [
        {
          rule: 'self.since < timestamp("2027-01-01T00:00:00Z")',
          fieldPath: '.since',
          message: 'late',
        },
        { rule: 'self.wait < duration("1h")', fieldPath: ".labels['a.b']" },
        { rule: 'size(self.data) == 2' },
        { rule: 'self.ratio / 2.0 < 1.0 && type(self.ratio) == double' },
        { rule: 'self.days[0].getFullYear() == 2026' },
        {
          rule: 'oldSelf.hasValue() ? self.ratio >= oldSelf.value().ratio : self.ratio == 0.0',
          optionalOldSelf: true,
          messageExpression: '"is " + string(self.ratio)',
        },
      ],
      properties: {
        since: { type: 'string', format: 'date-time' },
        wait: { type: 'string', format: 'duration' },
        data: { type: 'string', format: 'byte' },
        ratio: { type: 'number' },
        days: { type: 'array', items: { type: 'string', format: 'date' } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  },
});

const spec = {
  since: '2026-01-01T00:00:00Z',
  wait: '1m',
  data: '/wA=',
  ratio: 0,
  days: ['2026-05-01'],
};
const run = (now: object, old?: object): readonly string[] =>
  checkRules({ spec: now }, schema, old === undefined ? {} : { old: { spec: old } }).map(
    ({ field, detail }) => `${field}: ${detail}`,
  );

describe('rules see what their schema says', () => {
  test.each<[string, readonly string[]]>([
    ['all is well', run(spec)],
    ['and better than before', run({ ...spec, ratio: 1 }, spec)],
  ])('%s', (_, found) => {
    expect(found).toEqual([]);
  });

  test('what is broken is said where the rule says', () => {
    expect(
      run({
        since: '2027-01-02T00:00:00Z',
        wait: '2h',
        data: 'AA==',
        ratio: 1,
        days: ['2025-01-01'],
      }),
    ).toEqual([
      'spec.since: late',
      'spec.labels[a.b]: failed rule: self.wait < duration("1h")',
      'spec: failed rule: size(self.data) == 2',
      'spec: failed rule: self.days[0].getFullYear() == 2026',
      'spec: is 1',
    ]);
    expect(run({ ...spec, ratio: 1 }, { ...spec, ratio: 1.5 })).toEqual(['spec: is 1']);
  });
});
