import type { ProgramEntry } from '../shell/execution.ts';

/** The text tools. */
export const TOOLS: readonly ProgramEntry[] = [
  { name: 'cat', about: '', run: async (_args, io) => { for (;;) { const t = await io.read(); if (t === undefined) return 0; io.out(t); } } },
];
