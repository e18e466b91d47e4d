import { describe, expect, test } from 'vitest';
import type { Mark } from '../../view/history.ts';
import type { Activity } from '../state/activity.ts';
import { lastAct } from './clock.ts';

function mark(acts: number | undefined): Mark {
  return { at: 0, label: '', failed: false, acts };
}

function activity(acts: number, actsAfter: number | undefined): Activity {
  return {
    id: acts,
    at: 0,
    label: '',
    targets: [],
    state: actsAfter === undefined ? 'pending' : 'done',
    message: '',
    command: undefined,
    cancel: undefined,
    acts,
    actsAfter,
  };
}

describe('which act is the last one', () => {
  test.each([
    ['nothing has been done', [], [], undefined],
    ['nothing is recorded', [mark(undefined)], [], undefined],
    ['one request', [mark(3)], [activity(3, 4)], 3],
    ['a manifest of three documents', [mark(4), mark(6), mark(8)], [activity(3, 10)], 3],
    ['one that is not finished', [mark(4), mark(6)], [activity(3, undefined)], 3],
    ['a command of the terminal after a button', [mark(3), mark(7)], [activity(3, 5)], 7],
    ['a button after a command', [mark(3), mark(7)], [activity(6, 8)], 6],
  ])('%s', (_name, marks, activities, expected) => {
    expect(lastAct(marks, activities)).toBe(expected);
  });
});
