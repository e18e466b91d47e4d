import { expect, test } from 'vitest';
import { createAlarms } from './alarms.ts';

test('alarms ring when their time has come, once each, and all when the session ends', () => {
  const rung: number[] = [];
  const alarms = createAlarms((id) => rung.push(id));
  alarms.set(1, 1000, 500);
  alarms.set(2, 1000, 100);
  alarms.set(3, 1000, 9000);
  alarms.ring(1099);
  expect(rung).toEqual([]);
  alarms.ring(1100);
  expect(rung).toEqual([2]);
  alarms.ring(2000);
  expect(rung).toEqual([2, 1]);
  alarms.ring(Number.POSITIVE_INFINITY);
  alarms.ring(Number.POSITIVE_INFINITY);
  expect(rung).toEqual([2, 1, 3]);
});
