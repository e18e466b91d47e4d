import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run serve` as a person starts it, with the page that it prints. */
export interface Served {
  readonly address: string;
  readonly token: string;
  /** The page's address as it was printed, with the token behind the `#`. */
  readonly page: string;
  readonly kubeconfig: string;
  /** A request to its API. */
  api(method: string, path: string, body?: unknown): Promise<Response>;
  /** The server ends, and is started again at the same address. */
  end(): Promise<void>;
  startAgain(): Promise<void>;
  /** The server is there and does nothing, until it goes on (Linux alone). */
  hold(how: 'still' | 'going'): void;
  stop(): Promise<void>;
}

export async function startServe(...flags: readonly string[]): Promise<Served> {
  const home = mkdtempSync(join(tmpdir(), 'kubarium-attach-'));
  const kubeconfig = join(home, 'kubeconfig');
  const start = (port: string): ChildProcess =>
    spawn(
      process.execPath,
      [
        'scripts/run.mjs',
        'src/hosts/headless/serve/main.ts',
        `--port=${port}`,
        `--kubeconfig=${kubeconfig}`,
        ...flags,
      ],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
  let child = start('0');
  const hold = (how: 'still' | 'going'): void => {
    for (const pid of childrenOf(child)) {
      process.kill(pid, how === 'still' ? 'SIGSTOP' : 'SIGCONT');
    }
  };
  const address = await lineOf(child, /^ready (\S+)/);
  const page = await lineOf(child, /^page {2}(\S+)/);
  const token = page.replace(/^.*#token=/, '');
  return {
    address,
    token,
    page,
    kubeconfig,
    api: (method, path, body) =>
      fetch(`${address}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? undefined : { body: JSON.stringify(body) }),
      }),
    end: () => end(child),
    async startAgain() {
      child = start(new URL(address).port);
      await lineOf(child, /^ready (\S+)/);
    },
    hold,
    async stop() {
      // Who is held hears no signal.
      if (process.platform === 'linux' && child.exitCode === null) hold('going');
      await end(child);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The runner starts the server in a process of its own. */
function childrenOf({ pid }: ChildProcess): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return list
    .trim()
    .split(' ')
    .filter((each) => each !== '')
    .map(Number);
}

/** The real `kubectl proxy` before a served cluster, which serves the page as well. */
export async function startProxy(
  kubectl: string,
  { kubeconfig }: Served,
  port = '0',
): Promise<{ readonly page: string; readonly port: string; stop(): Promise<void> }> {
  const child = spawn(
    kubectl,
    [
      'proxy',
      `--port=${port}`,
      `--www=${resolve(root, process.env['KUBARIUM_DIST'] ?? 'dist')}`,
      '--www-prefix=/kubarium/',
    ],
    { env: { ...process.env, KUBECONFIG: kubeconfig }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const where = await lineOf(child, /^Starting to serve on (\S+)/);
  const page = `http://${where}/kubarium/?cluster=.`;
  return { page, port: new URL(page).port, stop: () => end(child) };
}

/** What the first line that fits says; output before and after it is taken away. */
function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const { stdout } = child;
    if (stdout === null) return;
    const lines = linesOf(child);
    const look = (): void => {
      for (const line of lines.seen) {
        const found = pattern.exec(line)?.[1];
        if (found === undefined) continue;
        lines.listeners.delete(look);
        resolve(found);
        return;
      }
    };
    lines.listeners.add(look);
    child.once('exit', () => reject(new Error(`it ended and never said ${String(pattern)}`)));
    look();
  });
}

interface Lines {
  readonly seen: string[];
  readonly listeners: Set<() => void>;
}

const outputs = new WeakMap<ChildProcess, Lines>();

function linesOf(child: ChildProcess): Lines {
  let lines = outputs.get(child);
  if (lines !== undefined || child.stdout === null)
    return lines ?? { seen: [], listeners: new Set() };
  lines = { seen: [], listeners: new Set() };
  outputs.set(child, lines);
  const { seen, listeners } = lines;
  createInterface(child.stdout).on('line', (line) => {
    seen.push(line);
    for (const listener of listeners) listener();
  });
  return lines;
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
