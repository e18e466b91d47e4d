import type { LogLine } from '../../../api/machines/questions.ts';
import type { Program, ProgramContext } from '../../program.ts';
import { formatDate, readDate } from '../../tools/date-format.ts';
import { readGoLine } from '../go-flags.ts';

/** `journalctl -u UNIT`: what is known of a unit, in the journal's form. */

const FLAGS = {
  valued: ['unit', 'lines', 'since', 'until', 'output', 'priority', 'boot', 'grep'],
  switches: [
    'follow',
    'no-pager',
    'reverse',
    'pager-end',
    'catalog',
    'quiet',
    'utc',
    'this-boot',
    'disk-usage',
    'no-full',
  ],
  letters: {
    u: 'unit',
    n: 'lines',
    f: 'follow',
    r: 'reverse',
    e: 'pager-end',
    x: 'catalog',
    q: 'quiet',
    o: 'output',
    p: 'priority',
    S: 'since',
    U: 'until',
    b: 'this-boot',
    g: 'grep',
  },
};

const FOLLOW_EVERY = 1000;

export const journalctl: Program = async (args, io, context) => {
  // Letters may stand together: -xeu, -fu.
  const split = args.flatMap((arg) =>
    /^-[a-zA-Z]{2,}$/.test(arg) && !/^-[nop]\d/.test(arg)
      ? Array.from(arg.slice(1), (letter) => `-${letter}`)
      : [arg],
  );
  const line = readGoLine(split, FLAGS);
  if (typeof line === 'string') {
    io.err(`journalctl: ${line}\n`);
    return 1;
  }
  const units = line.values('unit').map((each) => each.replace(/\.service$/, ''));
  const known = units.length > 0 ? units : ['kubelet', 'containerd'];
  const since = line.value('since');
  const from = since === undefined ? undefined : readSince(since, context.now());
  const read = async (): Promise<readonly LogLine[]> => {
    const all: LogLine[] = [];
    for (const unit of known)
      all.push(
        ...((await context.machines?.({ kind: 'journal', machine: context.machine, unit })) ?? []),
      );
    return all
      .filter(({ atMillis }) => from === undefined || atMillis >= from)
      .toSorted((left, right) => left.atMillis - right.atMillis);
  };
  const textOf = (each: LogLine): string =>
    line.value('output') === 'cat'
      ? each.text.replace(/^\S+: /, '')
      : written(each, context.machine);
  let lines = await read();
  const grep = line.value('grep');
  const wanted = (each: LogLine): boolean => grep === undefined || each.text.includes(grep);
  const count = line.value('lines') ?? (line.has('follow') ? '10' : undefined);
  const shown = lines
    .filter(wanted)
    .slice(count === undefined || count === 'all' ? 0 : -Number(count) || lines.length);
  const texts = shown.map(textOf);
  if (line.has('reverse')) texts.reverse();
  if (texts.length === 0 && !line.has('follow')) io.out('-- No entries --\n');
  for (const text of texts) io.out(`${text}\n`);
  while (line.has('follow') && !io.signal.aborted) {
    const seen = new Set(lines.map(keyOf));
    await context.sleep(FOLLOW_EVERY, io.signal);
    lines = await read();
    for (const each of lines)
      if (!seen.has(keyOf(each)) && wanted(each)) io.out(`${textOf(each)}\n`);
  }
  return 0;
};

function keyOf({ atMillis, text }: LogLine): string {
  return `${atMillis} ${text}`;
}

/** `10 min ago`, `-5m`, `today`, or a date. */
function readSince(text: string, now: number): number | undefined {
  const span = /^-?\s*(\d+)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)(?:\s+ago)?$/.exec(
    text,
  );
  if (span === null) return readDate(text, now);
  const unit = (span[2] ?? 's')[0];
  const factor =
    unit === 's' ? 1000 : unit === 'm' ? 60_000 : unit === 'h' ? 3_600_000 : 86_400_000;
  return now - Number(span[1]) * factor;
}

function written({ atMillis, text }: LogLine, machine: string): string {
  return `${formatDate(atMillis, '%b %d %H:%M:%S')} ${machine} ${text}`;
}

/** A unit's lines as `systemctl status` shows them. */
export async function journalLines(
  context: ProgramContext,
  unit: string,
): Promise<readonly string[]> {
  const lines = await context.machines?.({ kind: 'journal', machine: context.machine, unit });
  return (lines ?? []).map((each) => written(each, context.machine));
}
