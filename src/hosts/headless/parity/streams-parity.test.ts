import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openTerminal,
  readTranscript,
  tools,
  withoutChance,
  type Terminal,
} from '../serve/testing.ts';
import { createHttpClient, targetOfKubeconfig } from './http-client.ts';
import { createPageShell } from './page-shell.ts';
import { withUpgrades } from './side-by-side.ts';

/**
 * The transcripts of the real kubectl that speak with containers, played in the page's terminal: its shell, its tools, its
 * kubectl and the ports of its laptop. It takes a minute, so that only `npm run parity` asks for it.
 */
const PATIENCE_MILLIS = 240_000;
const isWanted = process.env['PARITY_TRANSCRIPTS'] === '1';
const cluster = { nodes: 1, waitForNodes: true, speed: 5 };

/** What belongs to the shell and the tools of the machine that the transcript was made on. */
const FOREIGN: readonly (readonly [text: string, why: string])[] = [
  ['script -qec', 'a terminal for the real kubectl'],
  ['| od', 'od'],
  ['cmp ', 'cmp'],
  ['find ', 'find'],
  ['< /dev/null &', 'when what runs in the background is heard is left to chance'],
  ['/dev/null 2>&1 &', 'when what runs in the background is heard is left to chance'],
];

/** The page has an editor of its own: what is done in it is done otherwise here. */
const INSTEAD: Readonly<Record<string, string>> = {
  "EDITOR='sed -i -e s/1k/250m/ -e s/1000/250m/' kubectl edit pod app --subresource resize": `kubectl patch pod app --subresource resize -p '{"spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"250m"},"limits":{"cpu":"250m"}}}]}}' | sed s/patched/edited/`,
};

/** What the transcripts apply of the shared folder. */
function sharedFiles(): readonly (readonly [string, string])[] {
  const folder = 'manifests/metrics-server/manifests/base';
  const root = new URL(`../../../../../shared/${folder}/`, import.meta.url);
  return readdirSync(root).map((name) => [
    `shared/${folder}/${name}`,
    readFileSync(new URL(name, root), 'utf8'),
  ]);
}

const names = ['streams', 'debugging'];

describe.skipIf(tools === undefined || !isWanted)('the page’s terminal and containers', () => {
  describe.each(names)('%s', (name) => {
    const steps = readTranscript(name);
    const outputs: Promise<string>[] = [];
    let terminal: Promise<Terminal> | undefined;

    beforeAll(() => {
      const opened = openTerminal(cluster);
      terminal = opened;
      const shell = opened.then(({ cluster: { kubeconfig, session } }) =>
        createPageShell(withUpgrades(createHttpClient(targetOfKubeconfig(kubeconfig)), session), [
          ['.kube/config', kubeconfig],
          ...sharedFiles(),
        ]),
      );
      let previous: Promise<unknown> = shell;
      for (const { command } of steps) {
        const output = previous
          .then(() => shell)
          .then(({ run }) =>
            run((INSTEAD[command] ?? command).replaceAll('$SHARED', '/root/shared')),
          )
          .then(withoutChance);
        output.catch(() => undefined);
        previous = output;
        outputs.push(output);
      }
    });
    afterAll(async () => (await terminal)?.close());

    test.each(steps.map((step, index) => [index + 1, step.command, step] as const))(
      '%i: %s',
      async (number, command, step) => {
        const output = await outputs[number - 1];
        if (FOREIGN.some(([text]) => command.includes(text))) return;
        expect(output).toBe(step.output);
      },
      PATIENCE_MILLIS,
    );
  });
});
