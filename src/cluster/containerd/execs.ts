import type { CriProbe, CriResult } from '../messages.ts';
import { hexDigits } from '../programs/image-reference.ts';
import type { Host, Program } from '../programs/program.ts';
import { advanceExecs, beginExec, type ExecProgress } from '../programs/program-probes.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { Micros } from '../../kernel/time.ts';
import { answerInPod, hostOf } from './host.ts';
import { awakeContainer, pledgeAnswers } from './resting.ts';
import type { Container, ContainerdEnv, Runtime } from './state.ts';

type Probed = Extract<CriResult, { kind: 'probed' }>;

function probed(outcome: Probed['outcome'], output: string): Probed {
  return { kind: 'probed', outcome, output };
}

const FINE = Object.freeze(probed('success', ''));
const STANDS: Probed = Object.freeze({ ...FINE, stands: true });

/**
 * Carries out a check or a command from outside and answers it, now or when the command has ended. Answers the
 * container when its program must be advanced, because the command may have changed what it does and when.
 */
export function runProbe(
  runtime: Runtime,
  request: {
    readonly id: number;
    readonly containerId: string;
    readonly probe: CriProbe;
    readonly timeoutMicros: Micros | undefined;
    readonly again?: true;
  },
  env: ContainerdEnv,
): Container | undefined {
  const { id, containerId, probe } = request;
  // A command may change its container; a look at a port does not.
  const container =
    probe.kind === 'exec'
      ? awakeContainer(runtime, containerId)
      : runtime.disk.containers.get(containerId);
  if (container?.program === undefined) {
    answer(runtime, id, notRunning(containerId), env);
    return undefined;
  }
  if (probe.kind !== 'exec') {
    const found = checkPort(runtime, container, probe, request.timeoutMicros, env.now);
    const { podUid } = container.config;
    const stands =
      request.again === true && found === FINE && pledgeAnswers(runtime, podUid, env.now);
    answer(runtime, id, stands ? STANDS : found, env);
    return undefined;
  }
  return runCommand(runtime, container, container.program, { ...request, probe }, env);
}

function runCommand(
  runtime: Runtime,
  container: Container,
  program: Program,
  request: {
    readonly id: number;
    readonly containerId: string;
    readonly probe: Extract<CriProbe, { kind: 'exec' }>;
    readonly timeoutMicros: Micros | undefined;
  },
  env: ContainerdEnv,
): Container | undefined {
  const { id, containerId, probe, timeoutMicros } = request;
  const { command } = probe;
  const progress = beginExec(program, hostOf(runtime, container, env.now), id, command);
  if (progress.kind !== 'waiting') answer(runtime, id, execResult(id, progress), env);
  else {
    const { cause } = env;
    runtime.memory.execs.set(id, { containerId, command, timeoutMicros, cause });
    if (timeoutMicros !== undefined)
      env.after(timeoutMicros, { type: 'containerd/exec-timeout', id });
  }
  const changed =
    progress.kind === 'waiting' || program.shell !== undefined || program.ending !== undefined;
  return changed ? container : undefined;
}

function notRunning(containerId: string): Probed {
  return probed(
    'error',
    `rpc error: code = Unknown desc = failed to exec in container: container ${containerId} is not running`,
  );
}

function answer(runtime: Runtime, id: number, result: Probed, env: ContainerdEnv): void {
  env.send(runtime.config.kubelet, { type: 'cri/done', id, result });
}

/** Sends what came of commands that have ended. */
export function finishExecs(
  runtime: Runtime,
  container: Container,
  host: Host,
  env: ContainerdEnv,
): void {
  if (container.program?.execs === undefined || container.program.execs.size === 0) return;
  const cause: Cause | undefined = env.cause;
  for (const [id, progress] of advanceExecs(container.program, host)) {
    const pending = runtime.memory.execs.get(id);
    runtime.memory.execs.delete(id);
    env.resumeCause(pending?.cause);
    if (pending !== undefined && progress.kind !== 'waiting') {
      answer(runtime, id, execResult(id, progress), env);
    }
  }
  env.resumeCause(cause);
}

/** The container is gone: whoever runs something in it is told. */
export function failExecs(runtime: Runtime, container: Container, env: ContainerdEnv): void {
  if (runtime.memory.execs.size === 0) return;
  for (const [id, pending] of runtime.memory.execs) {
    if (pending.containerId !== container.record.id) continue;
    runtime.memory.execs.delete(id);
    answer(runtime, id, probed('failure', 'command terminated with exit code 137'), env);
  }
}

/** A command has taken longer than its caller waits. */
export function timeOutExec(runtime: Runtime, id: number, env: ContainerdEnv): void {
  const pending = runtime.memory.execs.get(id);
  if (pending === undefined) return;
  runtime.memory.execs.delete(id);
  const container = awakeContainer(runtime, pending.containerId);
  container?.program?.execs?.delete(id);
  const seconds = (pending.timeoutMicros ?? 0) / 1_000_000;
  answer(
    runtime,
    id,
    probed(
      'failure',
      `command timed out: "${pending.command.join(' ')}" timed out after ${seconds}s`,
    ),
    env,
  );
}

function execResult(id: number, progress: Exclude<ExecProgress, { kind: 'waiting' }>): Probed {
  if (progress.kind === 'cannot-run') {
    return probed(
      'error',
      `rpc error: code = Unknown desc = failed to exec in container: failed to start exec "${hexDigits(`exec ${id}`, 64)}": OCI runtime exec failed: exec failed: unable to start container process: ${progress.message}`,
    );
  }
  return progress.code === 0 && progress.output === ''
    ? FINE
    : probed(progress.code === 0 ? 'success' : 'failure', progress.output);
}

function checkPort(
  runtime: Runtime,
  container: Container,
  probe: Exclude<CriProbe, { kind: 'exec' }>,
  timeoutMicros: Micros | undefined,
  now: Micros,
): Probed {
  const path = probe.kind === 'http' ? probe.path : '/';
  const found = answerInPod(runtime, container.config.podUid, now, probe.port, path);
  if (found.kind === 'open') {
    if (probe.kind !== 'http') return FINE;
    if (found.status === undefined)
      return probed('failure', `Get "${urlOf(runtime, container, probe)}": EOF`);
    return found.status >= 200 && found.status < 400
      ? FINE
      : probed('failure', `HTTP probe failed with statuscode: ${found.status}`);
  }
  return refusedPort(runtime, container, probe, timeoutMicros);
}

/** Nothing listens on the port of a probe. */
function refusedPort(
  runtime: Runtime,
  container: Container,
  probe: Exclude<CriProbe, { kind: 'exec' }>,
  timeoutMicros: Micros | undefined,
): Probed {
  const address = `${hostOfProbe(runtime, container, probe)}:${probe.port}`;
  switch (probe.kind) {
    case 'http':
      return probed(
        'failure',
        `Get "${urlOf(runtime, container, probe)}": dial tcp ${address}: connect: connection refused`,
      );
    case 'tcp':
      return probed('failure', `dial tcp ${address}: connect: connection refused`);
    case 'grpc':
      return probed(
        'failure',
        `timeout: failed to connect service "${address}" within ${(timeoutMicros ?? 1_000_000) / 1_000_000}s: context deadline exceeded`,
      );
  }
}

function hostOfProbe(
  runtime: Runtime,
  container: Container,
  probe: Exclude<CriProbe, { kind: 'exec' }>,
): string {
  if (probe.kind !== 'grpc' && probe.host !== '') return probe.host;
  return runtime.disk.sandboxes.get(container.config.podUid)?.record.ip ?? '';
}

function urlOf(
  runtime: Runtime,
  container: Container,
  probe: Extract<CriProbe, { kind: 'http' }>,
): string {
  const path = probe.path.startsWith('/') ? probe.path : `/${probe.path}`;
  return `${probe.scheme.toLowerCase()}://${hostOfProbe(runtime, container, probe)}:${probe.port}${path}`;
}
