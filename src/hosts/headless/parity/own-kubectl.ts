import { readdirSync, readFileSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { kubectl } from '../../../kubectl/kubectl/kubectl.ts';
import type { ProgramContext, ProgramIo, VirtualFiles } from '../../../kubectl/program.ts';
import { createHttpClient, targetOfKubeconfig, type HttpTarget } from './http-client.ts';
import { sleep } from './page-shell.ts';

/**
 * The page's kubectl as a program of Node's, for comparing it with the real one: real files, real HTTP, the wall clock,
 * `$EDITOR`.
 */
const files: VirtualFiles = {
  read(path) {
    try {
      return textOf(readFileSync(path));
    } catch {
      return undefined;
    }
  },
  write(path, content) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  },
  remove(path) {
    rmSync(path, { force: true });
    return true;
  },
  list: (folder) => filesBelow(folder),
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  resolve: (path) => resolve(path),
};

/** Bytes that are no UTF-8 become lone surrogates, as kubectl's `bytesOf` takes them. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  return [...bytes].map((byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((each) =>
    each.isDirectory() ? filesBelow(join(folder, each.name)) : [join(folder, each.name)],
  );
}

function targetOf(args: readonly string[]): HttpTarget {
  const target = targetOfKubeconfig(files.read(process.env['KUBECONFIG'] ?? '') ?? '');
  const given = args.find((each) => each.startsWith('--token='))?.slice('--token='.length);
  return { ...target, token: given ?? target.token };
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const args = process.argv.slice(2);
const abort = new AbortController();
process.on('SIGINT', () => abort.abort());
// Whoever read the output has gone: `| head -1`.
process.stdout.on('error', () => abort.abort());
const io: ProgramIo = {
  readAll: readStdin,
  read: async () => undefined,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stdinIsTerminal: false,
  stdoutIsTerminal: false,
  columns: 80,
  signal: abort.signal,
  files,
  environment: new Map(
    Object.entries(process.env).map(([name, value]) => [name, value ?? ''] as const),
  ),
};
const context: ProgramContext = {
  kube: createHttpClient(targetOf(args)),
  now: () => Date.now(),
  sleep,
  edit: async (text) => {
    const path = join(tmpdir(), `edit-${process.pid}.yaml`);
    writeFileSync(path, text);
    spawnSync(process.env['EDITOR'] ?? 'false', [path], { stdio: 'inherit' });
    const edited = readFileSync(path, 'utf8');
    rmSync(path);
    return edited;
  },
  machine: 'laptop',
};
process.exitCode = await kubectl(args, io, context);
