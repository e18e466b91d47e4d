import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureClientTools } from '../../../../scripts/client-tools.mjs';
import { serveCluster, type ServedCluster, type ServeSettings } from './serve.ts';

/**
 * For tests: transcripts of real command lines against a served cluster. A transcript is text as a terminal shows it:
 * `$ COMMAND` (further lines of it begin with `> `), what it prints on both streams, and `[CODE]` when it fails. Lines
 * that begin with `##` between commands are comments. What differs from run to run is replaced by words (see `withoutChance`).
 */
export interface Step {
  readonly command: string;
  readonly output: string;
  /** Everything since the step before: comments and empty lines. */
  readonly preamble: string;
}

/** Reads a transcript. */
export function parseTranscript(text: string): readonly Step[] {
  const steps: { command: string; output: string; preamble: string }[] = [];
  let preamble = '';
  let previous = '';
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const step = steps[steps.length - 1];
    if (line.startsWith('$ ')) {
      steps.push({ command: line.slice(2), output: '', preamble });
      preamble = '';
    } else if (step !== undefined && line.startsWith('> ') && isCommandLine(previous)) {
      step.command += `\n${line.slice(2)}`;
    } else if (line.startsWith('## ')) {
      preamble += `${line}\n`;
    } else if (step !== undefined) step.output += `${line}\n`;
    previous = line;
  }
  return steps;
}

function isCommandLine(line: string): boolean {
  return line.startsWith('$ ') || line.startsWith('> ');
}

/** Writes a transcript: for recording it anew. */
export function transcriptText(steps: readonly Step[]): string {
  return steps
    .map(
      ({ preamble, command, output }) =>
        `${preamble}$ ${command.replaceAll('\n', '\n> ')}\n${output}`,
    )
    .join('');
}

/** Replaces what chance, time and addresses make of an output: ages, times, names with random ends. */
export function withoutChance(text: string): string {
  let plain = text;
  for (const [pattern, word] of chance) plain = plain.replace(pattern, word);
  return plain;
}

const chance: readonly (readonly [pattern: RegExp, word: string])[] = [
  // What client-go logs of connections that end.
  [/^[IWE]\d{4} [\d:.]+ +\d+ .*\n/gm, ''],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000/g, '<time>'],
  [/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000/g, '<date>'],
  [/[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}/g, '<date>'],
  [/[0-9a-f]{64}/g, '<sha>'],
  [/\b10\.244\.\d+\.\d+\b(?!\/)/g, '<pod-ip>'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  // Ages stand in columns, in brackets, or after "over".
  [
    /(?<= {2}|\(|over |^)(?<!cpu: +)(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s|\d+[dhm](?<=\d[dhm]))(?=\s|\)|$)/gm,
    '<age>',
  ],
  [/<invalid>/g, '<age>'],
  [/\(x\d+ over <age>\)/g, '(x<n> over <age>)'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5}(?![a-z0-9])/g, '-<id>'],
  [/\b10\.(?:9[6-9]|1[01]\d)\.\d+\.\d+\b(?!\/)(?<!10\.96\.0\.1)/g, '<ip>'],
  [/\b3[0-2]\d{3}(?=\/TCP)/g, '<port>'],
  [/(?<=nodePort: )3\d{4}/g, '<port>'],
  [/(resourceVersion"?: ?")\d+"/g, '$1<rv>"'],
  [/(resource version to be \d+, was )\d+/g, '$1<rv>'],
  [/https:\/\/127\.0\.0\.1:\d+/g, '<address>'],
  [/\/\S*\/(LIVE|MERGED)-\d+/g, '$1'],
  [/(?<=\S) {2,}/g, '  '],
  [/[ \t]+$/gm, ''],
];

/** A served cluster and a folder of one's own, with kubectl and helm on the path. */
export interface Terminal {
  readonly cluster: ServedCluster;
  /**
   * What a command prints on both streams, with `[CODE]` after it when it failed. Programs of `folder` come before others.
   */
  run(command: string, folder?: string): Promise<string>;
  close(): Promise<void>;
}

/** The programs, or undefined where they cannot be had. */
export const tools = ensureClientTools();

const COMMAND_MILLIS_MAX = 50_000;

/** Serves a cluster and opens a terminal before it. */
export async function openTerminal(settings: Partial<ServeSettings> = {}): Promise<Terminal> {
  if (tools === undefined) throw new Error('no kubectl');
  const { kubectl, helm } = tools;
  const cluster = await serveCluster({
    port: 0,
    host: '127.0.0.1',
    nodes: 0,
    seed: 7,
    speed: 1,
    waitForNodes: false,
    ...settings,
  });
  const home = mkdtempSync(join(tmpdir(), 'kubarium-serve-'));
  const work = join(home, 'work');
  mkdirSync(work);
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig);
  const env = {
    HOME: home,
    // Should kubectl want an editor that no transcript names, it must not wait for a person.
    EDITOR: 'false',
    KUBECONFIG: kubeconfig,
    TMPDIR: home,
    LC_ALL: 'C',
    PATH: [dirname(kubectl), dirname(helm), process.env['PATH'] ?? ''].join(delimiter),
    SHARED: fileURLToPath(new URL('../../../../../shared', import.meta.url)),
  };
  return {
    cluster,
    run: (command, folder) =>
      new Promise((resolve) => {
        const path = folder === undefined ? env.PATH : `${folder}${delimiter}${env.PATH}`;
        const child = execFile(
          'sh',
          ['-c', `exec 2>&1\n${command}`],
          {
            cwd: work,
            env: { ...env, PATH: path },
            timeout: COMMAND_MILLIS_MAX,
            maxBuffer: 2 ** 26,
          },
          (error, stdout) => {
            const ended = stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`;
            resolve(error === null ? ended : `${ended}[${error.code ?? error.signal ?? ''}]\n`);
          },
        );
        child.stdin?.end();
      }),
    async close() {
      await cluster.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

const folder = new URL('./transcripts/', import.meta.url);

/** A transcript of the folder beside this file. */
export function readTranscript(name: string): readonly Step[] {
  return parseTranscript(readFileSync(new URL(`${name}.txt`, folder), 'utf8'));
}

/** Overwrites a transcript with what came out now. Whoever records reads the difference. */
export function writeTranscript(name: string, steps: readonly Step[]): void {
  writeFileSync(new URL(`${name}.txt`, folder), transcriptText(steps));
}
