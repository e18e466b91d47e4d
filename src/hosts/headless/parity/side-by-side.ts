import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openTerminal, withoutChance } from '../serve/testing.ts';
import type { StreamingKubeClient } from '../../../kubectl/program.ts';
import type { Session } from '../../session.ts';
import { createHttpClient, targetOfKubeconfig } from './http-client.ts';
import { createPageShell } from './page-shell.ts';

/** The two kubectls before one served cluster, which has an object of most kinds. */
export interface SideBySide {
  /** Runs one command line in both. */
  compare(command: string): Promise<Compared>;
  close(): Promise<void>;
}

export interface Compared {
  readonly own: string;
  readonly real: string;
  readonly same: boolean;
}

/** From the project's folder, where npm starts its commands: a bundle does not know where its sources were. */
const here = (name: string): string => resolve('src/hosts/headless/parity', name);
/** A second may pass between the two, or something in the cluster may happen; then both are asked again. */
const TRIES_MAX = 3;

/** Command lines that change nothing: a line each; those that begin with `##` are titles. */
export function readCommands(): readonly string[] {
  return readFileSync(here('commands.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('##'));
}

/** Serves the cluster and puts the objects of `fixtures/` in it; the files lie in the folders of both. */
export async function openSideBySide(): Promise<SideBySide> {
  const terminal = await openTerminal({ nodes: 2, waitForNodes: true, speed: 1 });
  const names = readdirSync(here('fixtures')).sort();
  const files = new Map(
    names.map((name) => [name, readFileSync(here(`fixtures/${name}`), 'utf8')]),
  );
  const folder = (await terminal.run('pwd')).trim();
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  for (const name of names) {
    if (!name.startsWith('0')) continue;
    const applied = await terminal.run(`kubectl apply --server-side -f ${name}`);
    if (applied.endsWith('[1]\n')) throw new Error(`${name}: ${applied.slice(-1000)}`);
    await terminal.run('sleep 2');
  }
  const { kubeconfig, session } = terminal.cluster;
  const page = createPageShell(
    withUpgrades(createHttpClient(targetOfKubeconfig(kubeconfig)), session),
    [...files, ['.kube/config', kubeconfig]],
  );
  return {
    async compare(command) {
      for (let tries = 1; ; tries += 1) {
        const [own, real] = await Promise.all([page.run(command), terminal.run(command)]);
        const texts = { own: exceptMoments(own), real: exceptMoments(real) };
        const same = own === real || texts.own === texts.real;
        if (same || tries === TRIES_MAX) return { ...texts, same };
      }
    },
    close: () => terminal.close(),
  };
}

/**
 * An output without what differs from one moment to the next: times, the ages in a line, the uid that a trial run draws,
 * and the numbers of client-go's own log lines. All else counts, blanks included.
 */
export function exceptMoments(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      withoutChance(line).includes('<age>') || /AGE|LAST SEEN|\bAge\b|^\s*-+(?:\s+-+)+$/.test(line)
        ? withoutChance(line)
        : line,
    )
    .join('\n')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000/g, '<date>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/[0-9a-f]{64}/g, '<sha>')
    .replace(/(resourceVersion"?: "|Resource Version: +)\d+/g, '$1<version>')
    .replace(/^([IWEF])\d{4} [\d:.]+ +\d+ /gm, '$1<log> ')
    .replace(/https:\/\/127\.0\.0\.1:\d+/g, '<address>')
    .replace(/\/tmp\/kubarium-serve-\w+\/kubeconfig|\/root\/\.kube\/config/g, '<kubeconfig>')
    .replace(/\/tmp\/kubarium-serve-\w+\/work|\/root(?=\/)/g, '<folder>')
    .replace(/\S*\/(LIVE|MERGED)-\d+/g, '$1')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000/g, '<time>');
}

/** Streams into containers go the way of the page, straight to the session; all else over HTTP. */
export function withUpgrades(http: StreamingKubeClient, session: Session): StreamingKubeClient {
  return {
    request: (request) => http.request(request),
    stream(request, handlers) {
      if (request.upgrade !== true) return http.stream(request, handlers);
      let id = 0;
      // The token of the kubeconfig is the door's of what is served: the session is behind it.
      const { token: _, ...asked } = request;
      const done = new Promise<{ code: number; body: unknown }>((resolve) => {
        id = session.request(asked, {
          onData: (channel, data) => handlers.onData?.(channel, data),
          onResponse: resolve,
        });
      });
      return {
        done,
        send: (channel, data, last) =>
          session.input(id, { channel, data, ...(last === undefined ? {} : { last }) }),
        close: () => session.cancel(id),
      };
    },
  };
}
