import { expect, test } from 'vitest';
import { controllers } from '../../cluster/controllers/index.ts';
import { LOOP_NAMES } from '../../cluster/controllers/loop-names.ts';
import { FAULTS } from '../../cluster/faults/index.ts';
import { faultTitle } from '../../cluster/faults/titles.ts';

// What an observer says of a world before the engine is there must be what the engine calls it.
test('the names of control loops are those of the controllers', () => {
  expect(LOOP_NAMES).toEqual(controllers.map(({ name }) => name));
});

test('the titles of faults are those of their declarations', () => {
  expect(FAULTS.map(({ kind }) => faultTitle(kind))).toEqual(FAULTS.map(({ title }) => title));
  expect(faultTitle('constructor')).toBe('constructor');
});
