import { formatMicroTime } from '../../api/time.ts';
import { roomFor } from '../../base/room.ts';
import type { Micros } from '../../kernel/time.ts';
import type { LogCall } from '../messages.ts';
import type { Container, ContainerLog, LogEntry } from './state.ts';

/** Lines kept of each container; a kubelet rotates logs too, though at 10 MiB. */
const LINES_MAX = 200;
const LINE_LENGTH_MAX = 4096;

const NOTHING: ContainerLog = Object.freeze({ entries: [], partial: '', count: 0 });

/** Appends what a container wrote. */
export function appendLog(
  container: Container,
  at: Micros,
  stream: LogEntry['stream'],
  text: string,
): void {
  const { entries: old, partial: begun, count: before } = container.log ?? NOTHING;
  const { lines, partial } = linesOf(begun + text);
  const added = Math.min(lines.length, LINES_MAX);
  const kept = Math.min(old.length, LINES_MAX - added);
  const entries = roomFor<LogEntry>(kept + added);
  for (let i = 0; i < kept; i += 1) entries[i] = old[old.length - kept + i] as LogEntry; // In range, here and below.
  for (let i = 0; i < added; i += 1)
    entries[kept + i] = { at, stream, text: lines[lines.length - added + i] as string };
  container.log = Object.freeze({ entries, partial, count: before + lines.length });
}

interface Lines {
  readonly text: string;
  readonly lines: readonly string[];
  readonly partial: string;
}

// What was written last: the containers of one image begin with the same words. A memo only.
let lastLines: Lines | undefined;

/** A text's lines, and what follows the last one. */
function linesOf(text: string): Lines {
  if (lastLines?.text !== text) {
    const lines = text.split('\n').map((line) => line.slice(0, LINE_LENGTH_MAX));
    const partial = lines.pop() ?? '';
    lastLines = { text, lines, partial };
  }
  return lastLines;
}

/** The lines kept, oldest first. A last line without an end is written out when the container ends. */
export function logEntries({ log, record }: Container): readonly LogEntry[] {
  const entries = log?.entries ?? [];
  const partial = log?.partial ?? '';
  if (partial === '' || record.state === 'running') return entries;
  const at = record.finishedAt ?? 0;
  return [...entries, Object.freeze({ at, stream: 'stdout', text: partial })];
}

/** Lines as clients read them, each with its line break, and with its time in front if that is asked for. */
export function logText(
  entries: readonly LogEntry[],
  epochMillis: number,
  timestamps: boolean,
): string {
  let text = '';
  for (const entry of entries) {
    if (timestamps) text += `${logTime(epochMillis * 1000 + entry.at)} `;
    text += `${entry.text}\n`;
  }
  return text;
}

/** RFC 3339 with nine decimals, as container runtimes write it. */
function logTime(micros: number): string {
  return `${formatMicroTime(micros).slice(0, -1)}000Z`;
}

/** What a call for logs selects of the lines kept. */
export function selectEntries(
  entries: readonly LogEntry[],
  call: Pick<LogCall, 'tailLines' | 'sinceMillis'>,
  epochMillis: number,
): readonly LogEntry[] {
  const { tailLines, sinceMillis } = call;
  let chosen = entries;
  if (sinceMillis !== undefined) {
    chosen = chosen.filter((entry) => epochMillis + entry.at / 1000 >= sinceMillis);
  }
  if (tailLines !== undefined) chosen = tailLines === 0 ? [] : chosen.slice(-tailLines);
  return chosen;
}

/** The last lines as a termination message (`terminationMessagePolicy: FallbackToLogsOnError`): 80 lines, 2 KiB. */
export function logTail(container: Container): string {
  const lines = logEntries(container)
    .slice(-80)
    .map((entry) => `${entry.text}\n`);
  return lines.join('').slice(-2048);
}
