import { describe, expect, test } from 'vitest';
import { compareNatural } from './natural-order.ts';
import { createSlots } from './slots.ts';

const owner = (name: string, zone = '') => ({ id: name, name, zone });

describe('natural order', () => {
  const cases = [
    ['node-2', 'node-10', -1],
    ['node-10', 'node-10', 0],
    ['a', 'b', -1],
    ['node-2a', 'node-2b', -1],
    ['node', 'node-1', -1],
    ['10', '9', 1],
  ] as const;
  test.each(cases)('%s and %s', (a, b, want) => {
    expect(Math.sign(compareNatural(a, b))).toBe(want);
  });
});

describe('slots', () => {
  test('a newcomer takes the free slot and moves nobody', () => {
    const slots = createSlots(() => 2);
    for (const name of ['node-1', 'node-2', 'node-3']) slots.add(owner(name));
    slots.remove('node-2');
    slots.add(owner('node-9'));
    expect(['node-1', 'node-9', 'node-3'].map((id) => slots.slotOf(id))).toEqual([0, 1, 2]);
  });

  test('settling sorts by zone, then by name as people count', () => {
    const slots = createSlots(() => 2);
    for (const [name, zone] of [
      ['node-10', 'a'],
      ['node-2', 'a'],
      ['node-1', 'b'],
    ] as const) {
      slots.add(owner(name, zone));
    }
    slots.settle();
    expect([0, 1, 2].map((slot) => slots.idAt(slot))).toEqual(['node-2', 'node-10', 'node-1']);
  });

  test('a field that more than doubles is laid out anew', () => {
    const slots = createSlots((count) => Math.ceil(Math.sqrt(count)));
    for (let index = 1; index <= 40; index++) slots.add(owner(`node-${index}`));
    expect(slots.columns).toBeGreaterThan(3);
  });

  test('the last slot leaves no hole at the end', () => {
    const slots = createSlots(() => 2);
    for (const name of ['a', 'b', 'c']) slots.add(owner(name));
    slots.remove('b');
    expect(slots.extent).toBe(3);
    slots.remove('c');
    expect(slots.extent).toBe(1);
  });
});
