import { describe, expect, test } from 'vitest';
import { type Condition, isConditionTrue, withCondition, withoutCondition } from './conditions.ts';

const ready: Condition = { type: 'Ready', status: 'True', lastTransitionTime: 't0', reason: 'A' };
const other: Condition = { type: 'Other', status: 'False' };

describe('conditions', () => {
  test('the time of the transition stays while the status does', () => {
    const next = { ...ready, reason: 'B', lastTransitionTime: 't1' };
    expect(withCondition([ready, other], next)).toEqual([{ ...ready, reason: 'B' }, other]);
    const lost = { ...ready, status: 'False', lastTransitionTime: 't1' };
    expect(withCondition([ready, other], lost)).toEqual([lost, other]);
  });

  test('what changes nothing gives the same list back', () => {
    const list = [ready, other];
    expect(withCondition(list, { ...ready, lastTransitionTime: 't9' })).toBe(list);
    expect(withoutCondition(list, 'Absent')).toBe(list);
  });

  test('new ones come last, and can be taken away', () => {
    expect(withCondition(undefined, ready)).toEqual([ready]);
    expect(withCondition([other], ready)).toEqual([other, ready]);
    expect(withoutCondition([other, ready], 'Other')).toEqual([ready]);
    expect(isConditionTrue([other, ready], 'Ready')).toBe(true);
    expect(isConditionTrue([other], 'Other')).toBe(false);
    expect(isConditionTrue(undefined, 'Ready')).toBe(false);
  });
});
