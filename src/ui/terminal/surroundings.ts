import { machinePrograms, NETWORK_TOOLS } from '../../kubectl/host-tools/index.ts';
import { createMachineNetwork } from '../../kubectl/host-tools/machine-shell.ts';
import { kubectl } from '../../kubectl/kubectl/kubectl.ts';
import { createLocalPorts } from '../../kubectl/local-ports.ts';
import type { ProgramContext, StreamingKubeClient } from '../../kubectl/program.ts';
import type { ProgramEntry, Shell } from '../../kubectl/shell/execution.ts';
import { createFileStore, type FileStore } from '../../kubectl/shell/files.ts';
import { completeKubectl } from '../../kubectl/completion/kubectl.ts';
import { TOOLS } from '../../kubectl/tools/index.ts';
import type { Page } from '../page.tsx';
import { readStored, readStoredRecord, writeStored } from '../state/stored.ts';
import { useEditRequest } from './edit-request.ts';

const HISTORY_MAX = 1000;
/** Browsers give a few megabytes to all settings of a page; the terminal takes no more than this for its files. */
const FILES_MAX = 1_000_000;
const SAVE_AFTER_MILLIS = 300;

const KUBECTL: ProgramEntry = {
  name: 'kubectl',
  about: 'controls the cluster',
  run: kubectl,
  complete: completeKubectl,
};

/** The programs of the laptop. Those of the cluster's machines are where `ssh` leads. */
const PROGRAMS: readonly ProgramEntry[] = [...TOOLS, ...NETWORK_TOOLS, KUBECTL];

/** The Kubernetes API of the page's engine, for programs. */
export function kubeClientOf({ client }: Page): StreamingKubeClient {
  return {
    request: (request) => client.api(request),
    stream(request, { onEvents, onText, onData }) {
      const opened = client.stream(
        request,
        (events) => onEvents?.(events),
        (channel, data) => {
          if (onData !== undefined) onData(channel, data);
          else if (data !== '') onText?.(data);
        },
      );
      return {
        send: opened.input,
        done: opened.done.then((response) => {
          // A log that is not followed any further comes whole, as the answer.
          if (typeof response.body === 'string' && response.body !== '') onText?.(response.body);
          return response;
        }),
        close: opened.close,
      };
    },
  };
}

/** What all tabs of the terminal stand on: files, history, aliases; remembered across reloads. */
export interface TerminalGround {
  readonly store: FileStore;
  readonly history: string[];
  readonly aliases: Map<string, string>;
  shellFor(columns: () => number, interrupts: NonNullable<Shell['interrupts']>): Shell;
  /** Keeps what should survive a reload, a moment later. */
  save(): void;
}

let ground: TerminalGround | undefined;

export function terminalGround(page: Page): TerminalGround {
  ground ??= createGround(page);
  return ground;
}

function createGround(page: Page): TerminalGround {
  const store = createFileStore(storedPairs('terminal-files'), storedList('terminal-folders'));
  const history = storedList('terminal-history');
  const aliases = new Map([['k', 'kubectl'], ['ll', 'ls -l'], ...storedPairs('terminal-aliases')]);
  let due: ReturnType<typeof setTimeout> | undefined;
  const save = (): void => {
    due ??= setTimeout(() => {
      due = undefined;
      if (history.length > HISTORY_MAX) history.splice(0, history.length - HISTORY_MAX);
      writeStored('terminal-history', JSON.stringify(history));
      writeStored('terminal-aliases', JSON.stringify([...aliases]));
      writeStored('terminal-folders', JSON.stringify([...store.folders]));
      const files = JSON.stringify([...store.files].filter(([path]) => !path.startsWith('/dev/')));
      if (files.length <= FILES_MAX) writeStored('terminal-files', files);
    }, SAVE_AFTER_MILLIS);
  };
  store.onChange = save;
  const context: ProgramContext = {
    kube: kubeClientOf(page),
    now() {
      const { now, epochMillis } = page.view.head.getState();
      return Math.floor(epochMillis + now / 1000);
    },
    sleep: (millis, signal) => sleepOn(page, millis, signal),
    edit: (text, title) => useEditRequest.getState().ask(text, title),
    machines: page.client.machines,
    ports: createLocalPorts(),
    machine: 'laptop',
  };
  const connect = createMachineNetwork({
    programs: TOOLS,
    programsOf: (role) => machinePrograms(role, KUBECTL),
  });
  return {
    store,
    history,
    aliases,
    save,
    shellFor(columns, interrupts) {
      const shell: Shell = {
        context,
        programs: new Map(PROGRAMS.map((entry) => [entry.name, entry])),
        store,
        aliases,
        history,
        columns,
        interrupts,
        connect: (host) => connect(shell, host),
      };
      return shell;
    },
  };
}

async function sleepOn(page: Page, millis: number, signal: AbortSignal): Promise<void> {
  const interrupted = (): Error => new DOMException('interrupted', 'AbortError');
  if (signal.aborted) throw interrupted();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(interrupted());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([page.client.wake(millis * 1000), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function storedJson(key: string): unknown {
  const text = readStored(key);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function storedList(key: string): string[] {
  const value = storedJson(key);
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function storedPairs(key: string): [string, string][] {
  const value = storedJson(key);
  if (!Array.isArray(value)) return [];
  return value.filter(
    (each): each is [string, string] =>
      Array.isArray(each) && typeof each[0] === 'string' && typeof each[1] === 'string',
  );
}

/** A stored setting of the terminal's look. */
export function storedFontSize(): number {
  const size = readStoredRecord('terminal')?.['fontSize'];
  return typeof size === 'number' && size >= 9 && size <= 24 ? size : 12;
}
