import { expect, test } from 'vitest';
import { appendLog } from './logs.ts';
import type { Container } from './state.ts';

/** Only what a log is kept in. */
function aContainer(): Container {
  return { log: undefined } as unknown as Container;
}

function lines(from: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `line ${from + at}\n`).join('');
}

test.each([
  ['line by line', Array.from({ length: 450 }, () => 1)],
  ['in one piece as long as the log', [50, 200]],
  ['in one piece longer than the log', [50, 450, 3]],
])('a log keeps its last two hundred lines, written %s', (_, pieces) => {
  const container = aContainer();
  let written = 0;
  for (const count of pieces) {
    appendLog(container, 0, 'stdout', lines(written, count));
    written += count;
  }
  const kept = container.log?.entries.map(({ text }) => text) ?? [];
  expect(kept).toEqual(
    lines(written - 200, 200)
      .trimEnd()
      .split('\n'),
  );
  expect(container.log?.count).toBe(written);
});
