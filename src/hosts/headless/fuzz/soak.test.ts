import { expect, test } from 'vitest';
import { soak } from './soak.ts';

// A short slice of `npm run fuzz`; seeds that once failed are kept here by name.
test.each([1, 2, 3, 5, 11, 112, 120])('seed %i: safe in the storm, converged after it', (seed) => {
  expect(soak(seed).broken).toEqual([]);
});
