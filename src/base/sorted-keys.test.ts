import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { addKey, createSortedKeys, keysInOrder, lowerBound, removeKey } from './sorted-keys.ts';

describe('SortedKeys', () => {
  test('equals sorting from scratch under any changes', () => {
    const step = fc.record({ key: fc.constantFrom(...'abcdefgh'), read: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const members = new Set<string>();
        const keys = createSortedKeys();
        for (const { key, read } of steps) {
          if (members.delete(key)) removeKey(keys);
          else {
            members.add(key);
            addKey(keys, key);
          }
          if (read) expect(keysInOrder(keys, (k) => members.has(k))).toEqual([...members].sort());
        }
        expect(keysInOrder(keys, (k) => members.has(k))).toEqual([...members].sort());
        expect(keys.size).toBe(members.size);
      }),
    );
  });

  test('lowerBound finds the first text not below', () => {
    const sorted = ['b', 'd', 'f'];
    expect(['a', 'b', 'c', 'f', 'g'].map((key) => lowerBound(sorted, key))).toEqual([
      0, 0, 1, 2, 3,
    ]);
  });
});
