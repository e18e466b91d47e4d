import { describe, expect, test } from 'vitest';
import type { Mark } from '../../view/history.ts';
import type { EngineClient } from '../../bridge/engine-client.ts';
import { createView } from '../../view/view.ts';
import { useActivity, type Activity } from '../state/activity.ts';
import { lastAct, undo } from './clock.ts';

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

describe('undo', () => {
  test.each([
    ['where nothing is recorded', undefined, 'nothing is recorded of this cluster'],
    ['before anything has been done', 0, 'there is nothing to undo'],
  ])('%s says so', async (_name, acts, message) => {
    useActivity.setState({ activities: [] });
    const view = createView({ onWanted: () => undefined });
    if (acts !== undefined) view.head.setState({ recording: { from: 0, acts, line: 0 } });
    const sent: unknown[] = [];
    // The act needs nothing else of it.
    const client = { send: (message: unknown) => void sent.push(message) } as Partial<EngineClient>;
    undo({ view, client: client as EngineClient });
    await Promise.resolve();
    await Promise.resolve();
    expect(sent).toEqual([]);
    expect(useActivity.getState().activities).toMatchObject([
      { label: 'Undo', state: 'failed', message },
    ]);
  });
});
