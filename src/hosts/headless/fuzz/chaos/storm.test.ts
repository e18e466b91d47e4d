import { describe, expect, test } from 'vitest';
import { exposedBy, MUTANTS } from './mutants.ts';
import { storm } from './storm.ts';

/** A short slice of `npm run fuzz`; seeds that once failed are kept here by name. */
describe('etcd in a storm', () => {
  test.each([1, 2, 3, 4, 5, 6])('seed %i, three members: nothing that must not be', (seed) => {
    const { violations, weather } = storm(seed, { members: 3 });
    expect(violations, weather.join('\n')).toEqual([]);
  });

  test.each([1, 2])('seed %i, five members: nothing that must not be', (seed) => {
    expect(storm(seed, { members: 5 }).violations).toEqual([]);
  });

  test('work gets done all the same, and the same seed is the same storm', () => {
    const once = storm(7, { members: 3, seconds: 60 });
    expect(once.answered).toBeGreaterThan(300);
    expect(storm(7, { members: 3, seconds: 60 })).toEqual(once);
  });
});

/** Where `npm run fuzz -- --mutants` found each mutant out, so that a test need not look for long. */
const SEEDS: readonly number[] = [7, 29, 26];

describe('the checks bite', () => {
  test.each(MUTANTS.map((mutant, at) => [mutant.title, mutant, SEEDS[at] ?? 1] as const))(
    '%s',
    (_, mutant, seed) => {
      expect(exposedBy(mutant, seed, 12)?.said).toMatch(mutant.complaint);
    },
  );
});
