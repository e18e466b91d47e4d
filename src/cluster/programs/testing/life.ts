import type { Micros } from '../../../kernel/time.ts';
import type { ContainerConfig } from '../../messages.ts';
import { profileOf } from '../catalogue.ts';
import type { LocalAnswer, NetworkAnswer, NetworkRequest } from '../commands/command.ts';
import { parseImageReference } from '../image-reference.ts';
import type { FileTable } from '../files.ts';
import { advance, launch, type Host, type Program } from '../program.ts';
import {
  answerFrom,
  answerQuestion,
  beginExec,
  listenerOn,
  takeQuestions,
} from '../program-probes.ts';

/**
 * A container on its own, for tests: lives through virtual time without a cluster, and records what a
 * person would see of it.
 */
export interface Life {
  readonly config: ContainerConfig;
  readonly log: string[];
  /** How it ended; undefined while it runs. */
  end:
    | {
        readonly at: Micros;
        readonly code: number;
        readonly reason: string;
        readonly message: string;
      }
    | undefined;
  now: Micros;
  readonly program: Program | undefined;
  readonly host: Host;
  readonly network: (request: NetworkRequest, now: Micros) => NetworkAnswer;
  wakeAt: Micros | undefined;
}

/** A configuration from what matters to a test. */
export function containerConfig(special: Partial<ContainerConfig>): ContainerConfig {
  return Object.freeze({
    podUid: 'uid',
    podNamespace: 'default',
    podName: 'pod',
    hostname: 'pod',
    name: 'main',
    attempt: 0,
    image: 'busybox',
    command: [],
    args: [],
    env: [],
    workingDir: '/',
    ports: [],
    files: {},
    mounts: [],
    runsToCompletion: false,
    stdin: false,
    memoryLimitBytes: undefined,
    cpuLimitMilli: undefined,
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...special,
  });
}

/** Starts a container at instant 0. */
export function beginLife(
  special: Partial<ContainerConfig>,
  network: Life['network'] = ({ host }) => ({
    kind: 'no-such-name',
    server: '10.96.0.10',
    name: host,
    empty: false,
  }),
): Life {
  const config = containerConfig(special);
  const reference = parseImageReference(config.image);
  if (typeof reference === 'string') throw new TypeError(reference);
  const volumes = new Map<string, FileTable>();
  const log: string[] = [];
  const host: Host & { now: Micros } = {
    now: 0,
    epochMillis: Date.UTC(2026, 0, 1, 9),
    config,
    profile: profileOf(reference),
    volume(name) {
      const table = volumes.get(name) ?? new Map<string, string>();
      volumes.set(name, table);
      return table;
    },
    write: (_, text) => {
      log.push(...text.replace(/\n$/, '').split('\n'));
    },
    local: (port, path, asked): LocalAnswer => {
      if (life.program === undefined) return { kind: 'refused' };
      const listener = listenerOn(life.program, host.now, port, true);
      return listener === undefined
        ? { kind: 'refused' }
        : answerFrom(life.program, listener, host, port, path, asked);
    },
  };
  const launched = launch(host);
  const life: Life & { program: Program | undefined } = {
    config,
    log,
    end:
      launched.kind === 'started'
        ? undefined
        : {
            at: 0,
            code: 128,
            reason: launched.kind === 'no-command' ? 'CreateContainerError' : 'StartError',
            message: launched.kind === 'cannot-run' ? launched.message : 'no command specified',
          },
    now: 0,
    program: launched.kind === 'started' ? launched.program : undefined,
    host,
    network,
    wakeAt: 0,
  };
  return life;
}

/** Lives up to an instant. */
export function liveUntil(life: Life, until: Micros): void {
  const { program } = life;
  const host = life.host as { now: Micros } & Host;
  for (let steps = 0; program !== undefined && life.end === undefined && steps < 10_000; steps++) {
    if (life.wakeAt === undefined || life.wakeAt > until) break;
    life.now = Math.max(life.now, life.wakeAt);
    host.now = life.now;
    const progress = advance(program, host);
    if (progress.kind === 'exited') {
      life.end = { at: life.now, code: progress.code, reason: progress.reason, message: '' };
      break;
    }
    life.wakeAt = progress.wakeAt;
    for (const question of takeQuestions(program)) {
      answerQuestion(program, host, question, life.network(question.request, life.now));
      life.wakeAt = life.now + 1_000;
    }
  }
  life.now = until;
  host.now = until;
}

/** Runs a command inside, as a probe would, now. */
export function execNow(
  life: Life,
  command: readonly string[],
): { readonly code: number; readonly output: string } | 'waiting' {
  if (life.program === undefined) return { code: 126, output: 'container not running' };
  const progress = beginExec(life.program, life.host, 1, command);
  if (progress.kind === 'waiting') return 'waiting';
  if (progress.kind === 'cannot-run') return { code: 126, output: progress.message };
  return { code: progress.code, output: progress.output };
}
