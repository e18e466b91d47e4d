import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServeSettings } from '../serve/serve.ts';
import {
  openTerminal,
  readTranscript,
  tools,
  withoutChance,
  type Terminal,
} from '../serve/testing.ts';
import { exceptions } from './exceptions.ts';
import { isReadOnly, ownKubectlFolder } from './testing.ts';

/**
 * The page's own kubectl before the transcripts of the real one: the same command lines on a cluster of the same seed,
 * writing ones included, and their outputs compared. After each command that only reads, the real one is run as well, on
 * the very same state, and then every byte counts.
 */
const PATIENCE_MILLIS = 240_000;
const withNodes = { nodes: 3, waitForNodes: true, speed: 20 };
const settings: readonly (readonly [name: string, Partial<ServeSettings>])[] = [
  ['reading', {}],
  ['writing', {}],
  ['applying', {}],
  ['errors', {}],
  ['serving', {}],
  ['running', withNodes],
];
const only = process.env['TRANSCRIPT'];

const transcripts = settings
  .filter(([name]) => only === undefined || only === name)
  .map(([name, cluster]) => ({ name, cluster, steps: readTranscript(name) }));

interface Played {
  readonly output: string;
  /** What both print, for commands that only read. */
  readonly bytes?: { readonly own: string; readonly real: string };
}

/** A second may pass between the two; then both are asked again. */
const TRIES_MAX = 4;

async function play(terminal: Terminal, own: string, command: string): Promise<Played> {
  const output = await terminal.run(command, own);
  if (!isReadOnly(command)) return { output };
  let bytes = { own: output, real: await terminal.run(command) };
  for (let tries = 1; bytes.own !== bytes.real && tries < TRIES_MAX; tries += 1) {
    if (withoutChance(bytes.own) !== withoutChance(bytes.real)) break;
    bytes = { own: await terminal.run(command, own), real: await terminal.run(command) };
  }
  return { output, bytes };
}

/** It takes minutes, so that only `npm run parity` asks for it. */
const isWanted = process.env['PARITY_TRANSCRIPTS'] === '1';

describe.skipIf(tools === undefined || !isWanted)(
  'the page’s kubectl prints what the real one prints',
  () => {
    const terminals: Promise<Terminal>[] = [];
    const outcomes = new Map<string, readonly Promise<Played>[]>();

    beforeAll(() => {
      const own = ownKubectlFolder();
      for (const { name, steps, cluster } of transcripts) {
        const terminal = openTerminal(cluster);
        terminals.push(terminal);
        let previous: Promise<unknown> = terminal;
        const played = steps.map(({ command }) => {
          const outcome = previous.then(() => terminal).then((each) => play(each, own, command));
          outcome.catch(() => undefined);
          previous = outcome;
          return outcome;
        });
        outcomes.set(name, played);
      }
    }, PATIENCE_MILLIS);
    afterAll(async () => {
      for (const terminal of terminals) await (await terminal).close();
    });

    describe.each(transcripts)('$name', ({ name, steps }) => {
      const known = exceptions[name] ?? {};
      const cases = steps.map((step, index) => [index + 1, step.command, step] as const);
      test.each(cases)(
        '%i: %s',
        async (number, command, step) => {
          const outcome = await outcomes.get(name)?.[number - 1];
          if (Object.hasOwn(known, command)) return;
          expectSame(withoutChance(outcome?.output ?? ''), step.output);
          if (outcome?.bytes !== undefined) {
            expectSame(exceptMoments(outcome.bytes.own), exceptMoments(outcome.bytes.real));
          }
        },
        PATIENCE_MILLIS,
      );
    });
  },
);

/** The two are not asked in the same second, and a trial run draws its own uid; a line with an age is compared without. */
function exceptMoments(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      withoutChance(line).includes('<age>') || /AGE/.test(line) ? withoutChance(line) : line,
    )
    .join('\n')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>');
}

/** With both texts in full, since whoever mends the difference wants to see them. */
function expectSame(own: string, real: string): void {
  expect(own, `ours:\n${own}\nreal:\n${real}`).toBe(real);
}
