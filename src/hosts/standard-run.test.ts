import { describe, expect, test } from 'vitest';
import { standardRun } from './standard-run.ts';

describe('ten simulated minutes with faults', () => {
  const straight = standardRun(7, 'none');

  test('give the same hash a second time', () => {
    expect(standardRun(7, 'none')).toEqual(straight);
  });

  test('and through a checkpoint in the middle', () => {
    expect(standardRun(7, 'checkpoint')).toEqual(straight);
  });

  test('and through an archive in the middle', () => {
    expect(standardRun(7, 'archive')).toEqual(straight);
  });

  test('and another one for another seed', () => {
    expect(standardRun(8, 'none').hash).not.toBe(straight.hash);
  });
});
