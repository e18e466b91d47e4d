import { structuredPatch } from 'diff';
import type { Program } from '../program.ts';
import { readFlags } from './flags.ts';
import { misuse, openInputs } from './lines.ts';

/** diff: always the unified form, which is what people read. */
export const diff: Program = async (args, io) => {
  const flags = readFlags(
    args.map((arg) => arg.replace(/^-(\d+)$/, '-U$1')),
    {
      flags: 'uqrNwbBais',
      values: 'UL',
      long: { brief: 'q', unified: 'u', recursive: 'r', 'new-file': 'N' },
    },
  );
  if (typeof flags === 'string') return misuse(io, 'diff', flags);
  const [left, right] = flags.rest;
  if (left === undefined || right === undefined)
    return misuse(io, 'diff', `missing operand${left === undefined ? '' : ` after '${left}'`}`);
  const { inputs, failed } = openInputs(io, 'diff', [left, right]);
  const [a, b] = inputs;
  if (failed || a === undefined || b === undefined) return 2;
  const oldText = await a.text();
  const newText = await b.text();
  if (oldText === newText) return 0;
  if (flags.has('q')) {
    io.out(`Files ${left} and ${right} differ\n`);
    return 1;
  }
  const context = Number(flags.value('U') ?? 3);
  const { hunks } = structuredPatch(left, right, oldText, newText, '', '', {
    context,
    ignoreWhitespace: flags.has('w') || flags.has('b'),
  });
  if (hunks.length === 0) return 0;
  io.out(`--- ${left}\n+++ ${right}\n`);
  const span = (start: number, count: number): string =>
    count === 1 ? String(start) : `${count === 0 ? Math.max(0, start) : start},${count}`;
  for (const { oldStart, oldLines, newStart, newLines, lines } of hunks)
    io.out(
      `@@ -${span(oldStart, oldLines)} +${span(newStart, newLines)} @@\n${lines.map((line) => `${line}\n`).join('')}`,
    );
  return 1;
};
