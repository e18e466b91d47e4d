import type { Micros } from '../../kernel/time.ts';
import type { Container, LogEntry } from './state.ts';

/** Lines kept of each container; a kubelet rotates logs too, though at 10 MiB. */
const LINES_MAX = 200;
/** The log is cut when it is this much too long, so that not every line moves the others. */
const SLACK = 50;
const LINE_LENGTH_MAX = 4096;

/** Appends what a container wrote. */
export function appendLog(
  container: Container,
  at: Micros,
  stream: LogEntry['stream'],
  text: string,
): void {
  container.log ??= { entries: [], partial: '' };
  const { log } = container;
  const lines = (log.partial + text).split('\n');
  log.partial = (lines.pop() ?? '').slice(0, LINE_LENGTH_MAX);
  for (const line of lines) {
    log.entries.push(Object.freeze({ at, stream, text: line.slice(0, LINE_LENGTH_MAX) }));
  }
  if (log.entries.length > LINES_MAX + SLACK) log.entries.splice(0, log.entries.length - LINES_MAX);
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
