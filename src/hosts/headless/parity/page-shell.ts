import { NETWORK_TOOLS } from '../../../kubectl/host-tools/index.ts';
import { kubectl } from '../../../kubectl/kubectl/kubectl.ts';
import { createLocalPorts } from '../../../kubectl/local-ports.ts';
import type { ProgramContext, StreamingKubeClient } from '../../../kubectl/program.ts';
import type { Shell } from '../../../kubectl/shell/execution.ts';
import { createFileStore } from '../../../kubectl/shell/files.ts';
import { runOnce } from '../../../kubectl/shell/session.ts';
import { TOOLS } from '../../../kubectl/tools/index.ts';

/** The page's terminal without a page: its shell, its tools and its kubectl, before any cluster. */
export interface PageShell {
  /** What a command line prints on both streams, in order, with `[CODE]` after it when it failed. */
  run(command: string): Promise<string>;
}

/** The home folder of the page's shell holds these files; time is the wall's. */
export function createPageShell(
  kube: StreamingKubeClient,
  files: Iterable<readonly [name: string, text: string]>,
): PageShell {
  const context: ProgramContext = {
    kube,
    now: () => Date.now(),
    sleep,
    ports: createLocalPorts(),
    machine: 'laptop',
  };
  const entry = { name: 'kubectl', about: 'controls the cluster', run: kubectl };
  const shell: Shell = {
    context,
    programs: new Map([...TOOLS, ...NETWORK_TOOLS, entry].map((each) => [each.name, each])),
    store: createFileStore([...files].map(([name, text]) => [`/root/${name}`, text])),
    aliases: new Map(),
    history: [],
    columns: () => 80,
  };
  return {
    async run(command) {
      let text = '';
      const sink = { isTerminal: false, write: (piece: string) => void (text += piece) };
      const code = await runOnce(shell, command, { stdout: sink, stderr: sink });
      if (text !== '' && !text.endsWith('\n')) text += '\n';
      return code === 0 ? text : `${text}[${code}]\n`;
    },
  };
}

/** Waits on the wall clock; rejects with an AbortError when the signal is aborted. */
export function sleep(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, millis);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      fail(new DOMException('aborted', 'AbortError'));
    });
  });
}
