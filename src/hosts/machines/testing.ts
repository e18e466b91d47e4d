import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import { createMachineNetwork } from '../../kubectl/host-tools/machine-shell.ts';
import { machinePrograms, NETWORK_TOOLS } from '../../kubectl/host-tools/index.ts';
import { kubectl } from '../../kubectl/kubectl/kubectl.ts';
import { createLocalPorts } from '../../kubectl/local-ports.ts';
import type { ProgramContext, StreamingKubeClient } from '../../kubectl/program.ts';
import type { ProgramEntry, Shell } from '../../kubectl/shell/execution.ts';
import { createFileStore } from '../../kubectl/shell/files.ts';
import { runOnce } from '../../kubectl/shell/session.ts';
import { createCollector, createSource } from '../../kubectl/shell/streams.ts';
import { TOOLS } from '../../kubectl/tools/index.ts';
import { createSession, type Session } from '../session.ts';
import { createMachineDesk } from './desk.ts';

/** A cluster with somebody at the laptop's terminal: time passes only while a command runs. */
export interface Bench {
  readonly session: Session;
  readonly shell: Shell;
  /** Runs a script and answers what it printed; `typed` comes from a terminal, line by line. */
  run(text: string, typed?: readonly string[]): Promise<Printed>;
  /** Lets time pass. */
  pass(seconds: number): void;
}

export interface Printed {
  readonly out: string;
  readonly err: string;
  readonly status: number;
  /** How much of the cluster's time it took, in milliseconds. */
  readonly tookMillis: number;
}

const SLICE_MICROS = 20_000;
const SECOND = 1_000_000;
/** A command that takes longer than this hangs. */
const PATIENCE_MICROS = 600 * SECOND;

export function createBench(
  options: {
    readonly nodes?: number;
    readonly controlPlanes?: number;
    readonly settle?: number;
  } = {},
): Bench {
  const { settle = 60, ...shape } = options;
  const session = createSession(createCluster(defaultSetUp({ nodes: 2, ...shape })));
  const { world } = session;
  const pass = (seconds: number): void => {
    session.advance(world.now + seconds * SECOND, Number.POSITIVE_INFINITY);
  };
  pass(settle);
  const alarms = new Set<{ readonly at: number; readonly ring: () => void }>();
  const context = contextOf(session, alarms);
  const entry: ProgramEntry = { name: 'kubectl', about: 'controls the cluster', run: kubectl };
  const store = createFileStore();
  const programs = new Map([...TOOLS, ...NETWORK_TOOLS, entry].map((each) => [each.name, each]));
  const base: Shell = {
    context,
    programs,
    store,
    aliases: new Map([['k', 'kubectl']]),
    history: [],
    columns: () => 120,
  };
  const network = createMachineNetwork({
    programs: TOOLS,
    programsOf: (role) => machinePrograms(role, entry),
  });
  const shell: Shell = { ...base, connect: (host) => network(shell, host) };
  return {
    session,
    shell,
    pass,
    async run(text, typed) {
      const began = world.now;
      const stdout = createCollector();
      const stderr = createCollector();
      let status: number | undefined;
      const lines = [...(typed ?? [])];
      const stdin =
        typed === undefined ? {} : { stdin: createSource(async () => lines.shift(), true) };
      const running = runOnce(shell, text, { stdout, stderr, ...stdin }).then((code) => {
        status = code;
      });
      while (status === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        if (status !== undefined) break;
        if (world.now - began > PATIENCE_MICROS) throw new Error(`it hangs: ${text}`);
        session.advance(world.now + SLICE_MICROS, Number.POSITIVE_INFINITY);
        for (const alarm of alarms) {
          if (alarm.at > world.now) continue;
          alarms.delete(alarm);
          alarm.ring();
        }
      }
      await running;
      return {
        out: stdout.text(),
        err: stderr.text(),
        status,
        tookMillis: (world.now - began) / 1000,
      };
    },
  };
}

function contextOf(
  session: Session,
  alarms: Set<{ readonly at: number; readonly ring: () => void }>,
): ProgramContext {
  const { world } = session;
  const desk = createMachineDesk();
  return {
    kube: clientOf(session),
    now: () => Math.floor(world.epochMillis + world.now / 1000),
    sleep: (millis, signal) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(new DOMException('interrupted', 'AbortError'));
        if (signal.aborted) return fail();
        const alarm = { at: world.now + millis * 1000, ring: resolve };
        alarms.add(alarm);
        signal.addEventListener('abort', () => {
          alarms.delete(alarm);
          fail();
        });
      }),
    machines: (question) => new Promise((resolve) => desk.answer(session, question, resolve)),
    ports: createLocalPorts(),
    machine: 'laptop',
  };
}

function clientOf(session: Session): StreamingKubeClient {
  return {
    request: (request) =>
      new Promise((resolve) => session.request(request, { onResponse: resolve })),
    stream(request, { onEvents, onData, onText }) {
      let id = 0;
      const done = new Promise<{ code: number; body: unknown }>((resolve) => {
        id = session.request(request, {
          onEvents: (events) => onEvents?.(events),
          onData(channel, data) {
            if (onData !== undefined) onData(channel, data);
            else if (data !== '') onText?.(data);
          },
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
