import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServeSettings } from './serve.ts';
import {
  openTerminal,
  readTranscript,
  tools,
  withoutChance,
  writeTranscript,
  type Terminal,
} from './testing.ts';

/**
 * The real kubectl against the served API, one test a command line. Each transcript has a cluster of its own, and all are
 * played at the same time, since kubectl mostly waits. With RECORD_TRANSCRIPTS=1 the transcripts are written anew instead,
 * for a person to read what changed.
 */
const isRecording = process.env['RECORD_TRANSCRIPTS'] === '1';
/** A test may wait for all that its transcript has before it. */
const PATIENCE_MILLIS = 240_000;

/** The API alone needs no nodes; what runs on nodes is not waited for in real time. */
const withNodes = { nodes: 3, waitForNodes: true, speed: 20 };
const settings: readonly (readonly [name: string, Partial<ServeSettings>])[] = [
  ['reading', {}],
  ['writing', {}],
  ['applying', {}],
  ['errors', {}],
  ['serving', {}],
  ['running', withNodes],
  ['helm', withNodes],
  ['podinfo', withNodes],
  ['streams', { ...withNodes, nodes: 1, speed: 5 }],
  ['debugging', { ...withNodes, nodes: 1, speed: 5 }],
];
const only = process.env['TRANSCRIPT'];
/** These are played with what lies beside the project. */
const needShared = ['podinfo'];
const hasShared = existsSync(new URL('../../../../../shared/manifests', import.meta.url));

const transcripts = settings
  .filter(([name]) => only === undefined || only === name)
  .filter(([name]) => hasShared || !needShared.includes(name))
  .map(([name, cluster]) => ({ name, cluster, steps: readTranscript(name) }));

describe.skipIf(tools === undefined)('kubectl', () => {
  const terminals: Promise<Terminal>[] = [];
  const outputs = new Map<string, readonly Promise<string>[]>();

  beforeAll(() => {
    for (const { name, steps, cluster } of transcripts) {
      const terminal = openTerminal(cluster);
      terminals.push(terminal);
      let previous: Promise<unknown> = terminal;
      const played = steps.map(({ command }) => {
        const output = previous
          .then(() => terminal)
          .then(({ run }) => run(command))
          .then(withoutChance);
        // A step that fails here fails in its test.
        output.catch(() => undefined);
        previous = output;
        return output;
      });
      outputs.set(name, played);
    }
  });
  afterAll(async () => {
    for (const terminal of terminals) await (await terminal).close();
  });

  describe.each(transcripts)('$name', ({ name, steps }) => {
    test.each(steps.map((step, index) => [index + 1, step.command, step] as const))(
      '%i: %s',
      async (number, _command, step) => {
        const output = await outputs.get(name)?.[number - 1];
        if (!isRecording) expect(output).toBe(step.output);
      },
      PATIENCE_MILLIS,
    );

    test.runIf(isRecording)('recorded', async () => {
      const played = await Promise.all(outputs.get(name) ?? []);
      writeTranscript(
        name,
        steps.map((step, index) => ({ ...step, output: played[index] ?? '' })),
      );
    });
  });
});
