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
          if (members.delete(key)) removeKey(keys, members);
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

  test('what has come and gone does not pile up where nobody reads in order', () => {
    const members = new Set<string>();
    const keys = createSortedKeys();
    for (let i = 0; i < 10_000; i++) {
      members.add(`event-${i}`);
      addKey(keys, `event-${i}`);
      if (!members.delete(`event-${i - 50}`)) continue;
      removeKey(keys, members);
      expect(keys.sorted.length + keys.added.length).toBeLessThan(500);
    }
    expect(keysInOrder(keys, (key) => members.has(key))).toEqual([...members].sort());
  });

  test('lowerBound finds the first text not below', () => {
    const sorted = ['b', 'd', 'f'];
    expect(['a', 'b', 'c', 'f', 'g'].map((key) => lowerBound(sorted, key))).toEqual([
      0, 0, 1, 2, 3,
    ]);
  });
});
