import type { Micros } from '../../kernel/time.ts';
import type { Container, LogEntry } from './state.ts';

/** Lines kept of each container; a kubelet rotates logs too, though at 10 MiB. */
const LINES_MAX = 200;
const LINE_LENGTH_MAX = 4096;

/** Appends what a container wrote. */
export function appendLog(
  container: Container,
  at: Micros,
  stream: LogEntry['stream'],
  text: string,
): void {
  const before = container.log;
  const lines = ((before?.partial ?? '') + text).split('\n');
  const partial = (lines.pop() ?? '').slice(0, LINE_LENGTH_MAX);
  const kept =
    before === undefined ? [] : before.entries.slice(-Math.max(0, LINES_MAX - lines.length));
  for (const line of lines.slice(-LINES_MAX)) {
    kept.push(Object.freeze({ at, stream, text: line.slice(0, LINE_LENGTH_MAX) }));
  }
  container.log = Object.freeze({ entries: Object.freeze(kept), partial });
}

/** The lines kept, oldest first. */
export function logEntries(container: Container): readonly LogEntry[] {
  return container.log?.entries ?? [];
}

/** The last lines as a termination message (`terminationMessagePolicy: FallbackToLogsOnError`): 80 lines, 2 KiB. */
export function logTail(container: Container): string {
  const lines = logEntries(container)
    .slice(-80)
    .map((entry) => `${entry.text}\n`);
  return lines.join('').slice(-2048);
}
