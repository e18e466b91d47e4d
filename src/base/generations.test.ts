import { expect, test } from 'vitest';
import { createGenerations } from './generations.ts';

test('keeps what is asked for again, forgets the rest, and stays small', () => {
  const memo = createGenerations<number, string>(10);
  for (let key = 0; key < 1000; key++) {
    memo.set(key, `made of ${key}`);
    expect(memo.get(key)).toBe(`made of ${key}`);
    expect(memo.get(0)).toBe('made of 0');
    expect(memo.size).toBeLessThanOrEqual(20);
  }
  expect(memo.get(5)).toBeUndefined();
  expect(memo.get(999)).toBe('made of 999');
});
