import type { ProgramContext, StreamingKubeClient } from '../program.ts';
import { TOOLS } from '../tools/index.ts';
import type { ProgramEntry, Shell } from './execution.ts';
import { createFileStore, type FileStore } from './files.ts';
import { runOnce } from './session.ts';
import { createCollector, textSource } from './streams.ts';

/** A cluster that is not there. */
export const NO_CLUSTER: StreamingKubeClient = {
  request: async () => ({ code: 0, body: undefined, warnings: [] }),
  stream: () => ({
    done: Promise.resolve({ code: 0, body: undefined }),
    close: () => undefined,
  }),
};

export interface TestShell {
  readonly shell: Shell;
  readonly store: FileStore;
  /** Moves the clock by itself at each `sleep`. */
  readonly slept: number[];
}

/** A shell for tests: the clock jumps at each sleep, programs beyond the tools are given. */
export function createTestShell(programs: readonly ProgramEntry[] = []): TestShell {
  let now = Date.UTC(2026, 0, 1, 12, 0, 0);
  const slept: number[] = [];
  const context: ProgramContext = {
    kube: NO_CLUSTER,
    now: () => now,
    async sleep(millis) {
      slept.push(millis);
      now += millis;
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
    machine: 'laptop',
  };
  const store = createFileStore();
  const shell: Shell = {
    context,
    programs: new Map([...TOOLS, ...programs].map((entry) => [entry.name, entry])),
    store,
    aliases: new Map([['k', 'kubectl']]),
    history: [],
    columns: () => 80,
  };
  return { shell, store, slept };
}

export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

/** Runs a script and answers what it printed. */
export async function runScriptText(test: TestShell, text: string, input = ''): Promise<Ran> {
  const stdout = createCollector();
  const stderr = createCollector();
  const status = await runOnce(test.shell, text, { stdout, stderr, stdin: textSource(input) });
  return { out: stdout.text(), err: stderr.text(), status };
}
